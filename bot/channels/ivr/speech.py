"""What the telephone says for one reply of the bot: rendered from ``custom``, with ``text`` as the fallback.

A voice is not a page: the answer first, two documents and no more, one thing a sentence, and what is left
over is offered as a text message. The sentences come from the structured guidance; where it holds nothing
the written line is made speakable, so that nothing is said that the guide does not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.channels.ivr.reading import amount, digit_by_digit, sentences, speakable

SPOKEN_DOCUMENTS = 2
"""So many documents are said at once; the rest are offered."""
SPOKEN_LINES = 3
"""So many lines of steps, conditions … are said at once."""
MAX_OPTIONS = 3
MAX_SMS = 900
UNREVIEWED = "这些还没经窗口核定,以窗口答复为准。"

_ON_SITE = ("现场填写", "现场采集")
_SECTIONS = {"window": "去哪办:", "fee": "费用:", "time": "多久:", "online": "网上办:"}
_DEPTHS = {
    "全程网办": "可以全程在网上办,不用跑窗口",
    "网上申请": "可以先在网上申请,再到窗口跑一次",
    "网上预约": "可以在网上预约",
    "网上查询": "可以在网上查",
}
_NOT_SAID = ("还可以接着问", "依据", "回复数字", "(窗口的")
_DETAILS = re.compile(r"\([^()]*\)")
_STEP = re.compile(r"^(\d+)\. ")
_SKIP = "跳过"
_NONE = "都不是"


@dataclass(frozen=True)
class Option:
    """One thing the caller can pick: what is said of it, and what the bot is told when it is picked."""

    label: str
    answer: str


@dataclass
class Spoken:
    """One reply, ready to be said.

    Attributes:
        say: sentences of the answer.
        question: what the bot asks back, one sentence, or empty.
        options: what can be picked, all of them; the dialog offers three at a time.
        none: what the bot is told when none of the options fits, or empty.
        rest: sentences that are said only when asked for.
        left: how many documents or steps ``rest`` holds, counted in ``unit``.
        sms: the text message with everything, or empty.
        unreviewed: whether the guide is still a draft.
    """

    say: list[str] = field(default_factory=list)
    question: str = ""
    options: list[Option] = field(default_factory=list)
    none: str = ""
    rest: list[str] = field(default_factory=list)
    left: int = 0
    unit: str = "样"
    sms: str = ""
    unreviewed: bool = False


def render(reply: dict[str, Any]) -> Spoken:
    """The spoken form of a message of the contract (``text`` and ``custom``)."""
    text = str(reply.get("text") or "")
    custom = reply.get("custom") or {}
    act = custom.get("act")
    if act == "emergency":
        return Spoken(_emergency(custom.get("referral") or {}, text))
    if act == "clarify":
        return _clarify(custom, text)
    if act == "answer" and custom.get("matter") and custom.get("guidance") is not None:
        return _answer(custom, text)
    lines = [line for line in text.splitlines() if not line.startswith(_NOT_SAID)]
    said = sentences("\n".join(lines))
    return Spoken(said[:5])


def offer(spoken: Spoken, sms: bool) -> list[str]:
    """How the caller gets what was not said. Empty if nothing is left."""
    if spoken.left <= 0:
        return []
    how = "收短信请按八,接着听请按七" if sms else "接着听请按七"
    return [f"还有{_count(spoken.left, spoken.unit)}没说,{how}。"]


def menu(options: list[Option], more: bool, none: str) -> list[str]:
    """The keys for at most three options, as sentences."""
    if not options:
        return []
    out = [
        sentence
        for key, option in enumerate(options[:MAX_OPTIONS], 1)
        for sentence in sentences(f"{option.label},请按{amount(key)}。")
    ]
    if more:
        out.append("听别的,请按九。")
    elif none == _SKIP:
        out.append("不想说,请按九。")
    elif none:
        out.append("都不是,请按九。")
    return out


def matter_name(name: str) -> str:
    """A matter's name as it is said in the middle of a sentence."""
    return speakable(name)


def confirm(name: str) -> list[str]:
    """The question that confirms what was heard badly."""
    said = matter_name(name)
    return [*sentences(f"您说的是{said}吗?"), "对的请按一,不对请按二。"]


def _count(number: int, unit: str = "样") -> str:
    return f"{'两' if number == 2 else amount(number)}{unit}"


