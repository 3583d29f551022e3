"""Which side of a matter is asked about: documents, window, fee …

Two views: patterns that editors maintain (``knowledge/lexicon/aspects.yml``), which can name several
aspects of one message, and a ranker trained on the questions whose aspect is annotated. What the
patterns find is a feature of the ranker: they are right when they match, but match only what somebody
thought of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.nlu.features import PUNCTUATION, Extract
from bot.nlu.network import Recipe
from bot.nlu.ranker import Ranker
from bot.text.normalise import normalise
from knowledge import yamlio

ASPECTS = (
    "documents", "window", "fee", "time", "online", "conditions", "process", "proxy", "result", "basis",
)  # fmt: skip
NONE = "none"

PATTERN_BONUS = 3.0
"""What a matching pattern multiplies the probability of its aspect with."""
PATTERN_COUNT = 3
SILENCE = 0.1
"""What a matching pattern multiplies the probability of no aspect with."""
TAIL = 8
"""So many characters at the end usually hold the question, after the tale."""
MIN_PROBABILITY = 0.3
"""Below this no aspect is asked for: a tale, or a question about the matter as a whole."""
RECIPE = Recipe(width=64, epochs=10)
NAME = "aspect"


class AspectPatterns:
    """The editors' patterns."""

    def __init__(self, path: Path) -> None:
        loaded = yamlio.read(path)
        self._patterns = {name: re.compile("|".join(loaded[name])) for name in ASPECTS if name in loaded}

    def find(self, text: str) -> list[str]:
        """Aspects named in ``text``, in the order in which they appear."""
        plain = normalise(text)
        hits = [(match.start(), name) for name, p in self._patterns.items() if (match := p.search(plain))]
        return [name for _, name in sorted(hits)]

    def at_the_end(self, text: str) -> list[str]:
        """Aspects named in the last clause."""
        clauses = [clause for clause in PUNCTUATION.split(text) if clause]
        return self.find(clauses[-1]) if clauses else []

    def certain(self, text: str) -> str | None:
        """The aspect that ``text`` asks for beyond doubt: the only one named, and named at the end."""
        named = self.find(text)
        return named[0] if len(named) == 1 and self.at_the_end(text) == named else None


class AspectFinder:
    """Patterns and ranker together."""

    def __init__(self, patterns: AspectPatterns, extract: Extract, ranker: Ranker) -> None:
        self._patterns = patterns
        self._extract = extract
        self._ranker = ranker

    @classmethod
    def train(
        cls,
        questions: Mapping[str, Sequence[str]],
        extract: Extract,
        patterns: AspectPatterns,
        samples: Sequence[tuple[str, str]] = (),
        seed: int = 20,
    ) -> AspectFinder:
        """Learn from questions whose aspect is annotated (``none`` where none is asked for).

        Args:
            samples: other questions with their aspects, for the calibration.
        """

        def features(text: str) -> Iterator[str]:
            return cls._features(text, extract, patterns)

        ranker = Ranker.train(questions, features, seed=seed, recipe=RECIPE)
        ranker.calibrate(
            [Counter(features(text)) for text, _ in samples], [frozenset([aspect]) for _, aspect in samples]
        )
        return cls(patterns, extract, ranker)

    @staticmethod
    def _features(text: str, extract: Extract, patterns: AspectPatterns) -> Iterator[str]:
        yield from extract(text)
        for name in patterns.find(text):
            yield from [f"a{name}"] * PATTERN_COUNT
        for name in patterns.at_the_end(text):
            yield from [f"z{name}"] * PATTERN_COUNT
        tail = PUNCTUATION.sub("", normalise(text))[-TAIL:] + "$"
        for size in range(1, 5):
            for start in range(len(tail) - size + 1):
                yield f"e{tail[start : start + size]}"

    def find(self, text: str) -> list[str]:
        """The aspects asked for, the main one first; empty if none is."""
        named = self._patterns.find(text)
        counted = Counter(self._features(text, self._extract, self._patterns))
        probabilities = self._ranker.rank(counted).probabilities.copy()
        for number, label in enumerate(self._ranker.labels):
            if label in named:
                probabilities[number] *= PATTERN_BONUS
            elif label == NONE and named:
                probabilities[number] *= SILENCE
        best = int(np.argmax(probabilities))
        main = self._ranker.labels[best]
        if main == NONE or probabilities[best] < MIN_PROBABILITY:
            return []
        return [main, *self._others(text, main, named)]

    def _others(self, text: str, main: str, named: list[str]) -> list[str]:
        # A second aspect counts only with a clause of its own: 「要带什么,去哪办」.
        clauses = [self._patterns.find(clause) for clause in PUNCTUATION.split(text) if clause]
        return [
            name for name in named if name != main and any(name in found and main not in found for found in clauses)
        ]

    def save(self, folder: Path) -> None:
        """The ranker's files; the patterns are knowledge."""
        self._ranker.save(folder, NAME)

    @classmethod
    def load(cls, folder: Path, extract: Extract, patterns: AspectPatterns) -> AspectFinder:
        """What :meth:`save` stored."""
        return cls(patterns, extract, Ranker.load(folder, NAME))
