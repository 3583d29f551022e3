"""What one turn is answered from: what was understood, and what the conversation remembers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from actions.guidance.compose import Situation
from actions.guidance.place import Whereabouts, wanted_kinds
from bot.text.mask import mask
from knowledge.models import Matter

SLOTS = (
    "matter", "aspect", "situation", "place", "choices", "pending", "asked", "failures",
    "earlier", "also", "rejected", "dates", "topics", "presumed", "offered", "alarm",
)  # fmt: skip
"""The slots of the domain that :class:`Memory` reads and writes."""


_SHARED = frozenset({"age", "age16", "hukou", "party", "housing"})
MAX_EARLIER = 5
MAX_TOPICS = 6
MAX_OFFERED = 12
MAX_WORDS = 24
_NUMBERS = re.compile(r"<[^<>]{2,5}>|(?:号|号码|电话|手机)(?:是|为)?(?=<)")


@dataclass(frozen=True)
class Understood:
    """The parse contract's fields of one message, as the tracker carries them.

    Attributes:
        matters: candidates, best first, each ``{"code", "name", "confidence"}``.
        options: codes to offer when the decision is ``clarify``.
        reliability: probability that answering for the first candidate at once is right.
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
    reliability: float = 0.0

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
            reliability=float(message.get("reliability") or 0),
        )

    @property
    def codes(self) -> list[str]:
        """The candidates' codes, best first."""
        return [str(item["code"]) for item in self.matters]

    def situation(self, facets: Iterable[str]) -> Situation:
        """Facets that the message itself settles."""
        values = {facet: self.entity(facet) for facet in facets}
        return {facet: found[0] for facet, found in values.items() if len(found) == 1}

    def entity(self, name: str) -> list[str]:
        """All values of the entities with this name, in order, without repeats."""
        return list(dict.fromkeys(item["value"] for item in self.entities if item["entity"] == name))

    def places(self) -> dict[str | None, tuple[str, str]]:
        """What each place named is to the person (the role of the entity, None if not said) → district, street.

        Two places of the same kind contradict each other and are left out.
        """
        found: dict[str | None, set[tuple[str, str]]] = {}
        for item in self.entities:
            if item["entity"] in ("street", "district"):
                district, _, street = str(item["value"]).partition("/")
                found.setdefault(item.get("role"), set()).add((district, street))
        named = {district for pairs in found.values() for district, street in pairs if street}
        out = {}
        for role, pairs in found.items():
            # The district that only says where the street lies is no second place.
            exact = {pair for pair in pairs if pair[1]} or {pair for pair in pairs if pair[0] not in named} or pairs
            if len(exact) == 1:
                out[role] = next(iter(exact))
        streets = [pair for pair in out.values() if pair[1]]
        return {role: pair for role, pair in out.items() if pair[1] or all(pair[0] != other for other, _ in streets)}


@dataclass
class Memory:
    """The slots.

    Attributes:
        pending: what the last turn asked: ``choice``, ``place``, ``which_place``, ``born`` or
            ``facet:<id>``.
        place: what the place is (``household``, ``residence`` …, empty if not said) → district, street.
        choices: what was offered, matter codes or, for ``which_place``, ``district/street``.
        earlier: matters that were in focus before, the latest last.
        also: the second matter of a message that asked for two; follow-ups are for both.
        rejected: codes the person said are not meant; not offered again.
        dates: ``card`` and ``issued`` or ``born``, year-month-day as far as known.
        topics: what was asked so far, in a few words each, for whoever takes over.
        offered: codes offered so far, the latest last, also after one of them was taken.
        alarm: the emergency of the turn before, if it was one.
        presumed: of the matters offered, the one most likely meant, if one is.
    """

    matter: str | None = None
    aspect: str | None = None
    situation: Situation = field(default_factory=dict)
    place: dict[str, dict[str, str]] = field(default_factory=dict)
    choices: list[str] = field(default_factory=list)
    pending: str | None = None
    asked: list[str] = field(default_factory=list)
    failures: int = 0
    earlier: list[str] = field(default_factory=list)
    also: str | None = None
    rejected: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    presumed: str | None = None
    offered: list[str] = field(default_factory=list)
    alarm: str | None = None

    @classmethod
    def from_slots(cls, slots: dict[str, Any]) -> Memory:
        """From the tracker's current slot values; unset slots take the defaults."""
        given = {name: slots[name] for name in SLOTS if slots.get(name) is not None}
        given["failures"] = int(given.get("failures", 0))
        return cls(**given)

    def to_slots(self) -> dict[str, Any]:
        """The slot values to store."""
        return {name: getattr(self, name) for name in SLOTS}

    def whereabouts(self, matter: Matter | None) -> Whereabouts:
        """The place that counts for a matter: of the kind its rule asks for, else the one known."""
        kinds = [kind for kind in (wanted_kinds(matter) if matter else ()) if kind in self.place]
        kind = next(iter([*kinds, *reversed(self.place)]), None)
        if kind is None:
            return Whereabouts()
        found = self.place[kind]
        return Whereabouts(found.get("district"), found.get("street"), kind or None)

    def settle(self, district: str, street: str = "", kind: str | None = None) -> None:
        """Remember a place. One that the person does not say what it is replaces all others."""
        found = {"district": district} | ({"street": street} if street else {})
        others = {key: value for key, value in self.place.items() if key not in ("", kind)} if kind else {}
        self.place = {**others, kind or "": found}

    def focus(self, code: str, given: Situation | None = None) -> None:
        """Turn to a matter; what was asked for another matter may be asked again.

        Who acts and why differ from matter to matter: unless ``given`` just now they are forgotten.
        """
        if self.matter != code:
            if self.matter:
                self.earlier = [*(item for item in self.earlier if item not in (code, self.matter)), self.matter]
                self.earlier = self.earlier[-MAX_EARLIER:]
            # Where somebody lives stays the same; it is not asked for again.
            self.asked = [item for item in self.asked if item in ("place", "street") or item in _SHARED]
            self.situation = {
                facet: option
                for facet, option in self.situation.items()
                if facet in _SHARED or (given or {}).get(facet) == option
            }
        self.matter, self.choices, self.pending, self.failures = code, [], None, 0
        self.also, self.rejected, self.presumed = None, [], None

    def note(self, topic: str) -> None:
        """Remember what was asked, for a human who takes over."""
        self.topics = [*(item for item in self.topics if item != topic), topic][-MAX_TOPICS:]

    def remember_offer(self, codes: Iterable[str]) -> None:
        """Remember what was offered, the latest last."""
        fresh = list(codes)
        self.offered = [*(code for code in self.offered if code not in fresh), *fresh][-MAX_OFFERED:]

    def note_words(self, text: str) -> None:
        """Remember a question that no matter was found for yet in the person's words, without numbers."""
        words = _NUMBERS.sub("", mask(text).text).strip()[:MAX_WORDS]
        if words:
            self.note(f"“{words}”")
