"""jambonz: its webhooks as events, answers as an array of verbs.

After the public documentation of jambonz (webhook API; verbs gather, say, dial, hangup). A webhook has no
turn id of its own, so every ``actionHook`` we give out carries the number of the turn it will bring, with
a keyed token: a repeated webhook carries it again, and nobody can make one up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.ivr.turns import MAX_HEARD, MAX_HYPOTHESES, Answer, Event, Hypothesis, best_first
from bot.errors import BadInput

SIGNATURE = "Jambonz-Signature"
_OVER = ("completed", "failed", "busy", "no-answer")


def event(data: Any, turn: str) -> Event:
    """The event in a webhook's body.

    Args:
        data: the JSON body.
        turn: the turn number of the hook it came to; empty for the first webhook of a call.

    Raises:
        BadInput: it is no webhook of a call.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("call_sid"), str) or not data["call_sid"]:
        raise BadInput("字段 call_sid 要写成非空文字 / field 'call_sid' must be a non-empty string")
    call, caller = data["call_sid"][:128], str(data.get("from") or "")[:64]
    if "dial_status" in data or "dial_call_sid" in data:
        kind = "hangup" if data.get("dial_status") == "completed" else "transfer_failed"
        return Event(call, turn or "dial", kind, caller=caller)
    if data.get("call_status") in _OVER:
        return Event(call, "hangup", "hangup", caller=caller)
    if isinstance(data.get("digits"), str) and data["digits"]:
        return Event(call, turn or "digits", "dtmf", digits=data["digits"][:32], caller=caller)
    if isinstance(data.get("speech"), Mapping):
        heard = _heard(data["speech"])
        return Event(call, turn or "speech", "speech" if heard else "no_match", heard, caller=caller)
    reason = data.get("reason")
    if not turn and reason is None:
        return Event(call, "start", "start", caller=caller)
    return Event(call, turn or "start", "no_input" if reason in ("timeout", None) else "no_match", caller=caller)


def _heard(speech: Mapping[str, Any]) -> tuple[Hypothesis, ...]:
    found = speech.get("alternatives")
    if found is None:
        transcripts = speech.get("transcripts")
        first = transcripts[0] if isinstance(transcripts, list) and transcripts else {}
        found = first.get("alternatives") if isinstance(first, Mapping) else None
    out = []
    for item in found[:MAX_HYPOTHESES] if isinstance(found, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("transcript"), str):
            confidence = item.get("confidence")
            told = isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1
            out.append(Hypothesis(item["transcript"].strip()[:MAX_HEARD], confidence if told else None))
    return best_first(out)


def verbs(answer: Answer, hook: str) -> list[dict[str, Any]]:
    """The application that says ``answer`` and brings the next turn to ``hook``."""
    said = "".join(answer.say)
    say = [{"verb": "say", "text": said}] if said else []
    if answer.next == "hangup":
        return [*say, {"verb": "hangup"}]
    if answer.next == "transfer" and answer.transfer:
        return [*say, {"verb": "dial", "actionHook": hook, "target": [_target(answer.transfer["to"])]}]
    expect = answer.expect
    gather: dict[str, Any] = {
        "verb": "gather",
        "actionHook": hook,
        "input": ["speech", "digits"],
        "bargein": answer.barge_in,
        "dtmfBargein": answer.barge_in,
        "timeout": expect.timeout if expect else 8,
        "numDigits": expect.digits if expect else 1,
        "recognizer": {"vendor": "default", "language": "zh-CN", "hints": list(answer.hints)},
    }
    if said:
        gather["say"] = {"text": said}
    return [gather]


def _target(to: str) -> dict[str, str]:
    if to.startswith("sip:"):
        return {"type": "sip", "sipUri": to}
    if "@" in to:
        return {"type": "user", "name": to}
    return {"type": "phone", "number": to}