def _keep(spoken: Spoken, items: list[str], unit: str = "样") -> None:
    """Leave ``items`` to be said on request."""
    spoken.rest += [sentence for item in items for sentence in sentences(item)]
    spoken.left += len(items)
    spoken.unit = unit


def _emergency(referral: dict[str, Any], text: str) -> list[str]:
    phone = digit_by_digit(str(referral.get("phone") or "110"))
    # The number stands at the very front; the written sentence need not name it first once more.
    text = re.sub(rf"^马上打{re.escape(str(referral.get('phone')))}[!,;。]*", "", text)
    return [f"请马上打{phone}!", *sentences(text)[:3]]


def _clarify(custom: dict[str, Any], text: str) -> Spoken:
    first = text.splitlines()[0] if text else "您说的是哪一种?"
    options = []
    for number, choice in enumerate(custom.get("choices") or [], 1):
        hint, name = choice.get("hint") or "", str(choice.get("name") or "")
        label = hint if hint and len(hint) <= 25 else name
        options.append(Option(speakable(label), str(number)))
    question = sentences(first)
    return Spoken(say=question[:-1], question=question[-1] if question else "", options=options, none=_NONE)


def _answer(custom: dict[str, Any], text: str) -> Spoken:
    guidance: dict[str, Any] = custom["guidance"]
    name = matter_name(str(custom["matter"]["name"]))
    written = _Written(text, str(custom.get("question") or ""))
    spoken = Spoken(unreviewed=(guidance.get("review") or {}).get("status") != "reviewed")
    said: dict[str, Callable[[], list[str]]] = {
        "documents": lambda: _documents(guidance, written, spoken),
        "window": lambda: _window(guidance, written, brief=custom.get("aspect") is None),
        "fee": lambda: _fee(guidance, written, spoken),
        "time": lambda: _time(guidance, written),
        "online": lambda: _online(guidance, written),
        "proxy": lambda: _proxy(guidance, written, spoken),
        "result": lambda: _result(guidance, written),
        "basis": lambda: _basis(guidance),
    }
    aspect = custom.get("aspect")
    if aspect is None:
        wanted = ["documents", "window"] + (["online"] if _depth(guidance) == "全程网办" else [])
    else:
        wanted = [aspect, *(item for item in _SECTIONS if item != aspect and written.section(item))]
        if aspect != "documents" and written.lists_documents:
            wanted.append("documents")
    parts = [item for aspect in wanted for item in said.get(aspect, lambda: _written(written, spoken))()]
    spoken.say = _joined([f"{name},", *parts])
    spoken.question, spoken.options = _question(custom)
    spoken.none = _SKIP if spoken.options else ""
    if spoken.left or len(written.body) > len(wanted):
        spoken.sms = _message(name=str(custom["matter"]["name"]), written=written)
    return spoken


class _Written:
    """The lines of the written reply, sorted by what they are."""

    def __init__(self, text: str, question: str = "") -> None:
        rows = [line.strip() for line in text.splitlines() if line.strip()]
        asked = next((number for number, row in enumerate(rows) if question and question in row), len(rows))
        rows = rows[:asked]  # what follows a question are its options
        self.heading = rows[0] if rows else ""
        self.body = [row for row in rows[1:] if not row.startswith(_NOT_SAID)]
        self.lists_documents = any("要带的材料:" in row for row in rows)
        self.all = rows[1:]

    def section(self, aspect: str) -> str:
        """The line of a section without its heading, or empty. The only one stands behind the matter's name."""
        prefix = _SECTIONS[aspect]
        _, _, behind = self.heading.partition(f",{prefix}")
        return behind or next((row.removeprefix(prefix) for row in self.body if row.startswith(prefix)), "")


def _joined(parts: list[str]) -> list[str]:
    """Sentences from parts; a part that ends in a comma belongs to the next one."""
    out, open_part = [], ""
    for part in parts:
        if part.endswith(","):
            open_part += part
            continue
        out += sentences(open_part + part)
        open_part = ""
    return out + (sentences(open_part) if open_part else [])


