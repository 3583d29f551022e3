"""One turn of a telephone call, whatever the telephone platform: what came in, and what is said back.

Adapters turn a platform's message into an :class:`Event` and an :class:`Answer` into what the platform
wants. Nothing here knows of HTTP, Rasa or matters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BadInput

KINDS = ("start", "speech", "dtmf", "no_input", "no_match", "barge_in", "transfer_failed", "hangup")
MAX_HYPOTHESES = 10
MAX_HEARD = 2000
_NAME = re.compile(r"[0-9A-Za-z._:^@+\-]{1,128}")
_KEYS = re.compile(r"[0-9*#]{1,32}")
_CALLER = re.compile(r"[0-9A-Za-z._:@+*#\-]{0,64}")


@dataclass(frozen=True)
class Hypothesis:
    """One thing the recogniser thinks it heard. ``confidence`` is 0 to 1, None where it is not told."""

    text: str
    confidence: float | None = None


@dataclass(frozen=True)
class Event:
    """What happened in the call.

    Attributes:
        call: the platform's id of the call.
        turn: id of this turn within the call; the same id again means the same turn again.
        kind: one of :data:`KINDS`.
        heard: hypotheses of a ``speech`` turn (or of a ``barge_in`` that brings words), best first.
        digits: keys pressed in a ``dtmf`` turn.
        caller: the caller's number as the platform gives it, or empty. Never stored.
    """

    call: str
    turn: str
    kind: str
    heard: tuple[Hypothesis, ...] = ()
    digits: str = ""
    caller: str = field(default="", repr=False)

    @classmethod
    def from_dict(cls, data: Any) -> Event:
        """From the neutral JSON form. Raises BadInput naming the field that is wrong."""
        if not isinstance(data, Mapping):
            raise BadInput("请求要是 JSON 对象 / the body must be a JSON object")
        kind = data.get("event")
        if kind not in KINDS:
            raise BadInput(f"字段 event 只能是 {'、'.join(KINDS)} / field 'event' must be one of these")
        # What is there must be right, needed or not; what is needed must be there.
        heard = _heard(data.get("speech")) if "speech" in data or kind == "speech" else ()
        digits = _matching(data, "digits", _KEYS) if "digits" in data or kind == "dtmf" else ""
        return cls(
            call=_matching(data, "call_id", _NAME),
            turn=_matching(data, "turn_id", _NAME),
            kind=kind,
            heard=heard if kind in ("speech", "barge_in") else (),
            digits=digits if kind == "dtmf" else "",
            caller=_matching(data, "caller", _CALLER) if data.get("caller") is not None else "",
        )


def _matching(data: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadInput(f"字段 {name} 不合要求 / field '{name}' must match {pattern.pattern}")
    return value


def _heard(value: Any) -> tuple[Hypothesis, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_HYPOTHESES:
        raise BadInput(
            f"字段 speech 要有 1 到 {MAX_HYPOTHESES} 项 / field 'speech' must hold 1 to {MAX_HYPOTHESES} items"
        )
    out = []
    for item in value:
        if not isinstance(item, Mapping) or not isinstance(item.get("text"), str) or len(item["text"]) > MAX_HEARD:
            raise BadInput("字段 speech[].text 要是文字 / field 'speech[].text' must be a string")
        confidence = item.get("confidence")
        if confidence is not None:
            number = isinstance(confidence, int | float) and not isinstance(confidence, bool)
            if not number or not 0 <= confidence <= 1:
                raise BadInput("字段 speech[].confidence 要在 0 到 1 之间 / must be a number from 0 to 1 or null")
            confidence = float(confidence)
        out.append(Hypothesis(item["text"].strip(), confidence))
    return best_first(out)


def best_first(heard: list[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Sorted by confidence; where none is told the platform's order stands. Empty texts are left out."""
    kept = [item for item in heard if item.text]
    if all(item.confidence is not None for item in kept):
        kept.sort(key=lambda item: -(item.confidence or 0.0))
    return tuple(kept)


@dataclass(frozen=True)
class Expect:
    """What the platform should listen for.

    Attributes:
        digits: how many keys at most; 0 when none are expected.
        timeout: seconds of silence after which a ``no_input`` turn follows.
    """

    speech: bool = True
    digits: int = 1
    timeout: int = 8


@dataclass(frozen=True)
class Answer:
    """What the platform should do next.

    Attributes:
        say: sentences, to be said in order.
        hints: words for the recogniser.
        barge_in: whether the caller may interrupt.
        next: ``listen``, ``transfer`` or ``hangup``.
        transfer: ``to`` (the operator's setting), ``reason``, and ``emergency`` with the number if any.
        sms: ``offered``, ``sent`` or ``failed``; None where no text message is in play.
    """

    say: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    barge_in: bool = True
    next: str = "listen"
    expect: Expect | None = field(default_factory=Expect)
    transfer: dict[str, str] | None = None
    sms: str | None = None

    def to_dict(self, event: Event) -> dict[str, Any]:
        """The neutral JSON form of the answer to ``event``."""
        listening = self.next == "listen" and self.expect is not None
        return {
            "call_id": event.call,
            "turn_id": event.turn,
            "say": list(self.say),
            "expect": (
                {"speech": self.expect.speech, "digits": self.expect.digits, "timeout_seconds": self.expect.timeout}
                if listening and self.expect
                else None
            ),
            "hints": list(self.hints) if listening else [],
            "barge_in": self.barge_in,
            "next": self.next,
            "transfer": self.transfer,
            "sms": self.sms,
        }
