from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from knowledge.catalogue import CACHE_FOLDER_VARIABLE, ROOT, Catalogue, load
from knowledge.excel import LISTS, MATTERS, SheetFaults, export_workbook, import_workbook


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    target = tmp_path / "knowledge"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    monkeypatch.setenv(CACHE_FOLDER_VARIABLE, str(tmp_path / "cache"))
    return load(target)


@pytest.fixture(scope="module")
def original(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("excel") / "guides.xlsx"
    assert export_workbook(catalogue, path) == 312
    return path


@pytest.fixture
def exported(original: Path, tmp_path: Path) -> Path:
    return shutil.copy(original, tmp_path / "guides.xlsx")


def fingerprint(catalogue: Catalogue) -> str:
    digest = hashlib.sha256()
    for path in sorted((catalogue.root / "matters").rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def edit(path: Path, sheet: str, column: str, code: str, value: object, skip: int = 0) -> int:
    """Change one cell; returns its row."""
    workbook = load_workbook(path)
    page = workbook[sheet]
    labels = [cell.value for cell in page[1]]
    rows = [row for row in range(2, page.max_row + 1) if page.cell(row, 1).value == code]
    page.cell(rows[skip], labels.index(column) + 1).value = value
    workbook.save(path)
    return rows[skip]


def test_a_round_trip_changes_not_one_byte(copy: Catalogue, exported: Path) -> None:
    before = fingerprint(copy)
    assert import_workbook(copy, exported) == []
    assert fingerprint(copy) == before


def test_labels_are_chinese_and_codes_locked(exported: Path) -> None:
    workbook = load_workbook(exported)
    assert workbook.sheetnames == [MATTERS.title, *(sheet.title for sheet in LISTS)]
    page = workbook["事项"]
    assert page["A1"].value == "事项编码"
    assert page.protection.sheet and page["A2"].protection.locked and not page["D2"].protection.locked
    assert page["A1"].comment is not None
    assert page.data_validations.dataValidation


def test_one_changed_cell_changes_one_file_and_is_shown(copy: Catalogue, exported: Path) -> None:
    edit(exported, "事项", "事项概述", "HZ-059", "丢了身份证来补")
    changes = import_workbook(copy, exported)
    assert [(change.code, change.field, change.after) for change in changes] == [
        ("HZ-059", "summary", "丢了身份证来补")
    ]
    assert load(copy.root).matter("HZ-059").summary == "丢了身份证来补"


def test_dry_run_writes_nothing(copy: Catalogue, exported: Path) -> None:
    before = fingerprint(copy)
    edit(exported, "事项", "事项概述", "HZ-059", "丢了身份证来补")
    assert len(import_workbook(copy, exported, write=False)) == 1
    assert fingerprint(copy) == before


@pytest.mark.parametrize(
    ("sheet", "column", "value", "word"),
    [
        ("事项", "可否网办", "也许", "只能写"),
        ("事项", "法定时限", "很快", "数字"),
        ("事项", "谁的窗口", "隔壁", "谁的窗口"),
        ("事项", "核定日期", "昨天", "2026"),
        ("材料", "材料名称", "其他材料", "材料"),
        ("材料", "出处", "听说的", "出处"),
        ("材料", "适用情形", "applicant", "情形=选项"),
        ("相近事项", "相近事项编码", "HZ-999", "HZ-999"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(
    copy: Catalogue, exported: Path, sheet: str, column: str, value: str, word: str
) -> None:
    before = fingerprint(copy)
    row = edit(exported, sheet, column, "HZ-059", value)
    edit(exported, "事项", "事项概述", "HZ-058", "这一处是对的")
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert any(fault.sheet == sheet and fault.row == row for fault in raised.value.faults), raised.value
    assert word in str(raised.value)
    assert fingerprint(copy) == before


def test_all_faults_at_once(copy: Catalogue, exported: Path) -> None:
    edit(exported, "事项", "可否网办", "HZ-059", "也许")
    edit(exported, "材料", "材料名称", "HZ-058", "没有的材料")
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert {fault.sheet for fault in raised.value.faults} == {"事项", "材料"}


def test_a_missing_matter_or_a_foreign_file_is_refused(copy: Catalogue, exported: Path, tmp_path: Path) -> None:
    workbook = load_workbook(exported)
    workbook["事项"].delete_rows(5)
    workbook.save(exported)
    with pytest.raises(SheetFaults, match="少了事项"):
        import_workbook(copy, exported)
    other = tmp_path / "other.xlsx"
    other.write_text("not a workbook")
    with pytest.raises(SheetFaults, match="打不开"):
        import_workbook(copy, other)