def _documents(guidance: dict[str, Any], written: _Written, spoken: Spoken) -> list[str]:
    documents = guidance.get("documents") or []
    if not documents:
        row = next((row for row in written.body if "材料" in row), "要带哪些材料,还没有核实到,请打12345问清楚再去")
        return [row]
    bring = [item for item in documents if "when" not in item and item.get("form") not in _ON_SITE]
    on_site = [item for item in documents if "when" not in item and item.get("form") in _ON_SITE]
    special = [item for item in documents if "when" in item]
    ordered = [*bring, *on_site, *special]
    now, later = ordered[:SPOKEN_DOCUMENTS], ordered[SPOKEN_DOCUMENTS:]
    if not bring:
        first = "一般不用自己带材料。" if on_site else "看情况要带不同的材料。"
    else:
        first = f"一般要带{_count(len(bring))}材料。" if special else f"要带{_count(len(bring))}材料。"
    _keep(spoken, [_document(item) for item in later])
    return [first, *(_document(item) for item in now)]


def _document(item: dict[str, Any]) -> str:
    name = speakable(str(item["name"]))
    form = item.get("form")
    copies = item.get("copies", 1)
    if form in _ON_SITE:
        said = f"{name},到窗口{speakable(form)},不用自己带"
    else:
        said = name + (f",{speakable(form)}" if form else "") + (f",{_count(copies, '份')}" if copies > 1 else "")
    if "exempt_by" in item:
        said += f",可以用{speakable(str(item['exempt_by']))}代替"
    if "when" in item:
        said = f"{_case(item)}{said}" if form in _ON_SITE else f"{_case(item)}要带{said}"
    return said + "。"


def _case(item: dict[str, Any]) -> str:
    """For whom it holds, without the gloss in brackets: ``替别人办(代办)`` → ``替别人办的,``."""
    return speakable(re.sub(r"\([^()]*\)", "", str(item["when"]))) + "的,"


def _proxy(guidance: dict[str, Any], written: _Written, spoken: Spoken) -> list[str]:
    if not any(row.startswith("替别人办") for row in written.all):
        return _written(written, spoken)
    return ["替别人办的话,", *_documents(guidance, written, spoken)]


def _result(guidance: dict[str, Any], written: _Written) -> list[str]:
    result = guidance.get("result") or {}
    if not result.get("name"):
        return written.body[:1]
    out = [f"办好后拿到{speakable(str(result['name']))}。"]
    if result.get("delivery"):
        ways = [f"到{way}" if way.startswith("窗口") else str(way) for way in result["delivery"]]
        out.append(f"可以{'、'.join(ways)}。")
    return out


def _basis(guidance: dict[str, Any]) -> list[str]:
    laws = [speakable(str(law).replace("中华人民共和国", "")) for law in guidance.get("basis") or []]
    return [f"依据是{laws[0]}。", *(f"还有{law}。" for law in laws[1:3])] if laws else []


def _window(guidance: dict[str, Any], written: _Written, brief: bool) -> list[str]:
    """Where to go; ``brief`` leaves telephone and hours to whoever asks for the window.

    A window that the written line does not name outright (``户口在…的,去…``, or the rule alone) is not named
    outright here either: the caller would go to the wrong one.
    """
    windows = guidance.get("windows") or []
    where = written.section("window")
    if not windows and not where:
        return ["去哪个窗口,请打12345问一下。"]
    if not windows or (where and not _outright(where, windows[0])):
        return _by_rule(where, windows)
    first = windows[0]
    out = [f"可以到{speakable(str(first['name']))}办。"]
    if first.get("address"):
        out.append(f"地址在{speakable(str(first['address']))}。")
    if first.get("phone") and not brief:
        out.append(f"电话,{_phone(str(first['phone']))}。")
    if first.get("hours") and not brief:
        out.append(f"{first['hours']}。")
    if first.get("address") and not first.get("verified"):
        out.append("这个地址还没有核实,出门前请打12345问一下。")
    elif not first.get("address"):
        out.append("地址和时间还没有核实,出门前请打12345问一下。")
    return out


def _outright(where: str, window: dict[str, Any]) -> bool:
    short = str(window["name"]).removeprefix("天津市公安局")
    return short in where and f"的,去{short}" not in where


