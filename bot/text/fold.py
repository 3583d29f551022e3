"""Folding a text character for character: patterns see one form, and positions stay those of the original."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_WIDE = re.compile("[\u2460-\u24ff\u3000\uff01-\uffff]")
"""Full-width forms and circled numbers."""


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _half(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def fold(text: str) -> str:
    """Half-width, simplified, lower case, and exactly as long as ``text``.

    What cannot be folded without changing the length stays as it is.
    """
    try:
        # GB 2312 holds the simplified characters and ASCII; full-width forms are in it too, from U+FF01 on.
        text.encode("gb2312")
        simplified = text
    except UnicodeEncodeError:
        converted = _converter().convert(text)
        simplified = converted if len(converted) == len(text) else text
    if _WIDE.search(simplified):
        simplified = "".join(map(_half, simplified))
    lowered = simplified.lower()
    return lowered if len(lowered) == len(text) else simplified
