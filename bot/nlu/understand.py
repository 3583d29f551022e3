"""Understanding one question: the pure core behind the Rasa component.

``Understander`` holds the ranker, the aspect finder and the decider. It needs no Rasa and no server.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.aspect import NONE, AspectFinder, AspectPatterns
from bot.nlu.calibration import Sample
from bot.nlu.danger import CERTAIN, DangerWords
from bot.nlu.decide import ASK, Decider
from bot.nlu.entities import EntityFinder
from bot.nlu.examples import Example
from bot.nlu.features import Extract, FeatureExtractor, without_places
from bot.nlu.ranker import Ranker, Ranking
from bot.nlu.vectors import count_features
from bot.nlu.vocabulary import domain_words
from bot.text.words import Segmenter
from knowledge import yamlio
from knowledge.catalogue import Catalogue

MAX_MATTERS = 5
PLACES = frozenset({"district", "street", "community", "place_option"})
"""Entities that say where somebody is: kept out of what the ranker sees."""

SHARES = {"one": 0.86, "several": 0.08, "outside": 0.06}
"""What people are taken to ask, as shares: something clear, something that fits several matters, something
that no matter fits. An assumption until there are logs; the calibration files hold more of the last two."""
BUNDLE = "bundle"
"""The intent of a question about a whole life event."""

Spans = Sequence[tuple[int, int]]
"""Characters (start, end) of the places in a text."""


@dataclass(frozen=True)
class Understanding:
    """What one question means; the fields of the parse contract and what the dialogue needs besides.

    Attributes:
        matters: at most 5, best first, each ``{"code", "name", "confidence"}``.
        options: codes to offer when the decision is ``clarify``.
        reliability: probability that answering for the first matter at once is right.
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
    reliability: float = 0.0

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
            "reliability": self.reliability,
        }


class Understander:
    """A trained model and the catalogue it speaks of."""

    def __init__(
        self,
        ranker: Ranker,
        aspects: AspectFinder,
        extract: Extract,
        catalogue: Catalogue,
        words: Sequence[str],
    ) -> None:
        self._ranker = ranker
        self._aspects = aspects
        self._decider = Decider(ranker.labels)
        self._catalogue = catalogue
        self._words = list(words)
        self._extract = extract
        self._danger = DangerWords(catalogue.root / "lexicon" / "danger.yml")

    @classmethod
    def train(
        cls,
        examples: Sequence[Example],
        catalogue: Catalogue,
        samples: Sequence[Sample] = (),
        seed: int = 20,
        noise_share: float = 0.0,
    ) -> Understander:
        """Train everything from questions and the names in the catalogue.

        Args:
            samples: what the confidences are calibrated on; without them they mean little.
        """
        words = sorted(set(domain_words(catalogue)))
        extract = feature_extractor(catalogue, words)
        finder = EntityFinder(catalogue)
        # Questions without a matter teach aspects only.
        labelled = [(e.text, label) for e in examples if e.label != ASK or e.matters for label in e.labels]
        ranker = Ranker.train(
            _gathered((_placeless(text, finder), label) for text, label in labelled),
            extract,
            names=_gathered(names(catalogue)),
            seed=seed,
            noise_share=noise_share,
        )
        plain = [_placeless(sample.text, finder) for sample in samples]
        ranker.calibrate(
            count_features(plain, extract),
            [frozenset(f"{ASK}/{code}" for code in sample.right) for sample in samples],
            several=[sample.several for sample in samples],
            weights=_weights(samples),
            scope=f"{ASK}/",
        )
        patterns = AspectPatterns(catalogue.root / "lexicon" / "aspects.yml")
        # Questions without an annotation are no examples of "none": many ask in passing. They teach an aspect
        # where the patterns leave no doubt.
        annotated = [
            (_placeless(example.text, finder), aspect)
            for example in examples
            if (aspect := example.aspect or (patterns.certain(example.text) if example.intent == ASK else None))
        ]
        asked = [(text, sample.aspect or NONE) for text, sample in zip(plain, samples, strict=True) if sample.right]
        aspects = AspectFinder.train(_gathered(annotated), extract, patterns, asked, seed=seed)
        return cls(ranker, aspects, extract, catalogue, words)

    def understand(self, text: str, places: Spans = (), others: Iterable[tuple[str, float]] = ()) -> Understanding:
        """What ``text`` means. Never fails: an unreadable text is too vague.

        Args:
            places: where in the text the person says where they are.
            others: other hypotheses of a speech recogniser, each with its confidence between 0 and 1
                against 1 for ``text``.
        """
        plain = without_places(text, places)
        ranking = self._alarmed(self._rank(plain, others), text)
        decision = self._decider.decide(ranking.probabilities, ranking.reliability)
        mass = self._decider.by_intent(ranking.probabilities)
        order = sorted(mass.items(), key=lambda item: -item[1])[:10]
        return Understanding(
            intent=decision.intent,
            confidence=round(decision.confidence, 4),
            decision=decision.outcome,
            matters=self._matters(ranking.probabilities),
            options=[self._decider.labels[i].partition("/")[2] for i in decision.options],
            aspects=self._aspects.find(plain),
            topic=None if decision.intent == ASK else decision.topic,
            referral=self._referral(decision.outcome, decision.topic),
            intent_ranking=[{"name": name, "confidence": round(p, 4)} for name, p in order],
            reliability=round(ranking.reliability, 4),
        )

    def _rank(self, text: str, others: Iterable[tuple[str, float]]) -> Ranking:
        hypotheses = [(text, 1.0), *others]
        rankings = [self._ranker.rank(Counter(self._extract(said))) for said, _ in hypotheses]
        if len(rankings) == 1:
            return rankings[0]
        weights = np.array([max(weight, 0.0) for _, weight in hypotheses])
        weights /= weights.sum()
        probabilities = np.stack([ranking.probabilities for ranking in rankings])
        reliability = float(weights @ np.array([ranking.reliability for ranking in rankings]))
        return Ranking(weights @ probabilities, reliability)

    def _alarmed(self, ranking: Ranking, text: str) -> Ranking:
        """The ranking, with the emergency first if the words leave no doubt."""
        label = f"emergency/{self._danger.find(text)}"
        if label not in self._decider.labels:
            return ranking
        index = self._decider.labels.index(label)
        probabilities = ranking.probabilities * (1 - CERTAIN)
        probabilities[index] += CERTAIN
        return Ranking(probabilities, ranking.reliability)

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
        self._aspects.save(folder)
        (folder / "words.json").write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue) -> Understander:
        """What :meth:`save` stored."""
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        patterns = AspectPatterns(catalogue.root / "lexicon" / "aspects.yml")
        extract = feature_extractor(catalogue, words)
        return cls(Ranker.load(folder), AspectFinder.load(folder, extract, patterns), extract, catalogue, words)


