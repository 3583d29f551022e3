"""Ranking labels (matters, referrals, intents) for a question, with confidences that mean something.

Several networks that started differently vote.
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
import scipy.sparse as sp

from bot.nlu import confidence
from bot.nlu.confidence import Confidence
from bot.nlu.features import Extract
from bot.nlu.network import Network, Recipe, fit
from bot.nlu.noise import noisy
from bot.nlu.vectors import Vocabulary, count_features, shares


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
    """A trained ranker; :meth:`calibrate` it before trusting its confidences."""

    labels: list[str]
    vocabulary: Vocabulary
    networks: list[Network]
    confidence: Confidence = confidence.UNFITTED

    def rank(self, counted: Counter[str]) -> Ranking:
        """For the counted features of a question."""
        scores = self._scores(counted)[:, None]
        reliability = float(self.confidence.reliability(scores, _sizes([counted]))[0])
        return Ranking(self.confidence.probabilities(scores)[0], reliability)

    def _scores(self, counted: Counter[str]) -> np.ndarray:
        columns, values = self.vocabulary.vector(counted)
        return np.stack([network.scores(columns, values) for network in self.networks])

    @classmethod
    def train(
        cls,
        questions: Mapping[str, Sequence[str]],
        extract: Extract,
        *,
        names: Mapping[str, Sequence[str]] | None = None,
        seed: int = 20,
        noise_share: float = 0.0,
        recipe: Recipe = Recipe(),  # noqa: B008 - frozen
    ) -> Ranker:
        """Learn from texts and the labels that each fits.

        Args:
            names: what the labels are called; learned too, but nobody speaks like that, so that they get
                no noise.
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
        chosen = [i for i in range(len(questions)) if rng.random() < noise_share]
        noise = vocabulary.matrix(count_features((noisy(texts[i], rng) for i in chosen), extract))
        matrix = sp.vstack([vocabulary.matrix(counted), noise], format="csr")
        target = shares([*labels_of, *(labels_of[i] for i in chosen)], labels)
        several = (np.diff(target.indptr) > 1).astype(np.float32)
        _progress(f"训练 {recipe.networks} 个网络")
        # Processes rather than threads: each has its own arithmetic threads, so that the result is the same
        # every time.
        networks = Parallel(recipe.networks)(
            delayed(fit)(matrix, target, several, recipe, seed=seed + number) for number in range(recipe.networks)
        )
        return cls(labels, vocabulary, list(networks))

    def calibrate(
        self,
        counted: Sequence[Counter[str]],
        right: Sequence[frozenset[str]],
        *,
        several: Sequence[bool] | None = None,
        weights: Sequence[float] | None = None,
        scope: str = "",
    ) -> None:
        """Give the confidences their meaning.

        Args:
            counted: features of questions that were not learned.
            right: the labels that may be answered to each.
            several: whether each fits several labels and none may be answered.
            weights: how much each counts.
            scope: prefix of the labels whose confidences matter.
        """
        if not counted:
            return
        scores = np.stack([self._scores(row) for row in counted], axis=1)
        in_scope = np.array([label.startswith(scope) for label in self.labels])
        self.confidence = confidence.fit(
            scores,
            _sizes(counted),
            right=confidence.as_table(right, self.labels),
            several=np.array(several if several is not None else [False] * len(counted)),
            weight=np.array(weights if weights is not None else [1.0] * len(counted)),
            in_scope=in_scope,
        )

    def save(self, folder: Path, name: str = "ranker") -> None:
        """As plain numpy arrays and JSON, in files that start with ``name``."""
        for number, network in enumerate(self.networks):
            network.save(folder, f"{name}-{number}")
        np.savez(folder / f"{name}.npz", idf=self.vocabulary.idf, reliance=self.confidence.reliance)
        meta = {
            "labels": self.labels,
            "features": list(self.vocabulary.columns),
            "networks": len(self.networks),
            "temperature": self.confidence.temperature,
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
            fitted = Confidence(meta["temperature"], stored["reliance"])
        return cls(meta["labels"], vocabulary, networks, fitted)


def _sizes(counted: Sequence[Counter[str]]) -> np.ndarray:
    return np.array([row.total() for row in counted])


def _progress(text: str) -> None:
    print(f"  {text}……", file=sys.stderr, flush=True)
