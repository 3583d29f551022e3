from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput
from bot.ops.transcripts import EXAMPLES, process

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDOOR_SECRET", "x" * 40)


def parse(text: str) -> dict[str, Any]:
    if "身份证" in text:
        matters = [{"code": "HZ-059", "name": "居民身份证丢失补领", "confidence": 0.9}]
        return {"matters": matters, "decision": "answer", "aspect": "fee" if "钱" in text else None}
    return {"matters": [], "decision": "ask_back", "aspect": None}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_jsonl_keeps_callers_turns_and_reports_bad_lines(tmp_path: Path) -> None:
    source = write(
        tmp_path / "calls.jsonl",
        json.dumps({"call": "1", "speaker": "客户", "time": "3", "text": "身份证丢了补要多少钱"}),
        "not json",
        json.dumps({"call": "1", "speaker": "坐席", "text": "您好"}),
        json.dumps({"call": "1", "speaker": "客户"}),
    )
    said = "\n".join(process(source, None, parse))
    found = rows(tmp_path / "calls-matters.csv")
    assert [(row["line"], row["matter"], row["aspect"]) for row in found] == [("1", "HZ-059", "fee")]
    assert "第 2 行" in said and "第 4 行" in said


def test_txt_and_srt_and_csv_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "[00:01] 市民:身份证丢了", "坐席:请讲", "", "嗯")
    write(tmp_path / "b.srt", "1", "00:00:01,000 --> 00:00:02,000", "身份证丢了", "")
    write(tmp_path / "c.csv", "speaker,text", "客户,身份证", "民警,好的")
    list(process(tmp_path, tmp_path / "out.csv", parse))
    assert [(row["file"], row["matter"]) for row in rows(tmp_path / "out.csv")] == [
        ("a.txt", "HZ-059"), ("a.txt", ""), ("b.srt", "HZ-059"), ("c.csv", "HZ-059"),
    ]  # fmt: skip


def test_a_stopped_run_goes_on_where_it_left_off(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"身份证丢了 {number}"}) for number in range(20)]
    source = write(tmp_path / "calls.jsonl", *lines)
    seen: list[str] = []

    def failing(text: str) -> dict[str, Any]:
        if len(seen) == 10:
            raise KeyboardInterrupt
        seen.append(text)
        return parse(text)

    with pytest.raises(KeyboardInterrupt):
        list(process(source, None, failing))
    list(process(source, None, parse))
    found = rows(tmp_path / "calls-matters.csv")
    assert [row["line"] for row in found] == [str(number) for number in range(1, 21)]


def test_private_numbers_are_masked_in_the_result(tmp_path: Path) -> None:
    source = write(
        tmp_path / "calls.jsonl", json.dumps({"text": "身份证120101199001011234丢了", "call": "13812345678"})
    )
    list(process(source, tmp_path / "out.json", parse))
    text = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert "1990" not in text and "12345678" not in text


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    source = tmp_path / "calls.txt"
    source.write_bytes("身份证丢了\n".encode() + b"\xff\xfe\n" + "再见\n".encode())
    said = "\n".join(process(source, None, parse))
    assert "第 2 行:不是 UTF-8" in said
    assert len(rows(tmp_path / "calls-matters.csv")) == 2


def test_nothing_to_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="没有"):
        list(process(tmp_path, None, parse))


