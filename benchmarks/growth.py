"""What more matters cost: 312, 1,000 and 3,000, as ratios in one run.

``python -m benchmarks.growth``. The further matters are copies of ours with a made-up word in each
question: good for cost, meaningless for accuracy, so that one round of training is enough.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import Counter, defaultdict

from benchmarks.questions import evaluation, training
from bot.nlu.network import Recipe
from bot.nlu.ranker import Ranker
from bot.nlu.understand import feature_extractor
from bot.nlu.vocabulary import domain_words
from knowledge.catalogue import load

SIZES = (312, 1000, 3000)
QUESTIONS_EACH = 20
_WORDS = "甲乙丙丁戊己庚辛壬癸"


def main() -> int:
    """Train and ask at each size."""
    catalogue = load()
    extract = feature_extractor(catalogue, sorted(set(domain_words(catalogue))))
    texts: dict[str, list[str]] = defaultdict(list)
    for example in training():
        if example.intent == "ask" and not example.matters and len(texts[example.label]) < QUESTIONS_EACH:
            texts[example.label].append(example.text)
    asked = [question.text for question in evaluation()][:300]
    base = None
    cores = os.sched_getaffinity(0)
    for size in SIZES:
        questions: dict[str, list[str]] = {}
        for number in range(size):
            label = list(texts)[number % len(texts)]
            copy = number // len(texts)
            word = f"{_WORDS[copy]}类" if copy else ""
            for text in texts[label]:
                questions[word + text] = [f"{label}-{copy}"]
        started = time.perf_counter()
        ranker = Ranker.train(questions, extract, recipe=Recipe(epochs=2))
        trained = time.perf_counter() - started
        os.sched_setaffinity(0, {min(cores)})
        taken = []
        for text in asked:
            begun = time.perf_counter()
            ranker.rank(Counter(extract(text)))
            taken.append(time.perf_counter() - begun)
        os.sched_setaffinity(0, cores)
        parse = 1000 * statistics.median(taken)
        base = base or parse
        print(
            f"{size} matters: {parse:.2f} ms a question ({parse / base:.2f} ×), two rounds in {trained:.0f} s",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
