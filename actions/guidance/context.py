"""What one turn is answered from: what was understood, and what the conversation remembers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from actions.guidance.compose import Situation
from actions.guidance.place import Whereabouts

SLOTS = ("matter", "aspect", "situation", "place", "choices", "pending", "asked", "failures")
"""The slots of the domain that :class:`Memory` reads and writes."""


_PER_MATTER = frozenset({"applicant", "reason"})


@dataclass(frozen=True)
class Understood:
    """The parse contract's fields of one message, as the tracker carries them.

    Attributes:
        matters: candidates, best first, each ``{"code", "name", "confidence"}``.
        options: codes to offer when the decision is ``clarify``.
        entities: Rasa entities; ``district``, ``street`` and facet names are the ones used here.
    """

    text: str
    intent: str
    decision: str
    matters: list[dict[str, Any]] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    aspects: list[str] = field(default_factory=list)
    referral: str | None = None
    topic: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Understood:
        """From ``tracker.latest_message``. A message that was not parsed by us is too vague."""
        aspects = message.get("aspects") or ([message["aspect"]] if message.get("aspect") else [])
        return cls(
            text=message.get("text") or "",
            intent=(message.get("intent") or {}).get("name") or "vague",
            decision=message.get("decision") or "ask_back",
            matters=message.get("matters") or [],
            options=message.get("options") or [],
            aspects=aspects,
            referral=message.get("referral"),
            topic=message.get("topic"),
            entities=message.get("entities") or [],
        )

    def situation(self, facets: Iterable[str]) -> Situation:
        """Facets that the message itself settles."""
        values = {facet: self.entity(facet) for facet in facets}
        return {facet: found[0] for facet, found in values.items() if len(found) == 1}

    def entity(self, name: str) -> list[str]:
        """All values of the entities with this name, in order, without repeats."""
        return list(dict.fromkeys(item["value"] for item in self.entities if item["entity"] == name))


@dataclass
class Memory:
    """The slots. ``pending`` is what the last turn asked: ``choice``, ``place`` or ``facet:<id>``."""

    matter: str | None = None
    aspect: str | None = None
    situation: Situation = field(default_factory=dict)
    place: dict[str, str] = field(default_factory=dict)
    choices: list[str] = field(default_factory=list)
    pending: str | None = None
    asked: list[str] = field(default_factory=list)
    failures: int = 0

    @classmethod
    def from_slots(cls, slots: dict[str, Any]) -> Memory:
        """From the tracker's current slot values; unset slots take the defaults."""
        given = {name: slots[name] for name in SLOTS if slots.get(name) is not None}
        given["failures"] = int(given.get("failures", 0))
        return cls(**given)

    def to_slots(self) -> dict[str, Any]:
        """The slot values to store."""
        return {name: getattr(self, name) for name in SLOTS}

    @property
    def whereabouts(self) -> Whereabouts:
        """The place in the form that the window rules take."""
        return Whereabouts(self.place.get("district"), self.place.get("street"))

    def focus(self, code: str, given: Situation | None = None) -> None:
        """Turn to a matter; what was asked for another matter may be asked again.

        Who acts and why differ from matter to matter: unless ``given`` just now they are forgotten.
        """
        if self.matter != code:
            self.asked = []
            self.situation = {
                facet: option
                for facet, option in self.situation.items()
                if facet not in _PER_MATTER or (given or {}).get(facet) == option
            }
        self.matter, self.choices, self.pending, self.failures = code, [], None, 0
