"""Ranking labels (matters, referrals, intents) for a question.

One linear support vector machine a label over the families of :mod:`bot.nlu.features`, trained from
scratch by liblinear, and a softmax over their margins whose temperature is fitted on questions that
the machines did not see. The weights are pruned and stored as small integers: a question is scored
in well under a millisecond and nothing has to be unpickled.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.optimize
import scipy.sparse as sp

from bot.nlu.features import features
from bot.nlu.linear import Vocabulary, count_features, softmax
from bot.nlu.noise import noisy
from bot.text.words import Segmenter

COST = 1.0
"""liblinear's C: how much a training question on the wrong side counts."""
KEPT_WEIGHTS = 0.15
"""Share of the weights that is stored, the largest ones; the rest changes no ranking."""
HELD_OUT = 5
"""Every fifth question is held out when the temperature is fitted."""
WORKERS = 2
_SCALE = 127.0


@dataclass
class Ranker:
    """A trained ranker.

    Attributes:
        weights: ``(features, labels)`` by row, 8-bit; a weight is ``value * unit``.
        bias: ``(labels,)``.
        temperature: of the softmax over margins.
    """

    labels: list[str]
    vocabulary: Vocabulary
    weights: sp.csr_matrix
    unit: float
    bias: np.ndarray
    temperature: float

    def margins(self, text: str, segmenter: Segmenter) -> np.ndarray:
        """``(labels,)`` signed distances from each label's border."""
        columns, values = self.vocabulary.vector(Counter(features(text, segmenter)))
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

    def probabilities(self, text: str, segmenter: Segmenter) -> np.ndarray:
        """``(labels,)``, sums to 1."""
        return softmax(self.margins(text, segmenter), self.temperature)

    @classmethod
    def train(
        cls,
        questions: Sequence[tuple[str, str]],
        segmenter: Segmenter,
        seed: int = 20,
        noise_share: float = 0.5,
    ) -> Ranker:
        """Learn from ``(text, label)`` pairs.

        Args:
            noise_share: how many of the questions are learned once more in a noisy form.
        """
        rng = random.Random(seed)
        texts = [text for text, _ in questions]
        labels = sorted({label for _, label in questions})
        index = {label: number for number, label in enumerate(labels)}
        target = np.array([index[label] for _, label in questions])
        _progress(f"{len(texts)} 条问法,{len(labels)} 个类别:提取特征")
        counted = count_features(texts, segmenter)
        # The vocabulary comes from clean questions only: noise must not invent features.
        vocabulary = Vocabulary.build(counted)
        clean = vocabulary.matrix(counted)
        chosen = np.array([i for i in range(len(texts)) if rng.random() < noise_share], dtype=int)
        noise = vocabulary.matrix(count_features((noisy(texts[i], rng) for i in chosen), segmenter))
        _progress("校准置信度")
        temperature = _fit_temperature(clean, target, noise, chosen, len(labels))
        _progress("训练排序模型")
        matrix = sp.vstack([clean, noise], format="csr")
        weights, bias = _fit(matrix, np.concatenate([target, target[chosen]]), len(labels))
        packed, unit = _pack(weights)
        return cls(labels, vocabulary, packed, unit, bias, temperature)

    def save(self, folder: Path) -> None:
        """As plain numpy arrays and JSON."""
        np.savez(
            folder / "ranker.npz",
            data=self.weights.data.astype(np.int8),
            indices=self.weights.indices.astype(np.uint16),
            indptr=self.weights.indptr.astype(np.int32),
            bias=self.bias.astype(np.float32),
            idf=self.vocabulary.idf,
        )
        meta = {
            "labels": self.labels,
            "features": list(self.vocabulary.columns),
            "unit": self.unit,
            "temperature": self.temperature,
        }
        (folder / "ranker.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """What :meth:`save` stored."""
        meta = json.loads((folder / "ranker.json").read_text(encoding="utf-8"))
        with np.load(folder / "ranker.npz", allow_pickle=False) as stored:
            vocabulary = Vocabulary({name: i for i, name in enumerate(meta["features"])}, stored["idf"])
            shape = (len(meta["features"]), len(meta["labels"]))
            indices = stored["indices"].astype(np.int32)
            weights = sp.csr_matrix((stored["data"], indices, stored["indptr"]), shape=shape)
            return cls(meta["labels"], vocabulary, weights, meta["unit"], stored["bias"], meta["temperature"])


def _progress(text: str) -> None:
    print(f"  {text}……", file=sys.stderr, flush=True)


def _fit(matrix: sp.csr_matrix, target: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """One machine a label. Returns ``(features, labels)`` weights and ``(labels,)`` biases."""
    from joblib import Parallel, delayed
    from sklearn.svm import LinearSVC

    matrix = matrix.astype(np.float64)
    matrix.sort_indices()

    def fit_group(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Labels outside the group become one more label, whose machine is thrown away.
        grouped = np.where(np.isin(target, group), target, -1)
        machine = LinearSVC(C=COST, tol=1e-2, max_iter=200).fit(matrix, grouped)
        rows = np.searchsorted(machine.classes_, group)
        return machine.coef_[rows].astype(np.float32), machine.intercept_[rows]

    # liblinear works without Python's lock, so threads share the matrix and the cores.
    groups = [group for group in np.array_split(np.arange(count), WORKERS) if len(group)]
    parts = Parallel(WORKERS, prefer="threads")(delayed(fit_group)(group) for group in groups)
    weights = np.vstack([part[0] for part in parts]).T
    return weights, np.concatenate([part[1] for part in parts]).astype(np.float32)


def _fit_temperature(
    clean: sp.csr_matrix, target: np.ndarray, noise: sp.csr_matrix, chosen: np.ndarray, count: int
) -> float:
    """The temperature with the best likelihood on held-out questions, half of them noisy.

    Real questions are further from the training questions than those are from each other; the noisy
    held-out questions stand for that distance.
    """
    held = np.arange(clean.shape[0]) % HELD_OUT == 0
    if len(set(target[~held])) < count:
        held &= np.bincount(target, minlength=count)[target] > HELD_OUT
    weights, bias = _fit(clean[~held], target[~held], count)
    noisy_held = held[chosen]
    margins = np.vstack([clean[held] @ weights + bias, noise[noisy_held] @ weights + bias])
    truth = np.concatenate([target[held], target[chosen][noisy_held]])

    def loss(log_temperature: float) -> float:
        probabilities = softmax(margins, float(np.exp(log_temperature)))
        right = probabilities[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    best = scipy.optimize.minimize_scalar(loss, bounds=(np.log(0.02), np.log(2.0)), method="bounded")
    return float(np.exp(best.x))


def _pack(weights: np.ndarray) -> tuple[sp.csr_matrix, float]:
    """The largest weights as 8-bit integers, and the size of one unit."""
    sample = np.abs(weights[:: max(1, len(weights) // 20_000)])
    threshold = np.quantile(sample, 1 - KEPT_WEIGHTS)
    unit = float(np.abs(weights).max()) / _SCALE
    rounded = np.where(np.abs(weights) >= threshold, np.round(weights / unit), 0).astype(np.int8)
    return sp.csr_matrix(rounded), unit
