from __future__ import annotations

from typing import Any

import pytest

from bot.channels.ivr.turns import Answer, Event, Hypothesis
from bot.errors import BadInput

GOOD: dict[str, Any] = {
    "call_id": "c1",
    "turn_id": "1",
    "event": "speech",
    "speech": [{"text": "甲", "confidence": 0.5}],
}


def test_hypotheses_are_sorted_and_blank_ones_left_out() -> None:
    speech = [{"text": "甲", "confidence": 0.2}, {"text": "乙", "confidence": 0.7}, {"text": " ", "confidence": 0.9}]
    assert Event.from_dict({**GOOD, "speech": speech}).heard == (Hypothesis("乙", 0.7), Hypothesis("甲", 0.2))


def test_the_platforms_order_stands_where_confidence_is_missing() -> None:
    speech = [{"text": "甲", "confidence": 0.2}, {"text": "乙"}]
    assert [item.text for item in Event.from_dict({**GOOD, "speech": speech}).heard] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"call_id": ""}, "call_id"),
        ({"call_id": None}, "call_id"),
        ({"call_id": "a b"}, "call_id"),
        ({"call_id": "a" * 129}, "call_id"),
        ({"turn_id": 5}, "turn_id"),
        ({"event": "noise"}, "event"),
        ({"event": ["speech"]}, "event"),
        ({"speech": []}, "speech"),
        ({"speech": None}, "speech"),
        ({"speech": [{"text": "甲"}] * 11}, "speech"),
        ({"speech": ["甲"]}, "speech"),
        ({"speech": [{"text": "甲", "confidence": 1.5}]}, "confidence"),
        ({"speech": [{"text": "甲", "confidence": True}]}, "confidence"),
        ({"speech": [{"text": "甲", "confidence": float("nan")}]}, "confidence"),
        ({"speech": [{"text": "甲" * 2001}]}, "speech"),
        ({"event": "dtmf"}, "digits"),
        ({"event": "dtmf", "digits": "12a"}, "digits"),
        ({"event": "dtmf", "digits": "١"}, "digits"),
        ({"caller": "<b>"}, "caller"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput, match=field):
        Event.from_dict({**GOOD, **change})


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_only_objects(body: object) -> None:
    with pytest.raises(BadInput, match="JSON"):
        Event.from_dict(body)


def test_the_caller_is_not_in_the_events_repr() -> None:
    assert "13800000000" not in repr(Event.from_dict({**GOOD, "caller": "+8613800000000"}))


def test_nothing_is_expected_after_the_end() -> None:
    event = Event("c", "1", "start")
    assert Answer(("甲。",)).to_dict(event)["expect"] == {"speech": True, "digits": 1, "timeout_seconds": 8}
    over = Answer(("甲。",), hints=("乙",), next="hangup").to_dict(event)
    assert over["expect"] is None and over["hints"] == []
