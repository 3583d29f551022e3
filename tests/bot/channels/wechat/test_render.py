"""Cutting at 2,048 bytes and turning choices into menus."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.render import MAX_BYTES, Menu, customer, passive, said, size, split

LINES = "您说的是哪一种?\n1. 甲证补领:丢了\n2. 乙证换领:坏了\n回复数字就行;都不是就说“都不是”。"
CHOICES = [
    {"code": "HZ-1", "name": "甲证补领", "hint": "丢了"},
    {"code": "HZ-2", "name": "乙证换领", "hint": "坏了"},
]


@given(st.text(max_size=3000), st.integers(min_value=4, max_value=300))
def test_parts_fit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < size(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_bytes_are_counted_not_characters() -> None:
    assert split("字" * 682) == ["字" * 682]
    assert [size(part) for part in split("字" * 683)] == [2046, 3]


def test_cut_after_a_line_before_a_sentence_before_a_comma() -> None:
    assert split("一二三四。五六\n七八九十,一二三四", 30) == ["一二三四。五六", "七八九十,一二三四"]
    assert split("一二三四。五六七八九十", 24) == ["一二三四。", "五六七八九十"]
    assert split("一二三四,五六七八九十", 24) == ["一二三四,", "五六七八九十"]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert split("他说“一二三四。”五六七八九", 33) == ["他说“一二三四。”", "五六七八九"]


def test_a_border_near_the_start_does_not_make_crumbs() -> None:
    assert split("好\n" + "一" * 30, 60)[0] == "好\n" + "一" * 18


def test_one_text_for_several_replies() -> None:
    assert passive([{"text": "一"}, {"text": ""}, {"custom": {}}, {"text": "二"}]) == ["一\n二"]


def test_choices_stay_numbered_in_the_response() -> None:
    assert passive([{"text": LINES, "custom": {"choices": CHOICES}}]) == [LINES]


def test_choice_lines_become_a_menu() -> None:
    (menu,) = customer([{"text": LINES, "custom": {"choices": CHOICES}}])
    assert isinstance(menu, Menu)
    assert menu.head == "您说的是哪一种?"
    assert menu.items == (("onedoor.HZ-1", "甲证补领:丢了"), ("onedoor.HZ-2", "乙证换领:坏了"))
    assert menu.tail == "都不是就说“都不是”。"
    assert "1. 甲证补领" in menu.text and "都不是" in menu.text


def test_a_question_at_the_end_of_an_answer_becomes_a_menu_after_it() -> None:
    text = "护照换发,要带:\n1. 护照\n想说得更准:办证的人满 16 周岁了吗?(1. 满了;2. 没满;不想说就回“跳过”)"
    choices = [{"code": "adult", "name": "满了", "hint": ""}, {"code": "minor", "name": "没满", "hint": ""}]
    answer, menu = customer([{"text": text, "custom": {"choices": choices}}])
    assert answer == "护照换发,要带:\n1. 护照"
    assert isinstance(menu, Menu)
    assert (menu.head, menu.tail) == ("想说得更准:办证的人满 16 周岁了吗?", "不想说就回“跳过”")


def test_choices_that_the_text_words_differently_are_still_offered() -> None:
    answer, menu = customer([{"text": "请选一个。", "custom": {"choices": CHOICES}}])
    assert answer == "请选一个。" and isinstance(menu, Menu) and len(menu.items) == 2


def test_long_heads_and_items_are_kept_within_limits() -> None:
    long = {"code": "X", "name": "证" * 60, "hint": "长" * 60}
    text = "问" * 900 + "\n" + f"1. {long['name']}"
    *before, menu = customer([{"text": text, "custom": {"choices": [long]}}])
    assert isinstance(menu, Menu)
    assert size(menu.head) <= 1024 and all(size(line) <= 128 for _, line in menu.items)
    assert "".join(str(part) for part in before) == "问" * 900
    assert all(size(str(part)) <= MAX_BYTES for part in before)


def test_pressed_items_of_our_menus_only() -> None:
    assert said("甲证补领:丢了", "onedoor.HZ-1") == "甲证补领"
    assert said("甲证补领:丢了", "") == said("甲证补领:丢了", "101") == "甲证补领:丢了"
    assert said("/::D 你好", "") == "::D 你好"
