"""Numbers as people write and say them: ``68``, ``六十八``, ``两千零六``, ``二零零六``, ``俩``."""

from __future__ import annotations

import re

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "俩": 2, "仨": 3, "幺": 1,
}  # fmt: skip
"""Character → its value as a single digit."""
_UNITS = {"十": 10, "百": 100, "千": 1000}

HAN = "零〇○一二三四五六七八九十百千两俩仨幺"
"""All characters a number can be said with, for use inside a character class."""


def number(text: str) -> int | None:
    """The value of a number below 10,000, or None if ``text`` is none.

    Digits said one by one (``二零零六``) count as their decimal value.
    """
    text = text.strip()
    if re.fullmatch(r"\d+", text):
        return int(text)
    if not text or any(char not in DIGITS and char not in _UNITS for char in text):
        return None
    if not any(char in _UNITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit or 1) * _UNITS[char]
            digit = None
        else:
            digit = DIGITS[char]
    return total + (digit or 0)
