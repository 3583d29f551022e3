"""Ranking labels (matters, referrals, intents) for a question.

One linear model over all of them, and a softmax over its margins whose temperature is fitted on
questions that the model did not see: that makes the confidences mean something.
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

from bot.nlu.features import FeatureExtractor
from bot.nlu.linear import LinearModel, Vocabulary, count_features, fit, numbered, pack, softmax
from bot.nlu.noise import noisy

HELD_OUT = 5
"""Every fifth question is held out when the temperature is fitted."""


@dataclass
class Ranker:
    """A trained ranker. ``temperature`` is that of the softmax over the model's margins."""

    model: LinearModel
    temperature: float

    @property
    def labels(self) -> list[str]:
        """The labels in the order of all scores."""
        return self.model.labels

    def probabilities(self, counted: Counter[str]) -> np.ndarray:
        """``(labels,)`` for the counted features of a question; sums to 1."""
        return softmax(self.model.margins(counted), self.temperature)

    @classmethod
    def train(
        cls,
        questions: Sequence[tuple[str, str]],
        extract: FeatureExtractor,
        seed: int = 20,
        noise_share: float = 0.0,
    ) -> Ranker:
        """Learn from ``(text, label)`` pairs; a text may come with several labels, once for each.

        Args:
            noise_share: how many of the questions are learned once more in a noisy form.
        """
        rng = random.Random(seed)
        texts = [text for text, _ in questions]
        labels, target = numbered([label for _, label in questions])
        _progress(f"{len(texts)} 条问法,{len(labels)} 个类别:提取特征")
        counted = count_features(texts, extract)
        # The vocabulary comes from clean questions only: noise must not invent features.
        vocabulary = Vocabulary.build(counted)
        clean = vocabulary.matrix(counted)
        chosen = np.array([i for i in range(len(texts)) if rng.random() < noise_share], dtype=int)
        noise = vocabulary.matrix(count_features((noisy(texts[i], rng) for i in chosen), extract))
        _progress("校准置信度")
        times = Counter(texts)
        certain = np.array([times[text] == 1 for text in texts])
        temperature = _fit_temperature(clean, target, certain, len(labels))
        _progress("训练排序模型")
        matrix = sp.vstack([clean, noise], format="csr")
        weights, bias = fit(matrix, np.concatenate([target, target[chosen]]), len(labels))
        return cls(LinearModel(labels, vocabulary, *pack(weights), bias), temperature)

    def save(self, folder: Path) -> None:
        """As plain numpy arrays and JSON."""
        self.model.save(folder, "ranker")
        (folder / "temperature.json").write_text(json.dumps(self.temperature), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """What :meth:`save` stored."""
        temperature = json.loads((folder / "temperature.json").read_text(encoding="utf-8"))
        return cls(LinearModel.load(folder, "ranker"), temperature)


def _progress(text: str) -> None:
    print(f"  {text}……", file=sys.stderr, flush=True)


def _fit_temperature(clean: sp.csr_matrix, target: np.ndarray, certain: np.ndarray, count: int) -> float:
    """The temperature with the best likelihood on held-out questions that have one right label."""
    held = certain & (np.arange(clean.shape[0]) % HELD_OUT == 0)
    # A label must keep questions to be learned from.
    held &= np.bincount(target, minlength=count)[target] > HELD_OUT
    weights, bias = fit(clean[~held], target[~held], count)
    margins, truth = clean[held] @ weights + bias, target[held]

    def loss(log_temperature: float) -> float:
        probabilities = softmax(margins, float(np.exp(log_temperature)))
        right = probabilities[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    best = scipy.optimize.minimize_scalar(loss, bounds=(np.log(0.02), np.log(2.0)), method="bounded")
    return float(np.exp(best.x))
