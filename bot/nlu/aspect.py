"""Which side of a matter is asked about: documents, window, fee …

Two views: patterns that editors maintain (``knowledge/lexicon/aspects.yml``), which can name several
aspects of one message, and a linear model on the training questions, which decides where the patterns
are silent or disagree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.features import FeatureExtractor
from bot.nlu.linear import LinearModel, Vocabulary, fit, numbered, pack
from bot.text.normalise import normalise
from knowledge import yamlio

ASPECTS = (
    "documents", "window", "fee", "time", "online", "conditions", "process", "proxy", "result", "basis",
)  # fmt: skip
NONE = "none"

MIN_MARGIN = -0.35
"""Below this no aspect is asked for: a tale, or a question about the matter as a whole."""
PATTERN_BONUS = 0.25
PATTERN_COUNT = 3
_CLAUSES = re.compile(r"[,,。.??!!;;、\s]+")


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


class AspectFinder:
    """Patterns and model together.

    What the patterns find is a feature of the model and lifts its margin as well: they are right when
    they match, but match only what somebody thought of.
    """

    def __init__(self, patterns: AspectPatterns, extract: FeatureExtractor, model: LinearModel) -> None:
        self._patterns = patterns
        self._extract = extract
        self.model = model

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], extract: FeatureExtractor, patterns: AspectPatterns
    ) -> AspectFinder:
        """Learn from questions whose aspect is annotated (``none`` for follow-ups without one)."""
        rows = [cls._features(text, extract, patterns) for text in texts]
        vocabulary = Vocabulary.build(rows)
        names, target = numbered(labels)
        weights, bias = fit(vocabulary.matrix(rows), target, len(names), cost=0.5)
        return cls(patterns, extract, LinearModel(names, vocabulary, *pack(weights), bias))

    @staticmethod
    def _features(text: str, extract: FeatureExtractor, patterns: AspectPatterns) -> Counter[str]:
        counted = Counter(extract(text))
        for name in patterns.find(text):
            counted[f"a{name}"] = PATTERN_COUNT
        return counted

    def find(self, text: str) -> list[str]:
        """The aspects asked for, the main one first; empty if none is."""
        named = self._patterns.find(text)
        margins = self.model.margins(self._features(text, self._extract, self._patterns))
        for number, label in enumerate(self.model.labels):
            if label in named:
                margins[number] += PATTERN_BONUS
        best = int(np.argmax(margins))
        main = self.model.labels[best]
        if main == NONE or margins[best] < MIN_MARGIN:
            return []
        return [main, *self._others(text, main, named)]

    def _others(self, text: str, main: str, named: list[str]) -> list[str]:
        # A second aspect counts only with a clause of its own: 「要带什么,去哪办」.
        clauses = [self._patterns.find(clause) for clause in _CLAUSES.split(text) if clause]
        return [
            name for name in named if name != main and any(name in found and main not in found for found in clauses)
        ]
