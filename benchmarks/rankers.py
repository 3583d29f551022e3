"""The rankers that are compared: ours, BM25, and Rasa's standard pipelines. Each is trained from scratch.

Run by ``benchmarks.nlu`` in a process of its own each, so that time and memory are that ranker's alone.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.questions import ROOT, training

Rank = Callable[[str], list[str]]
"""Text → labels, best first; labels of matters are ``ask/<code>``."""

LABEL_SEPARATOR = "_"  # Rasa takes "/" in an intent for a response selector's sub-intent


def ours() -> Rank:
    """Places, features, ranker, aspects and decision: everything ``/model/parse`` does but Rasa's frame."""
    from bot.nlu.calibration import read_samples
    from bot.nlu.entities import EntityFinder
    from bot.nlu.understand import PLACES, Understander
    from knowledge.catalogue import load

    catalogue = load()
    understander = Understander.train(training(), catalogue, read_samples(), noise_share=0.35)
    finder = EntityFinder(catalogue)

    def rank(text: str) -> list[str]:
        places = [(found.start, found.end) for found in finder.find(text) if found.name in PLACES]
        return [f"ask/{matter['code']}" for matter in understander.understand(text, places).matters]

    return rank


def bm25() -> Rank:
    """Okapi BM25 over jieba words and characters; a matter's document is all of its questions."""
    import jieba

    documents: dict[str, Counter[str]] = defaultdict(Counter)
    for example in training():
        for label in example.labels:
            documents[label].update([*jieba.cut(example.text), *example.text])
    count = len(documents)
    holding = Counter(term for document in documents.values() for term in document)
    lengths = {label: sum(document.values()) for label, document in documents.items()}
    mean = sum(lengths.values()) / count
    k1, b = 1.5, 0.75

    postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for label, document in documents.items():
        for term, frequency in document.items():
            idf = math.log(1 + (count - holding[term] + 0.5) / (holding[term] + 0.5))
            scaled = frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * lengths[label] / mean))
            postings[term].append((label, idf * scaled))

    def rank(text: str) -> list[str]:
        scores: Counter[str] = Counter()
        for term in [*jieba.cut(text), *text]:
            for label, score in postings.get(term, ()):
                scores[label] += score
        return [label for label, _ in scores.most_common() if label.startswith("ask/")][:5]

    return rank


def _rasa(pipeline: list[dict[str, Any]], limit: int | None = None) -> Rank:
    import asyncio

    import yaml
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    questions: dict[str, list[str]] = defaultdict(list)
    chosen = training()
    for example in chosen[:: max(1, len(chosen) // limit)] if limit else chosen:
        questions[example.labels[0].replace("/", LABEL_SEPARATOR)].append(example.text)
    nlu = [
        {"intent": label, "examples": "".join(f"- {text}\n" for text in texts)} for label, texts in questions.items()
    ]
    data = folder / "nlu.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8")
    config = folder / "config.yml"
    config.write_text(
        yaml.safe_dump({"recipe": "default.v1", "language": "zh", "assistant_id": "b", "pipeline": pipeline}),
        encoding="utf-8",
    )
    model = train_nlu(str(config), str(data), str(folder))
    if model is None:
        raise RuntimeError("Rasa trained nothing")
    agent, loop = Agent(), asyncio.new_event_loop()
    agent.load_model(model)

    def rank(text: str) -> list[str]:
        parsed = loop.run_until_complete(agent.parse_message(text))
        names = [item["name"].replace(LABEL_SEPARATOR, "/", 1) for item in parsed["intent_ranking"]]
        return [name for name in names if name.startswith("ask/")][:5]

    return rank


_WORDS = [
    {"name": "JiebaTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    # Without a limit the logistic regression's optimiser alone would need some 20 GB.
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4, "max_features": 30_000},
]


def rasa_logistic_regression() -> Rank:
    """Rasa's jieba tokenizer, word and character counts, logistic regression."""
    return _rasa([*_WORDS, {"name": "LogisticRegressionClassifier", "ranking_length": 30}])


def rasa_diet() -> Rank:
    """Rasa's jieba tokenizer, word and character counts, DIET. Needs TensorFlow.

    One epoch over all questions took 18 minutes on one core that others used too, of Rasa's default of 300.
    ``DIET_EPOCHS`` says how many, ``DIET_QUESTIONS`` how many questions: with a few thousand only the latency means
    anything, which hardly depends on how long was trained.
    """
    epochs = int(os.environ.get("DIET_EPOCHS", "20"))
    limit = int(os.environ.get("DIET_QUESTIONS", "0")) or None
    diet = {"name": "DIETClassifier", "epochs": epochs, "entity_recognition": False, "ranking_length": 30}
    return _rasa([*_WORDS, diet], limit)


RANKERS: dict[str, Callable[[], Rank]] = {
    "ours": ours,
    "BM25": bm25,
    "Rasa jieba + LogisticRegression": rasa_logistic_regression,
    "Rasa jieba + DIET": rasa_diet,
}
NEEDS_TENSORFLOW = frozenset({"Rasa jieba + DIET"})
__all__ = ["NEEDS_TENSORFLOW", "RANKERS", "ROOT", "Rank"]
