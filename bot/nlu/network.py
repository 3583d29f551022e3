"""A small network on sparse features, trained and run with numpy alone.

Every feature has a vector; a question is the weighted sum of its features' vectors, and each label's
score is linear in that sum. The narrow middle makes labels share what their words have in common: it
ranked two points better than one independent linear machine a label (docs/understanding.md).

One score more than there are labels says how much a question sounds like one that fits several.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; chosen by a few trials on the evaluation questions (docs/understanding.md).

    Attributes:
        networks: how many vote; the second is worth half a point, more were worth nothing.
        width: size of the feature vectors.
        epochs: rounds over the questions.
        rate: first step size of Adagrad; it falls to zero over all rounds.
        drop: share of a question's features that is left out each time.
        smooth: share of the target that is spread over all labels.
    """

    networks: int = 2
    width: int = 160
    epochs: int = 8
    batch: int = 256
    rate: float = 0.9
    drop: float = 0.3
    smooth: float = 0.05


@dataclass
class Network:
    """A trained network.

    Attributes:
        vectors: ``(features, width)``, 8-bit; feature ``i``'s vector is ``vectors[i] * units[i]``.
        weights: ``(width, labels + 1)``, the last column for several-matters-at-once.
        bias: ``(labels + 1,)``.
    """

    vectors: np.ndarray
    units: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        """``(labels + 1,)`` for one question's columns and values."""
        middle = (values * self.units[columns]) @ self.vectors[columns]
        result: np.ndarray = middle @ self.weights + self.bias
        return result

    def save(self, folder: Path, name: str) -> None:
        """As ``name.npz`` in ``folder``."""
        np.savez(folder / f"{name}.npz", vectors=self.vectors, units=self.units, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, folder: Path, name: str) -> Network:
        """What :meth:`save` stored."""
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            return cls(stored["vectors"], stored["units"], stored["weights"], stored["bias"])


class _Trainer:
    """The state of training: full-precision weights and Adagrad's sums of squares."""

    def __init__(self, features: int, labels: int, recipe: Recipe, steps: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.recipe, self.steps, self.step = recipe, steps, 0
        self.vectors = self.random.standard_normal((features, recipe.width), dtype=np.float32) * np.float32(0.05)
        self.weights = self.random.standard_normal((recipe.width, labels + 1), dtype=np.float32) * np.float32(0.1)
        self.bias = np.zeros(labels + 1, dtype=np.float32)
        self._of_vectors = np.full(features, 1e-3, dtype=np.float32)
        self._of_weights = np.full_like(self.weights, 1e-3)
        self._of_bias = np.full_like(self.bias, 1e-3)

    def round(self, matrix: sp.csr_matrix, target: sp.csr_matrix, several: np.ndarray, rows: np.ndarray) -> None:
        """Once over ``rows`` in random order."""
        order = self.random.permutation(rows)
        for start in range(0, len(order), self.recipe.batch):
            chosen = order[start : start + self.recipe.batch]
            self._learn(matrix[chosen], target[chosen].toarray(), several[chosen])

    def _learn(self, batch: sp.csr_matrix, target: np.ndarray, several: np.ndarray) -> None:
        recipe = self.recipe
        keep = self.random.random(len(batch.data), dtype=np.float32) > recipe.drop
        columns, inverse = np.unique(batch.indices, return_inverse=True)
        data = batch.data * keep / np.float32(1 - recipe.drop)
        compact = sp.csr_matrix((data, inverse.astype(np.int32), batch.indptr), shape=(batch.shape[0], len(columns)))
        vectors = self.vectors[columns]
        middle = compact @ vectors
        scores = middle @ self.weights + self.bias
        labels = scores[:, :-1] - scores[:, :-1].max(axis=1, keepdims=True)
        error = np.empty_like(scores)
        error[:, :-1] = np.exp(labels)
        error[:, :-1] /= error[:, :-1].sum(axis=1, keepdims=True)
        error[:, :-1] -= (1 - recipe.smooth) * target + recipe.smooth / target.shape[1]
        error[:, -1] = 1 / (1 + np.exp(-np.clip(scores[:, -1], -30, 30))) - several
        error /= len(target)
        rate = np.float32(recipe.rate * max(0.0, 1 - self.step / self.steps) + 1e-3)
        self.step += 1
        of_weights, of_bias = middle.T @ error, error.sum(axis=0)
        of_vectors = compact.T @ (error @ self.weights.T)
        # In place: these are the largest arrays of a step.
        seen = self._of_vectors[columns] + np.einsum("ij,ij->i", of_vectors, of_vectors) / recipe.width
        self._of_vectors[columns] = seen
        of_vectors *= (-rate / np.sqrt(seen))[:, None]
        of_vectors += vectors
        self.vectors[columns] = of_vectors
        self._of_weights += of_weights**2
        self.weights -= rate * of_weights / np.sqrt(self._of_weights)
        self._of_bias += of_bias**2
        self.bias -= rate * of_bias / np.sqrt(self._of_bias)

    def packed(self) -> Network:
        """The network with its vectors as small integers."""
        units = np.maximum(np.abs(self.vectors).max(axis=1), 1e-9) / 127
        vectors = np.round(self.vectors / units[:, None]).astype(np.int8)
        return Network(vectors, units.astype(np.float32), self.weights, self.bias)


def fit(
    matrix: sp.csr_matrix,
    target: sp.csr_matrix,
    several: np.ndarray,
    recipe: Recipe,
    *,
    seed: int = 0,
) -> Network:
    """Train one network.

    Args:
        matrix: ``(questions, features)`` float32.
        target: ``(questions, labels)``, rows sum to 1.
        several: ``(questions,)`` 1 where a question fits several matters, else 0.
    """
    _keep_memory()
    matrix = matrix.astype(np.float32)
    rows = np.arange(matrix.shape[0])
    steps = recipe.epochs * -(-len(rows) // recipe.batch)
    trainer = _Trainer(matrix.shape[1], target.shape[1], recipe, steps, seed)
    for _ in range(recipe.epochs):
        trainer.round(matrix, target, several, rows)
    return trainer.packed()


def _keep_memory() -> None:
    """Tell glibc not to give every batch's arrays back to the system: halves the time of training.

    Other C libraries have no such call, and go on as they are.
    """
    try:
        tune = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    # M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD (mallopt(3)); the last one's greatest value is 32 MiB.
    for parameter, value in ((-1, 1 << 30), (-2, 1 << 28), (-3, 1 << 25)):
        tune(parameter, value)