def _by_rule(where: str, windows: list[dict[str, Any]]) -> list[str]:
    """Whose window it is, and under which condition one was found: without addresses, which take too long."""
    rule, _, rest = _DETAILS.sub("", where).partition("。")
    whose, _, more = rule.partition(",")
    out = [f"到{speakable(whose)}办{',' + speakable(more) if more else ''}。", *sentences(rest)]
    named = [window for window in windows if str(window["name"]).removeprefix("天津市公安局") in rest]
    if any(not window.get("verified") for window in named):
        out.append("地址和时间还没有核实,出门前请打12345问一下。")
    return out


def _phone(number: str) -> str:
    groups = [digit_by_digit(group) for group in re.split(r"[^\d]+", number) if group]
    return ",".join(groups)


def _fee(guidance: dict[str, Any], written: _Written, spoken: Spoken) -> list[str]:
    fee = guidance.get("fee") or {}
    if not fee:
        return ["费用" + (written.section("fee") or "还没有核实到,请问窗口或打12345。")]
    if fee.get("free"):
        return ["不收费。"]
    priced = fee.get("items") or []
    if len(priced) == 1 and "when" not in priced[0]:
        return [f"费用是{_money(priced[0])}。"]
    items = [_price(item) for item in priced]
    _keep(spoken, items[SPOKEN_LINES:])
    return items[:SPOKEN_LINES] or [written.section("fee")]


def _price(item: dict[str, Any]) -> str:
    return f"{_case(item) if 'when' in item else ''}{speakable(str(item['label']))},{_money(item)}。"


def _money(item: dict[str, Any]) -> str:
    money, _, each = str(item.get("unit") or "元").partition("/")
    return (f"每{each}" if each else "") + amount(float(item["amount"])) + money


def _time(guidance: dict[str, Any], written: _Written) -> list[str]:
    time = guidance.get("time") or {}
    if not time:
        return [written.section("time") or "要多久还没有核实到,请问窗口或打12345。"]
    out = []
    if "promised" in time:
        out.append(_period(time["promised"], "承诺"))
    if "statutory" in time:
        out.append(_period(time["statutory"], "法定期限是" if out else "法律规定"))
    return out


def _period(period: dict[str, Any], who: str) -> str:
    if "amount" not in period:
        return "当场就能办好。"
    unit = str(period["unit"])
    counted = f"{period['amount']}{'个' if unit in ('工作日', '月') else ''}{'天' if unit == '日' else unit}"
    ending = {"承诺": "办好", "法律规定": "之内办好"}.get(who, "")
    return speakable(f"{who}{counted}{ending}") + "。"


def _depth(guidance: dict[str, Any]) -> str:
    online = guidance.get("online") or {}
    return str(online.get("depth") or "") if online.get("available") else ""


def _online(guidance: dict[str, Any], written: _Written) -> list[str]:
    online = guidance.get("online") or {}
    if not online.get("available"):
        return ["网上办不了,要到窗口办。"]
    platform = str(online.get("platform") or "")
    depth = _DEPTHS.get(_depth(guidance))
    if depth is None:
        return [re.sub(",入口:[^。]*", "", written.section("online")) or "目录上写着可以网上办,从哪里进请打12345问。"]
    return [f"{depth}。", *([f"请用{speakable(platform)}。"] if platform else [])]


def _written(written: _Written, spoken: Spoken) -> list[str]:
    """Steps, conditions, results, laws: the written lines, the first few of them."""
    rows = [row.lstrip("·• ") for row in written.body if not row.startswith(tuple(_SECTIONS.values()))]
    rows = [_STEP.sub(lambda m: f"第{amount(int(m[1]))}步,", row) for row in rows if not row.endswith(":")]
    _keep(spoken, rows[SPOKEN_LINES:], "条")
    return [row if row.endswith("。") else row + "。" for row in rows[:SPOKEN_LINES]]


def _question(custom: dict[str, Any]) -> tuple[str, list[Option]]:
    asked = str(custom.get("question") or "")
    options = [
        Option(speakable(str(choice.get("name") or "").partition("(")[0]), str(number))
        for number, choice in enumerate(custom.get("choices") or [], 1)
    ]
    return next((item for item in sentences(asked) if item.endswith("?")), ""), options if asked else []


def _message(name: str, written: _Written) -> str:
    """The text message: what a reader gets, without the questions."""
    body = "\n".join(written.all)
    text = f"【一扇门】{name}\n{body}"
    return text if len(text) <= MAX_SMS else text[: MAX_SMS - 1].rsplit("\n", 1)[0] + "\n其余请问窗口或12345。"
