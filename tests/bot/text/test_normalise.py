from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.normalise import normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份證丟了", "身份证丢了"),
        ("ＡＰＰ上能办吗？", "app上能办吗?"),
        ("嗯,驾照到期了", ",驾照到期了"),
        ("身 份 证", "身份证"),
        ("急急急急急", "急急"),
        ("六十五岁换证", "65岁换证"),
        ("一二一二三热线", "12123热线"),
        ("俺家孩子", "我家孩子"),
    ],
)
def test_one_written_form(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(max_size=60))
def test_never_fails_and_settles(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == normalise(normalise(once))
