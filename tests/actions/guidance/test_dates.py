"""The rules of validity at their edges. ``TODAY`` is fixed; nothing here looks at the clock."""

from __future__ import annotations

from datetime import date

import pytest

from actions.guidance.dates import (
    RENEWAL,
    RULES,
    Card,
    State,
    endorsement,
    id_card,
    id_card_years,
    licence,
    state_of,
    travel_document,
    travel_years,
    until,
    validities,
)
from bot.text.moments import Born, Moment, age
from knowledge import citations
from knowledge.catalogue import Catalogue

TODAY = date(2026, 11, 28)


def born(year: int, month: int, day: int) -> Born:
    return Born.on(Moment(year, month, day))


@pytest.mark.parametrize(
    ("years_old", "term"),
    [(0, 5), (15, 5), (16, 10), (25, 10), (26, 20), (45, 20), (46, None), (99, None)],
)
def test_term_of_an_id_card_by_age_at_issue(years_old: int, term: int | None) -> None:
    assert id_card_years(years_old) == term


@pytest.mark.parametrize(("years_old", "term"), [(15, 5), (16, 10), (80, 10)])
def test_term_of_a_passport(years_old: int, term: int) -> None:
    assert travel_years(years_old) == term


@pytest.mark.parametrize(
    ("birthday", "on", "expected"),
    [
        (date(2000, 6, 15), date(2016, 6, 14), 15),
        (date(2000, 6, 15), date(2016, 6, 15), 16),
        (date(2000, 2, 29), date(2016, 2, 28), 15),
        (date(2000, 2, 29), date(2017, 2, 28), 16),
        (date(2000, 2, 29), date(2017, 3, 1), 17),
    ],
)
def test_age_counts_full_years(birthday: date, on: date, expected: int) -> None:
    assert age(birthday, on) == expected


@pytest.mark.parametrize(
    ("birthday", "terms"),
    [
        (born(1990, 5, 10), [5]),  # the day before 16
        (born(1990, 5, 9), [10]),  # the 16th birthday
        (born(1980, 5, 10), [10]),  # the day before 26
        (born(1980, 5, 9), [20]),  # the 26th birthday
        (born(1960, 5, 10), [20]),  # the day before 46
        (born(1960, 5, 9), [None]),  # the 46th birthday
    ],
)
def test_id_card_of_a_known_birthday_has_one_case(birthday: Born, terms: list[int | None]) -> None:
    issued = Moment(2006, 5, 9)
    assert [item.years for item in id_card(issued, TODAY, birthday)] == terms


def test_id_card_of_2006_without_a_birth_date_names_every_case() -> None:
    cases = id_card(Moment(2006), TODAY)
    assert [(item.years, item.state) for item in cases] == [
        (5, State.EXPIRED),
        (10, State.EXPIRED),
        (20, State.UNSURE),
        (None, State.FOREVER),
    ]
    assert [item.expires.text() if item.expires else None for item in cases] == ["2011年", "2016年", "2026年", None]


def test_year_of_birth_alone_leaves_two_cases_only_at_a_border() -> None:
    assert [item.years for item in id_card(Moment(2006), TODAY, Born.on(Moment(1979)))] == [20]
    assert [item.years for item in id_card(Moment(2006), TODAY, Born.on(Moment(1980)))] == [10, 20]


def test_an_age_today_gives_the_age_at_issue() -> None:
    assert [item.years for item in id_card(Moment(2006, 11, 28), TODAY, Born.aged(47, TODAY))] == [20]
    assert Born.aged(47, TODAY).ages_at(Moment.of(TODAY)) == range(47, 48)


def test_birth_after_issue_is_no_information() -> None:
    assert len(id_card(Moment(2006), TODAY, Born.on(Moment(2010)))) == 4


@pytest.mark.parametrize(
    ("expires", "today", "state"),
    [
        (Moment(2026, 11, 28), date(2026, 11, 28), State.VALID),  # the last day still counts
        (Moment(2026, 11, 27), date(2026, 11, 28), State.EXPIRED),
        (Moment(2026, 11), date(2026, 11, 1), State.UNSURE),
        (Moment(2026, 12), date(2026, 11, 30), State.VALID),
        (Moment(2026), date(2027, 1, 1), State.EXPIRED),
        (None, date(2026, 1, 1), State.FOREVER),
    ],
)
def test_state(expires: Moment | None, today: date, state: State) -> None:
    assert state_of(expires, today) is state


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 9, 1), State.VALID),
        (date(2026, 9, 2), State.DUE),  # 90 days before 1 December
        (date(2026, 12, 1), State.DUE),
        (date(2026, 12, 2), State.EXPIRED),
    ],
)
def test_licence_is_renewed_in_the_90_days_before(today: date, state: State) -> None:
    (item,) = licence(Moment(2020, 12, 1), today, term=6)
    assert item.renew_from == date(2026, 9, 2)
    assert item.state is state


def test_first_licence_then_ten_years() -> None:
    assert [item.years for item in licence(Moment(2022), TODAY)] == [6]
    cases = licence(Moment(2010), TODAY)
    assert [(item.years, item.expires) for item in cases] == [(6, Moment(2016)), (10, Moment(2026))]


@pytest.mark.parametrize(
    ("issued", "today", "due", "renew_from"),
    [
        (Moment(2025, 3, 31), date(2026, 1, 1), Moment(2026, 3, 31), date(2026, 2, 28)),
        (Moment(2025, 1, 10), date(2026, 1, 10), Moment(2026, 1, 10), date(2025, 12, 10)),
        (Moment(2025, 1, 10), date(2026, 1, 11), Moment(2027, 1, 10), date(2026, 12, 10)),
        (Moment(2026, 5, 1), date(2026, 6, 1), Moment(2027, 5, 1), date(2027, 4, 1)),
    ],
)
def test_residence_permit_is_endorsed_in_the_month_before_each_full_year(
    issued: Moment, today: date, due: Moment, renew_from: date
) -> None:
    found = endorsement(issued, today)
    assert (found.expires, found.renew_from) == (due, renew_from)


def test_leap_day_falls_on_the_28th() -> None:
    assert Moment(2024, 2, 29).plus(5) == Moment(2029, 2, 28)


def test_passport_without_birth_date_has_both_cases() -> None:
    assert [(item.years, item.state) for item in travel_document(Moment(2018), TODAY)] == [
        (10, State.VALID),
        (5, State.EXPIRED),
    ]


def test_expiry_read_off_a_card() -> None:
    assert until(Card.PASSPORT, Moment(2026, 12), TODAY).state is State.VALID
    assert until(Card.LICENCE, Moment(2026, 12), TODAY).state is State.DUE


@pytest.mark.parametrize("card", list(Card))
def test_every_rule_cites_what_the_knowledge_base_knows(catalogue: Catalogue, card: Card) -> None:
    rule, citation = RULES[card]
    assert rule
    if citation.startswith("《"):
        assert citations.law_title(citation) in {law.title for law in catalogue.laws.values()}
    else:
        assert citation in catalogue.pages
    assert RENEWAL[card] in catalogue.matters
    assert validities(card, Moment(2020, 5, 5), TODAY)
