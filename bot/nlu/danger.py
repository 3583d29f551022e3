"""Words that leave no doubt that a life is in danger, whatever else the message says.

The networks learn emergencies from examples; a person who says 「不想活了」 in the middle of a complaint
about paperwork must not depend on what they make of the rest. The list is the editors'
(``knowledge/lexicon/danger.yml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.text.normalise import normalise
from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault

CERTAIN = 0.9
"""How likely the emergency is taken to be at least."""


class DangerWords:
    """The editors' patterns: id of an emergency → what is said."""

    def __init__(self, path: Path) -> None:
        loaded: dict[str, list[str]] = yamlio.read(path)
        self._patterns = {topic: re.compile("|".join(patterns)) for topic, patterns in loaded.items()}

    def find(self, text: str) -> str | None:
        """The id of the emergency that ``text`` speaks of beyond doubt, None if of none."""
        plain = normalise(text)
        return next((topic for topic, pattern in self._patterns.items() if pattern.search(plain)), None)


def check_danger(catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of the editors' patterns: an emergency that does not exist, a pattern that is none."""
    file = "knowledge/lexicon/danger.yml"
    path = catalogue.root / "lexicon" / "danger.yml"
    for topic, patterns in (yamlio.read(path) if path.exists() else {}).items():
        if topic not in catalogue.referrals or catalogue.referrals[topic].kind != "emergency":
            yield Fault(file, str(topic), "没有这个紧急情况", "左边写 referrals.yml 里紧急情况的 id")
        for pattern in patterns or []:
            try:
                re.compile(pattern)
            except re.error as error:
                yield Fault(file, f"{topic}: {pattern}", f"不是合格的正则表达式({error})", "照别的行写")
