"""Masking of ID, phone, plate, bank-card and document numbers before anything is stored or logged.

The rest of the text stays as it is, so that what was asked can still be understood. A masked number
keeps its last two characters at most: enough for a person to recognise it, useless to others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# Numbers may be written with spaces or hyphens, in full-width digits, or read out (幺 for 1).
_SEP = r"[\s\-–—_.·]{0,2}"
_DIGIT = r"[0-9０-９]"
_SPOKEN = "零〇一二三四五六七八九幺两洞拐勾"

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"


@dataclass(frozen=True)
class Masked:
    """A text without private numbers, and which kinds were found, in order."""

    text: str
    kinds: tuple[str, ...]


def _digits(count: str) -> str:
    return rf"{_DIGIT}(?:{_SEP}{_DIGIT}){{{count}}}"


_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # 18 characters, the last of which may be X; before bank cards, which are as long.
    (
        "id_card",
        re.compile(rf"(?<![0-9A-Za-z])[1-9１-９](?:{_SEP}{_DIGIT}){{16}}{_SEP}[0-9０-９XxＸｘ](?![0-9A-Za-z])"),
    ),
    ("bank_card", re.compile(rf"(?<![0-9A-Za-z])[3-6３-６](?:{_SEP}{_DIGIT}){{15,18}}(?![0-9A-Za-z])")),
    ("id_card", re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{_SEP}{_DIGIT}){{14}}(?![0-9A-Za-z])")),
    ("phone", re.compile(rf"(?<![0-9A-Za-z])(?:\+?86{_SEP})?1[3-9](?:{_SEP}{_DIGIT}){{9}}(?![0-9A-Za-z])")),
    ("phone", re.compile(r"(?<![0-9])0\d{2,3}[-\s]?[2-9]\d{6,7}(?![0-9])")),
    (
        "plate",
        re.compile(
            rf"[{_PROVINCES}][A-HJ-Za-hj-z][\s·•.\-]?(?=[0-9A-Za-z]*[0-9])"
            r"[0-9A-HJ-NP-Za-hj-np-z]{4,6}[0-9A-HJ-NP-Za-hj-np-z挂学警港澳]?(?![0-9A-Za-z])"
        ),
    ),
    ("spoken_number", re.compile(rf"[{_SPOKEN}](?:[\s,，、]?[{_SPOKEN}]){{10,17}}")),
    # Passport and travel permit numbers: one or two letters and seven to nine digits.
    ("document_number", re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{1,2}\d{7,9}(?![0-9A-Za-z])")),
    ("long_number", re.compile(r"(?<![0-9A-Za-z])\d{9,}(?![0-9A-Za-z])")),
)

_LABELS = {
    "id_card": "身份证号",
    "bank_card": "卡号",
    "phone": "电话",
    "plate": "车牌",
    "spoken_number": "号码",
    "document_number": "证件号",
    "long_number": "号码",
}


def _cover(kind: str, found: list[str]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        found.append(kind)
        return f"<{_LABELS[kind]}>"

    return replace


def mask(text: str) -> Masked:
    """``text`` with every private number replaced by what kind of number it was, in angle brackets."""
    found: list[str] = []
    for kind, pattern in _RULES:
        text = pattern.sub(_cover(kind, found), text)
    return Masked(text, tuple(found))
