"""Linear models on our features, stored as plain numpy: nothing to unpickle, nothing to import."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from bot.nlu.features import features
from bot.text.words import Segmenter

MIN_COUNT = 3
"""Features seen fewer times in training say nothing about questions to come."""


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
        return sp.csr_matrix((np.concatenate(data), np.concatenate(indices), pointer), shape=shape)


def count_features(texts: Iterable[str], segmenter: Segmenter) -> list[Counter[str]]:
    """The counted features of each text."""
    return [Counter(features(text, segmenter)) for text in texts]


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Along the last axis."""
    scaled = scores / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    result: np.ndarray = exponents / exponents.sum(axis=-1, keepdims=True)
    return result


@dataclass
class LinearModel:
    """Scores of labels from a question.

    Attributes:
        weights: ``(features, labels)``.
        bias: ``(labels,)``.
    """

    labels: list[str]
    vocabulary: Vocabulary
    weights: np.ndarray
    bias: np.ndarray
    temperature: float = 1.0

    def probabilities(self, text: str, segmenter: Segmenter) -> np.ndarray:
        """``(labels,)``, sums to 1."""
        columns, values = self.vocabulary.vector(Counter(features(text, segmenter)))
        return softmax(values @ self.weights[columns].astype(np.float32) + self.bias, self.temperature)

    def save(self, folder: Path, name: str) -> None:
        """As ``name.npz`` and ``name.json`` in ``folder``."""
        np.savez(
            folder / f"{name}.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            idf=self.vocabulary.idf,
        )
        meta = {"labels": self.labels, "features": list(self.vocabulary.columns), "temperature": self.temperature}
        (folder / f"{name}.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> LinearModel:
        """What :meth:`save` stored."""
        meta = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            vocabulary = Vocabulary({f: i for i, f in enumerate(meta["features"])}, stored["idf"])
            weights = stored["weights"].astype(np.float32)
            return cls(meta["labels"], vocabulary, weights, stored["bias"], meta["temperature"])


def train_linear(
    texts: Sequence[str], labels: Sequence[str], segmenter: Segmenter, regularisation: float = 1.0
) -> LinearModel:
    """Multinomial logistic regression; for few labels (the matters have their own ranker)."""
    from sklearn.linear_model import LogisticRegression

    rows = count_features(texts, segmenter)
    vocabulary = Vocabulary.build(rows)
    matrix = vocabulary.matrix(rows)
    names = sorted(set(labels))
    index = {name: number for number, name in enumerate(names)}
    target = np.array([index[label] for label in labels])
    model = LogisticRegression(C=10 / regularisation, max_iter=200, solver="lbfgs", class_weight="balanced")
    model.fit(matrix, target)
    return LinearModel(names, vocabulary, model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))
