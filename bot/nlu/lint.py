"""Faults in the training questions: format, labels, duplicates, and leakage from the held-out sets."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.nlu.aspect import ASPECTS, NONE
from bot.nlu.calibration import check_samples
from bot.nlu.danger import check_danger
from bot.nlu.decide import ASK
from bot.nlu.examples import VOICES, Example, read_file
from bot.nlu.near import Line, Near, NearIndex
from bot.nlu.things import check_lexicon
from bot.text.normalise import normalise
from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault, FaultsFound

MIN_QUESTIONS = 6
HELD_OUT = ("tests/data/eval", "tests/data/blind", "data/calibration")
"""Folders of questions that are never trained on; one that does not exist holds none."""
ASPECT_ONLY = "aspect"


def _key(text: str) -> str:
    return "".join(character for character in normalise(text) if character.isalnum())


@dataclass(frozen=True)
class HeldOut:
    """A question that must never be trained on, and the file it stands in, relative to the root."""

    text: str
    file: str
    codes: tuple[str, ...]


def held_out(root: Path) -> list[HeldOut]:
    """Every question of the files for evaluation, blind tests and calibration that there are."""
    found = []
    for folder in HELD_OUT:
        for path in sorted((root / folder).glob("*.csv")):
            name = path.relative_to(root).as_posix()
            with path.open(encoding="utf-8-sig", newline="") as handle:
                for row in csv.DictReader(handle):
                    codes = "|".join(row.get(column) or "" for column in ("code", "also")).split("|")
                    text = row.get("text") or row.get("question") or ""
                    found.append(HeldOut(text, name, tuple(code for code in codes if code)))
    return found


def _check_labels(example: Example, catalogue: Catalogue) -> Iterator[Fault]:
    topic = example.label.partition("/")[2]
    if example.label == ASK and not example.matters:
        if not example.aspect:
            fix = "metadata 写 matter;只教方面的问法写 aspect"
            yield Fault(example.file, example.text, "没有写是哪个事项", fix)
    elif example.intent == ASK:
        for code in example.matters or (topic,):
            if code not in catalogue.matters:
                fix = "metadata 的 matter(或 matters)写目录里的编码"
                yield Fault(example.file, example.text, f"没有事项“{code}”", fix)
    if example.intent == "refer" and topic not in catalogue.referrals:
        yield Fault(example.file, example.text, f"没有转介“{topic}”", "metadata 的 referral 写 referrals.yml 的 id")
    if example.intent == "bundle" and topic not in catalogue.bundles:
        fix = "metadata 的 topic 写 knowledge/bundles 里的 id"
        yield Fault(example.file, example.text, f"没有一件事“{topic}”", fix)
    if example.aspect and example.aspect not in (*ASPECTS, NONE):
        yield Fault(example.file, example.text, f"没有方面“{example.aspect}”", f"可选:{'、'.join(ASPECTS)}")
    if example.voice and example.voice not in VOICES:
        yield Fault(example.file, example.text, f"没有说法类别“{example.voice}”", f"可选:{'、'.join(VOICES)}")


def _read(root: Path) -> tuple[list[Example], list[Fault]]:
    faults: list[Fault] = []
    examples: list[Example] = []
    for path in sorted((root / "data" / "nlu").rglob("*.yml")):
        try:
            examples += read_file(path, root)
        except FaultsFound as error:
            faults += error.faults
    return examples, faults


def near_questions(root: Path) -> tuple[list[Near], list[Near]]:
    """Training questions that are almost the same but labelled differently, and such as are almost a held-out one.

    No faults: whether two questions mean the same a person has to say. A question that is deliberately of several
    matters is not listed beside a question of one of them. The most similar come first.
    """
    examples, _ = _read(root)
    # Questions without a matter teach aspects only: they have no label to contradict.
    lines = [
        Line(item.text, item.file, frozenset(item.labels if item.label != ASK or item.matters else (ASPECT_ONLY,)))
        for item in examples
    ]
    index = NearIndex(lines, [_key(item.text) for item in examples])
    across = [pair for pair in index.across() if not {ASPECT_ONLY} & (pair.first.labels | pair.second.labels)]
    others = held_out(root)
    asked = [Line(item.text, item.file, frozenset(item.codes)) for item in others]
    return across, index.against(asked, [_key(item.text) for item in others])


def _check_things(catalogue: Catalogue) -> Iterator[Fault]:
    """``things.yml`` must name words for each thing, each word once."""
    file, path = "knowledge/lexicon/things.yml", catalogue.root / "lexicon" / "things.yml"
    seen: dict[str, str] = {}
    loaded = yamlio.read(path) if path.exists() else {}
    for thing, words in (loaded if isinstance(loaded, dict) else {}).items():
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            yield Fault(file, str(thing), "右边不是一列词", "写成 [词, 词]")
            continue
        for word in words:
            if word in seen:
                yield Fault(file, str(thing), f"“{word}”已经写在“{seen[word]}”下面", "只留一处")
            seen[word] = thing


def check_questions(root: Path, catalogue: Catalogue) -> list[Fault]:
    """All faults of ``data/nlu`` below ``root``, and of the words for documents."""
    examples, faults = _read(root)
    faults += check_lexicon(catalogue)
    faults += check_danger(catalogue)
    faults += _check_things(catalogue)
    forbidden = {_key(item.text): item.file for item in held_out(root)}
    seen: dict[str, Example] = {}
    counts: dict[str, int] = defaultdict(int)
    for example in examples:
        faults += _check_labels(example, catalogue)
        counts[example.label] += 1
        key = _key(example.text)
        if not key:
            faults.append(Fault(example.file, example.text, "没有文字", "删掉这一行"))
        elif key in forbidden:
            faults.append(Fault(example.file, example.text, f"评测题({forbidden[key]})不能用来训练", "删掉这一行"))
        elif key in seen:
            other = seen[key]
            where = "" if other.file == example.file else f"(另一处在 {other.file})"
            faults.append(Fault(example.file, example.text, f"与别的问法重复{where}", "删掉或改写其中一条"))
        seen[key] = example
    for matter in catalogue.matters.values():
        found = counts[f"{ASK}/{matter.code}"]
        if found < MIN_QUESTIONS:
            file = f"data/nlu/{matter.branch}/{matter.code}.yml"
            faults.append(Fault(file, "examples", f"只有 {found} 条问法", f"至少写 {MIN_QUESTIONS} 条"))
    faults += check_samples(root, catalogue)
    return sorted(faults)
