"""What every comparison is trained on and asked: our training questions and our evaluation questions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.nlu.examples import Example, read_folder

ROOT = Path(__file__).resolve().parents[1]
EVALUATION = ROOT / "tests" / "data" / "eval"


class Question(NamedTuple):
    """An evaluation question. ``codes`` are the acceptable matters."""

    text: str
    codes: frozenset[str]
    style: str


def training() -> list[Example]:
    """All training questions that name what they are about."""
    return [example for example in read_folder(ROOT / "data" / "nlu") if example.label != "ask" or example.matters]


def evaluation() -> Iterator[Question]:
    """Every evaluation question about one matter."""
    for path in sorted(EVALUATION.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                if row["code"]:
                    codes = frozenset([row["code"], *filter(None, (row.get("also") or "").split("|"))])
                    yield Question(row["text"], codes, row["style"])
