"""Each rule of the linter, broken once on purpose; the faults are compared with the golden file.

The cases break a small knowledge base of their own, so that editing the real one changes none of them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from knowledge.validate import check, main

DATA = Path(__file__).parents[1] / "data"
CASES = yaml.safe_load((DATA / "knowledge_faults.yml").read_text(encoding="utf-8"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "knowledge"
    shutil.copytree(DATA / "knowledge", target)
    return target


def test_the_knowledge_base_has_no_faults() -> None:
    _, faults = check()
    assert faults == []


def test_the_small_knowledge_base_has_no_faults(copy: Path) -> None:
    _, faults = check(copy)
    assert faults == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_fault_is_found_with_file_and_field(case: dict, copy: Path) -> None:
    path = copy / case["file"]
    text = path.read_text(encoding="utf-8")
    if "replace" in case:
        old, new = case["replace"]
        assert old in text, "the case no longer fits its file"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    elif "append" in case:
        path.write_text(text + case["append"], encoding="utf-8")
    elif "write" in case:
        path.write_text(case["write"], encoding="utf-8")
    elif case.get("delete"):
        path.unlink()
    _, faults = check(copy)
    assert [f"{fault.file}: {fault.field}: {fault.problem}" for fault in faults] == case["faults"]
    assert all(fault.fix for fault in faults)


def test_main_reports_and_exits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "312 个事项" in capsys.readouterr().out
