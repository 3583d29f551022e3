"""Writing the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.excel.cells import Cell
from knowledge.excel.tables import GROUPS, Column, Group, Sheet, at, items

SPARE_ROWS = 200
"""Empty rows below each table that have drop-downs too, for what an editor adds."""
REFERENCE = "对照"
_LOCKED, _OPEN = Protection(locked=True), Protection(locked=False)
_WRAP = Alignment(wrap_text=True, vertical="top")
_NARROW = frozenset({"code", "id", "when"})
_SHOWN_DEFAULTS: dict[tuple[str, str], Any] = {
    ("matters", "review.status"): "draft",
    ("windows", "verified"): False,
    ("referrals", "kind"): "body",
}
"""Fields that files leave out when they say nothing new, and that an editor should see all the same."""


def export_workbook(catalogue: Catalogue, path: Path) -> int:
    """Write every table to ``path``. Returns the number of matters."""
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    for group in GROUPS:
        raws = [yamlio.plain(record) for record in getattr(catalogue, group.name).values()]
        for sheet in group.sheets:
            rows = [(raw[group.key], item) for raw in raws for item in ([raw] if not sheet.path else items(raw, sheet))]
            _write_sheet(workbook.create_sheet(sheet.title), group, sheet, rows)
    _write_reference(workbook.create_sheet(REFERENCE), catalogue)
    workbook.save(path)
    return len(catalogue.matters)


def _value(group: Group, sheet: Sheet, column: Column, item: dict[str, Any]) -> Any:
    value = at(item, column.path)
    return _SHOWN_DEFAULTS.get((group.name, column.path)) if value is None and not sheet.path else value


def _write_sheet(page: Worksheet, group: Group, sheet: Sheet, rows: list[tuple[str, dict[str, Any]]]) -> None:
    page.append([column.label for column in sheet.columns])
    for key, item in rows:
        cells: list[Cell] = [key]
        for column in sheet.columns[1:]:
            value = _value(group, sheet, column, item)
            cells.append(None if value is None or value == [] else column.kind.write(value))
        page.append(cells)
        for cell in page[page.max_row]:
            if isinstance(cell.value, str) and cell.data_type == "f":
                cell.data_type = "s"  # a text that begins with “=” is no formula
    page.freeze_panes = "C2" if not sheet.path else "B2"
    for number, column in enumerate(sheet.columns, 1):
        _write_header(page, number, column)
    for row in page.iter_rows(min_row=2):
        for column, cell in zip(sheet.columns, row, strict=True):
            cell.protection = _LOCKED if column.locked or group.append_only else _OPEN
            cell.alignment = _WRAP
    _protect(page)


def _write_header(page: Worksheet, number: int, column: Column) -> None:
    header = page.cell(1, number)
    header.font, header.fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F6")
    if column.help:
        header.comment = Comment(column.help, "一扇门")
    letter = get_column_letter(number)
    page.column_dimensions[letter].width = 14 if column.path in _NARROW else 24
    page.column_dimensions[letter].protection = _OPEN  # empty cells, where new rows are typed
    if column.kind.choices:
        rule = DataValidation(type="list", formula1=f'"{",".join(column.kind.choices)}"', allow_blank=True)
        rule.error, rule.errorTitle, rule.showErrorMessage = "只能选下拉里的值", column.label, True
        page.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{page.max_row + SPARE_ROWS}")


def _protect(page: Worksheet) -> None:
    """Locked cells stay as they are; no password: it guards against slips, not against people."""
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False
    page.protection.insertRows = page.protection.deleteRows = False
    page.protection.autoFilter = page.protection.sort = False


def _write_reference(page: Worksheet, catalogue: Catalogue) -> None:
    """Codes that other sheets use, with what they mean. Nothing on it is read back."""
    page.append(["表", "代号", "选项", "意思"])
    for branch in catalogue.branches.values():
        page.append(["警种", branch.id, None, branch.name])
    for facet in catalogue.facets.values():
        for option in facet.options:
            page.append(["公共情形", facet.id, option.id, f"{facet.question} {option.label}"])
    for law in catalogue.laws.values():
        page.append(
            ["法律", f"《{law.title}》", None, f"{law.version or ''} 共{law.articles}条" if law.articles else ""]
        )
    for column, width in zip("ABCD", (12, 40, 16, 60), strict=True):
        page.column_dimensions[column].width = width
    page.freeze_panes = "A2"
    _protect(page)
