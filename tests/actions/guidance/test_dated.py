"""Dates in the middle of a conversation: how long out of date, the same for somebody else, the first card."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Catalogue
from tests.actions.guidance.talking import Conversation, code

OPTIONS = ["JG-062", "JG-054", "JG-055"]


@pytest.fixture
def talk(catalogue: Catalogue) -> Conversation:
    return Conversation(catalogue)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("驾照过期半年了还能换吗", "JG-054"),
        ("驾照过期十一个月了", "JG-054"),
        ("驾照过期一年了还能换吗", "JG-062"),
        ("驾照过期一年半了还能直接换么", "JG-062"),
        ("驾驶证过期两年多了", "JG-062"),
        ("驾驶本过期三年了咋办", "JG-049"),
    ],
)
def test_how_long_a_licence_is_out_of_date_decides(talk: Conversation, text: str, matter: str) -> None:
    reply = talk.say(text, "ask", "clarify", codes=OPTIONS, options=OPTIONS, aspects=["conditions"])
    assert code(reply) == matter


def test_of_another_card_it_decides_nothing(talk: Conversation) -> None:
    options = ["CRJ-002", "CRJ-003"]
    assert talk.say("护照过期一年了", "ask", "clarify", codes=options, options=options).act == "clarify"


@pytest.mark.parametrize(("text", "said"), [("我老伴四十五呢", "20年"), ("他爸五十一换的话呢", "长期")])
def test_the_same_for_somebody_else(talk: Conversation, text: str, said: str) -> None:
    talk.say("我今年二十四,身份证到期换新的管几年", "ask", "answer", codes=["HZ-057"], aspects=["time"])
    reply = talk.say(text, "vague")
    assert code(reply) == "HZ-057" and said in reply.text


@pytest.mark.parametrize(
    ("text", "matter"), [("小子十五岁头一回办身份证管几年", "HZ-056"), ("十七岁头一回办身份证管几年", "HZ-055")]
)
def test_the_first_card_is_the_one_for_the_age(talk: Conversation, text: str, matter: str) -> None:
    assert code(talk.say(text, "ask", "answer", codes=["HZ-055"], aspects=["time"])) == matter


def test_the_age_when_the_card_was_issued(talk: Conversation) -> None:
    reply = talk.say(
        "身份证是2017年3月办的,那会儿我24岁,什么时候到期", "ask", "answer", codes=["HZ-057"], aspects=["time"]
    )
    assert "2027年3月" in reply.text and "2022" not in reply.text


def test_how_long_out_of_date_is_for_the_card_in_focus(talk: Conversation) -> None:
    talk.answer("HZ-068", "居住证签注")
    reply = talk.say("已经过期俩月了还能签吗", "ask", "clarify", codes=["JG-054"], options=["JG-054", "HZ-034"])
    assert code(reply) != "JG-054"
