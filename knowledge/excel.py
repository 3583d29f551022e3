"""The editors' Excel: every guide as rows with Chinese labels, out and back in.

``export_workbook`` writes one sheet a table. ``import_workbook`` reads such a file, checks everything
first, and writes nothing at all if one cell is wrong. What was not edited comes back byte for byte.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from pydantic import ValidationError

from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.errors import KnowledgeError
from knowledge.models import Form, Matter, Place, TimeUnit
from knowledge.rules import check_matter

Cell = Any
"""What openpyxl gives and takes: text, number, date or None."""


@dataclass(frozen=True, order=True)
class SheetFault:
    """One wrong cell: sheet, row, column by its label, what is wrong, what to do."""

    sheet: str
    row: int
    column: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"表“{self.sheet}”第 {self.row} 行“{self.column}”:{self.problem} → {self.fix}"


class SheetFaults(KnowledgeError):
    """The workbook breaks at least one rule; nothing was written."""

    def __init__(self, faults: list[SheetFault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Change:
    """One value that the workbook changes in one matter."""

    code: str
    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.code} {self.field}:{self.before or '(空)'} → {self.after or '(空)'}"


# --- How a value stands in a cell -------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """Writes a value into a cell and reads it back. ``read`` raises ValueError with the fix."""

    write: Callable[[Any], Cell]
    read: Callable[[Cell], Any]
    choices: tuple[str, ...] = ()


def _text(value: Cell) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _number(value: Cell) -> float:
    try:
        return float(_text(value))
    except ValueError:
        raise ValueError("写成数字,不要带单位") from None


def _yes(value: Cell) -> bool:
    text = _text(value)
    if text not in ("是", "否"):
        raise ValueError("只能写“是”或“否”")
    return text == "是"


def _day(value: Cell) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise ValueError("写成 2026-11-24 这样的日期") from None


def _read_when(value: Cell) -> dict[str, list[str]]:
    out = {}
    for part in _text(value).split(";"):
        name, equals, options = part.partition("=")
        if not equals or not options.strip():
            raise ValueError("写成“情形=选项|选项”,几个条件用分号隔开,例如 applicant=proxy")
        out[name.strip()] = [option.strip() for option in options.split("|")]
    return out


def _read_options(value: Cell) -> list[dict[str, str]]:
    out = []
    for line in _text(value).splitlines():
        option, equals, label = line.partition("=")
        if not equals:
            raise ValueError("一行一个选项,写成“代号=说法”")
        out.append({"id": option.strip(), "label": label.strip()})
    return out


TEXT = Kind(lambda value: value, _text)
LINES = Kind("\n".join, lambda value: [line.strip() for line in _text(value).splitlines() if line.strip()])
NUMBER = Kind(lambda value: value, _number)
YES = Kind(lambda value: "是" if value else "否", _yes, ("是", "否"))
DAY = Kind(lambda value: value.isoformat(), _day)
WHEN = Kind(lambda value: ";".join(f"{name}={'|'.join(items)}" for name, items in value.items()), _read_when)
OPTIONS = Kind(lambda value: "\n".join(f"{item['id']}={item['label']}" for item in value), _read_options)
SITUATIONS = Kind(lambda value: "\n".join(item if isinstance(item, str) else item["id"] for item in value), LINES.read)


def one_of(*choices: str) -> Kind:
    """A text with a drop-down."""
    return Kind(TEXT.write, TEXT.read, choices)


@dataclass(frozen=True)
class Column:
    """A column: its label, the dotted path of its value in the record or row, and how it is written."""

    label: str
    path: str
    kind: Kind = TEXT
    locked: bool = False
    help: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table with one row for each item of a list of the record."""

    title: str
    path: str
    columns: tuple[Column, ...]


_CODE = Column("事项编码", "code", locked=True, help="编码不能改;新增一行时写所属事项的编码")
_WHEN = Column("适用情形", "when", WHEN, help="空着表示都适用;例如 applicant=proxy 表示代办时才适用")
_SOURCE = Column("出处", "source", LINES, help="必填,一行一个:《法律》第几条,或登记过的网页代号")
_UNITS = one_of(*(unit.value for unit in TimeUnit))

