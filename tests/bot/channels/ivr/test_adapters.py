"""Messages in the form that the platforms' public documentation shows."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.ivr import aliyun, jambonz, voicexml
from bot.channels.ivr.turns import Answer, Event, Hypothesis
from bot.errors import BadInput

CALL = {
    "call_sid": "aad0115d-ec21-40db-aa02-31b7b01540c5", "application_sid": "a", "account_sid": "b",
    "direction": "inbound", "from": "+8613800000000", "to": "+862212345678", "call_status": "in-progress",
    "sip_status": 200,
}  # fmt: skip
SAID = {
    "is_final": True,
    "alternatives": [
        {"confidence": 0.86, "transcript": "身份证丢了"},
        {"confidence": 0.04, "transcript": "身份证多了"},
    ],
}
TRANSFER = Answer(("请稍等。",), next="transfer", transfer={"to": "+862287654321", "reason": "asked"})


@pytest.mark.parametrize(
    ("change", "turn", "kind"),
    [
        ({"call_status": "trying"}, "", "start"),
        ({"speech": SAID, "reason": "speechDetected"}, "2", "speech"),
        ({"speech": {"is_final": True, "transcripts": [SAID]}, "reason": "speechDetected"}, "2", "speech"),
        ({"speech": {"alternatives": []}, "reason": "speechDetected"}, "2", "no_match"),
        ({"digits": "0", "reason": "dtmfDetected"}, "2", "dtmf"),
        ({"reason": "timeout"}, "2", "no_input"),
        ({"reason": "stt-low-confidence"}, "2", "no_match"),
        ({"call_status": "completed"}, "", "hangup"),
        ({"dial_call_sid": "x", "dial_status": "busy"}, "3", "transfer_failed"),
        ({"dial_call_sid": "x", "dial_status": "completed"}, "3", "hangup"),
    ],
)
def test_jambonz_webhooks(change: dict[str, Any], turn: str, kind: str) -> None:
    event = jambonz.event({**CALL, **change}, turn)
    assert event.kind == kind
    assert event.call == CALL["call_sid"] and event.caller == "+8613800000000"
    if kind == "speech":
        assert event.heard == (Hypothesis("身份证丢了", 0.86), Hypothesis("身份证多了", 0.04))


@pytest.mark.parametrize("body", [None, [], {}, {"call_sid": 5}, {"call_sid": ""}])
def test_what_is_no_jambonz_webhook(body: object) -> None:
    with pytest.raises(BadInput, match="call_sid"):
        jambonz.event(body, "")


def test_jambonz_listens_with_one_gather() -> None:
    (gather,) = jambonz.verbs(Answer(("甲。", "乙?"), hints=("身份证",)), "/hook?turn=2")
    assert gather["verb"] == "gather" and gather["actionHook"] == "/hook?turn=2"
    assert gather["say"] == {"text": "甲。乙?"} and gather["input"] == ["speech", "digits"]
    assert gather["bargein"] and gather["dtmfBargein"] and gather["numDigits"] == 1
    assert gather["recognizer"]["language"] == "zh-CN" and gather["recognizer"]["hints"] == ["身份证"]


def test_jambonz_says_and_hangs_up_or_dials() -> None:
    assert [verb["verb"] for verb in jambonz.verbs(Answer(("再见。",), next="hangup"), "")] == ["say", "hangup"]
    assert jambonz.verbs(Answer(next="hangup"), "") == [{"verb": "hangup"}]
    say, dial = jambonz.verbs(TRANSFER, "/hook?turn=3")
    assert say == {"verb": "say", "text": "请稍等。"}
    assert dial["target"] == [{"type": "phone", "number": "+862287654321"}] and dial["actionHook"] == "/hook?turn=3"
    for to, target in (
        ("sip:a@b", {"type": "sip", "sipUri": "sip:a@b"}),
        ("desk@hall", {"type": "user", "name": "desk@hall"}),
    ):
        answer = Answer(next="transfer", transfer={"to": to, "reason": "asked"})
        assert jambonz.verbs(answer, "/h")[0]["target"] == [target]


def fields(kind: str, content: object = None, **more: str) -> dict[str, str]:
    out = {"call_id": "100001616500^100001871490", "timestamp": "1504174341229", "content_type": kind, **more}
    if content is not None:
        out["content"] = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return out


def test_aliyun_first_callback_keeps_the_odd_blanks_of_its_documentation() -> None:
    event = aliyun.event(fields("callin", {"caller": "13800000000", " callee": "0571", " orgcallee": "0571"}))
    assert (event.kind, event.turn, event.caller) == ("start", "start", "13800000000")


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("normal", {"role": "B", "identity": "id2", "words": "身份证丢了", "dynamic_id": "4"}, "speech"),
        ("normal", {"words": " "}, "no_match"),
        ("mute", {"dynamic_id": "4"}, "no_input"),
        ("timebreak", {"dynamic_id": "4"}, "barge_in"),
        ("dtmf", {"dtmf": "1"}, "dtmf"),
        ("dtmf", {}, "no_match"),
        ("hangup", None, "hangup"),
    ],
)
def test_aliyun_callbacks(kind: str, content: object, expected: str) -> None:
    event = aliyun.event(fields(kind, content))
    assert event.kind == expected
    if expected == "speech":
        assert event.heard == (Hypothesis("身份证丢了"),)


def test_aliyun_two_things_said_in_one_turn_are_two_turns_and_a_repeat_is_one() -> None:
    one = fields("normal", {"words": "甲", "dynamic_id": "4"})
    other = fields("normal", {"words": "乙", "dynamic_id": "4"})
    assert aliyun.event(one).turn == aliyun.event(dict(one)).turn != aliyun.event(other).turn


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"content_type": "normal"}, "call_id"),
        ({"call_id": "x" * 129, "content_type": "normal"}, "call_id"),
        (fields("music"), "content_type"),
        (fields("normal", "{"), "content"),
        (fields("normal", "[]"), "content"),
    ],
)
def test_aliyun_what_is_wrong_is_named(bad: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput, match=field):
        aliyun.event(bad)


def test_aliyun_answers() -> None:
    first = aliyun.reply(Answer(("您好。",)), "c", True, "1", "bridge_number")
    assert first["result"] == "success" and first["code"] == 200
    assert first["data"]["action"] == "answer" and first["data"]["dynamic_id"] == "1"
    assert json.loads(first["data"]["action_code_param"]) == {"tts": "您好。"}
    assert aliyun.reply(Answer(("好。",)), "c", False, "2", "b")["data"]["action"] == "play"
    assert aliyun.reply(Answer(), "c", False, "2", "b")["data"]["action"] == "donothing"
    assert aliyun.reply(Answer(next="hangup"), "c", False, "2", "b")["data"]["action"] == "hangup"
    bridged = aliyun.reply(TRANSFER, "c", False, "2", "bridge_number")["data"]
    assert bridged["action"] == "bridge" and bridged["bridge_number"] == "+862287654321"


def test_aliyun_takes_no_forbidden_characters() -> None:
    said = aliyun.reply(Answer(('a@=:"${}^*¥b',)), "c", False, "2", "b")["data"]["action_code_param"]
    assert json.loads(said) == {"tts": "ab"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, "start"),
        ({"turn": "2", "said": "身份证丢了", "confidence": "0.4", "mode": "voice"}, "speech"),
        ({"turn": "2", "said": "0", "mode": "dtmf"}, "dtmf"),
        ({"turn": "2", "said": "1 ", "mode": ""}, "dtmf"),
        ({"turn": "2", "event": "no_input"}, "no_input"),
        ({"turn": "2", "event": "no_match"}, "no_match"),
        ({"turn": "2", "event": "transfer_failed"}, "transfer_failed"),
        ({"turn": "2", "event": "hangup"}, "hangup"),
        ({"turn": "2"}, "no_match"),
    ],
)
def test_voicexml_submissions(given: dict[str, str], kind: str) -> None:
    event = voicexml.event({"call_id": "c1", "caller": "+8613800000000", **given})
    assert isinstance(event, Event) and event.kind == kind
    if kind == "speech":
        assert event.heard == (Hypothesis("身份证丢了", 0.4),)


def test_voicexml_without_a_call_is_refused() -> None:
    with pytest.raises(BadInput, match="call_id"):
        voicexml.event({"turn": "1"})


@pytest.mark.parametrize(
    "answer", [Answer(("甲<乙&丙。",)), Answer(next="hangup"), Answer(("再见。",), next="hangup"), TRANSFER, Answer()]
)
def test_voicexml_pages_are_well_formed(answer: Answer) -> None:
    page = voicexml.page(answer, "/webhooks/ivr/voicexml/key", "c'1\"<>", "3")
    root = ElementTree.fromstring(page)  # noqa: S314 - made by ourselves
    assert root.tag.endswith("vxml") and root.get("version") == "2.1"
    text = page.decode()
    assert ("<submit" in text) == (answer.next != "hangup")
    if answer.say:
        prompt = next(item for item in root.iter() if item.tag.endswith("prompt"))
        assert prompt.text == "".join(answer.say)
    if answer.next == "transfer":
        assert re.search(r'dest="tel:\+862287654321"', text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("call_sid", "from", "call_status", "digits", "speech", "reason", "dial_status", "alternatives", "transcripts")


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KEYS), JSON | st.dictionaries(st.sampled_from((*KEYS, "transcript", "confidence")), JSON)
    ),
    st.sampled_from(("", "3")),
)
def test_jambonz_bodies_of_any_kind_are_read_or_refused(body: dict[str, Any], turn: str) -> None:
    try:
        event = jambonz.event(body, turn)
    except BadInput:
        return
    assert event.kind and len(event.call) <= 128 and all(item.text for item in event.heard)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(("call_id", "content_type", "content", "timestamp")), st.text(max_size=12)),
    st.sampled_from(("callin", "normal", "mute", "timebreak", "dtmf", "hangup", "x")),
    st.dictionaries(st.sampled_from(("words", "dtmf", "dynamic_id", "caller")), JSON),
)
def test_aliyun_parameters_of_any_kind_are_read_or_refused(
    given_fields: dict[str, str], kind: str, content: Any
) -> None:
    for raw in (given_fields.get("content", ""), json.dumps(content), "[" * 15_000):
        try:
            event = aliyun.event({**given_fields, "content_type": kind, "content": raw})
        except BadInput:
            continue
        assert event.kind and len(event.turn) <= 128


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(("call_id", "turn", "said", "mode", "confidence", "event", "caller")), st.text(max_size=12)
    )
)
def test_voicexml_parameters_of_any_kind_are_read_or_refused(given_fields: dict[str, str]) -> None:
    try:
        event = voicexml.event(given_fields)
    except BadInput:
        return
    page = voicexml.page(Answer(("好。",)), "/a", event.call, "1")
    ElementTree.fromstring(page)  # noqa: S314 - made by ourselves
