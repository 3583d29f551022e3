from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from knowledge.catalogue import CACHE_FOLDER_VARIABLE, ROOT, Catalogue, load, read_all
from knowledge.excel import SheetFaults, export_workbook, import_workbook
from knowledge.excel.files import write_records
from knowledge.excel.tables import GROUPS
from knowledge.models import Place
from knowledge.validate import check

SMALL = Path(__file__).parents[1] / "data" / "knowledge"
NEW_MATTER = {
    "事项编码": "HZ-003",
    "事项名称": "测试证补领",
    "警种": "household",
    "别名": "补测试证",
    "办理对象": "个人",
    "事项类型": "公共服务",
    "事项概述": "测试证丢了重新领",
    "一句话区分": "测试证丢了",
    "窗口层级": "派出所",
    "谁的窗口": "户籍地",
    "窗口出处": "《测试法》第一条",
    "可否网办": "否",
    "网办出处": "《测试法》第一条",
    "法律依据": "《中华人民共和国测试法》第一条",
}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A small knowledge base of its own: what an editor does is the same with three matters as with 312."""
    target = tmp_path / "knowledge"
    shutil.copytree(SMALL, target)
    monkeypatch.setenv(CACHE_FOLDER_VARIABLE, str(tmp_path / "cache"))
    return load(target)


@pytest.fixture
def exported(copy: Catalogue, tmp_path: Path) -> Path:
    path = tmp_path / "guides.xlsx"
    assert export_workbook(copy, path) == len(copy.matters)
    return path


def fingerprints(catalogue: Catalogue) -> dict[str, str]:
    """Every file below the knowledge folder and a hash of its bytes."""
    files = [path for path in sorted(catalogue.root.rglob("*")) if path.is_file()]
    return {str(path.relative_to(catalogue.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def changed(before: dict[str, str], catalogue: Catalogue) -> set[str]:
    after = fingerprints(catalogue)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def edit(path: Path, sheet: str, column: str, key: str, value: object, skip: int = 0) -> int:
    """Change one cell; returns its row."""
    workbook = load_workbook(path)
    page = workbook[sheet]
    labels = [cell.value for cell in page[1]]
    rows = [row for row in range(2, page.max_row + 1) if page.cell(row, 1).value == key]
    page.cell(rows[skip], labels.index(column) + 1).value = value
    workbook.save(path)
    return rows[skip]


def add(path: Path, sheet: str, values: dict[str, object]) -> int:
    """Fill the first empty row; returns it."""
    workbook = load_workbook(path)
    page = workbook[sheet]
    labels = [cell.value for cell in page[1]]
    row = next(row for row in range(2, page.max_row + 2) if page.cell(row, 1).value is None)
    for label, value in values.items():
        cell = page.cell(row, labels.index(label) + 1)
        assert not page.column_dimensions[cell.column_letter].protection.locked, "an editor could not type here"
        cell.value = value
    workbook.save(path)
    return row


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, Path]:
    """The real knowledge base, and all of it as a workbook."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copytree(ROOT, folder / "knowledge", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    catalogue, faults = read_all(folder / "knowledge")
    assert faults == []
    assert export_workbook(catalogue, folder / "guides.xlsx") == 312
    return catalogue, folder / "guides.xlsx"


def test_a_round_trip_of_everything_changes_not_one_byte(whole: tuple[Catalogue, Path]) -> None:
    catalogue, path = whole
    before = fingerprints(catalogue)
    load_workbook(path).save(path)  # opened and saved by a spreadsheet program
    assert import_workbook(catalogue, path) == []
    assert changed(before, catalogue) == set()


def test_writing_every_record_changes_not_one_byte(whole: tuple[Catalogue, Path]) -> None:
    """Files are in the form they are written in: an edit changes the edited lines and no others."""
    catalogue, _ = whole
    before = fingerprints(catalogue)
    kinds = ("matters", "windows", "referrals", "bundles", "totals")
    write_records(catalogue.root, {kind: list(getattr(catalogue, kind).values()) for kind in kinds})
    assert changed(before, catalogue) == set()


def test_a_round_trip_changes_not_one_byte(copy: Catalogue, exported: Path) -> None:
    before = fingerprints(copy)
    assert import_workbook(copy, exported) == []
    assert changed(before, copy) == set()


