from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.fold import fold
from bot.text.moments import Moment
from bot.text.numerals import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("68", 68), ("６８", 68), ("六十八", 68), ("十", 10), ("十五", 15), ("二十", 20), ("一百零二", 102),
        ("一百二十", 120), ("两千零六", 2006), ("二零零六", 2006), ("二〇〇六", 2006), ("俩", 2), ("零六", 6),
        ("", None), ("半", None), ("a1", None), ("六x", None),
    ],
)  # fmt: skip
def test_number(text: str, value: int | None) -> None:
    assert number(text) == value


_HAN = "零一二三四五六七八九"


@given(st.integers(10, 99))
def test_every_two_digit_number_as_it_is_said(value: int) -> None:
    tens, ones = divmod(value, 10)
    assert number(f"{'' if tens == 1 else _HAN[tens]}十{_HAN[ones] if ones else ''}") == value


@given(st.text())
def test_folding_keeps_every_position(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "folded"), [("護照Ａ２", "护照a2"), ("還有①個月", "还有1个月"), ("㍿", "㍿"), ("身份证", "身份证")]
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        (Moment(2026, 11), 2, Moment(2027, 1)),
        (Moment(2026, 1), -1, Moment(2025, 12)),
        (Moment(2026, 1, 31), 1, Moment(2026, 2, 28)),
    ],
)
def test_months_later(moment: Moment, months: int, later: Moment) -> None:
    assert moment.plus_months(months) == later


def test_iso_is_as_exact_as_the_moment() -> None:
    assert [Moment(2006).iso(), Moment(2006, 3).iso(), Moment(2006, 3, 5).iso()] == ["2006", "2006-03", "2006-03-05"]
