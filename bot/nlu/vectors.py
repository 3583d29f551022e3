"""Questions as sparse vectors over named features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from bot.nlu.features import Extract

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
        """Columns and values (log counts × idf, length 1) of one question; empty if nothing is known."""
        pairs = [(self.columns[name], count) for name, count in row.items() if name in self.columns]
        if not pairs:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        columns = np.array([column for column, _ in pairs], dtype=np.int32)
        values = (1 + np.log(np.array([count for _, count in pairs], dtype=np.float32))) * self.idf[columns]
        return columns, (values / np.sqrt((values**2).sum())).astype(np.float32)

    def matrix(self, rows: Iterable[Counter[str]]) -> sp.csr_matrix:
        """``(questions, features)``, one row a question."""
        indices, data, pointer = [], [], [0]
        for row in rows:
            columns, values = self.vector(row)
            indices.append(columns)
            data.append(values)
            pointer.append(pointer[-1] + len(columns))
        shape = (len(pointer) - 1, len(self.columns))
        if pointer[-1] == 0:
            return sp.csr_matrix(shape, dtype=np.float32)
        return sp.csr_matrix((np.concatenate(data), np.concatenate(indices), pointer), shape=shape)


def count_features(texts: Iterable[str], extract: Extract) -> list[Counter[str]]:
    """The counted features of each text."""
    return [Counter(extract(text)) for text in texts]


def shares(labels_of: Sequence[Sequence[str]], names: Sequence[str]) -> sp.csr_matrix:
    """``(questions, labels)``: a question of several labels is an equal share of each."""
    number = {name: column for column, name in enumerate(names)}
    columns = [number[label] for labels in labels_of for label in labels]
    data = [1 / len(labels) for labels in labels_of for _ in labels]
    pointer = np.cumsum([0, *(len(labels) for labels in labels_of)])
    shape = (len(labels_of), len(names))
    return sp.csr_matrix((np.array(data, dtype=np.float32), np.array(columns, dtype=np.int32), pointer), shape=shape)


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Along the last axis."""
    scaled = scores / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    result: np.ndarray = exponents / exponents.sum(axis=-1, keepdims=True)
    return result
