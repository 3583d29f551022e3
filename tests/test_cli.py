"""The commands as a person types them, each in a process of its own."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("run", "train", "chat", "ask", "evaluate", "check", "import", "export", "transcripts", "wechat")


def onedoor(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT, input=stdin, capture_output=True, text=True, check=False, timeout=180,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip


def test_help_lists_every_command() -> None:
    out = onedoor("--help").stdout
    for command in COMMANDS:
        assert f"  {command} " in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    found = onedoor(command, "--help")
    assert found.returncode == 0
    assert any("\u4e00" <= character <= "\u9fff" for character in found.stdout)
    assert command in found.stdout


def test_unknown_command_is_an_error() -> None:
    assert onedoor("fly").returncode == 2


def test_check_has_no_faults() -> None:
    found = onedoor("check", "--stats")
    assert found.returncode == 0, found.stdout[-2000:]
    assert "事项 312,警种 12,可网办 289,窗口 358" in found.stdout


def test_check_lists_questions_that_are_almost_the_same() -> None:
    found = onedoor("check", "--near")
    assert found.returncode == 0, found.stdout[-2000:]
    heading = next(line for line in found.stdout.splitlines() if line.startswith("几乎一样"))
    assert sum("⇔" in line for line in found.stdout.splitlines()) >= int(heading.split()[1]) > 0
    assert "⇔" not in onedoor("check").stdout


def test_port_taken_is_said_in_plain_words() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        found = onedoor("run", "--port", str(port))
    assert found.returncode == 3
    assert f"端口 {port} 用不了" in found.stderr
    assert "Traceback" not in found.stderr


def test_log_level_that_would_show_what_people_wrote_is_refused() -> None:
    found = onedoor("check", ONEDOOR_LOG_LEVEL="DEBUG")
    assert found.returncode != 0
    assert "ONEDOOR_LOG_LEVEL" in found.stderr


@pytest.mark.e2e
def test_train_with_nothing_changed_trains_nothing(model: Path) -> None:
    before = model.stat().st_mtime_ns
    found = onedoor("train")
    assert found.returncode == 0, found.stderr
    assert "模型已是最新" in found.stdout
    assert model.stat().st_mtime_ns == before


@pytest.mark.e2e
def test_ask_prints_text_or_the_message_contract(model: Path) -> None:
    assert "居民户口簿" in onedoor("ask", "身份证丢了怎么补").stdout
    replies = json.loads(onedoor("ask", "身份证丢了怎么补", "--json", "--channel", "wechat").stdout)
    assert replies[0]["custom"]["matter"] == {"code": "HZ-059", "name": "居民身份证丢失补领"}
    assert replies[0]["text"]


@pytest.mark.e2e
def test_ask_without_words_is_bad_input(model: Path) -> None:
    found = onedoor("ask", "   ")
    assert found.returncode == 2
    assert "message" in found.stderr


@pytest.mark.e2e
def test_chat_keeps_the_conversation(model: Path) -> None:
    out = onedoor("chat", stdin="护照到期换新要带什么\n那多少钱\n退出\n").stdout
    assert "费用" in out and "再见" in out


@pytest.mark.e2e
def test_evaluate_prints_the_contract(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["qid", "question", "code", "also", "style", "aspect"])
        writer.writerow(["1", "身份证丢了怎么补", "HZ-059", "", "plain", ""])
        writer.writerow(["2", "护照到期换新多少钱", "CRJ-002", "", "plain", "fee"])
        writer.writerow(["3", "今天天气怎么样", "", "", "smalltalk", ""])
    data = json.loads(onedoor("evaluate", str(path), "--json").stdout)
    assert data["n"] == 3 and data["in_scope"] == 2
    assert {"top1", "top3", "decisions", "by_branch", "by_style", "rows"} <= set(data)
    assert [row["qid"] for row in data["rows"]] == ["1", "2", "3"]
    assert all(set(row) == {"qid", "top", "decision", "aspect"} for row in data["rows"])
    assert all(len(row["top"]) <= 5 for row in data["rows"])
    assert data["rows"][1]["aspect"] == "fee"
    people = onedoor("evaluate", str(path)).stdout
    assert "top-1" in people


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("qid,words,code\n1,x,HZ-001\n", "text"),
        ("qid,text,code\n1,,HZ-001\n", "第 2 行"),
    ],
)
@pytest.mark.e2e
def test_evaluate_names_what_is_wrong_with_the_file(model: Path, tmp_path: Path, content: str, word: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    found = onedoor("evaluate", str(path))
    assert found.returncode == 2
    assert word in found.stderr
    assert "Traceback" not in found.stderr


def test_evaluate_without_a_file_is_bad_input(tmp_path: Path) -> None:
    found = onedoor("evaluate", str(tmp_path / "none.csv"))
    assert found.returncode == 2
    assert "打不开文件" in found.stderr
