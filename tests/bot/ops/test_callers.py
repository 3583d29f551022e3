"""Following a call with a parse that the test plays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.ops.callers import CallContext

CARD = {"code": "HZ-059", "name": "居民身份证丢失补领", "confidence": 0.9}
PASSPORT = {"code": "CRJ-002", "name": "普通护照换发", "confidence": 0.95}


def parse(text: str) -> dict[str, Any]:
    def known(decision: str, intent: str = "ask", *matters: dict[str, Any], **more: Any) -> dict[str, Any]:
        aspects = [
            name for word, name in (("多少钱", "fee"), ("带什么", "documents"), ("替我", "proxy")) if word in text
        ]
        return {"decision": decision, "intent": {"name": intent}, "matters": list(matters), "aspects": aspects, **more}

    if text in ("对", "是的"):
        return known("ask_back", "affirm")
    if text == "不是":
        return known("ask_back", "deny")
    if text == "河西区的":
        return known("ask_back", "inform")
    if "转人工" in text:
        return known("handoff", "handoff")
    if "有人打我" in text:
        return known("emergency", "emergency")
    if "社保" in text:
        return known("refer", "refer")
    if "谢谢" in text:
        return known("smalltalk", "smalltalk")
    if "身份证" in text and "丢" in text:
        return known("answer", "ask", CARD)
    if "护照" in text:
        return known("answer", "ask", PASSPORT)
    if "身份证" in text:
        return known("clarify", "ask", {**CARD, "confidence": 0.4}, options=["HZ-059", "HZ-058"])
    if "多少钱" in text or "带什么" in text or "替我" in text:
        return known("ask_back", "follow_up", PASSPORT)
    return known("ask_back", "vague")


class Talk:
    def __init__(self) -> None:
        self.context = CallContext()

    def caller(self, text: str) -> Any:
        # What is kept between turns goes through JSON, as in a checkpoint.
        self.context = CallContext(**json.loads(json.dumps(self.context.to_dict())))
        return self.context.caller_said(text, parse)

    def officer(self, text: str) -> None:
        self.context.officer_said(text, parse)


def test_a_follow_up_belongs_to_the_matter_before() -> None:
    talk = Talk()
    assert talk.caller("身份证丢了").code == "HZ-059"
    found = talk.caller("那多少钱")
    assert (found.decision, found.code, found.aspects, found.context) == ("answer", "HZ-059", ("fee",), "follow_up")
    talk.caller("还有护照换发")
    assert talk.caller("要带什么").code == "CRJ-002"
    assert list(talk.context.matters) == ["HZ-059", "CRJ-002"]
    assert not talk.context.unresolved


def test_a_follow_up_without_a_matter_is_unresolved() -> None:
    found = Talk().caller("那多少钱")
    assert found.code == "" and found.unresolved and found.aspects == ("fee",)


@pytest.mark.parametrize("opening", ["我想问一下身份证的事", "喂你好,我那个身份证"])
def test_an_answer_to_the_officers_question_completes_it(opening: str) -> None:
    talk = Talk()
    assert talk.caller(opening).unresolved
    talk.officer("是到期换还是丢了?")
    found = talk.caller("丢了")
    assert (found.code, found.context, found.unresolved) == ("HZ-059", "answer", False)
    assert not talk.context.unresolved


def test_yes_confirms_what_the_officer_named() -> None:
    talk = Talk()
    talk.caller("就那个证的事")
    talk.officer("您是要办护照换发是吧?")
    found = talk.caller("对")
    assert (found.code, found.context) == ("CRJ-002", "confirmed")


def test_no_confirms_nothing() -> None:
    talk = Talk()
    talk.caller("就那个证的事")
    talk.officer("您是要办护照换发是吧?")
    assert talk.caller("不是").code == ""
    assert talk.context.unresolved


def test_a_fact_given_belongs_to_the_matter_and_asks_nothing() -> None:
    talk = Talk()
    talk.caller("身份证丢了")
    talk.officer("您住哪个区?")
    found = talk.caller("河西区的")
    assert (found.code, found.aspects, found.unresolved) == ("HZ-059", (), False)


def test_the_officer_who_names_the_matter_settles_it() -> None:
    talk = Talk()
    talk.caller("就那个证的事")
    talk.officer("哦,您这是护照到期了要换新的,带上旧证来。")
    assert not talk.context.unresolved and talk.context.code == "CRJ-002"


def test_of_several_that_fit_the_one_in_focus_is_meant() -> None:
    talk = Talk()
    talk.caller("身份证丢了")
    found = talk.caller("办身份证还要照相是不是")
    assert (found.code, found.context, found.unresolved) == ("HZ-059", "follow_up", False)


@pytest.mark.parametrize(
    ("text", "decision"), [("有人打我", "emergency"), ("社保怎么办", "refer"), ("谢谢", "smalltalk")]
)
def test_what_is_no_matter_is_not_unresolved(text: str, decision: str) -> None:
    talk = Talk()
    found = talk.caller(text)
    assert found.decision == decision and not found.unresolved and not talk.context.unresolved


@pytest.mark.parametrize("text", ["我帮您转出入境", "这边给您转人工", "我给您转到交管支队", "帮您派单"])
def test_the_officer_hands_over(text: str) -> None:
    talk = Talk()
    talk.officer(text)
    assert talk.context.handed


@pytest.mark.parametrize("text", ["您要转户口吗", "车转给别人要过户", "我帮您转达"])
def test_other_turning_is_no_handing_over(text: str) -> None:
    talk = Talk()
    talk.officer(text)
    assert not talk.context.handed


def test_the_caller_who_asks_for_a_human_is_handed_over() -> None:
    talk = Talk()
    assert talk.caller("给我转人工").decision == "handoff" and talk.context.handed
