"""Errors and faults of the knowledge base.

KnowledgeError
├── FaultsFound      the files were read but break a rule; carries every fault
└── UnknownCode      a matter, window or branch that does not exist was asked for
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place of one file.

    Attributes:
        file: path relative to the repository root, with ``/``.
        field: dotted path of the field inside the file, e.g. ``documents[2].name``.
        problem: what is wrong, in Chinese, for an editor.
        fix: what to do about it, in Chinese.
    """

    file: str
    field: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.problem} → {self.fix}"


class KnowledgeError(Exception):
    """Anything that keeps the knowledge base from being used."""


class FaultsFound(KnowledgeError):
    """The knowledge base breaks at least one of its own rules."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnknownCode(KnowledgeError, KeyError):
    """No record carries this code or id."""

    def __str__(self) -> str:
        return str(self.args[0])


def dotted(location: tuple[int | str, ...]) -> str:
    """A place inside a record as pydantic gives it, as one reads it: ``documents[2].name``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


_PROBLEMS = {
    "value_error.missing": ("没有写", "补上这一项"),
    "value_error.extra": ("没有这个字段", "检查拼写或删掉"),
    "type_error.none.not_allowed": ("不能空着", "补上这一项"),
    "value_error.str.regex": ("格式不对", "照别的记录的写法改"),
    "type_error.integer": ("不是整数", "只写数字"),
    "type_error.float": ("不是数字", "只写数字,不要带单位"),
    "type_error.bool": ("不是 true 或 false", "写 true 或 false"),
    "value_error.date": ("不是日期", "写成 2026-11-24 这样"),
    "type_error.date": ("不是日期", "写成 2026-11-24 这样"),
    "type_error.list": ("不是列表", "每一项前面加“- ”"),
    "type_error.dict": ("不是“字段: 值”的形式", "对照同类记录改"),
    "type_error.str": ("不是文字", "给它加上引号"),
}
_LIMITS = {
    "value_error.list.min_items": "至少要有 {limit_value} 项",
    "value_error.any_str.min_length": "至少要有 {limit_value} 个字",
    "value_error.any_str.max_length": "超过了 {limit_value} 个字",
    "value_error.number.not_ge": "不能小于 {limit_value}",
    "value_error.number.not_gt": "要大于 {limit_value}",
    "value_error.number.not_le": "不能大于 {limit_value}",
}


def in_chinese(error: Mapping[str, Any]) -> tuple[str, str]:
    """Problem and fix, for an editor, of one of pydantic's errors. Our own validators speak Chinese."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "type_error.enum":
        allowed = "、".join(str(member.value) for member in context["enum_values"])
        return "不是允许的值", f"可以写:{allowed}"
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context), "按这个要求改"
    return _PROBLEMS.get(kind, (str(error["msg"]), "按字段说明改正"))
