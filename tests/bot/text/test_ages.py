from __future__ import annotations

import pytest

from bot.text.ages import ages


def said(text: str) -> list[tuple[str, str, bool]]:
    return [(text[item.start : item.end], item.text(), item.then) for item in ages(text)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("我68岁", "68岁", "68"),
        ("我６８歲", "６８歲", "68"),
        ("六十八周岁", "六十八周岁", "68"),
        ("今年四十七", "四十七", "47"),
        ("我今年68", "68", "68"),
        ("俺七十多了", "七十多", "70-79"),
        ("六十多岁", "六十多岁", "60-69"),
        ("五十来岁", "五十来岁", "45-55"),
        ("十七八岁", "十七八岁", "17-18"),
        ("七八岁的孩子", "七八岁", "7-8"),
        ("五六十岁", "五六十岁", "50-69"),
        ("一百零二岁", "一百零二岁", "102"),
        ("孩子一岁半", "一岁半", "1"),
        ("孩子两岁", "两岁", "2"),
        ("孩子十五", "十五", "15"),
        ("我爸都八十了", "八十", "80"),
        ("刚满16岁", "16岁", "16"),
        ("闺女刚过十六岁", "十六岁", "16"),
    ],
)
def test_age(text: str, words: str, value: str) -> None:
    assert said(text) == [(words, value, False)]


@pytest.mark.parametrize("text", ["三十岁那年办的", "她三岁时走失了", "我十八岁领的"])
def test_age_of_another_day(text: str) -> None:
    assert [then for _, _, then in said(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "满16岁的孩子",
        "未满16周岁",
        "不到18岁",
        "70岁以上要体检",
        "四十六岁以后长期",
        "离十八岁还有半年",
        "老伴儿比身份证上小一岁",
        "岁数大了",
        "都五十块了",
        "凭什么收我四十",
        "今年2月",
        "今年十月去",
        "我20分钟到",
        "",
    ],
)
def test_no_age(text: str) -> None:
    assert said(text) == []
