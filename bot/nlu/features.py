"""What the ranker sees of a question: characters, words, sounds and pairs, as named features.

Every family catches something the others lose: words carry meaning, characters survive wrong word
borders, pinyin survives a speech recogniser, pairs at a distance survive the words in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.text.normalise import normalise
from bot.text.pinyin import syllables
from bot.text.words import Segmenter

PUNCTUATION = re.compile(r"[\s,，。.!！?？、;；:：~\-—…“”\"'‘’()（）《》<>【】/|]+")
_LOCAL_ENDING = "(?!大?[道路街里区]|西路|东路)"
_MASKED = re.compile(r"<[^<>]{2,5}>")
ELSEWHERE = "□"
"""Stands for any place outside the city: what matters is that it is elsewhere, not where."""
HERE = "◇"
"""Stands for any place inside the city: where somebody lives says nothing about what they want."""

Extract = Callable[[str], Iterable[str]]
"""Text → its features, with repeats."""


MIN_REST = 4
_AT_HOME = re.compile(
    rf"(?:我们|咱们|我|俺|咱)?(?:家|人)?(?:现在|目前|就|是)?(?:住在|住|家在)的?{HERE}+(?:社区|小区|街道|里|村|镇)?(?:这边|那边|这儿|那儿|附近)?[,，、。\s]*"
)


def without_places(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with the characters of each span (start, end) folded to one sign.

    A remark about where somebody lives is left out altogether, unless little else is said.
    """
    for start, end in sorted(set(spans), reverse=True):
        text = text[:start] + HERE + text[end:]
    rest = _AT_HOME.sub("", text)
    return rest if len(rest) >= MIN_REST else text


@dataclass(frozen=True)
class Families:
    """Which families are on. ``python -m benchmarks.ablation`` measures what each is worth."""

    characters: int = 4
    words: bool = True
    word_pairs: bool = False
    pinyin: int = 3
    skips: int = 4


class FeatureExtractor:
    """Turns text into features.

    Args:
        segmenter: for the words.
        other_places: names of provinces and cities outside the city, folded to one sign.
    """

    def __init__(
        self, segmenter: Segmenter, other_places: Iterable[str] = (), families: Families | None = None
    ) -> None:
        self._segmenter = segmenter
        self._families = families or Families()
        names = sorted(set(other_places), key=len, reverse=True)
        self._elsewhere = re.compile(f"(?:{'|'.join(names)})(?:省|市)?{_LOCAL_ENDING}") if names else None

    def __call__(self, text: str) -> Iterator[str]:
        """The features of ``text``, with repeats. Family prefixes keep them apart."""
        # A masked number says what kind of number stood there: nothing about the question.
        flat = PUNCTUATION.sub(" ", normalise(_MASKED.sub(" ", text))).strip()
        if self._elsewhere is not None:
            flat = self._elsewhere.sub(ELSEWHERE, flat)
        pieces = flat.split(" ")
        joined = "".join(pieces)
        families = self._families
        for size in range(1, families.characters + 1):
            padded = f"^{joined}$" if size > 1 else joined
            for start in range(len(padded) - size + 1):
                yield f"c{padded[start : start + size]}"
        if families.words:
            words = [word for piece in pieces for word in self._segmenter.cut(piece)]
            for word in words:
                yield f"w{word}"
            if families.word_pairs:
                for first, second in pairwise(words):
                    yield f"b{first}_{second}"
        if families.pinyin:
            sounds = syllables(joined)
            for size in range(1, families.pinyin + 1):
                for start in range(len(sounds) - size + 1):
                    yield "p" + "_".join(sounds[start : start + size])
        for gap in range(2, families.skips + 1):
            for start in range(len(joined) - gap):
                yield f"s{joined[start]}{joined[start + gap]}"
