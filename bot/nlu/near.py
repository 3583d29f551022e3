"""Questions that are almost the same: near-duplicates across labels and near-leaks from held-out files.

Two measures, and the similarity is the lower of them: rapidfuzz's ratio of the characters in their order, and the
cosine of characters and pairs of characters, each weighted by how few labels it occurs in. The first alone would list
身份证丢了怎么补 beside 护照丢了怎么补, which differ in just what tells the matters apart; the second alone would list
questions of the same words to another end. Only questions that share rare characters are compared at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

ACROSS = 0.7
"""From here on two questions with different labels are shown. Chosen by reading: docs/understanding.md."""
LEAK = 0.7
"""From here on a training question is shown as nearly the same as a held-out one."""

_RARE = 400
"""Only grams that stand in fewer lines than this bring two questions together for comparison."""
_SHARED = 0.3
"""And only if what they share of them is this much of the whole."""
_CHUNK = 1000


@dataclass(frozen=True)
class Line:
    """One question, where it stands, and its labels (``ask/HZ-059`` …)."""

    text: str
    file: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Near:
    """Two questions that are almost the same, and how much, 0 to 1."""

    similarity: float
    first: Line
    second: Line

    def __str__(self) -> str:
        sides = (f"{side.text}({side.file}:{'、'.join(sorted(side.labels))})" for side in (self.first, self.second))
        return f"{self.similarity:.2f} {' ⇔ '.join(sides)}"


class NearIndex:
    """All training questions, ready to be compared with each other and with others.

    Args:
        lines: the questions; those without labels are left out.
        keys: each reduced to what is compared, in the same order.
    """

    def __init__(self, lines: Sequence[Line], keys: Sequence[str]) -> None:
        kept = [(line, key) for line, key in zip(lines, keys, strict=True) if key and line.labels]
        self._lines = [line for line, _ in kept]
        self._keys = [key for _, key in kept]
        if not kept:
            return
        self._vectorizer = CountVectorizer(analyzer="char", ngram_range=(1, 2), dtype=np.float32, binary=True)
        counts = self._vectorizer.fit_transform(self._keys).tocsr()
        names = sorted({name for line in self._lines for name in line.labels})
        labels = {name: row for row, name in enumerate(names)}
        cells = [(labels[name], column) for column, line in enumerate(self._lines) for name in line.labels]
        rows, columns = zip(*cells, strict=True)
        of_label = sparse.csr_matrix((np.ones(len(cells), dtype=np.float32), (rows, columns)))
        in_labels = np.asarray((of_label @ counts > 0).sum(axis=0)).ravel()
        self._weights = np.log((len(labels) + 1) / in_labels).astype(np.float32)
        self._rare = np.asarray((counts > 0).sum(axis=0)).ravel() < _RARE
        self._vectors = self._weighted(counts)

    def _weighted(self, counts: Any) -> Any:
        return normalize(counts.multiply(self._weights).tocsr())

    def across(self, least: float = ACROSS) -> list[Near]:
        """Pairs of questions that share no label, the most similar first."""
        if not self._lines:
            return []
        found = [
            Near(similarity, self._lines[a], self._lines[b])
            for a, b, similarity in self._pairs(self._vectors, self._keys, least)
            if a < b and not self._lines[a].labels & self._lines[b].labels
        ]
        return _sorted(found)

    def against(self, others: Sequence[Line], keys: Sequence[str], least: float = LEAK) -> list[Near]:
        """Pairs of one of ``others`` and a training question, whatever their labels, the most similar first."""
        if not self._lines or not any(keys):
            return []
        vectors = self._weighted(self._vectorizer.transform(keys).tocsr())
        found = [Near(s, others[a], self._lines[b]) for a, b, s in self._pairs(vectors, keys, least)]
        return _sorted(found)

    def _pairs(self, vectors: Any, keys: Sequence[str], least: float) -> Iterator[tuple[int, int, float]]:
        rare, mine = vectors[:, self._rare], self._vectors[:, self._rare].T.tocsr()
        for start in range(0, len(keys), _CHUNK):
            shared = (rare[start : start + _CHUNK] @ mine).tocoo()
            enough = shared.data >= _SHARED
            rows, columns = shared.row[enough] + start, shared.col[enough]
            if not len(rows):
                continue
            cosines = np.asarray(vectors[rows].multiply(self._vectors[columns]).sum(axis=1)).ravel()
            for row, column, cosine in zip(rows, columns, cosines, strict=True):
                if cosine >= least:
                    similarity = min(float(cosine), fuzz.ratio(keys[row], self._keys[column]) / 100)
                    if similarity >= least:
                        yield int(row), int(column), similarity


def _sorted(found: list[Near]) -> list[Near]:
    return sorted(found, key=lambda item: (-item.similarity, item.first.file, item.first.text, item.second.text))
