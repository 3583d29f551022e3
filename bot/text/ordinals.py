"""Picking one of a short list by saying which: ``第二个``, ``2``, ``最后一个``, ``选b``."""

from __future__ import annotations

import re

_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5,
            "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "幺": 1, "①": 1, "②": 2, "③": 3, "④": 4, "⑤": 5,
            "首": 1, "头": 1, "末": -1}  # fmt: skip
_ALONE = re.compile(
    r"^(?:我)?(?:选|要|是|就|按)*\s*(?:第)?\s*([一二三四五1-5a-e幺①-⑤])\s*(?:个|项|条|号|种|吧|的|呗|。|\.|、)*$"
)
_ORDINAL = re.compile(r"第\s*([一二三四五1-5])\s*(?:个|项|条|种|号)?")
_LAST = re.compile(r"最后(?:一)?(?:个|项|条|种)|最下面|末尾")
_FIRST = re.compile(r"头(?:一)?(?:个|项|条|种)|最上面|前面那个|首个")
_LAST_BUT = re.compile(r"倒数第\s*([一二三1-3])")


def position(text: str, size: int) -> int | None:
    """Index (from 0) of the option that ``text`` picks out of ``size``, or None if it picks none.

    ``text`` is expected normalised. A number beyond the list picks nothing.
    """
    text = text.strip().lower()
    if match := _LAST_BUT.search(text):
        index = size - _NUMBERS[match[1]]
    elif match := (_ALONE.match(text) or _ORDINAL.search(text)):
        index = _NUMBERS[match[1]] - 1
    elif _LAST.search(text) or (size == 2 and re.search(r"后(?:面)?(?:那|一)?个|后者", text)):
        index = size - 1
    elif _FIRST.search(text) or (size == 2 and re.search(r"前(?:面)?(?:那|一)?个|前者", text)):
        index = 0
    elif size == 3 and re.search(r"中间(?:那|的)?(?:个)?", text):
        index = 1
    else:
        return None
    return index if 0 <= index < size else None
