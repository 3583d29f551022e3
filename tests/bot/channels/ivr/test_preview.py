"""What ``onedoor ask --channel ivr`` prints is what a call with the same reply would hear."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.ivr.dialog import MORE, NO_HUMAN, Ask, CallState, Dialog
from bot.channels.ivr.preview import lines
from bot.channels.ivr.turns import Event, Hypothesis

REPLIES: list[dict[str, Any]] = [
    {"text": "您好。"},
    {"text": "这事归税务局管,请打12366。", "custom": {"act": "refer", "matter": None}},
    {"text": "马上打110!", "custom": {"act": "emergency", "referral": {"body": "公安", "phone": "110"}}},
    {"text": "转人工。", "custom": {"act": "handoff", "matter": None}},
    {
        "text": "您说的是哪一种?",
        "custom": {"act": "clarify", "choices": [{"code": "HZ-059", "name": "居民身份证丢失补领", "hint": "丢了"}]},
    },
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply["text"])
def test_it_says_what_a_call_says(reply: dict[str, Any]) -> None:
    turn = Dialog().turn(CallState(turns=1), Event("c", "2", "speech", (Hypothesis("身份证丢了咋整"),)), True)
    assert isinstance(next(turn), Ask)
    with pytest.raises(StopIteration) as finished:
        turn.send(reply)
    assert lines([reply]) == list(finished.value.value.say)


def test_what_the_dialog_adds_is_there() -> None:
    assert lines([REPLIES[1]])[-1] == MORE
    assert lines([REPLIES[3]])[: len(NO_HUMAN)] == list(NO_HUMAN)
    assert lines([]) == []
