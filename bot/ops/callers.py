"""Following one recorded call: what the caller asks for, turn by turn, with what was said before.

A sentence in a call is seldom complete: 「那多少钱」 belongs to the matter before, 「丢了」 answers what the
officer asked, 「对」 confirms what the officer named. Pure: a parse function goes in, findings come out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

Parse = Callable[[str], dict[str, Any]]

SURE = 0.6
"""The officer's own words settle the matter from this confidence on."""
SHORT = 12
"""Characters: so short an utterance is likely to answer rather than to ask."""
MAX_KEPT = 120
MAX_MATTERS = 20

_QUESTION = re.compile(r"[??吗呢]|什么|怎么|哪|多少|几[个岁年天]|还是|是不是|有没有|能不能")
_HANDED = re.compile(
    r"(?:帮|给|替|为)(?:您|你)转(?!发|告|达|述)|转人工|转接(?:到|给|至|一下|人工)|"
    r"转(?:给|到|至)[^,。,]{0,12}(?:科|队|所|处|局|窗口|专席|坐席|民警|同事|人工)|(?:帮|给|替|为)(?:您|你)(?:派单|下单|登记工单|转办)"
)
_POLITE = re.compile(
    r"^(?:请问|那|好的?|嗯|哦|您好|你好|是不是|您是(?:说|要|想)?(?:办)?|你是(?:说|要|想)?(?:办)?)+[,、\s]*"
)
_TAG = re.compile(r"(?:是吗|对吗|对吧|是吧|是不是|没错吧|吗|吧)?[??。\s]*$")

# What stands around the thing that is meant when somebody begins to speak.
_AROUND = re.compile(
    r"喂+|[你您]好|请问|麻烦|我?(?:想|要)?(?:咨询|打听|请教|问)(?:一下|下|问|个事)*|我?(?:这个|那个)|就是说?|"
    r"的?(?:事情?|问题|情况)(?:儿)?|[啊呢吧嘛哎唉嗯呃哦,。,、??!\s]"
)

_ANSWERS = frozenset({"inform", "choose", "affirm", "deny", "correct", "skip", "none_of_these"})
_TALK = frozenset({"smalltalk", "rate"})


@dataclass(frozen=True)
class Finding:
    """What one thing the caller said comes to.

    Attributes:
        context: how the matter was found: empty when the sentence says it, ``follow_up`` for the matter in
            focus, ``answer`` to the officer's question, ``confirmed`` what the officer named.
        unresolved: the caller asked for something, and what is not known yet.
    """

    decision: str
    code: str = ""
    name: str = ""
    confidence: float | None = None
    aspects: tuple[str, ...] = ()
    context: str = ""
    unresolved: bool = False


@dataclass
class CallContext:
    """What is known of a call so far; small, and JSON.

    Attributes:
        code: matter in focus.
        open: what the caller said and nobody has understood yet.
        asked: the officer's last question.
        matters: codes of the matters that came up, with their names.
    """

    code: str = ""
    name: str = ""
    open: str = ""
    asked: str = ""
    matters: dict[str, str] = field(default_factory=dict)
    turns: int = 0
    referred: bool = False
    handed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @property
    def unresolved(self) -> bool:
        """Whether the call ends with something that was not understood."""
        return bool(self.open)

    def officer_said(self, text: str, parse: Parse) -> None:
        """Take note of the other side: what is asked, what is named, where the call goes."""
        if _HANDED.search(text):
            self.handed = True
        self.asked = text[-MAX_KEPT:] if _QUESTION.search(text) else ""
        if self.open and not self.asked and len(text) > SHORT:
            # An officer who understood names the matter and goes on with it.
            best = _best(parse(text), ("answer",))
            if best and best["confidence"] >= SURE:
                self._settle(best)

    def caller_said(self, text: str, parse: Parse) -> Finding:
        """What the caller's words come to in this call."""
        self.turns += 1
        parsed = parse(text)
        asked, self.asked = self.asked, ""
        decision = str(parsed.get("decision") or "ask_back")
        intent = str((parsed.get("intent") or {}).get("name") or "")
        aspects = tuple(parsed.get("aspects") or ())
        if decision == "answer" and (best := _best(parsed, ("answer",))):
            self._settle(best)
            return _found(decision, best, aspects)
        if decision in ("emergency", "refer", "explain", "handoff", "complain", "queue", "appointment"):
            self.referred = self.referred or decision in ("emergency", "refer", "explain")
            self.handed = self.handed or decision == "handoff"
            self.open = ""
            return Finding(decision, aspects=aspects)
        if decision in _TALK or decision == "deflect":
            return Finding(decision, aspects=() if decision in _TALK else aspects)
        replied = intent in _ANSWERS or len(text) <= SHORT
        if asked and replied and (found := self._reply(text, intent, asked, aspects, parse)):
            return found
        if self.code and (intent in _ANSWERS | {"follow_up", "more", "repeat"} or (aspects and len(text) <= SHORT)):
            focus = {"code": self.code, "name": self.name, "confidence": None}
            return _found("answer", focus, aspects if intent not in _ANSWERS else (), "follow_up")
        if intent in _ANSWERS and not asked:
            return Finding(decision)
        return self._not_yet(text, decision, parsed, aspects)

    def _reply(self, text: str, intent: str, asked: str, aspects: tuple[str, ...], parse: Parse) -> Finding | None:
        """The words as an answer to the officer's question."""
        if intent == "affirm":
            named = _TAG.sub("", _POLITE.sub("", asked))
            best = _best(parse(named), ("answer",)) if len(named) >= 2 else None
            if best:
                self._settle(best)
                return _found("answer", best, aspects, "confirmed")
        if self.open and intent != "deny":
            for whole in dict.fromkeys((_core(self.open) + text, f"{self.open},{text}")):
                if best := _best(parse(whole), ("answer",)):
                    self._settle(best)
                    return _found("answer", best, aspects, "answer")
        return None

    def _not_yet(self, text: str, decision: str, parsed: dict[str, Any], aspects: tuple[str, ...]) -> Finding:
        best = _best(parsed, ("clarify",))
        if best and self.code and self.code in (parsed.get("options") or [best["code"]]):
            # Of several that fit, the one the call is about.
            focus = {"code": self.code, "name": self.name, "confidence": best["confidence"]}
            return _found("answer", focus, aspects, "follow_up")
        self.open = f"{self.open},{text}"[-MAX_KEPT:].lstrip(",") if self.open else text[:MAX_KEPT]
        if best:
            return Finding(decision, best["code"], best["name"], best["confidence"], aspects, "", unresolved=True)
        return Finding(decision, aspects=aspects, unresolved=True)

    def _settle(self, best: dict[str, Any]) -> None:
        self.code, self.name, self.open = best["code"], best["name"], ""
        if len(self.matters) < MAX_MATTERS:
            self.matters[self.code] = self.name


def _core(text: str) -> str:
    """``喂你好,我那个身份证的事`` → ``身份证``; the whole if nothing is left."""
    return _AROUND.sub("", text) or text


def _best(parsed: dict[str, Any], decisions: tuple[str, ...]) -> dict[str, Any] | None:
    matters = parsed.get("matters") or []
    return matters[0] if matters and parsed.get("decision") in decisions else None


def _found(decision: str, best: dict[str, Any], aspects: tuple[str, ...], context: str = "") -> Finding:
    return Finding(decision, best["code"], best["name"], best["confidence"], aspects, context)
