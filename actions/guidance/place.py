"""Which window serves a matter for someone who lives, works or is registered somewhere.

The rule is the matter's: on which levels it is done, and whose window (household, residence …). This
module knows nothing of conversations: a district and perhaps a street go in, windows come out.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.catalogue import Catalogue
from knowledge.models import Level, Matter, Place, Window

_GENERAL = "综合"

HOUSEHOLD, RESIDENCE, BUSINESS, INCIDENT, DESTINATION, SHIP, ORIGIN, ARRIVAL = (
    "household", "residence", "business", "incident", "destination", "ship", "origin", "arrival",
)  # fmt: skip
"""What a place may be to the person."""
_WANTED = {
    Place.HOUSEHOLD.value: (HOUSEHOLD,),
    Place.RESIDENCE.value: (RESIDENCE,),
    Place.HOUSEHOLD_OR_RESIDENCE.value: (HOUSEHOLD, RESIDENCE),
    Place.BUSINESS.value: (BUSINESS,),
    Place.INCIDENT.value: (INCIDENT,),
    Place.DESTINATION.value: (DESTINATION,),
    Place.SHIP.value: (SHIP,),
    Place.PORT_OR_SHIP.value: (SHIP,),
    Place.ORIGIN.value: (ORIGIN,),
    Place.ARRIVAL.value: (ARRIVAL,),
    Place.ORIGIN_OR_ARRIVAL.value: (ORIGIN, ARRIVAL),
}
_BY_CASE = frozenset(
    place.value
    for place in (
        Place.HANDLING_UNIT, Place.DETENTION, Place.ISSUER, Place.PORT_OF_ENTRY,
        Place.RECORD_HOLDER, Place.ASSIGNED, Place.BANK,
    )
)  # fmt: skip


@dataclass(frozen=True)
class Whereabouts:
    """Where the person is, as far as known. Names as in ``streets.csv``.

    Attributes:
        kind: what the place is to them, ``household``, ``residence`` …; None if they did not say.
    """

    district: str | None = None
    street: str | None = None
    kind: str | None = None

    @property
    def text(self) -> str:
        """``河西区友谊路街道``; empty if nothing is known."""
        return f"{self.district or ''}{self.street or ''}"


def by_case(matter: Matter) -> bool:
    """Whether the case alone tells where to go: no place of the person's does, and asking for one is no use."""
    return matter.window.place in _BY_CASE


def wanted_kinds(matter: Matter) -> tuple[str, ...]:
    """What the place must be to the person for the window rule to name the right window; empty: anything."""
    return _WANTED.get(matter.window.place or "", ())


def asked_kind(matter: Matter) -> str:
    """What the place is to the person when they answer the question where, asked for this matter."""
    return _WANTED.get(matter.window.place or "", (RESIDENCE,))[0]


def certain(matter: Matter, at: Whereabouts) -> bool:
    """Whether the place is of the kind that the window rule asks for.

    With 户籍地 the window where somebody merely lives would be the wrong one: then it is named only
    under the condition that the household is registered there too.
    """
    rule = matter.window.place
    if by_case(matter):
        return False
    return rule not in _WANTED or at.kind in _WANTED[rule]


def _serves(window: Window, matter: Matter, branch: str) -> bool:
    # A desk of one kind serves the matters of that kind; which ones those are the matter has to say.
    return branch in window.services and window.desk in (None, matter.window.desk)


def _at(catalogue: Catalogue, matter: Matter, level: Level, at: Whereabouts) -> list[Window]:
    """Windows of one level at one place; the general desk there where the branch has none of its own."""
    branch = catalogue.branch_of(matter).name
    there = [
        window
        for window in catalogue.open_windows()
        if window.level == level.value
        and window.district == at.district
        and (level is not Level.STATION or window.street == at.street)
    ]
    own = [window for window in there if _serves(window, matter, branch)]
    return own or [window for window in there if _GENERAL in window.services]


def windows_for(catalogue: Catalogue, matter: Matter, at: Whereabouts, limit: int = 3) -> list[Window]:
    """Windows for ``matter``, the nearest to walk to first, at most ``limit``.

    Without a district only city-level windows can be named; the others depend on where the person
    is, and naming any one of them would be a guess. So it would be where the case decides: then none is.
    """
    if by_case(matter):
        return []
    found: list[Window] = []
    levels = [Level(level) for level in matter.window.levels]
    if Level.STATION in levels and at.street:
        found += _at(catalogue, matter, Level.STATION, at)
    if Level.DISTRICT in levels and at.district:
        found += _at(catalogue, matter, Level.DISTRICT, at)
    if Level.CITY in levels:
        found += _at(catalogue, matter, Level.CITY, Whereabouts())
    return found[:limit]


def needs(matter: Matter, at: Whereabouts) -> str | None:
    """What is still missing to name the window: ``district``, ``street`` or None."""
    levels = matter.window.levels
    if set(levels) == {Level.CITY.value} or by_case(matter):
        return None
    if at.district is None:
        return "district"
    if Level.STATION.value in levels and at.street is None and Level.DISTRICT.value not in levels:
        return "street"
    return None
