"""Linear models on our features, stored as plain numpy: nothing to unpickle, nothing to import.

One linear support vector machine a label, by liblinear. The weights are pruned and stored as small
integers: a question is scored in well under a millisecond.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from bot.nlu.features import FeatureExtractor

MIN_COUNT = 3
"""Features seen fewer times in training say nothing about questions to come."""
COST = 1.0
KEPT_WEIGHTS = 0.15
"""Share of the weights that is stored, the largest ones; the rest changes no ranking."""
WORKERS = 2
TOLERANCE, ROUNDS = 0.1, 30
"""When liblinear stops; finer ones ranked no better (docs/understanding.md)."""


@dataclass
class Vocabulary:
    """Feature → column, and the inverse document frequency of each column."""

    columns: dict[str, int]
    idf: np.ndarray

    @classmethod
    def build(cls, rows: Sequence[Counter[str]], min_count: int = MIN_COUNT) -> Vocabulary:
        """From the counted features of all training questions."""
        seen: Counter[str] = Counter()
        for row in rows:
            seen.update(row.keys())
        kept = [name for name, count in seen.items() if count >= min_count]
        frequency = np.array([seen[name] for name in kept], dtype=np.float32)
        idf = np.log((1 + len(rows)) / (1 + frequency)) + 1
        return cls({name: column for column, name in enumerate(kept)}, idf.astype(np.float32))

    def vector(self, row: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values (log counts × idf, length 1) of one question."""
        pairs = [(self.columns[name], count) for name, count in row.items() if name in self.columns]
        if not pairs:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        columns = np.array([column for column, _ in pairs], dtype=np.int32)
        values = (1 + np.log(np.array([count for _, count in pairs], dtype=np.float32))) * self.idf[columns]
        return columns, values / np.sqrt((values**2).sum())

    def matrix(self, rows: Iterable[Counter[str]]) -> sp.csr_matrix:
        """One row a question."""
        indices, data, pointer = [], [], [0]
        for row in rows:
            columns, values = self.vector(row)
            indices.append(columns)
            data.append(values)
            pointer.append(pointer[-1] + len(columns))
        shape = (len(pointer) - 1, len(self.columns))
        if not data:
            return sp.csr_matrix(shape, dtype=np.float32)
        return sp.csr_matrix((np.concatenate(data), np.concatenate(indices), pointer), shape=shape)


def count_features(texts: Iterable[str], extract: FeatureExtractor) -> list[Counter[str]]:
    """The counted features of each text."""
    return [Counter(extract(text)) for text in texts]


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Along the last axis."""
    scaled = scores / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    result: np.ndarray = exponents / exponents.sum(axis=-1, keepdims=True)
    return result


@dataclass
class LinearModel:
    """Margins of labels for a question.

    Attributes:
        weights: ``(features, labels)`` by row, 8-bit; a weight is ``value * unit``.
        bias: ``(labels,)``.
    """

    labels: list[str]
    vocabulary: Vocabulary
    weights: sp.csr_matrix
    unit: float
    bias: np.ndarray

    def margins(self, counted: Counter[str]) -> np.ndarray:
        """``(labels,)`` signed distances from each label's border, for the counted features of a text."""
        columns, values = self.vocabulary.vector(counted)
        starts, stops = self.weights.indptr[columns], self.weights.indptr[columns + 1]
        lengths = stops - starts
        total = int(lengths.sum())
        if total == 0:
            return self.bias.copy()
        # Positions of all stored weights of all rows at once: start of each row, repeated, plus an offset.
        offsets = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        positions = np.repeat(starts, lengths) + offsets
        products = self.weights.data[positions] * np.repeat(values * self.unit, lengths)
        summed = np.bincount(self.weights.indices[positions], products, minlength=len(self.labels))
        result: np.ndarray = summed + self.bias
        return result

    def save(self, folder: Path, name: str) -> None:
        """As ``name.npz`` and ``name.json`` in ``folder``."""
        np.savez(
            folder / f"{name}.npz",
            data=self.weights.data.astype(np.int8),
            indices=self.weights.indices.astype(np.uint16),
            indptr=self.weights.indptr.astype(np.int32),
            bias=self.bias.astype(np.float32),
            idf=self.vocabulary.idf,
        )
        meta = {"labels": self.labels, "features": list(self.vocabulary.columns), "unit": self.unit}
        (folder / f"{name}.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> LinearModel:
        """What :meth:`save` stored."""
        meta = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            vocabulary = Vocabulary({feature: i for i, feature in enumerate(meta["features"])}, stored["idf"])
            shape = (len(meta["features"]), len(meta["labels"]))
            indices = stored["indices"].astype(np.int32)
            weights = sp.csr_matrix((stored["data"], indices, stored["indptr"]), shape=shape)
            return cls(meta["labels"], vocabulary, weights, meta["unit"], stored["bias"])


def fit(matrix: sp.csr_matrix, target: np.ndarray, count: int, cost: float = COST) -> tuple[np.ndarray, np.ndarray]:
    """One machine a label.

    Args:
        matrix: ``(questions, features)``.
        target: ``(questions,)`` label numbers below ``count``.
        cost: liblinear's C, how much a question on the wrong side counts.

    Returns:
        ``(features, labels)`` weights and ``(labels,)`` biases.
    """
    from joblib import Parallel, delayed
    from sklearn.svm import LinearSVC

    matrix = matrix.astype(np.float64)
    matrix.sort_indices()

    def fit_group(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Labels outside the group become one more label, whose machine is thrown away.
        grouped = np.where(np.isin(target, group), target, -1)
        machine = LinearSVC(C=cost, tol=TOLERANCE, max_iter=ROUNDS).fit(matrix, grouped)
        coefficients, intercepts = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:  # scikit-learn keeps one row for two classes: that of the second
            coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.hstack([-intercepts, intercepts])
        rows = np.searchsorted(machine.classes_, group)
        return coefficients[rows].astype(np.float32), intercepts[rows]

    # liblinear works without Python's lock, so threads share the matrix and the cores.
    groups = [group for group in np.array_split(np.arange(count), WORKERS) if len(group)]
    parts = Parallel(WORKERS, prefer="threads")(delayed(fit_group)(group) for group in groups)
    weights = np.vstack([part[0] for part in parts]).T
    return weights, np.concatenate([part[1] for part in parts]).astype(np.float32)


def pack(weights: np.ndarray) -> tuple[sp.csr_matrix, float]:
    """The largest weights as 8-bit integers, and the size of one unit."""
    sample = np.abs(weights[:: max(1, len(weights) // 20_000)])
    threshold = np.quantile(sample, 1 - KEPT_WEIGHTS)
    unit = float(np.abs(weights).max()) / 127.0
    rounded = np.where(np.abs(weights) >= threshold, np.round(weights / unit), 0).astype(np.int8)
    return sp.csr_matrix(rounded), unit


def numbered(labels: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """The sorted names of the labels, and each question's number among them."""
    names = sorted(set(labels))
    index = {name: number for number, name in enumerate(names)}
    return names, np.array([index[label] for label in labels])
