"""How long identity card, passport, driving licence and residence permit are good for. Pure.

Every rule is an article of law and says which. Where a birth date is missing the result holds one
``Validity`` for each case instead of a guess. ``today`` always comes from the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from bot.text.moments import Born, Moment, clip


class Card(str, Enum):
    """The documents whose dates are computed."""

    ID_CARD = "身份证"
    PASSPORT = "护照"
    HK_MACAO_PERMIT = "港澳通行证"
    LICENCE = "驾驶证"
    RESIDENCE = "居住证"


RULES: dict[Card, tuple[str, str]] = {
    Card.ID_CARD: (
        "办证时不满16周岁的管5年,16到25周岁管10年,26到45周岁管20年,46周岁以上长期",
        "《居民身份证法》第五条",
    ),
    Card.PASSPORT: ("办证时不满16周岁的管5年,满16周岁的管10年", "《护照法》第七条"),
    Card.HK_MACAO_PERMIT: ("办证时不满16周岁的管5年,满16周岁的管10年", "crj-hkm-validity"),
    Card.LICENCE: (
        "头一本管6年;6年里每个记分周期都没记满12分换10年的,10年里也没记满换长期的;到期前90天内换",
        "《机动车驾驶证申领和使用规定》第十三条、第六十二条、第六十三条",
    ),
    Card.RESIDENCE: ("每年签注一次,在住满一年那天之前的1个月内去签", "《居住证暂行条例》第十条"),
}
"""Card → the rule in words and its citation."""

RENEWAL: dict[Card, str] = {
    Card.ID_CARD: "HZ-057",
    Card.PASSPORT: "CRJ-002",
    Card.HK_MACAO_PERMIT: "CRJ-007",
    Card.LICENCE: "JG-054",
    Card.RESIDENCE: "HZ-068",
}
"""Card → the matter that renews it."""

LICENCE_NOTICE = timedelta(days=90)
"""Art. 63: a licence is renewed within the 90 days before it expires."""
_ID_TERMS = ((15, 5), (25, 10), (45, 20))
_ID_LABELS = {5: "不满16周岁", 10: "16到25周岁", 20: "26到45周岁", None: "46周岁以上"}
_TRAVEL_LABELS = {5: "不满16周岁", 10: "满16周岁"}


class State(str, Enum):
    """Where today lies between issue and expiry."""

    VALID = "valid"
    DUE = "due"
    UNSURE = "unsure"
    EXPIRED = "expired"
    FOREVER = "forever"


@dataclass(frozen=True)
class Validity:
    """One case: for whom, how many years (None: long-term), until when, and where today stands.

    Attributes:
        label: the case in words; empty if it is certain.
        renew_from: the first day on which it can be renewed, where the law names one.
    """

    label: str
    years: int | None
    expires: Moment | None
    state: State
    renew_from: date | None = None

    def to_dict(self) -> dict[str, str | int]:
        """For ``custom.guidance.validity``; unknown keys are absent."""
        out: dict[str, str | int] = {"state": self.state.value}
        if self.label:
            out["when"] = self.label
        if self.years:
            out["years"] = self.years
        if self.expires:
            out["expires"] = self.expires.text()
        if self.renew_from:
            out["renew_from"] = self.renew_from.isoformat()
        return out


def id_card_years(age_at_issue: int) -> int | None:
    """Art. 5 of the ID card law: 5, 10, 20 years or None for long-term."""
    for highest, years in _ID_TERMS:
        if age_at_issue <= highest:
            return years
    return None


def travel_years(age_at_issue: int) -> int:
    """Art. 7 of the passport law: 5 years below 16, else 10."""
    return 5 if age_at_issue < 16 else 10


def state_of(expires: Moment | None, today: date, renew_from: date | None = None) -> State:
    """Where ``today`` lies. The last day of validity is still valid."""
    if expires is None:
        return State.FOREVER
    if expires.latest < today:
        return State.EXPIRED
    if expires.earliest <= today and expires.day is None:
        return State.UNSURE
    return State.DUE if renew_from and renew_from <= today else State.VALID


def id_card(issued: Moment, today: date, born: Born | None = None) -> list[Validity]:
    """Expiry of an identity card issued at ``issued``, one entry for each case that remains."""
    ages: Iterable[int] = born.ages_at(issued) if born else ()
    terms: list[int | None] = [5, 10, 20, None]
    known = [term for term in terms if term in {id_card_years(value) for value in ages}]
    return [_card(issued, term, today, _ID_LABELS[term]) for term in known or terms]


def travel_document(issued: Moment, today: date, born: Born | None = None) -> list[Validity]:
    """Expiry of a passport or Hong Kong and Macao permit, one entry for each case that remains."""
    ages: Iterable[int] = born.ages_at(issued) if born else ()
    known = [term for term in (10, 5) if term in {travel_years(value) for value in ages}]
    return [_card(issued, term, today, _TRAVEL_LABELS[term]) for term in known or (10, 5)]


def _card(issued: Moment, term: int | None, today: date, label: str) -> Validity:
    expires = issued.plus(term) if term else None
    return Validity(label, term, expires, state_of(expires, today))


def licence(issued: Moment, today: date, term: int | None = None) -> list[Validity]:
    """Expiry of a driving licence.

    Args:
        issued: when this licence was issued; without ``term`` it is taken as the first one.
        term: 6 or 10 if the person knows which one it is.
    """
    if term is not None:
        return [_licence(issued, term, today, f"{term}年")]
    first = _licence(issued, 6, today, "头一本6年")
    if first.state in (State.VALID, State.DUE):
        return [first]
    return [first, _licence(issued.plus(6), 10, today, "6年到期后换过10年")]


def _licence(issued: Moment, term: int, today: date, label: str) -> Validity:
    expires = issued.plus(term)
    renew_from = expires.earliest - LICENCE_NOTICE
    return Validity(label, term, expires, state_of(expires, today, renew_from), renew_from)


def endorsement(issued: Moment, today: date) -> Validity:
    """The next yearly endorsement of a residence permit: within the month before each full year."""
    years = max(today.year - issued.year, 1)
    if issued.plus(years).latest < today:
        years += 1
    due = issued.plus(years)
    first = due.earliest
    month, year = (first.month - 1, first.year) if first.month > 1 else (12, first.year - 1)
    renew_from = date(year, month, clip(year, month, first.day))
    return Validity("", 1, due, state_of(due, today, renew_from), renew_from)


def until(card: Card, expires: Moment, today: date) -> Validity:
    """The state of a card whose expiry the person has read off it."""
    renew_from = expires.earliest - LICENCE_NOTICE if card is Card.LICENCE else None
    return Validity("", None, expires, state_of(expires, today, renew_from), renew_from)


def validities(
    card: Card, issued: Moment, today: date, born: Born | None = None, term: int | None = None
) -> list[Validity]:
    """The cases for any card."""
    if card is Card.ID_CARD:
        return id_card(issued, today, born)
    if card in (Card.PASSPORT, Card.HK_MACAO_PERMIT):
        return travel_document(issued, today, born)
    if card is Card.LICENCE:
        return licence(issued, today, term)
    return [endorsement(issued, today)]
