"""What the editors' guide promises: an edit is answered with at once, in the same conversation, without a restart."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from knowledge.catalogue import CACHE_FOLDER_VARIABLE, ROOT_VARIABLE
from tests.e2e.servers import ROOT, Server, endpoints_file, start_server, stop

pytestmark = pytest.mark.e2e
RELOADED_WITHIN = 60
SENDER = "editor"


class Editor:
    """An editor's desk: a knowledge folder of its own, the commands, and a running bot that reads it."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder
        self.knowledge = folder / "knowledge"
        shutil.copytree(ROOT / "knowledge", self.knowledge, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        self.environment = {ROOT_VARIABLE: str(self.knowledge), CACHE_FOLDER_VARIABLE: str(folder / "cache")}
        self.book = folder / "指南.xlsx"
        self.server: Server = start_server(folder, endpoints_file(folder), self.environment)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def edit(self, sheet: str, key: str, values: dict[str, object]) -> None:
        """Change cells of the first row of a key, or fill a new row."""
        workbook = load_workbook(self.book)
        page = workbook[sheet]
        labels = [cell.value for cell in page[1]]
        rows = [row for row in range(2, page.max_row + 1) if page.cell(row, 1).value == key]
        row = rows[0] if rows else page.max_row + 1
        page.cell(row, 1).value = key
        for label, value in values.items():
            page.cell(row, labels.index(label) + 1).value = value
        workbook.save(self.book)

    def wait_for(self, question: str, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask in the one conversation until the answer shows the edit."""
        deadline = time.monotonic() + RELOADED_WITHIN
        while True:
            answer = self.server.say(question, SENDER)
            if seen(answer):
                return answer
            assert time.monotonic() < deadline, answer


@pytest.fixture(scope="module")
def editor(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    desk = Editor(tmp_path_factory.mktemp("editor"), model)
    exported = desk.command("export", str(desk.book))
    assert exported.returncode == 0, exported.stderr
    assert "312 个事项" in exported.stdout
    yield desk
    stop(desk.server.process)


def amounts(answer: dict[str, Any]) -> list[float]:
    fee = answer["custom"].get("guidance", {}).get("fee", {})
    return [item["amount"] for item in fee.get("items", [])]


def window_ids(answer: dict[str, Any]) -> list[str]:
    return [window["id"] for window in answer["custom"].get("guidance", {}).get("windows", [])]


def test_a_changed_fee_is_answered_in_the_same_conversation(editor: Editor) -> None:
    first = editor.server.say("身份证丢了,补办要多少钱", SENDER)
    assert first["custom"]["matter"]["code"] == "HZ-059"
    assert amounts(first) == [40]
    editor.edit("费用", "HZ-059", {"金额(元)": 45})
    dry = editor.command("import", str(editor.book), "--dry-run")
    assert dry.returncode == 0 and "HZ-059 费用 第1条 金额(元):40 → 45" in dry.stdout
    done = editor.command("import", str(editor.book))
    assert done.returncode == 0, done.stderr
    changed = editor.wait_for("那多少钱", lambda answer: amounts(answer) == [45])
    assert changed["custom"]["matter"]["code"] == "HZ-059"
    assert "45" in changed["text"]


def test_a_reviewed_matter_says_so(editor: Editor) -> None:
    before = editor.server.say("身份证丢了,补办要多少钱", SENDER)
    assert before["custom"]["guidance"]["review"]["status"] == "draft"
    editor.edit("事项", "HZ-059", {"核定状态": "已核定", "核定日期": "2026-11-24", "核定岗位": "户政岗"})
    assert editor.command("import", str(editor.book)).returncode == 0
    answer = editor.wait_for("那多少钱", lambda answer: answer["custom"]["guidance"]["review"]["status"] == "reviewed")
    assert answer["custom"]["guidance"]["review"]["reviewed_on"] == "2026-11-24"


def test_a_retired_window_is_not_named_any_more(editor: Editor) -> None:
    editor.server.say("身份证丢了,补办要多少钱", SENDER)
    editor.server.say("我在河西区", SENDER)
    asked = editor.wait_for("去哪办", lambda answer: bool(window_ids(answer)))
    retired = window_ids(asked)[0]
    editor.edit("窗口", retired, {"停用日期": "2026-11-24"})
    assert editor.command("import", str(editor.book)).returncode == 0
    editor.wait_for("去哪办", lambda answer: retired not in window_ids(answer))


def test_a_faulty_import_is_refused_and_the_bot_goes_on(editor: Editor) -> None:
    backup = editor.book.read_bytes()
    editor.edit("事项", "HZ-059", {"可否网办": "也许"})
    refused = editor.command("import", str(editor.book))
    editor.book.write_bytes(backup)
    assert refused.returncode == 2
    assert "表“事项”" in refused.stderr and "可否网办" in refused.stderr and "什么都没有写" in refused.stderr
    assert editor.server.say("那多少钱", SENDER)["custom"]["matter"]["code"] == "HZ-059"


def test_a_new_matter_is_checked_and_asks_for_its_questions(editor: Editor) -> None:
    source = "《居民身份证法》第十一条"
    editor.edit(
        "事项",
        "HZ-073",
        {
            "事项名称": "测试证补领", "警种": "household", "别名": "补测试证", "办理对象": "个人",
            "事项类型": "公共服务", "事项概述": "测试证丢了重新领", "窗口层级": "派出所", "窗口出处": source,
            "可否网办": "否", "网办出处": source, "法律依据": source,
        },
    )  # fmt: skip
    refused = editor.command("import", str(editor.book))
    assert refused.returncode == 2 and "事项应有 312,现有 313" in refused.stderr
    editor.edit("总数", "matters", {"应有": 313})
    done = editor.command("import", str(editor.book))
    assert done.returncode == 0, done.stderr
    assert "HZ-073 新增事项:测试证补领" in done.stdout
    assert "data/nlu/household/HZ-073.yml" in done.stdout
    checked = editor.command("check")
    assert checked.returncode == 1
    assert [line.split(":")[0] for line in checked.stdout.splitlines()[:-1]] == ["data/nlu/household/HZ-073.yml"]
    assert editor.server.say("那多少钱", SENDER)["custom"]["matter"]["code"] == "HZ-059"
