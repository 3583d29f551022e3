"""What the ranker sees of a question: characters, words, sounds and pairs, as named features.

Every family catches something the others lose: words carry meaning, characters survive wrong word
borders, pinyin survives a speech recogniser, pairs at a distance survive the words in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.text.normalise import normalise
from bot.text.pinyin import syllables
from bot.text.words import Segmenter

_PUNCTUATION = re.compile(r"[\s,，。.!！?？、;；:：~\-—…“”\"'‘’()（）《》<>【】/|]+")


@dataclass(frozen=True)
class Families:
    """Which families are on. The defaults won the ablation (docs/understanding.md)."""

    characters: int = 4
    words: bool = True
    word_pairs: bool = False
    pinyin: int = 3
    skips: int = 4


def features(text: str, segmenter: Segmenter, families: Families = Families()) -> Iterator[str]:
    """The features of ``text``, with repeats. Family prefixes keep them apart."""
    flat = _PUNCTUATION.sub(" ", normalise(text)).strip()
    pieces = flat.split(" ")
    joined = "".join(pieces)
    for size in range(1, families.characters + 1):
        padded = f"^{joined}$" if size > 1 else joined
        for start in range(len(padded) - size + 1):
            yield f"c{padded[start : start + size]}"
    if families.words:
        words = [word for piece in pieces for word in segmenter.cut(piece)]
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