def call_lines(count: int) -> list[str]:
    """Turns of calls of seven turns each, with a bad line now and then."""
    said = [
        ("坐席", "您好"), ("客户", "身份证丢了"), ("坐席", "您户口在哪个区?"), ("客户", "那多少钱"),
        ("客户", "就那个"), ("坐席", "还有吗?"), ("客户", "好的"),
    ]  # fmt: skip
    lines = []
    for number in range(count):
        speaker, text = said[number % 7]
        row = {"call": str(number // 7), "speaker": speaker, "text": f"{text}{number}"}
        lines.append("{broken" if number % 97 == 96 else json.dumps(row, ensure_ascii=False))
    return lines


KILLED = """
import os, signal, sys
from pathlib import Path
from bot.ops.transcripts import process
from tests.bot.ops.test_transcripts import parse
seen = 0
def failing(text):
    global seen
    seen += 1
    if seen == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(f"{text}")
list(process(Path(sys.argv[1]), Path(sys.argv[2]), failing, every=10))
"""


@pytest.mark.parametrize("ending", ["csv", "json"])
@pytest.mark.parametrize("at", [1, 30, 101, 190])
def test_killed_and_run_again_ends_with_the_same_bytes(tmp_path: Path, ending: str, at: int) -> None:
    source = write(tmp_path / "calls.jsonl", *call_lines(400))
    whole, again = tmp_path / f"whole.{ending}", tmp_path / f"again.{ending}"
    list(process(source, whole, parse))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(source), str(again), str(at)], cwd=ROOT, check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL
    assert not again.exists(), "an unfinished result does not look finished"
    said = list(process(source, again, parse, every=10))
    assert again.read_bytes() == whole.read_bytes()
    summaries = [path.with_name(path.stem + "-summary.json").read_text(encoding="utf-8") for path in (whole, again)]
    assert summaries[0] == summaries[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["calls.jsonl", f"whole.{ending}", "whole-summary.json", f"again.{ending}", "again-summary.json"]
    )
    assert any("接着上次" in line for line in said) == (at > 1)


def test_after_a_stop_only_the_rest_is_parsed(tmp_path: Path) -> None:
    source = write(tmp_path / "calls.jsonl", *[json.dumps({"text": f"身份证丢了 {n}"}) for n in range(50)])
    seen: list[str] = []

    def stopping(text: str) -> dict[str, Any]:
        if len(seen) == 30:
            raise KeyboardInterrupt
        seen.append(text)
        return parse(text)

    with pytest.raises(KeyboardInterrupt):
        list(process(source, None, stopping))
    seen_later: list[str] = []
    list(process(source, None, lambda text: (seen_later.append(text), parse(text))[1]))
    assert len(seen) + len(seen_later) == 50


@pytest.mark.parametrize("change", ["source", "model", "officers", "fresh", "damage"])
def test_a_checkpoint_of_something_else_is_not_used(tmp_path: Path, change: str) -> None:
    source = write(tmp_path / "calls.jsonl", *call_lines(100))
    output = tmp_path / "out.csv"

    def stopping(text: str) -> dict[str, Any]:
        if "就那个" in text:
            raise KeyboardInterrupt
        return parse(text)

    with pytest.raises(KeyboardInterrupt):
        list(process(source, output, stopping, every=1, version="1"))
    options: dict[str, Any] = {"version": "1"}
    if change == "source":
        write(source, *call_lines(99))
    elif change == "model":
        options["version"] = "2"
    elif change == "officers":
        options["officers"] = ("客户",)
    elif change == "fresh":
        options["fresh"] = True
    else:
        (tmp_path / "out.csv.checkpoint").write_text('{"mark": 5')
    said = list(process(source, output, parse, **options))
    assert not any("接着上次" in line for line in said)
    assert rows(output) == rows(output) and (change == "officers") == (rows(output) == [])


def test_context_and_aspects_are_in_the_rows(tmp_path: Path) -> None:
    source = write(
        tmp_path / "calls.jsonl",
        json.dumps({"call": "1", "speaker": "客户", "text": "身份证丢了"}),
        json.dumps({"call": "2", "speaker": "客户", "text": "就那个"}),
        json.dumps({"call": "1", "speaker": "客户", "text": "那多少钱"}),
    )

    def with_intents(text: str) -> dict[str, Any]:
        if "多少钱" in text:
            return {"matters": [], "decision": "ask_back", "aspects": ["fee"], "intent": {"name": "follow_up"}}
        return parse(text)

    list(process(source, None, with_intents))
    found = rows(tmp_path / "calls-matters.csv")
    assert [(row["call"], row["matter"], row["context"], row["aspect"], row["unresolved"]) for row in found] == [
        ("1", "HZ-059", "", "", ""), ("2", "", "", "", "yes"), ("1", "HZ-059", "follow_up", "fee", ""),
    ]  # fmt: skip


def test_the_summary_counts_calls(tmp_path: Path) -> None:
    source = write(
        tmp_path / "calls.jsonl",
        *[json.dumps({"call": str(n), "speaker": "客户", "text": "身份证丢了"}) for n in (1, 1, 2)],
        json.dumps({"call": "3", "speaker": "客户", "text": "就那个"}),
        json.dumps({"call": "4", "speaker": "坐席", "text": "我帮您转出入境"}),
    )
    said = "\n".join(process(source, None, parse))
    kept = json.loads((tmp_path / "calls-matters-summary.json").read_text(encoding="utf-8"))
    assert kept["calls"] == 4 and kept["calls_with_matter"] == 2 and kept["calls_unresolved"] == 1
    assert kept["calls_handed"] == 1 and kept["matters"] == {"HZ-059 居民身份证丢失补领": 2}
    assert kept["unresolved"] == [{"call": "calls.jsonl 3", "text": "就那个"}]
    assert "4 通电话" in said and "没弄明白的 1 通" in said


def test_the_summary_stays_small_however_many_lines_are_bad(tmp_path: Path) -> None:
    source = write(tmp_path / "calls.jsonl", *["{broken"] * 500, json.dumps({"text": "身份证丢了"}))
    list(process(source, None, parse))
    kept = json.loads((tmp_path / "calls-matters-summary.json").read_text(encoding="utf-8"))
    assert kept["skipped"] == 500 and len(kept["problems"]) == EXAMPLES


def test_json_output_is_one_valid_list(tmp_path: Path) -> None:
    for number, lines in enumerate(
        ([], [json.dumps({"text": "身份证丢了"})] * 2, [json.dumps({"text": "您好", "speaker": "坐席"})])
    ):
        source = write(tmp_path / f"calls{number}.jsonl", *lines)
        output = tmp_path / f"out{number}.json"
        list(process(source, output, parse))
        assert len(json.loads(output.read_text(encoding="utf-8"))) == (2 if number == 1 else 0)


def test_numbers_in_file_and_call_names_are_masked_but_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    write(folder / "13812345678.txt", "身份证丢了")
    write(folder / "13987654321.txt", "身份证丢了")
    output = tmp_path / "out.csv"
    list(process(folder, output, parse))
    names = [row["file"] for row in rows(output)]
    text = output.read_text(encoding="utf-8") + (tmp_path / "out-summary.json").read_text(encoding="utf-8")
    assert len(set(names)) == 2 and "12345678" not in text and "87654321" not in text


def test_what_a_spreadsheet_would_run_is_text(tmp_path: Path) -> None:
    source = write(tmp_path / "calls.jsonl", json.dumps({"text": "=1+2"}))
    list(process(source, None, parse))
    assert rows(tmp_path / "calls-matters.csv")[0]["text"] == "'=1+2"


def test_the_result_in_the_folder_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "text", "身份证丢了")
    for _ in range(2):
        list(process(tmp_path, tmp_path / "out.csv", parse))
    assert len(rows(tmp_path / "out.csv")) == 1


def test_officers_can_be_named(tmp_path: Path) -> None:
    source = write(tmp_path / "calls.txt", "甲:您好", "乙:身份证丢了")
    list(process(source, None, parse, officers=("甲",)))
    assert [row["text"] for row in rows(tmp_path / "calls-matters.csv")] == ["身份证丢了"]


def test_many_calls_at_once_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ops.transcripts.MAX_CALLS", 3)
    lines = [json.dumps({"call": str(n), "text": "身份证丢了"}) for n in range(10)]
    source = write(tmp_path / "calls.jsonl", *lines)
    said = "\n".join(process(source, None, parse))
    assert "10 通电话" in said


@pytest.mark.parametrize("name", ["out.txt", "out"])
def test_another_ending_of_the_result_is_bad_input(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / "calls.jsonl", json.dumps({"text": "x"}))
    with pytest.raises(BadInput, match=r"\.csv"):
        list(process(source, tmp_path / name, parse))