def test_labels_are_chinese_codes_are_locked_and_cells_are_explained(exported: Path) -> None:
    workbook = load_workbook(exported)
    assert workbook.sheetnames == [*(sheet.title for group in GROUPS for sheet in group.sheets), "对照"]
    page = workbook["事项"]
    assert page["A1"].value == "事项编码"
    assert page.protection.sheet and page["A2"].protection.locked and not page["D2"].protection.locked
    for title in ("事项", "窗口", "转介", "一件事"):
        header = workbook[title][1]
        assert header[0].comment is not None, title
        assert (
            any(rule.showErrorMessage for rule in workbook[title].data_validations.dataValidation) or title == "一件事"
        )
    assert workbook["网页"]["B2"].protection.locked


def test_every_drop_down_fits_into_excels_255_characters_and_offers_every_kind_of_place(exported: Path) -> None:
    workbook = load_workbook(exported)
    lists = [rule.formula1 for page in workbook for rule in page.data_validations.dataValidation]
    assert lists and all(len(choices) <= 255 + 2 for choices in lists)
    assert f'"{",".join(place.value for place in Place)}"' in lists


def test_one_changed_cell_changes_one_file_and_is_shown(copy: Catalogue, exported: Path) -> None:
    before = fingerprints(copy)
    edit(exported, "事项", "事项概述", "HZ-001", "丢了身份证来补")
    changes = import_workbook(copy, exported)
    assert [(change.code, change.field, change.after) for change in changes] == [
        ("HZ-001", "summary", "丢了身份证来补")
    ]
    assert str(changes[0]).startswith("HZ-001 事项概述:")
    assert changed(before, copy) == {"matters/household/HZ-001.yml"}
    assert load(copy.root).matter("HZ-001").summary == "丢了身份证来补"


def test_a_changed_fee_reads_as_one_line(copy: Catalogue, exported: Path) -> None:
    edit(exported, "费用", "金额(元)", "HZ-001", 45)
    assert [str(change) for change in import_workbook(copy, exported)] == ["HZ-001 费用 第1条 金额(元):40 → 45"]
    fee = load(copy.root).matter("HZ-001").fee
    assert fee is not None and fee.items[0].amount == 45


def test_added_and_deleted_rows_read_as_such(copy: Catalogue, exported: Path) -> None:
    workbook = load_workbook(exported)
    page = workbook["步骤"]
    row = next(row for row in range(2, page.max_row + 1) if page.cell(row, 1).value == "HZ-001")
    text = page.cell(row, 2).value
    page.delete_rows(row)
    workbook.save(exported)
    add(
        exported,
        "提示",
        {"事项编码": "HZ-001", "给谁": "老年人", "提示": "可以请家人陪着来", "出处": "《测试法》第三条"},
    )
    lines = [str(change) for change in import_workbook(copy, exported)]
    assert f"HZ-001 步骤 第1条:删去 {text}" in lines
    assert any(line.startswith("HZ-001 提示 第1条:增加 可以请家人陪着来") for line in lines), lines
    assert len(lines) == 2


def test_review_is_chosen_in_chinese(copy: Catalogue, exported: Path) -> None:
    edit(exported, "事项", "核定状态", "HZ-001", "已核定")
    with pytest.raises(SheetFaults, match="已核定要写日期"):
        import_workbook(copy, exported)
    edit(exported, "事项", "核定日期", "HZ-001", date(2026, 11, 24))
    edit(exported, "事项", "核定岗位", "HZ-001", "户政岗")
    import_workbook(copy, exported)
    review = load(copy.root).matter("HZ-001").review
    assert (review.status, review.reviewed_on, review.role) == ("reviewed", date(2026, 11, 24), "户政岗")