def _placeless(text: str, finder: EntityFinder) -> str:
    return without_places(text, ((found.start, found.end) for found in finder.find(text) if found.name in PLACES))


def _weights(samples: Sequence[Sample]) -> list[float]:
    """How much each sample counts: as ``SHARES`` says, however many were written."""
    kinds = ["several" if sample.several else "one" if sample.right else "outside" for sample in samples]
    size = Counter(kinds)
    return [SHARES[kind] * len(samples) / size[kind] for kind in kinds]


def _gathered(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Text → its labels, each once."""
    out: dict[str, list[str]] = defaultdict(list)
    for text, label in pairs:
        if label not in out[text]:
            out[text].append(label)
    return out


def feature_extractor(catalogue: Catalogue, words: Sequence[str]) -> FeatureExtractor:
    """The extractor that training and understanding share; loads jieba's dictionary now, not later."""
    segmenter = Segmenter(words)
    segmenter.warm()
    return FeatureExtractor(segmenter, other_places(catalogue))


def other_places(catalogue: Catalogue) -> list[str]:
    """Names of provinces and cities outside the city."""
    places = yamlio.read(catalogue.root / "lexicon" / "other_places.yml")
    return [*places["provinces"], *places["cities"]]


def names(catalogue: Catalogue) -> list[tuple[str, str]]:
    """What the knowledge itself says about each label: names, aliases, topics and their keywords."""
    out = []
    for matter in catalogue.matters.values():
        for text in (matter.name, *matter.aliases, matter.summary):
            out.append((text, f"{ASK}/{matter.code}"))
    for referral in catalogue.referrals.values():
        if referral.kind == "body":
            out.append((referral.topic, f"refer/{referral.id}"))
    for bundle in catalogue.bundles.values():
        for text in (bundle.name, *bundle.aliases):
            out.append((text, f"{BUNDLE}/{bundle.id}"))
    return out
