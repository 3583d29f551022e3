"""Faults in the training questions: format, labels, duplicates, and leakage from the evaluation sets."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bot.nlu.aspect import ASPECTS, NONE
from bot.nlu.decide import ASK
from bot.nlu.examples import VOICES, Example, read_file
from bot.text.normalise import normalise
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault, FaultsFound

MIN_QUESTIONS = 6


def _key(text: str) -> str:
    return "".join(character for character in normalise(text) if character.isalnum())


def evaluation_texts(root: Path) -> dict[str, str]:
    """Every evaluation question, reduced to its letters and characters → the file it stands in."""
    out = {}
    for path in sorted((root / "tests" / "data" / "eval").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                out[_key(row.get("text") or row.get("question") or "")] = path.name
    return out


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


def check_questions(root: Path, catalogue: Catalogue) -> list[Fault]:
    """All faults of ``data/nlu`` below ``root``."""
    faults: list[Fault] = []
    examples: list[Example] = []
    for path in sorted((root / "data" / "nlu").rglob("*.yml")):
        try:
            examples += read_file(path, root)
        except FaultsFound as error:
            faults += error.faults
    held_out = evaluation_texts(root)
    seen: dict[str, Example] = {}
    counts: dict[str, int] = defaultdict(int)
    for example in examples:
        faults += _check_labels(example, catalogue)
        counts[example.label] += 1
        key = _key(example.text)
        if not key:
            faults.append(Fault(example.file, example.text, "没有文字", "删掉这一行"))
        elif key in held_out:
            faults.append(Fault(example.file, example.text, f"评测题({held_out[key]})不能用来训练", "删掉这一行"))
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
    return sorted(faults)
