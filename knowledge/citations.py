"""What a ``source`` entry may say, and whether it resolves.

Three forms: ``catalogue`` or ``windows`` (the tables the records came from), the id of a page in
``knowledge/sources``, and a law article such as ``《护照法》第七条``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TABLES = frozenset({"catalogue", "windows"})

_LAW = re.compile(r"^《(?P<title>.+?)》(?:第(?P<article>[零一二三四五六七八九十百]+)条)?")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_STATE_PREFIX = "中华人民共和国"


@dataclass(frozen=True)
class Law:
    """A law, and how many articles the text we checked against has (None: text not at hand)."""

    title: str
    version: str | None = None
    articles: int | None = None
    newer: str | None = None


def chinese_number(text: str) -> int:
    """``一百二十三`` → 123. Only what article numbers need: up to 999."""
    total = current = 0
    for char in text:
        if char in _DIGITS:
            current = _DIGITS[char]
        else:
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
    return total + current


def law_title(citation: str) -> str | None:
    """The short title a law citation names, or None if it is not a law citation."""
    match = _LAW.match(citation)
    return match["title"].removeprefix(_STATE_PREFIX) if match else None


def problem(citation: str, laws: dict[str, Law], pages: frozenset[str]) -> str | None:
    """Why ``citation`` does not resolve, in Chinese for an editor; None if it does."""
    if citation in TABLES or citation in pages:
        return None
    match = _LAW.match(citation)
    if match is None:
        return f"来源“{citation}”既不是登记过的网页,也不是《法律》第几条"
    law = laws.get(match["title"].removeprefix(_STATE_PREFIX))
    if law is None:
        return f"《{match['title']}》不在 knowledge/laws.yml 里"
    if match["article"] is None:
        return None if law.articles is None else f"来源“{citation}”没有写第几条"
    if law.articles is not None and not 1 <= chinese_number(match["article"]) <= law.articles:
        return f"《{law.title}》只有 {law.articles} 条,没有第{match['article']}条"
    return None
