"""How a value stands in a cell, and how it is read back. Readers raise ValueError with the fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Cell = Any
"""What openpyxl gives and takes: text, number, date or None."""


@dataclass(frozen=True)
class Kind:
    """Writes a value into a cell and reads it back. ``choices`` become the cell's drop-down."""

    write: Callable[[Any], Cell]
    read: Callable[[Cell], Any]
    choices: tuple[str, ...] = ()


def _text(value: Cell) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()


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
            raise ValueError("写成“情形=选项|选项”,几个条件用分号隔开,例如 applicant=proxy;代号见“对照”表")
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


def labelled(labels: Mapping[str, str]) -> Kind:
    """A value that editors see and choose by its Chinese label."""
    values = {label: value for value, label in labels.items()}

    def read(cell: Cell) -> str:
        text = _text(cell)
        if text not in values:
            raise ValueError(f"只能写:{'、'.join(values)}")
        return values[text]

    return Kind(lambda value: labels[value], read, tuple(values))