def test_a_window_is_retired_and_another_gets_an_address(copy: Catalogue, exported: Path) -> None:
    before = fingerprints(copy)
    edit(exported, "窗口", "停用日期", "W-001", "2026-11-24")
    edit(exported, "窗口", "地址", "W-002", "甲区某路1号")
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert [(fault.sheet, fault.column) for fault in raised.value.faults] == [("窗口", "出处")]
    edit(exported, "窗口", "出处", "W-002", "https://example.org/hall")
    edit(exported, "窗口", "资料日期", "W-002", "2026-11")
    assert len(import_workbook(copy, exported)) == 4
    assert changed(before, copy) == {"windows/jia.yml"}
    after = load(copy.root)
    assert after.window("W-001").closed_on == date(2026, 11, 24)
    assert after.window("W-002").address == "甲区某路1号"
    assert "W-001" not in {window.id for window in after.open_windows()}


def test_a_new_window_goes_to_its_district_and_the_total_is_asked_for(copy: Catalogue, exported: Path) -> None:
    new = {
        "窗口编号": "W-003",
        "名称": "测试窗口",
        "层级": "区级",
        "区": "甲区",
        "服务警种": "户政",
        "已核实": "否",
        "出处": "naming rule",
    }
    before = fingerprints(copy)
    add(exported, "窗口", new)
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert [(fault.sheet, fault.column, fault.problem) for fault in raised.value.faults] == [
        ("总数", "应有", "窗口应有 2,现有 3")
    ]
    edit(exported, "总数", "应有", "windows", 3)
    lines = [str(change) for change in import_workbook(copy, exported)]
    assert lines == ["W-003 新增窗口:测试窗口", "windows 应有:2 → 3"]
    assert changed(before, copy) == {"windows/jia.yml", "totals.yml"}
    assert check(copy.root)[1] == []


def test_a_new_matter_with_guided_errors(copy: Catalogue, exported: Path) -> None:
    row = add(exported, "事项", {**NEW_MATTER, "事项类型": None, "警种": "coast"})
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert [(fault.sheet, fault.row, fault.column, fault.problem) for fault in raised.value.faults] == [
        ("事项", row, "事项类型", "没有写")
    ]
    edit(exported, "事项", "事项类型", "HZ-003", "公共服务")
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert {(fault.sheet, fault.column) for fault in raised.value.faults} == {("事项", "事项编码"), ("总数", "应有")}
    edit(exported, "事项", "警种", "HZ-003", "household")
    edit(exported, "总数", "应有", "matters", 4)
    before = fingerprints(copy)
    assert [str(change) for change in import_workbook(copy, exported)] == [
        "HZ-003 新增事项:测试证补领",
        "matters 应有:3 → 4",
    ]
    assert changed(before, copy) == {"matters/household/HZ-003.yml", "totals.yml"}
    assert load(copy.root).matter("HZ-003").name == "测试证补领"
    assert check(copy.root)[1] == []


def test_new_sources_and_documents_can_be_registered_and_used_at_once(copy: Catalogue, exported: Path) -> None:
    before = fingerprints(copy)
    add(exported, "网页", {"代号": "ed-test", "标题": "测试网页", "网址": "https://example.org/", "范围": "天津"})
    add(exported, "材料词表", {"材料名称": "测试材料", "出处": "ed-test"})
    add(exported, "材料", {"事项编码": "HZ-001", "材料名称": "测试材料", "形式": "原件", "出处": "ed-test"})
    lines = [str(change) for change in import_workbook(copy, exported)]
    assert lines[1:] == ["测试材料 新增材料词表:测试材料", "ed-test 新增网页:测试网页"]
    assert changed(before, copy) == {
        "documents/editors.yml",
        "sources/editors.yml",
        "matters/household/HZ-001.yml",
    }
    assert check(copy.root)[1] == []


def test_a_bundle_s_steps_are_reordered_by_moving_rows(copy: Catalogue, exported: Path) -> None:
    workbook = load_workbook(exported)
    page = workbook["一件事步骤"]
    rows = [row for row in range(2, page.max_row + 1) if page.cell(row, 1).value == "moving"]
    for column in range(2, 5):
        first, second = page.cell(rows[0], column), page.cell(rows[1], column)
        first.value, second.value = second.value, first.value
    workbook.save(exported)
    before = [step.matter for step in copy.bundles["moving"].steps]
    import_workbook(copy, exported)
    after = [step.matter for step in load(copy.root).bundles["moving"].steps]
    assert after == [before[1], before[0], *before[2:]]