MATTERS = Sheet(
    "事项",
    "",
    (
        _CODE,
        Column("事项名称", "name", locked=True),
        Column("警种", "branch", locked=True),
        Column("别名", "aliases", LINES, help="一行一个"),
        Column("办理对象", "audience", LINES),
        Column("事项类型", "kind"),
        Column("事项概述", "summary"),
        Column("一句话区分", "hint", help="这个事项是给什么情况办的,给人选择时显示"),
        Column("办理情形", "situations", SITUATIONS, help="一行一个代号;自己的情形写在“情形”表"),
        Column("窗口层级", "window.levels", LINES, help="市级、区级、派出所,一行一个"),
        Column("谁的窗口", "window.place", one_of(*(place.value for place in Place))),
        Column("窗口类别", "window.desk"),
        Column("窗口说明", "window.note"),
        Column("窗口出处", "window.source", LINES),
        Column("可否网办", "online.available", YES),
        Column("网办平台", "online.platform"),
        Column("网办入口", "online.entry"),
        Column("网办深度", "online.depth", one_of("全程网办", "网上申请", "网上预约", "网上查询")),
        Column("网办说明", "online.note"),
        Column("网办出处", "online.source", LINES),
        Column("自助机", "self_service.available", YES),
        Column("自助机说明", "self_service.note"),
        Column("自助机出处", "self_service.source", LINES),
        Column("免费", "fee.free", YES, help="免费写“是”;收费写“否”,金额写在“费用”表;不清楚就空着"),
        Column("费用说明", "fee.note"),
        Column("费用出处", "fee.source", LINES),
        Column("法定时限", "time.statutory.amount", NUMBER),
        Column("法定时限单位", "time.statutory.unit", _UNITS),
        Column("法定时限说明", "time.statutory.note"),
        Column("法定时限出处", "time.statutory.source", LINES),
        Column("承诺时限", "time.promised.amount", NUMBER),
        Column("承诺时限单位", "time.promised.unit", _UNITS),
        Column("承诺时限说明", "time.promised.note"),
        Column("承诺时限出处", "time.promised.source", LINES),
        Column("办理结果", "result.name"),
        Column("领取方式", "result.delivery", LINES),
        Column("结果说明", "result.note"),
        Column("结果出处", "result.source", LINES),
        Column("有效期", "validity.text"),
        Column("有效期情形", "validity.when", WHEN),
        Column("有效期出处", "validity.source", LINES),
        Column("法律依据", "legal_basis", LINES),
        Column("核定状态", "review.status", one_of("draft", "reviewed"), help="draft 待核定,reviewed 已核定"),
        Column("核定日期", "review.reviewed_on", DAY),
        Column("核定岗位", "review.role", help="写岗位,不写人名"),
    ),
)
LISTS = (
    Sheet(
        "情形",
        "situations",
        (_CODE, Column("代号", "id"), Column("怎么问", "question"), Column("选项", "options", OPTIONS)),
    ),
    Sheet("条件", "conditions", (_CODE, Column("条件", "text"), _WHEN, _SOURCE)),
    Sheet(
        "材料",
        "documents",
        (
            _CODE,
            Column("材料名称", "name", help="用材料词表里的名字"),
            Column("形式", "form", one_of(*(form.value for form in Form))),
            Column("份数", "copies", NUMBER),
            Column("可免交电子证照", "exempt_by"),
            _WHEN,
            Column("说明", "note"),
            _SOURCE,
        ),
    ),
    Sheet("步骤", "steps", (_CODE, Column("步骤", "text"), _WHEN, _SOURCE)),
    Sheet(
        "费用",
        "fee.items",
        (_CODE, Column("项目", "label"), Column("金额(元)", "amount", NUMBER), Column("单位", "unit"), _WHEN, _SOURCE),
    ),
    Sheet("提示", "tips", (_CODE, Column("给谁", "group"), Column("提示", "text"), _SOURCE)),
    Sheet("问答", "faq", (_CODE, Column("问", "question"), Column("答", "answer"), _SOURCE)),
    Sheet("相近事项", "related", (_CODE, Column("相近事项编码", "related"), Column("什么情况办它", "tells_apart"))),
)


