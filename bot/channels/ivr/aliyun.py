"""Aliyun Voice Service (智能语音交互呼入): its HTTP callback as events, answers as its actions.

After the public pages 首次呼入回调 and 后续呼入回调. The platform does not sign its callbacks: either a
gateway in front of us signs them, or the callback address ends in the operator's path key. ``dynamic_id``
is ours to use and comes back with the next callback; it carries the number of the turn.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels.ivr.turns import MAX_HEARD, Answer, Event, Hypothesis
from bot.errors import BadInput

# Characters that the platform does not take in spoken text.
_FORBIDDEN = re.compile(r"[@=:\"$\{\}^*¥]")
_KINDS = {"callin": "start", "normal": "speech", "mute": "no_input", "timebreak": "barge_in", "dtmf": "dtmf"}
MUTE_MILLISECONDS = 8000


def event(fields: Mapping[str, str]) -> Event:
    """The event in a callback's parameters (``call_id``, ``content_type``, ``content`` as JSON, ``timestamp``).

    Raises:
        BadInput: a parameter is missing or of another form.
    """
    call, kind = fields.get("call_id", ""), fields.get("content_type", "")
    if not call or len(call) > 128:
        raise BadInput("参数 call_id 要有,最长 128 个字符 / parameter 'call_id' is missing or too long")
    if kind in ("hangup", "end"):
        return Event(call, "hangup", "hangup")
    if kind not in _KINDS:
        raise BadInput(f"参数 content_type 只能是 {'、'.join(_KINDS)} / unknown 'content_type'")
    raw = fields.get("content", "") or "{}"
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadInput("参数 content 要是 JSON / parameter 'content' must be JSON") from None
    if not isinstance(content, Mapping):
        raise BadInput("参数 content 要是 JSON 对象 / parameter 'content' must be a JSON object")
    content = {str(name).strip(): value for name, value in content.items()}
    if kind == "callin":
        return Event(call, "start", "start", caller=str(content.get("caller") or "")[:64])
    # What is said while we are still answering carries the same dynamic_id: only the same content at
    # the same time is the same turn.
    digest = hashlib.sha256(f"{fields.get('timestamp', '')}\x00{raw}".encode()).hexdigest()[:24]
    turn = f"{str(content.get('dynamic_id') or '')[:64]}.{digest}"
    if kind == "dtmf":
        digits = re.sub(
            r"[^0-9*#]", "", str(content.get("dtmf") or content.get("digits") or content.get("words") or "")
        )
        return Event(call, turn, "dtmf" if digits else "no_match", digits=digits[:32])
    words = str(content.get("words") or "").strip()[:MAX_HEARD]
    if kind == "normal" and not words:
        return Event(call, turn, "no_match")
    return Event(call, turn, _KINDS[kind], (Hypothesis(words),) if kind == "normal" else ())


def reply(answer: Answer, call: str, first: bool, following: str, bridge_field: str) -> dict[str, Any]:
    """The callback's response.

    Args:
        answer: what to do.
        call: the call's id, given back.
        first: whether this answers ``callin``, which has an action of its own.
        following: number of the turn that comes next.
        bridge_field: name of the parameter that holds the number a call is bridged to.
    """
    said = _FORBIDDEN.sub("", "".join(answer.say))
    data: dict[str, Any] = {"call_id": call, "dynamic_id": following, "mute_time": MUTE_MILLISECONDS}
    if said:
        data["action_code"] = "$tts$"
        data["action_code_param"] = json.dumps({"tts": said}, ensure_ascii=False)
        data["action_code_break"] = answer.barge_in
    if answer.next == "transfer" and answer.transfer:
        data["action"] = "bridge"
        data[bridge_field] = answer.transfer["to"]
    elif answer.next == "hangup":
        data["action"] = "hangup"
    elif first:
        data["action"] = "answer"
    else:
        data["action"] = "play" if said else "donothing"
    return {"result": "success", "msg": "成功", "code": 200, "data": data}