def test_dry_run_writes_nothing(copy: Catalogue, exported: Path) -> None:
    before = fingerprints(copy)
    edit(exported, "事项", "事项概述", "HZ-001", "丢了身份证来补")
    assert len(import_workbook(copy, exported, write=False)) == 1
    assert changed(before, copy) == set()


@pytest.mark.parametrize(
    ("sheet", "key", "column", "value", "word"),
    [
        ("事项", "HZ-001", "可否网办", "也许", "只能写"),
        ("事项", "HZ-001", "法定时限", "很快", "数字"),
        ("事项", "HZ-001", "谁的窗口", "隔壁", "可以写:户籍地"),
        ("事项", "HZ-001", "核定状态", "reviewed", "只能写:待核定、已核定"),
        ("事项", "HZ-001", "核定日期", "昨天", "2026"),
        ("事项", "HZ-001", "事项名称", "改个名字", "不能改"),
        ("事项", "HZ-001", "警种", "coast", "不能改"),
        ("材料", "HZ-001", "材料名称", "其他材料", "材料"),
        ("材料", "HZ-001", "出处", "听说的", "出处"),
        ("材料", "HZ-001", "适用情形", "applicant", "情形=选项"),
        ("材料", "HZ-001", "份数", 99, "不能大于 10"),
        ("相近事项", "HZ-001", "相近事项编码", "HZ-999", "HZ-999"),
        ("窗口", "W-001", "层级", "街级", "可以写:市级"),
        ("窗口", "W-001", "区", "甲", "写区的全名"),
        ("转介", "water", "电话", "去问问", "不像电话"),
        ("转介", "water", "类别", "body", "只能写:别的部门、紧急"),
        ("一件事", "moving", "还要找谁", "nobody", "没有转介"),
        ("一件事步骤", "moving", "事项编码", "HZ-999", "没有事项 HZ-999"),
        ("网页", "test-page", "标题", "别的标题", "只能在最后加行"),
        ("总数", "matters", "应有", 2, "现有 3"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(
    copy: Catalogue, exported: Path, sheet: str, key: str, column: str, value: object, word: str
) -> None:
    before = fingerprints(copy)
    row = edit(exported, sheet, column, key, value)
    edit(exported, "事项", "事项概述", "HZ-002", "这一处是对的")
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    places = {(fault.sheet, fault.row, fault.column) for fault in raised.value.faults}
    assert (sheet, row, column) in places, raised.value
    assert word in str(raised.value)
    assert changed(before, copy) == set()


def test_all_faults_at_once(copy: Catalogue, exported: Path) -> None:
    edit(exported, "事项", "可否网办", "HZ-001", "也许")
    edit(exported, "窗口", "已核实", "W-002", "大概")
    edit(exported, "材料", "份数", "HZ-001", "几份")
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    assert {fault.sheet for fault in raised.value.faults} == {"事项", "窗口", "材料"}


def test_a_missing_row_column_or_sheet_or_a_foreign_file_is_refused(
    copy: Catalogue, exported: Path, tmp_path: Path
) -> None:
    workbook = load_workbook(exported)
    code = workbook["事项"].cell(3, 1).value
    workbook["事项"].delete_rows(3)
    workbook["窗口"]["B1"].value = "名字"
    del workbook["问答"]
    workbook.save(exported)
    with pytest.raises(SheetFaults) as raised:
        import_workbook(copy, exported)
    text = str(raised.value)
    assert f"少了 {code}" in text and "恢复表头" in text and "没有这个表" in text
    other = tmp_path / "other.xlsx"
    other.write_text("not a workbook")
    with pytest.raises(SheetFaults, match="打不开"):
        import_workbook(copy, other)


def test_a_text_that_begins_like_a_formula_survives(copy: Catalogue, tmp_path: Path) -> None:
    path = copy.root / "matters" / "household" / "HZ-001.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("summary: 测试证丢了重新领", "summary: =测试证"), encoding="utf-8")
    catalogue = load(copy.root)
    assert catalogue.matter("HZ-001").summary == "=测试证"
    before = fingerprints(catalogue)
    export_workbook(catalogue, tmp_path / "formula.xlsx")
    assert import_workbook(catalogue, tmp_path / "formula.xlsx") == []
    assert changed(before, catalogue) == set()
