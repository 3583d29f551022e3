"""The sentence of a matter's record that answers a narrow question: ``停车保管费让我掏吗``. Pure.

Records say many things that no aspect asks for. A question about the matter in focus is compared with every
sentence of its record by the characters and pairs they share, each counting by how rare it is over all records.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from actions.guidance.matching import essence
from actions.guidance.wording import sentence
from bot.text.numerals import number
from knowledge.catalogue import Catalogue
from knowledge.models import Matter

MIN_PAIRS = 1
PREFERENCE = 0.15
_WANTED = {
    "fee": re.compile("[\\d一二三四五六七八九十百]元|免费|不收|自己出|承担"),
    "time": re.compile("[\\d一二三四五六七八九十]+个?(?:工作)?(?:日|天|月|年|小时|分钟)"),
}
ENOUGH = 0.37
"""How much of what is asked about the matter in focus a sentence must account for to be said first."""
PLENTY = 0.55
"""The same where the question might be about something else altogether."""


_NUMBER = re.compile("[一二两三四五六七八九]?[十百][一二三四五六七八九十]*")


@dataclass(frozen=True)
class Passage:
    """One thing that a record says.

    Attributes:
        question: what it is an answer to, if the record says so.
        text: what is said, one or more sentences.
    """

    text: str
    question: str = ""


def passages(matter: Matter) -> Iterator[Passage]:
    """Everything a record says in sentences."""
    for item in matter.faq:
        yield Passage(sentence(item.answer), item.question)
    for text in (item.text for group in (matter.conditions, matter.steps) for item in group):
        yield Passage(sentence(text))
    for tip in matter.tips:
        yield Passage(sentence(tip.text))
    for document in matter.documents:
        if document.note:
            yield Passage(f"{document.name}:{sentence(document.note)}")
    periods = (matter.time.statutory, matter.time.promised) if matter.time else ()
    notes = [
        matter.window.note,
        matter.online.note,
        matter.fee.note if matter.fee else None,
        matter.result.note if matter.result else None,
        matter.validity.text if matter.validity else None,
        *(period.note for period in periods if period),
    ]
    yield from (Passage(sentence(note)) for note in notes if note)


def _grams(text: str) -> Counter[str]:
    # 二十四 and 24 are the same number.
    plain = essence(_NUMBER.sub(lambda match: str(number(match[0])), text))
    return Counter([*plain, *(plain[i : i + 2] for i in range(len(plain) - 1))])


class Finder:
    """An index over the records of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._passages = {
            code: [(item, set(_grams(item.question)), set(_grams(item.text))) for item in passages(matter)]
            for code, matter in catalogue.matters.items()
        }
        counted = Counter(g for found in self._passages.values() for _, asked, said in found for g in asked | said)
        total = sum(map(len, self._passages.values()))
        self._weights = {gram: math.log((total + 1) / count) * len(gram) for gram, count in counted.items()}
        self._unknown = math.log(total + 1) * 0.5

    def _weight(self, grams: set[str]) -> float:
        return sum(self._weights.get(gram, self._unknown * len(gram)) for gram in grams)

    def best(self, matter: Matter, text: str, aspect: str | None = None) -> tuple[float, str] | None:
        """How much of ``text`` the nearest sentence accounts for, 0 to 1, and what it says; None if nothing fits.

        Of two that fit alike the one with a sum counts more for a fee, the one with a period for the time.
        """
        wanted = _WANTED.get(aspect or "")
        name = set(_grams(matter.name))
        asked = set(_grams(text)) - name
        whole = self._weight(asked)
        if not whole:
            return None
        found: tuple[float, str, float] | None = None
        for item, question, said in self._passages.get(matter.code, ()):
            shared = asked & (question | said)
            if sum(len(gram) == 2 for gram in shared) < MIN_PAIRS:
                continue
            score = self._weight(shared) / whole
            if question and (own := self._weight(question - name)):
                # Who asks just what the record's question asks may say more around it.
                score = max(score, 0.9 * self._weight(asked & question) / own)
            bonus = PREFERENCE if wanted and wanted.search(item.text) else 0.0
            if found is None or score + bonus > found[0] + found[2]:
                found = score, item.text, bonus
        return found[:2] if found else None


_latest: list[Finder] = []


def finder(catalogue: Catalogue) -> Finder:
    """The finder of a catalogue, built once for each catalogue loaded."""
    if not _latest or _latest[0].catalogue is not catalogue:
        _latest[:] = [Finder(catalogue)]
    return _latest[0]
