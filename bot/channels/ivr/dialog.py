"""How the telephone behaves: a state machine without any input or output of its own.

:meth:`Dialog.turn` is a generator. It yields what it needs from outside (what a text means, what the bot
answers, a text message to be sent) and returns the :class:`Answer`. Whoever drives it does the talking;
tests drive it with plain dictionaries.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.channels.ivr import speech
from bot.channels.ivr.reading import sentences
from bot.channels.ivr.turns import Answer, Event, Hypothesis

LOW_CONFIDENCE = 0.5
"""Below this the matter is confirmed by name before it is answered."""
MAX_SILENCES = 3
MAX_FAILURES = 3
MAX_TURNS = 60
"""A call that goes on longer is handed to a human: something is wrong with it."""

GREETING = ("您好,这里是公安办事向导一扇门。", "请直接说您要办的事,找人工请按零。")
ASK = "请说您要办的事。"
SHORT_ASK = "请说要办的事,或者按零找人工。"
MORE = "还想问什么请直接说,没有了就可以挂机。"
SORRY = "这会儿系统有点问题,请您稍等再说一遍,或者按零找人工。"
NO_HUMAN = ("现在没有接通人工台。", "请打幺二三四五,转公安。", "也可以到就近的公安窗口,找大堂警官。")
COMMON_HINTS = (
    "身份证", "户口", "居住证", "护照", "港澳通行证", "驾驶证", "行驶证", "过户", "年检", "无犯罪记录证明", "人工",
)  # fmt: skip

_HUMAN = re.compile(
    r"^(?:人工|真人|客服|接线员|话务员)(?:服务|客服|台)?$|(?:转|找|要|接|换|叫|按)(?:到|个|一个|一下)?(?:你们)?(?:的)?"
    r"(?:人工|真人|客服|接线员|话务员|坐席)|^零$"
)
_YES = re.compile(r"^(?:对+|是+|嗯+|行|好|可以|没错|正确|就是)(?:的|了|啊|吧|呀|对|是|这个|它|没错)*$|^按?一$")
_NO = re.compile(r"^(?:不是|不对|不|没有|错了|错|否)(?:的|了|啊|吧|呀|不是|不对|这个)*|^按?二$")
_BYE = re.compile(r"^(?:没有了?|没了|没事了?|不用了?|就这些|知道了|明白了|好的?|行了?|谢谢您?你?|再见|拜拜|挂了)+$")
_FAREWELL = re.compile(r"再见|拜拜|挂了")
_SMS = re.compile(
    r"^(?:好的?|行|可以|那就?|给我|帮我|请|麻烦)*(?:收|发|要)?(?:个|一个|条)?短信(?:吧|给我|过来|到手机)*$|^按?八$"
)
_REST = re.compile(r"^(?:接着|继续|往下)(?:听|说|讲|念)?(?:吧)?$|^还有(?:什么|哪些|呢|吗|啥)+$|^按?七$")
_REPEAT = re.compile(r"(?:再|重新?)(?:说|讲|念)(?:一)?(?:遍|次)|没听清|没听见|没听到|^什么$|^啊$|^重复$")
_EDGES = re.compile(r"[\s,。,.!!??、;;~]+")


@dataclass(frozen=True)
class Understand:
    """Needed: the parse of ``text``, as ``POST /model/parse`` answers, or None."""

    text: str


@dataclass(frozen=True)
class Ask:
    """Needed: the bot's reply to ``text`` (a message with ``text`` and ``custom``), or None on failure.

    ``nbest`` are the other hypotheses, each ``{"text", "confidence"}``.
    """

    text: str
    nbest: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class SendSms:
    """Needed: whether the text message went out: ``sent``, ``recorded`` (a trial run) or ``failed``."""

    text: str


Turn = Generator[Understand | Ask | SendSms, Any, Answer]


@dataclass
class CallState:
    """What a call remembers between turns. Everything is JSON, and nothing says who calls."""

    turns: int = 0
    silences: int = 0
    misses: int = 0
    failures: int = 0
    prompt: str = ASK
    last: list[str] = field(default_factory=list)
    options: list[dict[str, str]] = field(default_factory=list)
    page: int = 0
    none: str = ""
    rest: list[str] = field(default_factory=list)
    sms: str = ""
    held: dict[str, Any] | None = None
    emergency: str = ""
    warned: bool = False
    ended: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Settings:
    """The operator's choices.

    Attributes:
        transfer_to: where a human answers (number, SIP address or queue); empty when there is none.
        low_confidence: below this a matter is confirmed by name.
        sms: whether text messages may be offered.
    """

    transfer_to: str = ""
    low_confidence: float = LOW_CONFIDENCE
    sms: bool = True


class Dialog:
    """The behaviour, for all calls alike."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()

    def turn(self, state: CallState, event: Event, may_text: bool = False) -> Turn:
        """Handle one event, changing ``state``. ``may_text``: the caller can receive text messages."""
        if event.kind == "hangup" or state.ended:
            state.ended = True
            return Answer(next="hangup", expect=None)
        state.turns += 1
        if state.turns > MAX_TURNS:
            return self._human(state, "too_long")
        may_text = may_text and self._settings.sms
        if event.kind == "start":
            return self._start(state)
        if event.kind == "transfer_failed":
            return self._say(state, ["人工现在接不通。", *NO_HUMAN[1:]], ASK)
        if event.kind == "dtmf":
            return (yield from self._keys(state, event.digits, may_text))
        if event.kind == "speech" or (event.kind == "barge_in" and event.heard):
            if not event.heard:
                return self._missed(state)
            return (yield from self._speech(state, event.heard, may_text))
        if event.kind == "barge_in":
            # The caller talks over us: be quiet and listen, what they say comes as the next turn.
            return Answer(say=(), hints=self._hints(state))
        return self._silent(state) if event.kind == "no_input" else self._missed(state)

    # What happened

    def _start(self, state: CallState) -> Answer:
        fresh = CallState(turns=state.turns, prompt=ASK, last=list(GREETING))
        state.__dict__.update(fresh.__dict__)
        return Answer(say=GREETING, hints=COMMON_HINTS)

    def _silent(self, state: CallState) -> Answer:
        state.silences += 1
        if state.silences >= MAX_SILENCES:
            return self._human(state, "silence")
        if state.silences == 1:
            return self._again(state, "我没听到您的声音。")
        return Answer(say=(SHORT_ASK,), hints=self._hints(state))

    def _missed(self, state: CallState) -> Answer:
        state.misses += 1
        if state.misses >= MAX_SILENCES:
            return self._human(state, "not_understood")
        if state.misses == 1:
            return self._again(state, "对不起,没听清。")
        return Answer(say=("还是没听清,请靠近话筒慢一点说,或者按零找人工。",), hints=self._hints(state))

    def _keys(self, state: CallState, digits: str, may_text: bool) -> Turn:
        keys = digits.rstrip("#")
        if keys.startswith("0"):
            return self._human(state, "asked")
        if keys == "*":
            return self._repeat(state)
        if len(keys) > 1:
            return self._again(state, "请只按一个键。")
        state.silences = 0
        if state.held is not None and keys in ("1", "2"):
            return (yield from self._confirmed(state, keys == "1", may_text))
        if keys == "7" and state.rest:
            return self._more(state, may_text)
        if keys == "8" and state.sms and may_text:
            return (yield from self._text_message(state))
        shown = self._shown(state)
        if keys in ("1", "2", "3") and len(shown) >= int(keys):
            return (yield from self._ask(state, shown[int(keys) - 1]["answer"], (), may_text))
        if keys == "9" and state.options:
            if len(state.options) > (state.page + 1) * speech.MAX_OPTIONS:
                state.page += 1
                return self._menu(state)
            if state.none:
                return (yield from self._ask(state, state.none, (), may_text))
        state.misses += 1
        if state.misses >= MAX_SILENCES:
            return self._human(state, "not_understood")
        return self._again(state, "没有这个选项。")

    def _speech(self, state: CallState, heard: tuple[Hypothesis, ...], may_text: bool) -> Turn:
        best = heard[0]
        bare = _EDGES.sub("", best.text)
        state.silences = state.misses = 0
        if _HUMAN.search(bare):
            return self._human(state, "asked")
        if state.held is not None:
            if _YES.match(bare):
                return (yield from self._confirmed(state, True, may_text))
            denied = _NO.match(bare)
            if denied and len(bare) - denied.end() < 3:
                return (yield from self._confirmed(state, False, may_text))
            state.held = None
        if state.sms and may_text and _SMS.match(bare):
            return (yield from self._text_message(state))
        if state.rest and _REST.match(bare):
            return self._more(state, may_text)
        if _REPEAT.search(bare) and len(bare) <= 10 and state.last:
            return self._repeat(state)
        leaving = _BYE.match(bare) and state.turns > 2
        if _FAREWELL.search(bare) or (leaving and (not state.options or "谢" in bare or bare.endswith("了"))):
            state.ended = True
            return Answer(say=("不客气,祝您办事顺利,再见。",), next="hangup", expect=None)
        nbest = tuple({"text": item.text, "confidence": item.confidence} for item in heard[1:])
        if best.confidence is not None and best.confidence < self._settings.low_confidence:
            question = yield from self._doubt(state, best.text, nbest)
            if question is not None:
                return question
        return (yield from self._ask(state, best.text, nbest, may_text))

    # Doubt

    def _doubt(
        self, state: CallState, text: str, nbest: tuple[dict[str, Any], ...]
    ) -> Generator[Understand, Any, Answer | None]:
        """The question that confirms a matter by name, or None where there is nothing to confirm."""
        parsed = yield Understand(text)
        if not parsed or parsed.get("decision") != "answer" or not parsed.get("matters"):
            # Danger is answered at once, and where the bot asks back anyway it confirms by that.
            return None
        names = [str(item["name"]) for item in parsed["matters"][:2] if item.get("confidence", 0) >= 0.1]
        if not names:
            return None
        state.held = {"text": text, "nbest": list(nbest), "others": names[1:]}
        return self._confirm(state, names[0])

    def _confirm(self, state: CallState, name: str) -> Answer:
        said = speech.confirm(name)
        state.options, state.rest, state.sms = [], [], ""
        hints = ("对", "是的", "不对", "不是", speech.matter_name(name))
        return self._say(state, [], "".join(said), asked=tuple(said), hints=hints)

    def _confirmed(self, state: CallState, yes: bool, may_text: bool) -> Turn:
        held = state.held or {}
        state.held = None
        if yes:
            return (yield from self._ask(state, held["text"], tuple(held["nbest"]), may_text))
        others = held["others"]
        if others:
            state.held = {"text": others[0], "nbest": [], "others": []}
            return self._confirm(state, others[0])
        return self._say(state, ["对不起,是我听错了。"], "请您换个说法,再说一遍要办的事。")

    # The bot's answer

    def _ask(self, state: CallState, text: str, nbest: tuple[dict[str, Any], ...], may_text: bool) -> Turn:
        state.misses = state.silences = 0
        reply = yield Ask(text, nbest)
        if reply is None:
            state.failures += 1
            if state.failures >= MAX_FAILURES:
                return self._human(state, "trouble")
            return self._say(state, [], SORRY)
        custom = reply.get("custom") or {}
        act = custom.get("act")
        if act == "handoff":
            return self._human(state, "asked")
        state.failures = state.failures + 1 if act == "ask_back" else 0
        if state.failures >= MAX_FAILURES:
            return self._human(state, "not_understood")
        spoken = speech.render(reply)
        state.held, state.page = None, 0
        state.options = [asdict(option) for option in spoken.options]
        state.none = spoken.none
        if spoken.left or act != "answer":
            # What was left over of the last list can still be had after a question about its price.
            state.rest, state.sms = spoken.rest, spoken.sms
        if act == "emergency":
            return self._emergency(state, spoken, custom)
        say = list(spoken.say)
        if spoken.unreviewed and not state.warned:
            state.warned = True
            say.append(speech.UNREVIEWED)
        if state.failures == MAX_FAILURES - 1:
            say.append("找人工请按零。")
        say += speech.offer(spoken, sms=bool(spoken.sms) and may_text)
        sms = "offered" if spoken.left and spoken.sms and may_text else None
        questions = [spoken.question] if spoken.question else []
        questions += speech.menu(spoken.options[: speech.MAX_OPTIONS], self._has_more(state), spoken.none)
        if not questions and act in ("answer", "refer", "explain"):
            questions = [MORE]
        return self._say(state, say, "".join(questions), asked=tuple(questions), sms=sms)

    def _emergency(self, state: CallState, spoken: speech.Spoken, custom: dict[str, Any]) -> Answer:
        state.emergency = str((custom.get("referral") or {}).get("phone") or "110")
        say = list(spoken.say)
        if self._settings.transfer_to:
            say.append("要转人工,请按零。")
        return self._say(state, say, "要转人工请按零。", asked=())

    def _more(self, state: CallState, may_text: bool) -> Answer:
        now, state.rest = state.rest[: speech.MAX_OPTIONS], state.rest[speech.MAX_OPTIONS :]
        text = bool(state.sms) and may_text
        question = MORE
        if state.rest:
            question = "还有," + ("收短信请按八,接着听请按七。" if text else "接着听请按七。")
        elif state.options:
            return self._say(state, now, "", asked=tuple(self._menu_lines(state)))
        return self._say(state, now, question, sms="offered" if text else None)

    def _text_message(self, state: CallState) -> Turn:
        outcome = yield SendSms(state.sms)
        state.rest = []
        said = {
            "sent": "短信已经发到您这个手机号上了。",
            "recorded": "现在是试运行,短信先记下了,还不会发到您手机上。",
        }.get(outcome, "短信没有发出去,请再听一遍,或者到窗口问。")
        if outcome in ("sent", "recorded"):
            state.sms = ""
        return self._say(state, [said], MORE, sms="sent" if outcome in ("sent", "recorded") else "failed")

    # Saying it

    def _shown(self, state: CallState) -> list[dict[str, str]]:
        first = state.page * speech.MAX_OPTIONS
        return state.options[first : first + speech.MAX_OPTIONS]

    def _has_more(self, state: CallState) -> bool:
        return len(state.options) > (state.page + 1) * speech.MAX_OPTIONS

    def _menu_lines(self, state: CallState) -> list[str]:
        shown = [speech.Option(**option) for option in self._shown(state)]
        return speech.menu(shown, self._has_more(state), state.none)

    def _menu(self, state: CallState) -> Answer:
        lines = self._menu_lines(state)
        return self._say(state, [], "".join(lines), asked=tuple(lines))

    def _again(self, state: CallState, why: str) -> Answer:
        said = sentences(state.prompt) or [ASK]
        return Answer(say=(why, *said), hints=self._hints(state))

    def _repeat(self, state: CallState) -> Answer:
        state.silences = state.misses = 0
        return Answer(say=tuple(state.last or GREETING), hints=self._hints(state))

    def _say(
        self,
        state: CallState,
        say: list[str],
        prompt: str,
        *,
        asked: tuple[str, ...] | None = None,
        hints: tuple[str, ...] = (),
        sms: str | None = None,
    ) -> Answer:
        """``say`` and then the question; ``prompt`` is what is asked again after a silence."""
        said = [*say, *(asked if asked is not None else (prompt,))]
        state.prompt, state.last = prompt or "".join(asked or ()) or ASK, said
        return Answer(say=tuple(said), hints=hints or self._hints(state), sms=sms)

    def _hints(self, state: CallState) -> tuple[str, ...]:
        if state.options:
            labels = [option["label"] for option in self._shown(state)]
            return (*labels, "都不是", "人工")
        return COMMON_HINTS

    def _human(self, state: CallState, reason: str) -> Answer:
        state.silences = state.misses = state.failures = 0
        if not self._settings.transfer_to:
            give_up = reason in ("silence", "too_long", "trouble")
            state.ended = state.ended or give_up
            say = list(NO_HUMAN)
            if give_up:
                return Answer(say=(*say, "再见。"), next="hangup", expect=None)
            return self._say(state, say, ASK)
        transfer = {"to": self._settings.transfer_to, "reason": reason}
        if state.emergency:
            transfer["emergency"] = state.emergency
        said = "好,正在给您转人工,请稍等。" if reason == "asked" else "我给您转人工,请稍等。"
        return Answer(say=(said,), next="transfer", expect=None, barge_in=False, transfer=transfer)
