from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.mask import mask


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我身份证120101199001011234丢了", "id_card"),
        ("身份证号１２０１０１１９９００１０１１２３４", "id_card"),
        ("号码是 120101 19900101 123X", "id_card"),
        ("电话13812345678,麻烦回我", "phone"),
        ("电话 138-1234-5678", "phone"),
        ("+86 13812345678", "phone"),
        ("座机022-24458825", "phone"),
        ("津A12345违章了", "plate"),
        ("津AD12345 年检", "plate"),
        ("车牌津B·8T2K9", "plate"),
        ("卡号6222021234567890123", "bank_card"),
        ("幺三八幺二三四五六七八", "spoken_number"),
        ("护照号E12345678", "document_number"),
        ("港澳通行证C12345678过期", "document_number"),
    ],
)
def test_private_numbers_are_covered(text: str, kind: str) -> None:
    masked = mask(text)
    assert kind in masked.kinds
    assert not any(part in masked.text for part in ("1990", "2345", "34567", "8T2K", "三四五六"))


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345、96110、12123、110都行",
        "2006年办的身份证",
        "罚款200元扣12分",
        "天津有358个窗口312个事项",
        "C1驾照换A2",
        "65岁以上老人",
        "GB12345标准",
    ],
)
def test_public_numbers_stay(text: str) -> None:
    assert mask(text).text == text


def test_words_around_a_number_stay() -> None:
    assert mask("我的120101199001011234丢了咋补").text == "我的<身份证号>丢了咋补"


@given(st.text(max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True), st.sampled_from(["", "我的", "证件:", " "]))
def test_no_id_number_survives(number: str, before: str) -> None:
    assert number not in mask(f"{before}{number}").text
