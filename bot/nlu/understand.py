"""Understanding one question: the pure core behind the Rasa component.

``Understander`` holds the ranker, the aspect finder and the decider. It needs no Rasa and no server.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.aspect import AspectFinder, AspectPatterns
from bot.nlu.decide import ASK, Decider
from bot.nlu.examples import Example
from bot.nlu.features import FeatureExtractor
from bot.nlu.linear import LinearModel
from bot.nlu.ranker import Ranker
from bot.nlu.vocabulary import domain_words
from bot.text.words import Segmenter
from knowledge import yamlio
from knowledge.catalogue import Catalogue

MAX_MATTERS = 5


@dataclass(frozen=True)
class Understanding:
    """What one question means; the fields of the parse contract and what the dialogue needs besides.

    Attributes:
        matters: at most 5, best first, each ``{"code", "name", "confidence"}``.
        options: codes to offer when the decision is ``clarify``.
    """

    intent: str
    confidence: float
    decision: str
    matters: list[dict[str, Any]] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    aspects: list[str] = field(default_factory=list)
    topic: str | None = None
    referral: str | None = None
    intent_ranking: list[dict[str, Any]] = field(default_factory=list)

    def contract(self) -> dict[str, Any]:
        """The fields beside Rasa's own in ``/model/parse``."""
        return {
            "matters": self.matters,
            "options": self.options,
            "decision": self.decision,
            "aspect": self.aspects[0] if self.aspects else None,
            "aspects": self.aspects,
            "referral": self.referral,
            "topic": self.topic,
        }


class Understander:
    """A trained model and the catalogue it speaks of."""

    def __init__(
        self,
        ranker: Ranker,
        aspects: AspectFinder,
        extract: FeatureExtractor,
        catalogue: Catalogue,
        words: Sequence[str],
    ) -> None:
        self._ranker = ranker
        self._aspects = aspects
        self._decider = Decider(ranker.labels)
        self._catalogue = catalogue
        self._words = list(words)
        self._extract = extract

    @classmethod
    def train(
        cls, examples: Sequence[Example], catalogue: Catalogue, seed: int = 20, noise_share: float = 0.0
    ) -> Understander:
        """Train everything from questions and the names in the catalogue."""
        words = sorted(set(domain_words(catalogue)))
        extract = feature_extractor(catalogue, words)
        questions = [(example.text, label) for example in examples for label in example.labels]
        questions += names(catalogue)
        ranker = Ranker.train(questions, extract, seed=seed, noise_share=noise_share)
        texts, labels = aspect_questions(examples)
        patterns = AspectPatterns(catalogue.root / "lexicon" / "aspects.yml")
        aspects = AspectFinder.train(texts, labels, extract, patterns)
        return cls(ranker, aspects, extract, catalogue, words)

    def understand(self, text: str) -> Understanding:
        """What ``text`` means. Never fails: an unreadable text is too vague."""
        probabilities = self._ranker.probabilities(Counter(self._extract(text)))
        decision = self._decider.decide(probabilities)
        matters = self._matters(probabilities)
        mass = self._decider.by_intent(probabilities)
        ranking = sorted(mass.items(), key=lambda item: -item[1])[:10]
        return Understanding(
            intent=decision.intent,
            confidence=round(decision.confidence, 4),
            decision=decision.outcome,
            matters=matters,
            options=[self._decider.labels[i].partition("/")[2] for i in decision.options],
            aspects=self._aspects.find(text),
            topic=None if decision.intent == ASK else decision.topic,
            referral=self._referral(decision.outcome, decision.topic),
            intent_ranking=[{"name": name, "confidence": round(p, 4)} for name, p in ranking],
        )

    def _matters(self, probabilities: np.ndarray) -> list[dict[str, Any]]:
        out = []
        for index in np.argsort(-probabilities):
            intent, _, code = self._decider.labels[index].partition("/")
            if intent != ASK or code not in self._catalogue.matters:
                continue
            confidence = round(float(probabilities[index]), 4)
            out.append({"code": code, "name": self._catalogue.matters[code].name, "confidence": confidence})
            if len(out) == MAX_MATTERS:
                break
        return out

    def _referral(self, outcome: str, topic: str | None) -> str | None:
        record = self._catalogue.referrals.get(topic or "")
        if outcome == "emergency":
            return record.phone if record and record.phone else "110"
        if outcome == "refer":
            return record.body if record else None
        return None

    def save(self, folder: Path) -> None:
        """Everything into ``folder``."""
        self._ranker.save(folder)
        self._aspects.model.save(folder, "aspect")
        (folder / "words.json").write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue) -> Understander:
        """What :meth:`save` stored."""
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        patterns = AspectPatterns(catalogue.root / "lexicon" / "aspects.yml")
        extract = feature_extractor(catalogue, words)
        aspects = AspectFinder(patterns, extract, LinearModel.load(folder, "aspect"))
        return cls(Ranker.load(folder), aspects, extract, catalogue, words)


def feature_extractor(catalogue: Catalogue, words: Sequence[str]) -> FeatureExtractor:
    """The extractor that training and understanding share; loads jieba's dictionary now, not later."""
    segmenter = Segmenter(words)
    segmenter.warm()
    places = yamlio.read(catalogue.root / "lexicon" / "other_places.yml")
    return FeatureExtractor(segmenter, [*places["provinces"], *places["cities"]])


def names(catalogue: Catalogue) -> list[tuple[str, str]]:
    """What the knowledge itself says about each label: names, aliases, topics and their keywords."""
    out = []
    for matter in catalogue.matters.values():
        for text in (matter.name, *matter.aliases, matter.summary):
            out.append((text, f"{ASK}/{matter.code}"))
    for referral in catalogue.referrals.values():
        if referral.kind == "body":
            out.append((referral.topic, f"refer/{referral.id}"))
    return out


def aspect_questions(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """Questions for the aspect model: those whose aspect is annotated.

    The others are no examples of "none": many of them ask for an aspect in passing.
    """
    annotated = [example for example in examples if example.aspect]
    return [example.text for example in annotated], [example.aspect or "" for example in annotated]