def _get(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        record = record.setdefault(part, {})
    record[last] = value


def _items(raw: dict[str, Any], sheet: Sheet) -> list[dict[str, Any]]:
    items = _get(raw, sheet.path) or []
    if sheet.path == "situations":
        items = [item for item in items if isinstance(item, dict)]
    if sheet.path == "related":
        items = [{"related": item["code"], "tells_apart": item["tells_apart"]} for item in items]
    return list(items)


# --- Out ----------------------------------------------------------------------------------------------


def export_workbook(catalogue: Catalogue, path: Path) -> int:
    """Write every matter to ``path``. Returns how many."""
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    matters = list(catalogue.matters.values())
    raws = [yamlio.plain(matter) for matter in matters]
    _write_sheet(workbook, MATTERS, [(raw["code"], raw) for raw in raws])
    for sheet in LISTS:
        _write_sheet(workbook, sheet, [(raw["code"], item) for raw in raws for item in _items(raw, sheet)])
    workbook.save(path)
    return len(matters)


def _write_sheet(workbook: Workbook, sheet: Sheet, rows: list[tuple[str, dict[str, Any]]]) -> None:
    page = workbook.create_sheet(sheet.title)
    page.append([column.label for column in sheet.columns])
    for code, item in rows:
        cells: list[Cell] = []
        for column in sheet.columns:
            value = code if column.path == "code" else _get(item, column.path)
            cells.append(None if value is None or value == [] else column.kind.write(value))
        page.append(cells)
    page.freeze_panes = "C2" if sheet is MATTERS else "B2"
    for number, column in enumerate(sheet.columns, 1):
        header = page.cell(1, number)
        header.font, header.fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F6")
        if column.help:
            header.comment = Comment(column.help, "一扇门")
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = 14 if column.path in ("code", "when") else 24
        if column.kind.choices:
            rule = DataValidation(type="list", formula1=f'"{",".join(column.kind.choices)}"', allow_blank=True)
            rule.error, rule.errorTitle = "只能选下拉里的值", column.label
            page.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}5000")
    for cells_of_row in page.iter_rows(min_row=2, max_row=page.max_row + 200, max_col=len(sheet.columns)):
        for column, cell in zip(sheet.columns, cells_of_row, strict=True):
            # New rows of the lists need their code typed in; the codes of the matters never change.
            fixed = column.locked and (sheet is MATTERS or cell.value is not None)
            cell.protection = Protection(locked=fixed)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False
    page.protection.insertRows = page.protection.deleteRows = False


# --- In -----------------------------------------------------------------------------------------------


@dataclass
class _Origin:
    """Where the parts of the records stand in the workbook."""

    matter_rows: dict[str, int]
    item_rows: dict[tuple[str, str], list[int]]

    def fault(self, code: str, field: str, problem: str, fix: str) -> SheetFault:
        """A fault of a record's field, in terms of sheet, row and column."""
        for sheet in LISTS:
            if field.startswith(sheet.path + "[") or field == sheet.path:
                number = int(field[len(sheet.path) + 1 :].partition("]")[0]) if "[" in field else 0
                rows = self.item_rows.get((code, sheet.path), [])
                rest = field.partition("].")[2]
                label = next((c.label for c in sheet.columns if c.path == rest.partition(".")[0]), rest)
                row = rows[number] if number < len(rows) else self.matter_rows.get(code, 0)
                return SheetFault(sheet.title, row, label or sheet.title, problem, fix)
        exact = [column.label for column in MATTERS.columns if column.path == field]
        near = [column.label for column in MATTERS.columns if column.path.startswith(field)]
        column = next(iter([*exact, *near, field]))
        return SheetFault(MATTERS.title, self.matter_rows.get(code, 0), column, problem, fix)


def import_workbook(catalogue: Catalogue, path: Path, write: bool = True) -> list[Change]:
    """Read ``path`` back. Returns what it changes; with ``write`` the changed records are written.

    Raises:
        SheetFaults: with every fault of every sheet; then nothing is written.
    """
    faults: list[SheetFault] = []
    raws, origin = _read(catalogue, path, faults)
    matters: dict[str, Matter] = {}
    for code, raw in raws.items():
        try:
            matters[code] = Matter(**raw)
        except ValidationError as error:
            for item in error.errors():
                faults.append(origin.fault(code, _dotted(item["loc"]), item["msg"], "按批注改正"))
    checked = replace(catalogue, matters={**catalogue.matters, **matters})
    for matter in matters.values():
        faults += [origin.fault(matter.code, f.field, f.problem, f.fix) for f in check_matter(matter, checked)]
    if faults:
        raise SheetFaults(faults)
    changes: list[Change] = []
    for code, matter in matters.items():
        found = list(_differences(code, yamlio.plain(catalogue.matter(code)), yamlio.plain(matter)))
        changes += found
        if found and write:
            target = catalogue.root / "matters" / matter.branch / f"{code}.yml"
            target.write_text(yamlio.canonical(matter), encoding="utf-8")
    return changes


