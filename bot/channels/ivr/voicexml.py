"""VoiceXML 2.1: each turn is a page that says something, listens once and comes back with what it got.

Voice browsers cannot sign, so the address ends in the operator's path key. Free speech needs a grammar of
the platform's own; the page names its dictation grammar as ``builtin:grammar/text`` and works by keys
where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from bot.channels.ivr.turns import MAX_HEARD, Answer, Event, Hypothesis
from bot.errors import BadInput

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="zh-CN">'
)


def event(fields: Mapping[str, str]) -> Event:
    """The event in what a page submitted; the first request of a call has no ``turn``.

    Raises:
        BadInput: there is no call id.
    """
    call = fields.get("call_id") or fields.get("session.sessionid") or ""
    if not call or len(call) > 128:
        raise BadInput("参数 call_id 要有,最长 128 个字符 / parameter 'call_id' is missing or too long")
    caller, turn = fields.get("caller", "")[:64], fields.get("turn", "")[:32]
    if not turn:
        return Event(call, "start", "start", caller=caller)
    what = fields.get("event", "")
    if what == "hangup":
        return Event(call, "hangup", "hangup")
    if what in ("no_input", "no_match", "transfer_failed"):
        return Event(call, turn, what, caller=caller)
    said = fields.get("said", "").strip()[:MAX_HEARD]
    if fields.get("mode") == "dtmf" or (said and not said.strip("0123456789*#")):
        keys = "".join(said.split())[:32]
        return Event(call, turn, "dtmf" if keys else "no_input", digits=keys, caller=caller)
    try:
        confidence = min(1.0, max(0.0, float(fields["confidence"])))
    except (KeyError, ValueError):
        confidence = None
    if not said:
        return Event(call, turn, "no_match", caller=caller)
    return Event(call, turn, "speech", (Hypothesis(said, confidence),), caller=caller)


def page(answer: Answer, address: str, call: str, following: str) -> bytes:
    """The page for ``answer``; its result goes to ``address`` as turn ``following``."""
    said = escape("".join(answer.say))
    prompt = f"<prompt bargein={quoteattr(str(answer.barge_in).lower())}>{said}</prompt>" if said else ""
    if answer.next == "hangup":
        return _page(f"<form><block>{prompt}<disconnect/></block></form>")
    known = {"call_id": call, "turn": following}
    names = "".join(f"<var name='{name}' expr={quoteattr(_literal(value))}/>" for name, value in known.items())
    target = quoteattr(address)

    def back(what: str) -> str:
        return (
            f"<var name='event' expr=\"'{what}'\"/><submit next={target} method='post' namelist='call_id turn event'/>"
        )

    if answer.next == "transfer" and answer.transfer:
        to = answer.transfer["to"]
        destination = quoteattr(to if ":" in to else f"tel:{to}")
        return _page(
            f"{names}<form><block>{prompt}</block><transfer name='human' dest={destination} bridge='true'>"
            "<filled><if cond=\"human == 'far_end_disconnect'\"><disconnect/><else/>"
            f"{back('transfer_failed')}</if></filled></transfer></form>"
        )
    timeout = answer.expect.timeout if answer.expect else 8
    return _page(
        f"{names}<catch event='connection.disconnect'>{back('hangup')}</catch>"
        f"<form><property name='timeout' value='{timeout}s'/><field name='said'>{prompt}"
        "<grammar src='builtin:dtmf/digits?maxlength=1'/><grammar src='builtin:grammar/text'/>"
        f"<noinput>{back('no_input')}</noinput><nomatch>{back('no_match')}</nomatch>"
        "<filled><var name='mode' expr='said$.inputmode'/><var name='confidence' expr='said$.confidence'/>"
        f"<submit next={target} method='post' namelist='call_id turn said mode confidence'/></filled>"
        "</field></form>"
    )


def _literal(text: str) -> str:
    """A string in the page's script language."""
    safe = "".join(char for char in text if char.isalnum() or char in "._:^@+-")
    return f"'{safe}'"


def _page(body: str) -> bytes:
    return f"{_HEAD}{body}</vxml>".encode()
