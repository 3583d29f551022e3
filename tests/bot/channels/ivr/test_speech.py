"""What is said for every matter of the real knowledge base, and the shape of each kind of answer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from actions.guidance.context import Memory, Understood
from actions.guidance.models import ASPECTS
from actions.guidance.respond import respond
from bot.channels.ivr import preview, speech
from knowledge.catalogue import Catalogue

PLACE = {"": {"district": "河西区", "street": "友谊路街道"}}
MOVING_TO = {"destination": PLACE[""]}


def reply(catalogue: Catalogue, code: str, aspect: str | None = None, **memory: Any) -> dict[str, Any]:
    matter = catalogue.matter(code)
    understood = Understood(
        "x", "ask", "answer", matters=[{"code": code, "name": matter.name}], aspects=[aspect] if aspect else []
    )
    found, _ = respond(catalogue, understood, Memory(**memory))
    return {"text": found.text, "custom": found.custom()}


@pytest.mark.parametrize("aspect", [None, *ASPECTS])
def test_every_matter_can_be_said(catalogue: Catalogue, aspect: str | None) -> None:
    for code in catalogue.matters:
        for place in ({}, PLACE):
            message = reply(catalogue, code, aspect, place=place)
            spoken = speech.render(message)
            assert spoken.say, code
            for sentence in (*preview.lines([message]), *spoken.rest):
                assert len(sentence) <= 60, (code, sentence)
                assert sentence[-1] in "。!?", (code, sentence)
                assert not re.search(r"[0-9]|[A-Za-z]{2}|http|www|[()\[\]<>《》“”/:→·_]|[,、;。]{2}", sentence), (
                    code,
                    sentence,
                )
            assert spoken.say[0].startswith(speech.matter_name(catalogue.matter(code).name)[:6]), code


def test_two_documents_are_said_and_the_rest_kept(catalogue: Catalogue) -> None:
    message = reply(catalogue, "CRJ-002", "documents")
    documents = message["custom"]["guidance"]["documents"]
    assert len(documents) > 4
    spoken = speech.render(message)
    assert len(spoken.say) == 1 + speech.SPOKEN_DOCUMENTS
    assert spoken.left == len(documents) - speech.SPOKEN_DOCUMENTS
    assert all(item["name"] in spoken.sms for item in documents)
    said = "".join([*spoken.say, *spoken.rest])
    assert all(speech.speakable(item["name"]) in said for item in documents)


def test_what_is_filled_in_at_the_window_is_said_to_be_so(catalogue: Catalogue) -> None:
    said = speech.render(reply(catalogue, "HZ-059"))
    assert "申领登记表,到窗口现场填写,不用自己带" in "".join([*said.say, *said.rest])


def test_one_fee_is_one_short_sentence(catalogue: Catalogue) -> None:
    assert speech.render(reply(catalogue, "CRJ-002", "fee")).say == ["普通护照换发,费用是每本一百二十元。"]


def test_the_window_of_the_street_is_named_and_what_is_unconfirmed_said_so(catalogue: Catalogue) -> None:
    message = reply(catalogue, "HZ-028", "window", place=MOVING_TO)
    windows = message["custom"]["guidance"]["windows"]
    said = speech.render(message).say
    assert said[0].endswith(f"可以到{windows[0]['name']}办。")
    if not windows[0].get("address"):
        assert said[1] == "地址和时间还没有核实,出门前请打幺二三四五问一下。"


def test_a_confirmed_window_has_its_address_and_number(catalogue: Catalogue) -> None:
    message = reply(catalogue, "HZ-028", "window", place=MOVING_TO)
    message["custom"]["guidance"]["windows"] = [
        {
            "name": "一号窗口",
            "address": "甲路1号",
            "phone": "022-12345678",
            "hours": "周一到周五9:00-17:00",
            "verified": True,
        }
    ]
    message["text"] = "随军家属落户,去哪办:一号窗口。"
    said = "".join(speech.render(message).say)
    assert "可以到一号窗口办。地址在甲路一号。电话,零二二,幺二三四五六七八。周一到周五九点到十七点。" in said
    assert "没有核实" not in said


def test_a_window_that_may_be_the_wrong_one_is_named_under_its_condition(catalogue: Catalogue) -> None:
    message = reply(catalogue, "HZ-028", "window", place={"residence": PLACE[""]})
    assert message["custom"]["guidance"]["windows"]
    assert speech.render(message).say == [
        "随军家属落户,到要迁入的地方的派出所办。",
        "要迁到河西区友谊路街道的,去河西分局友谊路派出所。",
        "地址和时间还没有核实,出门前请打幺二三四五问一下。",
    ]


def test_the_rule_is_said_where_no_window_can_be_named(catalogue: Catalogue) -> None:
    said = speech.render(reply(catalogue, "HZ-059", "window")).say
    assert said[0] == "居民身份证丢失补领,到派出所、区公安窗口办,全市哪一个都行。"
    said = speech.render(reply(catalogue, "JS-003", "window", place=PLACE)).say
    assert said[0].endswith("到关人的那个看守所、拘留所或戒毒所办。") and "河西" not in "".join(said)


def test_options_are_at_most_three_and_say_what_tells_them_apart() -> None:
    choices = [{"code": f"HZ-{n}", "name": f"事项{n}", "hint": f"第{n}种情况"} for n in range(1, 6)]
    message = {
        "text": "您说的是哪一种?\n1. …",
        "custom": {"act": "clarify", "matter": None, "aspect": None, "choices": choices},
    }
    said = preview.lines([message])
    assert said == [
        "您说的是哪一种?",
        "第一种情况,请按一。",
        "第二种情况,请按二。",
        "第三种情况,请按三。",
        "听别的,请按九。",
    ]


def test_a_question_about_the_person_can_be_skipped(catalogue: Catalogue) -> None:
    spoken = speech.render(reply(catalogue, "CRJ-002", "documents"))
    assert spoken.question == "办证的人满十六周岁了吗?"
    assert [option.label for option in spoken.options] == ["已满十六周岁", "未满十六周岁"]
    assert spoken.none == "跳过"


@pytest.mark.parametrize(
    "topic", ["emergency_110", "emergency_119", "emergency_120", "emergency_122", "emergency_96110"]
)
def test_in_an_emergency_the_number_comes_first(catalogue: Catalogue, topic: str) -> None:
    record = catalogue.referrals[topic]
    custom = {
        "act": "emergency",
        "matter": None,
        "aspect": None,
        "referral": {"body": record.body, "phone": record.phone},
    }
    said = speech.render({"text": record.say, "custom": custom}).say
    spoken_number = record.phone.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))
    assert said[0] == f"请马上打{spoken_number}!"
    assert all(len(sentence) <= 60 for sentence in said)


def test_other_bodies_are_said_from_the_text(catalogue: Catalogue) -> None:
    for record in catalogue.referrals.values():
        message = {"text": record.say, "custom": {"act": "refer", "matter": None, "aspect": None}}
        for sentence in preview.lines([message]):
            assert len(sentence) <= 60 and not re.search(r"[0-9]|[A-Za-z]{2}", sentence), sentence


def test_a_message_without_custom_is_said_too() -> None:
    assert speech.render({"text": "您好,请打12345。"}).say == ["您好,请打幺二三四五。"]
    assert speech.render({"text": ""}).say == []