def _read(catalogue: Catalogue, path: Path, faults: list[SheetFault]) -> tuple[dict[str, dict[str, Any]], _Origin]:
    try:
        workbook = load_workbook(path, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        fix = "用 onedoor export 重新导出一份再改"
        raise SheetFaults([SheetFault(path.name, 0, "文件", f"打不开({error})", fix)]) from error
    raws: dict[str, dict[str, Any]] = {}
    origin = _Origin({}, defaultdict(list))
    for row, code, values in _rows(workbook, MATTERS, faults):
        if code not in catalogue.matters:
            faults.append(SheetFault(MATTERS.title, row, "事项编码", f"没有事项“{code}”", "编码不能改,恢复原样"))
            continue
        if code in raws:
            faults.append(SheetFault(MATTERS.title, row, "事项编码", f"“{code}”写了两行", "删掉一行"))
            continue
        raws[code] = {"code": code, **values}
        origin.matter_rows[code] = row
    for missing in catalogue.matters.keys() - raws.keys():
        if workbook.sheetnames:
            faults.append(SheetFault(MATTERS.title, 1, "事项编码", f"少了事项 {missing}", "恢复这一行;停办不在这里删"))
    facets: dict[str, dict[str, Any]] = defaultdict(dict)
    for sheet in LISTS:
        for row, code, values in _rows(workbook, sheet, faults):
            if code not in raws:
                faults.append(SheetFault(sheet.title, row, "事项编码", f"没有事项“{code}”", "写目录里的编码"))
                continue
            origin.item_rows[code, sheet.path].append(row)
            if sheet.path == "situations":
                facets[code][values.get("id", "")] = values
                continue
            item = values if sheet.path != "related" else _related(values)
            items = _get(raws[code], sheet.path) or []
            _put(raws[code], sheet.path, [*items, item])
    for code, raw in raws.items():
        named = raw.get("situations", [])
        raw["situations"] = [facets[code].get(item, item) for item in named]
    return raws, origin


def _related(values: dict[str, Any]) -> dict[str, Any]:
    return {"code": values.get("related"), "tells_apart": values.get("tells_apart")}


def _rows(workbook: Workbook, sheet: Sheet, faults: list[SheetFault]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Row number, code and values of each filled row."""
    if sheet.title not in workbook.sheetnames:
        faults.append(SheetFault(sheet.title, 0, "工作表", "没有这个表", "用 onedoor export 重新导出一份再改"))
        return
    page = workbook[sheet.title]
    labels = [cell.value for cell in page[1]]
    missing = [column.label for column in sheet.columns if column.label not in labels]
    if missing:
        faults.append(SheetFault(sheet.title, 1, "、".join(missing), "少了这几列", "恢复表头,不要改列名"))
        return
    position = {column.path: labels.index(column.label) for column in sheet.columns}
    for number, cells in enumerate(page.iter_rows(min_row=2, values_only=True), 2):
        if all(cell is None or str(cell).strip() == "" for cell in cells):
            continue
        values: dict[str, Any] = {}
        for column in sheet.columns:
            cell = cells[position[column.path]]
            if cell is None or str(cell).strip() == "":
                continue
            try:
                _put(values, column.path, column.kind.read(cell))
            except ValueError as error:
                faults.append(SheetFault(sheet.title, number, column.label, f"“{cell}”不对", str(error)))
        code = str(values.pop("code", "")).strip()
        yield number, code, values


def _dotted(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _differences(code: str, before: Any, after: Any, path: str = "") -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _differences(code, before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(code, old, new, f"{path}[{index}]")
    elif before != after:
        yield Change(code, path, _short(before), _short(after))


def _short(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return f"{len(value)} 项:" + ";".join(_short(item) for item in value)[:120]
    if isinstance(value, dict):
        return str(value.get("name") or value.get("text") or value.get("label") or value.get("question") or value)
    return str(value)
