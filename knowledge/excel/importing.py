"""Reading a workbook back: everything is checked before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault, dotted, in_chinese
from knowledge.excel.changes import Change, differences
from knowledge.excel.faults import SheetFault, SheetFaults
from knowledge.excel.files import write_records
from knowledge.excel.tables import GROUPS, Group, Sheet, at, put
from knowledge.models import Record
from knowledge.validate import found_in

_AGAIN = "用 onedoor export 重新导出一份再改"


@dataclass
class _Rows:
    """One group as read: raw records by key, and where their parts stand."""

    group: Group
    raws: dict[str, dict[str, Any]] = field(default_factory=dict)
    main_rows: dict[str, int] = field(default_factory=dict)
    item_rows: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def fault(self, key: str, path: str, problem: str, fix: str) -> SheetFault:
        """A fault of a record's field, in terms of sheet, row and column."""
        for sheet in self.group.lists:
            if path.startswith(sheet.path + "[") or path == sheet.path:
                number = int(path[len(sheet.path) + 1 :].partition("]")[0]) if "[" in path else 0
                rows = self.item_rows.get((key, sheet.path), [])
                rest = path.partition("].")[2].partition("[")[0]
                rest = "related" if (sheet.path, rest) == ("related", "code") else rest
                first = rest.partition(".")[0]
                label = next((c.label for c in sheet.columns[1:] if c.path == first), rest or sheet.title)
                if number < len(rows):
                    return SheetFault(sheet.title, rows[number], label, problem, fix)
        main = self.group.main
        exact = [column.label for column in main.columns if column.path == path.partition("[")[0]]
        near = [column.label for column in main.columns if path and column.path.startswith(path)]
        label = next(iter([*exact, *near, path or main.key.label]))
        return SheetFault(main.title, self.main_rows.get(key, 0), label, problem, fix)


def import_workbook(catalogue: Catalogue, path: Path, write: bool = True) -> list[Change]:
    """Read ``path`` back. Returns what it changes; with ``write`` the changed files are written.

    Raises:
        SheetFaults: with every fault of every sheet; then nothing is written.
    """
    workbook = _open(path)
    faults: list[SheetFault] = []
    tables = {group.name: _read(catalogue, workbook, group, faults) for group in GROUPS}
    records = {name: _records(rows, faults) for name, rows in tables.items()}
    if not faults:  # rules across records need whole records
        edited: dict[str, Any] = {name: {**getattr(catalogue, name), **new} for name, new in records.items()}
        faults += [_translated(fault, tables) for fault in found_in(replace(catalogue, **edited))]
    if faults:
        raise SheetFaults(faults)
    changes: list[Change] = []
    changed: dict[str, list[Record]] = defaultdict(list)
    for group in GROUPS:
        before = getattr(catalogue, group.name)
        for key, record in records[group.name].items():
            old = yamlio.plain(before[key]) if key in before else None
            found = list(differences(group, key, old, yamlio.plain(record)))
            changes += found
            if found:
                changed[group.name].append(record)
    if write:
        write_records(catalogue.root, changed)
    return changes


