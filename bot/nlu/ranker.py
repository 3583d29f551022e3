"""Ranking labels (matters, referrals, intents) for a question.

Kernel ridge regression on the cosine of feature vectors: the kernel's higher powers see which features
occur *together*, which is what tells look-alike matters apart, and the closed form gives every
training question's leave-one-out scores for nothing, which calibration needs.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from bot.nlu.features import features
from bot.nlu.linear import Vocabulary, count_features, softmax
from bot.nlu.noise import noisy
from bot.text.words import Segmenter

RIDGE = 1.0
KERNEL = (0.5, 1.0, 1.5)
"""Weights of the first, second and third power of the cosine."""


def kernel(cosine: np.ndarray) -> np.ndarray:
    """Similarity of questions from the cosine of their features."""
    first, second, third = KERNEL
    result: np.ndarray = cosine * (first + cosine * (second + cosine * third))
    return result


@dataclass
class Ranker:
    """A trained ranker.

    Attributes:
        questions: ``(questions, features)`` the training questions, by column for fast look-up.
        duals: ``(questions, labels)``.
    """

    labels: list[str]
    vocabulary: Vocabulary
    questions: sp.csc_matrix
    duals: np.ndarray
    temperature: float

    def scores(self, text: str, segmenter: Segmenter) -> np.ndarray:
        """``(labels,)`` raw scores, around 1 for the right label and 0 for others."""
        columns, values = self.vocabulary.vector(Counter(features(text, segmenter)))
        cosine = np.zeros(self.questions.shape[0], dtype=np.float32)
        indptr, indices, data = self.questions.indptr, self.questions.indices, self.questions.data
        for column, value in zip(columns, values):
            start, stop = indptr[column], indptr[column + 1]
            cosine[indices[start:stop]] += data[start:stop] * value
        near = np.flatnonzero(cosine > 0.02)
        result: np.ndarray = kernel(cosine[near]) @ self.duals[near]
        return result

    def probabilities(self, text: str, segmenter: Segmenter) -> np.ndarray:
        """``(labels,)``, sums to 1."""
        return softmax(self.scores(text, segmenter), self.temperature)

    @classmethod
    def train(
        cls, questions: Sequence[tuple[str, str]], segmenter: Segmenter, seed: int = 20, noise_copies: int = 1
    ) -> Ranker:
        """Learn from ``(text, label)`` pairs."""
        rng = random.Random(seed)
        texts = [text for text, _ in questions]
        names = [label for _, label in questions]
        for _ in range(noise_copies):
            texts += [noisy(text, rng) for text, _ in questions]
            names += [label for _, label in questions]
        labels = sorted(set(names))
        index = {label: number for number, label in enumerate(labels)}
        rows = count_features(texts, segmenter)
        vocabulary = Vocabulary.build(rows)
        matrix = vocabulary.matrix(rows)
        target = np.zeros((len(texts), len(labels)), dtype=np.float32)
        target[np.arange(len(texts)), [index[name] for name in names]] = 1
        gram = kernel(cosines(matrix))
        gram[np.diag_indices_from(gram)] += RIDGE
        factor = scipy.linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        duals = scipy.linalg.cho_solve(factor, target, check_finite=False).astype(np.float32)
        return cls(labels, vocabulary, matrix.tocsc(), duals, temperature=0.1)

    def save(self, folder: Path) -> None:
        """As plain numpy arrays and JSON."""
        np.savez(
            folder / "ranker.npz",
            data=self.questions.data.astype(np.float16),
            indices=self.questions.indices.astype(np.int32),
            indptr=self.questions.indptr.astype(np.int64),
            duals=self.duals.astype(np.float16),
            idf=self.vocabulary.idf,
        )
        meta = {
            "labels": self.labels,
            "features": list(self.vocabulary.columns),
            "temperature": self.temperature,
        }
        (folder / "ranker.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """What :meth:`save` stored."""
        meta = json.loads((folder / "ranker.json").read_text(encoding="utf-8"))
        with np.load(folder / "ranker.npz", allow_pickle=False) as stored:
            vocabulary = Vocabulary({f: i for i, f in enumerate(meta["features"])}, stored["idf"])
            duals = stored["duals"].astype(np.float32)
            shape = (duals.shape[0], len(vocabulary.columns))
            data = stored["data"].astype(np.float32)
            questions = sp.csc_matrix((data, stored["indices"], stored["indptr"]), shape=shape)
            return cls(meta["labels"], vocabulary, questions, duals, meta["temperature"])


def cosines(matrix: sp.csr_matrix, frequent: int = 4096) -> np.ndarray:
    """``(rows, rows)`` inner products; frequent columns densely, rare ones sparsely: both are fast so."""
    counts = np.diff(matrix.tocsc().indptr)
    order = np.argsort(-counts)
    dense = matrix[:, order[:frequent]].toarray().astype(np.float32)
    result = dense @ dense.T
    rare = matrix[:, order[frequent:]]
    for start in range(0, matrix.shape[0], 2048):
        result[start : start + 2048] += (rare[start : start + 2048] @ rare.T).toarray()
    return result
