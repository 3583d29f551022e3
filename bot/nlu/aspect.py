"""Which side of a matter is asked about: documents, window, fee …

Two views: patterns that editors maintain (``knowledge/lexicon/aspects.yml``), which can name several
aspects of one message, and a linear model on the training questions, which decides where the patterns
are silent or disagree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.linear import LinearModel, train_linear
from bot.text.normalise import normalise
from bot.text.words import Segmenter
from knowledge import yamlio

ASPECTS = (
    "documents", "window", "fee", "time", "online", "conditions", "process", "proxy", "result", "basis",
)  # fmt: skip
NONE = "none"


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
    """Patterns and model together. ``model`` is None until trained."""

    def __init__(self, patterns: AspectPatterns, model: LinearModel, threshold: float = 0.5) -> None:
        self._patterns = patterns
        self.model = model
        self.threshold = threshold

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], segmenter: Segmenter, patterns: AspectPatterns
    ) -> AspectFinder:
        """Learn from questions whose aspect is annotated (``none`` for those without one)."""
        return cls(patterns, train_linear(texts, labels, segmenter, regularisation=0.3))

    def find(self, text: str, segmenter: Segmenter) -> list[str]:
        """The aspects asked for, the main one first; empty if none is."""
        named = self._patterns.find(text)
        scores = self.model.probabilities(text, segmenter)
        order = np.argsort(-scores)
        best = self.model.labels[order[0]]
        if best != NONE and (scores[order[0]] >= self.threshold or best in named):
            others = [name for name in named if name != best]
            return [best, *(name for name in others if self._also(text, best, name))]
        if best == NONE and scores[order[0]] >= 0.8:
            return []
        return named[:2]

    def _also(self, text: str, main: str, other: str) -> bool:
        # A second aspect counts only with a clause of its own: 「要带什么,去哪办」.
        clauses = [clause for clause in re.split(r"[,,。.??!!;;、\s]+", text) if clause]
        by_clause = [self._patterns.find(clause) for clause in clauses]
        return any(other in names and main not in names for names in by_clause)
