"""Ranking labels (matters, referrals, intents) for a question, with confidences that mean something.

Several networks that started differently vote. Before they learn the last tenth of the questions they
are tested on it: that gives the temperature of their softmax, and the *reliability*, the probability
that answering for the first matter at once is right rather than asking back.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.optimize
import scipy.sparse as sp

from bot.nlu.features import Extract
from bot.nlu.network import Network, Recipe, fit
from bot.nlu.noise import noisy
from bot.nlu.vectors import Vocabulary, count_features, shares, softmax

HELD_OUT = 10
"""Every tenth question is held out when the confidences are calibrated."""
MORE_OF_SEVERAL = 5.0
"""How many times more questions that fit several the reliability learns its directions from."""
MIN_KEPT = 5
"""A label must keep so many questions to be learned from."""


@dataclass(frozen=True)
class Ranking:
    """What the ranker says of one question.

    Attributes:
        probabilities: ``(labels,)``, sums to 1.
        reliability: probability that the first label is the only one that fits, and right.
    """

    probabilities: np.ndarray
    reliability: float


@dataclass
class Ranker:
    """A trained ranker.

    Attributes:
        temperature: of the softmax over each network's scores.
        reliance: coefficients of the logistic model behind the reliability, the constant last.
    """

    labels: list[str]
    vocabulary: Vocabulary
    networks: list[Network]
    temperature: float
    reliance: np.ndarray

    def rank(self, counted: Counter[str]) -> Ranking:
        """For the counted features of a question."""
        columns, values = self.vocabulary.vector(counted)
        scores = np.stack([network.scores(columns, values) for network in self.networks])
        probabilities = softmax(scores[:, :-1], self.temperature).mean(axis=0)
        evidence = _evidence(probabilities[None], scores[:, -1].mean(keepdims=True))
        return Ranking(probabilities, float(_logistic(evidence @ self.reliance[:-1] + self.reliance[-1])[0]))

    @classmethod
    def train(
        cls,
        questions: Mapping[str, Sequence[str]],
        extract: Extract,
        *,
        names: Mapping[str, Sequence[str]] | None = None,
        weights: Mapping[str, float] | None = None,
        scope: str = "",
        seed: int = 20,
        noise_share: float = 0.0,
        recipe: Recipe = Recipe(),  # noqa: B008 - frozen
    ) -> Ranker:
        """Learn from texts and the labels that each fits.

        Args:
            names: what the labels are called; learned too, but nobody speaks like that, so that they
                count neither for the calibration nor get noise.
            weights: how much each question counts when the confidences are calibrated (default 1).
            scope: prefix of the labels whose confidences are calibrated.
            noise_share: how many of the questions are learned once more in a noisy form.
        """
        from joblib import Parallel, delayed

        rng = random.Random(seed)
        titles = {text: labels for text, labels in (names or {}).items() if text not in questions}
        texts, labels_of = [*questions, *titles], [*questions.values(), *titles.values()]
        labels = sorted({label for labels in labels_of for label in labels})
        _progress(f"{len(texts)} 条问法,{len(labels)} 个类别:提取特征")
        counted = count_features(texts, extract)
        # The vocabulary comes from clean questions only: noise must not invent features.
        vocabulary = Vocabulary.build(counted)
        held = _held_out(labels_of, len(questions))
        chosen = [i for i in range(len(questions)) if not held[i] and rng.random() < noise_share]
        noise = vocabulary.matrix(count_features((noisy(texts[i], rng) for i in chosen), extract))
        matrix = sp.vstack([vocabulary.matrix(counted), noise], format="csr")
        target = shares([*labels_of, *(labels_of[i] for i in chosen)], labels)
        several = (np.diff(target.indptr) > 1).astype(np.float32)
        mask = np.concatenate([held, np.zeros(len(chosen), dtype=bool)])
        _progress(f"训练 {recipe.networks} 个网络")
        # Processes rather than threads: each has its own arithmetic threads, so that the result is the same
        # every time.
        trained = Parallel(recipe.networks)(
            delayed(fit)(matrix, target, several, mask, recipe, seed=seed + number) for number in range(recipe.networks)
        )
        scores = np.stack([scores for _, scores in trained])
        tested = np.flatnonzero(mask)
        weight = np.array([(weights or {}).get(texts[i], 1.0) for i in tested])
        in_scope = np.array([label.startswith(scope) for label in labels])
        temperature, reliance = _calibrate(scores, target[tested].toarray(), weight, in_scope)
        return cls(labels, vocabulary, [network for network, _ in trained], temperature, reliance)

    def save(self, folder: Path, name: str = "ranker") -> None:
        """As plain numpy arrays and JSON, in files that start with ``name``."""
        for number, network in enumerate(self.networks):
            network.save(folder, f"{name}-{number}")
        np.savez(folder / f"{name}.npz", idf=self.vocabulary.idf, reliance=self.reliance)
        meta = {
            "labels": self.labels,
            "features": list(self.vocabulary.columns),
            "networks": len(self.networks),
            "temperature": self.temperature,
        }
        (folder / f"{name}.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str = "ranker") -> Ranker:
        """What :meth:`save` stored."""
        meta = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        networks = [Network.load(folder, f"{name}-{number}") for number in range(meta["networks"])]
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            columns = {feature: column for column, feature in enumerate(meta["features"])}
            vocabulary = Vocabulary(columns, stored["idf"])
            return cls(meta["labels"], vocabulary, networks, meta["temperature"], stored["reliance"])


def _progress(text: str) -> None:
    print(f"  {text}……", file=sys.stderr, flush=True)


def _held_out(labels_of: Sequence[Sequence[str]], first: int) -> np.ndarray:
    """``(questions,)``: every tenth of the ``first`` ones, as long as its labels keep enough others."""
    left = Counter(label for labels in labels_of for label in labels)
    held = np.zeros(len(labels_of), dtype=bool)
    for index in range(0, first, HELD_OUT):
        labels = labels_of[index]
        if all(left[label] > MIN_KEPT for label in labels):
            held[index] = True
            left.subtract(labels)
    return held


def _logistic(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return result


def _evidence(probabilities: np.ndarray, several: np.ndarray) -> np.ndarray:
    """``(questions, 4)``: how sure the first label is, how far ahead of the second, how vague the words."""
    two = np.sort(probabilities, axis=1)[:, -2:]
    first, second = np.clip(two[:, 1], 1e-6, 1 - 1e-6), np.clip(two[:, 0], 1e-6, 1)
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1)
    return np.column_stack([np.log(first / (1 - first)), np.log(first / second), entropy, several])


def _calibrate(
    scores: np.ndarray, shared: np.ndarray, weight: np.ndarray, in_scope: np.ndarray
) -> tuple[float, np.ndarray]:
    """Temperature and reliability model from the scores of questions that no network had learned.

    Args:
        scores: ``(networks, held, labels + 1)``.
        shared: ``(held, labels)`` rows sum to 1.
        weight: ``(held,)``.
        in_scope: ``(labels,)`` bool.
    """
    certain = (shared > 0).sum(axis=1) == 1
    truth = shared.argmax(axis=1)
    used = certain & in_scope[truth] & (weight > 0)
    if not used.any():
        return 1.0, _NO_RELIANCE

    def loss(log_temperature: float) -> float:
        probabilities = softmax(scores[:, used, :-1], float(np.exp(log_temperature))).mean(axis=0)
        right = probabilities[np.arange(len(probabilities)), truth[used]]
        return float(-np.average(np.log(np.maximum(right, 1e-9)), weights=weight[used]))

    best = scipy.optimize.minimize_scalar(loss, bounds=(np.log(0.05), np.log(3.0)), method="bounded")
    temperature = float(np.exp(best.x))
    probabilities = softmax(scores[:, :, :-1], temperature).mean(axis=0)
    # Whatever would be answered counts, also what should not have been.
    answered = in_scope[probabilities.argmax(axis=1)] & (weight > 0)
    right = certain & (probabilities.argmax(axis=1) == truth)
    evidence = _evidence(probabilities, scores[:, :, -1].mean(axis=0))
    return temperature, _fit_reliance(evidence[answered], right[answered], ~certain[answered], weight[answered])


_NO_RELIANCE = np.array([1.0, 0.0, 0.0, 0.0, 0.0])


def _fit_reliance(evidence: np.ndarray, right: np.ndarray, several: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coefficients of a logistic model, the constant last.

    Questions that fit several are rare, so that a model of the true mix hardly learns what tells them.
    The directions come from a mix with many of them, the scale and the constant from the true mix.
    """
    from sklearn.linear_model import LogisticRegression

    if len(set(right.tolist())) < 2:
        return _NO_RELIANCE
    more = np.where(several, weight * MORE_OF_SEVERAL, weight)
    direction = LogisticRegression(C=10.0, max_iter=1000).fit(evidence, right, sample_weight=more).coef_[0]
    score = evidence @ direction
    scale = LogisticRegression(C=1000.0, max_iter=1000).fit(score[:, None], right, sample_weight=weight)
    return np.append(direction * scale.coef_[0, 0], scale.intercept_)
