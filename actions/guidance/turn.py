"""One turn: what was understood, what is remembered, the knowledge; and small help for the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from actions.guidance.classes import class_option
from actions.guidance.context import Memory, Understood
from actions.guidance.models import Reply
from actions.guidance.summary import summary
from actions.guidance.things import names_thing
from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.models import Matter

MAX_FAILURES = 2
"""After so many turns in a row without an answer the way to a human is shown."""


@lru_cache(maxsize=1)
def replies() -> dict[str, str]:
    """The canned sentences of ``replies.yml``."""
    loaded: dict[str, str] = yamlio.read(Path(__file__).with_name("replies.yml"))
    return loaded


@dataclass
class Turn:
    """Everything one step may look at.

    Attributes:
        today: the day on which the dates are computed.
        before: the matter that was in focus when the turn began.
    """

    catalogue: Catalogue
    understood: Understood
    memory: Memory
    today: date
    before: str | None = None

    @property
    def in_focus(self) -> Matter | None:
        """The matter the conversation is about, if it still exists."""
        return self.catalogue.matters.get(self.memory.matter or "")

    def focus(self, code: str) -> None:
        """Turn to a matter, keeping what this message says of the person."""
        self.memory.focus(code, self.understood.situation(self.catalogue.facets))
        self.take_classes()

    def take_classes(self) -> None:
        """Remember the licence class that the message names, if the matter in focus has a question about it."""
        matter = self.in_focus
        for facet in self.catalogue.facets_of(matter) if matter else ():
            option = class_option(facet, self.understood)
            if option is not None:
                self.memory.situation = {**self.memory.situation, facet.id: option}


SURELY_A_MATTER = 0.9
_LEANING = 10


def speaks_elsewhere(turn: Turn) -> bool:
    """Whether an unclear question is about another matter than the one in focus.

    It is if it names a thing, which the matter in focus would be an option for if that were meant, or if one
    other matter is very likely.
    """
    understood, matter = turn.understood, turn.in_focus
    if understood.decision != "clarify" or matter is None or matter.code in understood.options:
        return False
    if names_thing(turn.catalogue, matter, understood.text, understood.aspects):
        return True
    # Short words and questions of who may act lean on what was said before, however sure they look alone.
    leaning = len(understood.text) <= _LEANING or understood.aspects[:1] == ["proxy"]
    return not leaning and bool(understood.matters) and understood.matters[0]["confidence"] > SURELY_A_MATTER


Step = Callable[[Turn], Reply | None]


def named(matter: Matter) -> dict[str, str]:
    """The contract's short form of a matter."""
    return {"code": matter.code, "name": matter.name}


def focus_named(turn: Turn) -> dict[str, str] | None:
    """The matter in focus in the contract's short form."""
    return named(turn.in_focus) if turn.in_focus else None


def failed(turn: Turn, text: str) -> Reply:
    """A turn without an answer; the second in a row shows the way to a human as well."""
    turn.memory.failures += 1
    if turn.memory.failures < MAX_FAILURES:
        return Reply("ask_back", text)
    return Reply("handoff", f"{replies()['give_up']}\n{summary(turn.catalogue, turn.memory)}".rstrip())


def take_entities(turn: Turn) -> bool:
    """Remember place and situation given in passing. Returns whether a place was given."""
    memory, understood = turn.memory, turn.understood
    found = understood.places()
    # The place they did not say what it is comes first: it replaces what was known before.
    for kind, (district, street) in sorted(found.items(), key=lambda item: item[0] or ""):
        before = memory.place.get(kind or "", {})
        same = before.get("district") == district and not understood.entity("place_option")
        memory.settle(district, street or (before.get("street", "") if same else ""), kind)
    memory.situation = {**memory.situation, **understood.situation(turn.catalogue.facets)}
    turn.take_classes()
    return bool(found)