def _open(path: Path) -> Workbook:
    try:
        return load_workbook(path, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise SheetFaults([SheetFault(path.name, 0, "文件", f"打不开({error})", _AGAIN)]) from error


def _read(catalogue: Catalogue, workbook: Workbook, group: Group, faults: list[SheetFault]) -> _Rows:
    out = _Rows(group)
    existing = getattr(catalogue, group.name)
    title, label = group.main.title, group.main.key.label
    missing_sheet = group.main.title not in workbook.sheetnames
    for row, key, values in _filled_rows(workbook, group.main, faults):
        if not key:
            faults.append(SheetFault(title, row, label, "没有写", f"写上{label}"))
        elif key in out.raws:
            faults.append(SheetFault(title, row, label, f"“{key}”写了两行", "删掉一行"))
        elif key not in existing and not group.growing:
            faults.append(SheetFault(title, row, label, f"没有“{key}”", f"{label}不能改,恢复原样"))
        else:
            out.raws[key] = {group.key: key, **values}
            out.main_rows[key] = row
    if not missing_sheet:
        for key in existing.keys() - out.raws.keys():
            faults.append(SheetFault(title, 1, label, f"少了 {key}", "恢复这一行;停办、停用不是删行"))
    own_facets: dict[str, dict[str, Any]] = defaultdict(dict)
    for sheet in group.lists:
        for row, key, values in _filled_rows(workbook, sheet, faults):
            if key not in out.raws:
                fix = f"写“{title}”表里有的{label}"
                faults.append(SheetFault(sheet.title, row, sheet.key.label, f"“{title}”表里没有“{key}”", fix))
                continue
            out.item_rows[key, sheet.path].append(row)
            if sheet.path == "situations":
                own_facets[key][values.get("id", "")] = values
                continue
            item = values
            if sheet.path == "related":
                item = {"code": values.get("related"), "tells_apart": values.get("tells_apart")}
            put(out.raws[key], sheet.path, [*(at(out.raws[key], sheet.path) or []), item])
    if any(sheet.path == "situations" for sheet in group.lists):
        _join_situations(out, own_facets, faults)
    _check_frozen(catalogue, out, faults)
    return out


def _join_situations(rows: _Rows, own: dict[str, dict[str, Any]], faults: list[SheetFault]) -> None:
    for key, raw in rows.raws.items():
        named = raw.get("situations", [])
        for number, facet in enumerate(own[key]):
            if facet not in named:
                row = rows.item_rows[key, "situations"][number]
                fix = "在“事项”表这个事项的“办理情形”里也写上它,或删掉这一行"
                faults.append(SheetFault("情形", row, "代号", f"“{facet}”没有用到", fix))
        raw["situations"] = [own[key].get(item, item) for item in named]


def _check_frozen(catalogue: Catalogue, rows: _Rows, faults: list[SheetFault]) -> None:
    """What may not change in an existing record has not changed."""
    group = rows.group
    for key, raw in rows.raws.items():
        before = getattr(catalogue, group.name).get(key)
        if before is None:
            continue
        old = yamlio.plain(before)
        if group.append_only:
            new = {name: value for name, value in raw.items() if value not in ([], None)}
            fields = [name for name in dict.fromkeys([*old, *new]) if _shown(old.get(name)) != _shown(new.get(name))]
            fix = "这张表只能在最后加行;改动旧的请直接改 knowledge 里的文件"
        else:
            fields = [name for name in group.frozen if old.get(name) != raw.get(name)]
            fix = "恢复原样"
        for name in fields:
            if name != "kind" or name in old:
                faults.append(rows.fault(key, name, f"“{key}”的这一格不能改", fix))


def _shown(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def _filled_rows(
    workbook: Workbook, sheet: Sheet, faults: list[SheetFault]
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Row number, key and values of each filled row."""
    if sheet.title not in workbook.sheetnames:
        faults.append(SheetFault(sheet.title, 0, "工作表", "没有这个表", _AGAIN))
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
                put(values, column.path, column.kind.read(cell))
            except ValueError as error:
                faults.append(SheetFault(sheet.title, number, column.label, f"“{cell}”不对", str(error)))
        key = str(values.pop(sheet.key.path, "")).strip()
        yield number, key, values


def _records(rows: _Rows, faults: list[SheetFault]) -> dict[str, Record]:
    out: dict[str, Record] = {}
    for key, raw in rows.raws.items():
        try:
            out[key] = rows.group.model(**raw)
        except ValidationError as error:
            for item in error.errors():
                problem, fix = in_chinese(item)
                faults.append(rows.fault(key, dotted(item["loc"]), problem, fix))
    return out


def _translated(fault: Fault, tables: dict[str, _Rows]) -> SheetFault:
    """A fault of a file, as the fault of a sheet."""
    parts = fault.file.split("/")
    if len(parts) > 2 and parts[1] in ("matters", "bundles"):
        return tables[parts[1]].fault(parts[-1].removesuffix(".yml"), fault.field, fault.problem, fault.fix)
    if len(parts) == 1:
        return tables["totals"].fault(fault.field, "count", fault.problem, "真的增减了,就改这个数;不是的,恢复那一行")
    key, _, path = fault.field.partition(".")
    return tables[parts[1].removesuffix(".yml")].fault(key, path, fault.problem, fault.fix)
