"""Confidences that mean something, fitted on questions that the networks have not learned.

The *temperature* of the softmax makes the probabilities of the labels honest. The *reliability* is the
probability that answering for the first matter at once is right rather than asking back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.optimize

from bot.nlu.vectors import softmax

MORE_OF_SEVERAL = 5.0
"""How many times more questions that fit several the reliability learns its directions from."""
COLDEST, HOTTEST = 0.05, 3.0


@dataclass(frozen=True)
class Confidence:
    """What turns the networks' scores into confidences.

    Attributes:
        temperature: of the softmax over each network's scores.
        reliance: coefficients of the logistic model behind the reliability, the constant last.
    """

    temperature: float
    reliance: np.ndarray

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """``(networks, …, labels + 1)`` scores → ``(…, labels)``."""
        result: np.ndarray = softmax(scores[..., :-1], self.temperature).mean(axis=0)
        return result

    def reliability(self, scores: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """``(networks, questions, labels + 1)`` scores and ``(questions,)`` sizes → ``(questions,)``."""
        found = evidence(self.probabilities(scores), scores[..., -1].mean(axis=0), sizes)
        return logistic(found @ self.reliance[:-1] + self.reliance[-1])


UNFITTED = Confidence(1.0, np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
"""Before anything was fitted: the reliability is the probability of the first label."""


def logistic(values: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x), without overflow."""
    result: np.ndarray = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return result


def evidence(probabilities: np.ndarray, several: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """``(questions, 5)``: how sure the first label is, how far ahead of the second, how vague the words, how many.

    Whoever says little has left out what decides more often than not.
    """
    two = np.sort(probabilities, axis=1)[:, -2:]
    first, second = np.clip(two[:, 1], 1e-6, 1 - 1e-6), np.clip(two[:, 0], 1e-6, 1)
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1)
    return np.column_stack([np.log(first / (1 - first)), np.log(first / second), entropy, several, np.log1p(sizes)])


def fit(
    scores: np.ndarray,
    sizes: np.ndarray,
    *,
    right: np.ndarray,
    several: np.ndarray,
    weight: np.ndarray,
    in_scope: np.ndarray,
) -> Confidence:
    """Temperature and reliability from scores of questions that no network has learned.

    Args:
        scores: ``(networks, questions, labels + 1)``.
        sizes: ``(questions,)`` features in each.
        right: ``(questions, labels)`` bool, the labels that may be answered; none where none may.
        several: ``(questions,)`` bool, fits several.
        weight: ``(questions,)``.
        in_scope: ``(labels,)`` bool, the labels whose confidences matter.
    """
    used = right.any(axis=1) & (weight > 0)
    if not used.any():
        return UNFITTED

    def loss(log_temperature: float) -> float:
        probabilities = softmax(scores[:, used, :-1], float(np.exp(log_temperature))).mean(axis=0)
        mass = (probabilities * right[used]).sum(axis=1)
        return float(-np.average(np.log(np.maximum(mass, 1e-9)), weights=weight[used]))

    best = scipy.optimize.minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    temperature = float(np.exp(best.x))
    probabilities = softmax(scores[:, :, :-1], temperature).mean(axis=0)
    first = probabilities.argmax(axis=1)
    # Whatever would be answered counts, also what should not have been.
    answered = in_scope[first] & (weight > 0)
    good = right[np.arange(len(first)), first]
    found = evidence(probabilities, scores[:, :, -1].mean(axis=0), sizes)
    return Confidence(temperature, _reliance(found[answered], good[answered], several[answered], weight[answered]))


def _reliance(found: np.ndarray, right: np.ndarray, several: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Coefficients of a logistic model, the constant last.

    Questions that fit several are rare, so that a model of the true mix hardly learns what tells them.
    The directions come from a mix with many of them, the scale and the constant from the true mix.
    """
    from sklearn.linear_model import LogisticRegression

    if len(set(right.tolist())) < 2:
        return UNFITTED.reliance
    more = np.where(several, weight * MORE_OF_SEVERAL, weight)
    direction = LogisticRegression(C=10.0, max_iter=1000).fit(found, right, sample_weight=more).coef_[0]
    score = found @ direction
    scale = LogisticRegression(C=1000.0, max_iter=1000).fit(score[:, None], right, sample_weight=weight)
    return np.append(direction * scale.coef_[0, 0], scale.intercept_)


def as_table(right: Sequence[frozenset[str]], labels: Sequence[str]) -> np.ndarray:
    """``(questions, labels)`` bool: which labels are right."""
    number = {label: column for column, label in enumerate(labels)}
    table = np.zeros((len(right), len(labels)), dtype=bool)
    for row, names in enumerate(right):
        table[row, [number[name] for name in names if name in number]] = True
    return table
