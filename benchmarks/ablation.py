"""What each part of the ranker is worth: one network trained without it, on the evaluation questions.

``python -m benchmarks.ablation [NAME …]``. Figures of one network each, so that a row takes about a
minute; two run side by side on two cores.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.questions import evaluation, training
from bot.nlu.entities import EntityFinder
from bot.nlu.features import Families, FeatureExtractor, without_places
from bot.nlu.network import Recipe
from bot.nlu.ranker import Ranker
from bot.nlu.understand import PLACES, names, other_places
from bot.nlu.vocabulary import domain_words
from bot.text.words import Segmenter
from knowledge.catalogue import load


@dataclass(frozen=True)
class Variant:
    """A way to train."""

    families: Families = field(default_factory=Families)
    recipe: Recipe = field(default_factory=lambda: Recipe(networks=1))
    noise: float = 0.35
    names: bool = True
    dictionary: bool = True
    fold_places: bool = True


STYLES = ("plain", "story", "elder", "clerk", "asr", "aspect")
FULL = Variant()
VARIANTS: dict[str, Variant] = {
    "everything, one network": FULL,
    "everything, two networks": replace(FULL, recipe=Recipe()),
    "without noise": replace(FULL, noise=0.0),
    "without names and aliases": replace(FULL, names=False),
    "without the dictionary from knowledge": replace(FULL, dictionary=False),
    "without folding places": replace(FULL, fold_places=False),
    "without words": replace(FULL, families=Families(words=False)),
    "without pinyin": replace(FULL, families=Families(pinyin=0)),
    "without pairs at a distance": replace(FULL, families=Families(skips=1)),
    "characters up to 2 instead of 4": replace(FULL, families=Families(characters=2)),
    "with pairs of words": replace(FULL, families=Families(word_pairs=True)),
    "width 64": replace(FULL, recipe=Recipe(networks=1, width=64)),
    "without dropout": replace(FULL, recipe=Recipe(networks=1, drop=0.0)),
    "half of the questions": FULL,
}


def measure(name: str) -> dict[str, Any]:
    """Train one variant and score it."""
    variant, catalogue = VARIANTS[name], load()
    finder = EntityFinder(catalogue)
    words = sorted(set(domain_words(catalogue))) if variant.dictionary else []
    segmenter = Segmenter(words)
    segmenter.warm()
    extract = FeatureExtractor(segmenter, other_places(catalogue), variant.families)

    def plain(text: str) -> str:
        if not variant.fold_places:
            return text
        return without_places(text, [(e.start, e.end) for e in finder.find(text) if e.name in PLACES])

    questions: dict[str, list[str]] = defaultdict(list)
    for number, example in enumerate(training()):
        if name.startswith("half") and number % 2:
            continue
        for label in example.labels:
            if label not in questions[plain(example.text)]:
                questions[plain(example.text)].append(label)
    titles: dict[str, list[str]] = defaultdict(list)
    for text, label in names(catalogue) if variant.names else ():
        titles[text].append(label)
    ranker = Ranker.train(questions, extract, names=titles, noise_share=variant.noise, recipe=variant.recipe)
    matters = [number for number, label in enumerate(ranker.labels) if label.startswith("ask/")]
    first, asked, third = Counter[str](), Counter[str](), 0
    for question in evaluation():
        probabilities = ranker.rank(Counter(extract(plain(question.text)))).probabilities[matters]
        order = (-probabilities).argsort()[:3]
        found = [ranker.labels[matters[number]].removeprefix("ask/") for number in order]
        asked[question.style] += 1
        first[question.style] += found[0] in question.codes
        third += bool(question.codes.intersection(found))
    total = sum(asked.values())
    by_style = {style: first[style] / asked[style] for style in asked}
    return {"name": name, "top1": sum(first.values()) / total, "top3": third / total, "by_style": by_style}


def main() -> int:
    """Measure the variants and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {'; '.join(VARIANTS)}")
    options = parser.parse_args()
    chosen = options.names or list(VARIANTS)
    if unknown := [name for name in chosen if name not in VARIANTS]:
        parser.error(f"unknown variant: {', '.join(unknown)}")
    print("| variant | top-1 | top-3 | " + " | ".join(STYLES) + " |")
    print("|---" * (len(STYLES) + 3) + "|")
    with ProcessPoolExecutor(2) as pool:
        for result in pool.map(measure, chosen):
            styles = [result["by_style"].get(s, 0) for s in STYLES]
            cells = [result["top1"], result["top3"], *styles]
            print(f"| {result['name']} | " + " | ".join(f"{100 * cell:.1f}" for cell in cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
