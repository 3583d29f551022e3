"""Each rule of the linter, broken once on purpose; the faults are compared with the golden file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from knowledge.catalogue import ROOT
from knowledge.validate import check, main

GOLDEN = Path(__file__).parents[1] / "data" / "knowledge_faults.yml"
CASES = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "knowledge"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return target


def test_the_knowledge_base_has_no_faults() -> None:
    _, faults = check()
    assert faults == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_fault_is_found_with_file_and_field(case: dict, copy: Path) -> None:
    path = copy / case["file"]
    if "replace" in case:
        old, new = case["replace"]
        text = path.read_text(encoding="utf-8")
        assert old in text, "the case no longer fits its file"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    elif "append" in case:
        path.write_text(path.read_text(encoding="utf-8") + case["append"], encoding="utf-8")
    elif case.get("delete"):
        path.unlink()
    _, faults = check(copy)
    assert [f"{fault.file}: {fault.field}: {fault.problem}" for fault in faults] == case["faults"]
    assert all(fault.fix for fault in faults)


def test_main_reports_and_exits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "312 个事项" in capsys.readouterr().out
