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
