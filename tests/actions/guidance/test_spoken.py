from __future__ import annotations

from datetime import date

import pytest

from actions.guidance.dates import Card
from actions.guidance.spoken import read
from bot.text.dates import full_year
from bot.text.moments import Moment

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "issued"),
    [
        ("我身份证2006年办的", Moment(2006)),
        ("身份证零六年办的", Moment(2006)),
        ("二零零六年领的身份证", Moment(2006)),
        ("护照是去年3月领的", Moment(2025, 3)),
        ("身份证十年前办的", Moment(2016)),
        ("驾驶证是2020年5月8日换的", Moment(2020, 5, 8)),
        ("九八年考的驾照", Moment(1998)),
    ],
)
def test_issue_date(text: str, issued: Moment) -> None:
    assert read(text, TODAY).issued == issued


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("驾照还有一个月到期", Moment(2026, 12)),
        ("护照明年5月到期", Moment(2027, 5)),
        ("护照有效期到2027年1月", Moment(2027, 1)),
        ("身份证还剩半个月过期", Moment(2026, 12)),
    ],
)
def test_expiry_date(text: str, expires: Moment) -> None:
    assert read(text, TODAY).expires == expires


@pytest.mark.parametrize(
    "text",
    ["护照去年就丢了现在想补", "满16岁的孩子怎么办身份证", "身份证2026年13月办的", "住了20年了", "十年以上的车"],
)
def test_no_date_of_a_card(text: str) -> None:
    spoken = read(text, TODAY)
    assert spoken.issued is None and spoken.expires is None and spoken.age is None


@pytest.mark.parametrize(
    ("text", "earliest"),
    [
        ("1979年", date(1979, 1, 1)),
        ("79年的", date(1979, 1, 1)),
        ("七九年", date(1979, 1, 1)),
        ("47了", date(1978, 11, 29)),
        ("我今年四十七了", date(1978, 11, 29)),
        ("今年47", date(1978, 11, 29)),
        ("我47岁", date(1978, 11, 29)),
    ],
)
def test_answer_to_the_question_for_the_birth_year(text: str, earliest: date) -> None:
    birth = read(text, TODAY, expects_birth=True).birth(TODAY)
    assert birth is not None and birth.earliest == earliest


def test_age_at_issue() -> None:
    birth = read("我三十岁那年办的身份证,2005年办的", TODAY).birth(TODAY)
    assert birth is not None and birth.ages_at(Moment(2005)) == range(29, 32)


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("身份证", Card.ID_CARD),
        ("车本", Card.LICENCE),
        ("港澳通行证", Card.HK_MACAO_PERMIT),
        ("临时身份证", None),
        ("行驶证", None),
        ("港澳台居民居住证", None),
    ],
)
def test_card(text: str, card: Card | None) -> None:
    assert read(text, TODAY).card is card


@pytest.mark.parametrize("text", ["护照能用几年", "身份证什么时候到期", "驾照到期没有", "能换成长期的吗", "多久换一次"])
def test_questions_for_validity(text: str) -> None:
    assert read(text, TODAY).asks


@pytest.mark.parametrize("text", ["身份证到期了怎么换", "护照快到期了", "多久能办好", "要多久"])
def test_other_questions_are_none(text: str) -> None:
    assert not read(text, TODAY).asks


def test_two_digits_are_of_the_last_hundred_years() -> None:
    assert (full_year("06", TODAY), full_year("36", TODAY), full_year("37", TODAY)) == (2006, 2036, 1937)
