"""What a workbook changes, as lines an editor can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.excel.tables import Group


@dataclass(frozen=True)
class Change:
    """One value that the workbook changes in one record.

    Attributes:
        code: the record's code or id.
        field: dotted path inside the record; empty for a whole new record.
        label: the same in the words of the sheets.
    """

    code: str
    field: str
    before: str
    after: str
    label: str = ""
    group: str = "matters"

    @property
    def is_new(self) -> bool:
        """Whether the record did not exist before."""
        return not self.field

    def __str__(self) -> str:
        if self.is_new:
            return f"{self.code} 新增{self.label}:{self.after}"
        if not self.before or not self.after:
            return f"{self.code} {self.label}:{'增加' if self.after else '删去'} {self.after or self.before}"
        return f"{self.code} {self.label}:{self.before} → {self.after}"


def differences(group: Group, code: str, before: dict[str, Any] | None, after: dict[str, Any]) -> Iterator[Change]:
    """Every value in which two versions of a record differ; ``before`` is None for a new record."""
    if before is None:
        yield Change(code, "", "", _short(after), group.main.title, group.name)
        return
    for field, old, new in _walk(before, after):
        yield Change(code, field, _short(old), _short(new), _label(group, field), group.name)


def _walk(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _walk(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(before or [], list) and isinstance(after or [], list):
        yield from _walk_lists(before or [], after or [], path)
    elif before != after:
        yield path, before, after


def _walk_lists(before: list[Any], after: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    if len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _walk(old, new, f"{path}[{index}]")
        return
    for index, old in enumerate(before):
        if old not in after:
            yield f"{path}[{index}]", old, None
    for index, new in enumerate(after):
        if new not in before:
            yield f"{path}[{index}]", None, new
    if all(old in after for old in before) and all(new in before for new in after):
        yield path, before, after  # only how often an item stands in it


def _label(group: Group, field: str) -> str:
    """``fee.items[0].amount`` → ``费用 第1条 金额(元)``."""
    for sheet in group.lists:
        match = re.match(re.escape(sheet.path) + r"\[(\d+)\]\.?(.*)", field)
        if match:
            path = match[2].partition("[")[0]
            path = "related" if (sheet.path, path) == ("related", "code") else path
            column = next((c.label for c in sheet.columns[1:] if path and path.startswith(c.path)), path)
            return f"{sheet.title} 第{int(match[1]) + 1}条 {column}".strip()
    path = field.partition("[")[0]
    return next((c.label for c in group.main.columns if c.path == path), field)


def _short(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return ";".join(_short(item) for item in value)[:120]
    if isinstance(value, dict):
        names = ("name", "text", "label", "question", "tells_apart", "title", "topic", "matter")
        found = next((value[name] for name in names if value.get(name)), None)
        return str(found if found is not None else value)[:120]
    return str(value)
