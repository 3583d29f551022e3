"""The bot's Chinese: every sentence a person reads is made here, from a ``Guidance``.

Short, plain and warm enough for a reader of seventy: the answer first, then the documents, then
where. Nothing is said that the guidance does not hold; what is not confirmed is said to be so, once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.guidance.bundle import Plan, Wanted
from actions.guidance.dates import RULES, Card, State, Validity
from actions.guidance.models import Choice, Guidance
from actions.guidance.place import Whereabouts, by_case, certain
from bot.text.moments import Moment
from knowledge.models import Level, Matter, Place

HOTLINE = "12345"
"""The city's public-service hotline: where whatever we cannot confirm can be asked."""

_WHOSE = {
    Place.HOUSEHOLD.value: "户口所在地的",
    Place.RESIDENCE.value: "现在住的地方的",
    Place.HOUSEHOLD_OR_RESIDENCE.value: "户口所在地或现在住的地方的",
    Place.BUSINESS.value: "单位所在地的",
    Place.INCIDENT.value: "事情发生地的",
    Place.DESTINATION.value: "要迁入的地方的",
    Place.SHIP.value: "船所在地的",
    Place.PORT_OR_SHIP.value: "船籍港或船所在地的",
    Place.ORIGIN.value: "货物运出地的",
    Place.ARRIVAL.value: "货物运达地的",
    Place.ORIGIN_OR_ARRIVAL.value: "货物运出地或运达地的",
    Place.CITY_ONLY.value: "",
}
_BY_CASE = {
    Place.HANDLING_UNIT.value: "办这件案子的单位",
    Place.DETENTION.value: "关人的那个看守所、拘留所或戒毒所",
    Place.ISSUER.value: "当初发证的公安机关",
    Place.PORT_OF_ENTRY.value: "入境口岸的签证机关",
    Place.RECORD_HOLDER.value: "制作或者保存这条信息的公安机关",
    Place.ASSIGNED.value: "公安机关通知的地点",
    Place.BANK.value: "处罚决定书上写的银行",
}
_LEVELS = {
    Level.CITY.value: "市公安局窗口",
    Level.DISTRICT.value: "区公安窗口",
    Level.STATION.value: "派出所",
}
_ASK_PLACE = {
    Place.HOUSEHOLD.value: "您的户口在哪个区",
    Place.BUSINESS.value: "单位在哪个区",
    Place.INCIDENT.value: "办这件事的地方在哪个区",
    Place.DESTINATION.value: "要迁到哪个区",
    Place.SHIP.value: "船在哪个区",
    Place.PORT_OR_SHIP.value: "船籍港或者船在哪个区",
    Place.ORIGIN.value: "货的运出地在哪个区",
    Place.ARRIVAL.value: "货的运达地在哪个区",
    Place.ORIGIN_OR_ARRIVAL.value: "货的运出地或运达地在哪个区",
}
_ONLY_IF = {
    Place.HOUSEHOLD.value: "户口在{where}的",
    Place.RESIDENCE.value: "住在{where}的",
    Place.HOUSEHOLD_OR_RESIDENCE.value: "户口在{where}或住在{where}的",
    Place.BUSINESS.value: "单位在{where}的",
    Place.INCIDENT.value: "事情出在{where}的",
    Place.DESTINATION.value: "要迁到{where}的",
    Place.SHIP.value: "船在{where}的",
    Place.PORT_OR_SHIP.value: "船籍港或船在{where}的",
    Place.ORIGIN.value: "货从{where}运出的",
    Place.ARRIVAL.value: "货运到{where}的",
    Place.ORIGIN_OR_ARRIVAL.value: "货从{where}运出或运到{where}的",
}
ASPECT_NAMES = {
    "documents": "要带什么材料",
    "window": "去哪办",
    "fee": "多少钱",
    "time": "要多久",
    "online": "网上能不能办",
    "conditions": "什么条件能办",
    "process": "怎么办",
    "proxy": "能不能替别人办",
    "result": "怎么领",
    "basis": "依据什么规定",
}
"""Aspects as a person would ask for them."""
FEW_LINES = 5
"""So many lines an answer has before 更多; the list of documents counts as one."""


def number(value: float) -> str:
    """``40.0`` → ``40``, ``2.5`` → ``2.5``."""
    return f"{value:g}"


def ask_place(matter: Matter, missing: str, at: Whereabouts) -> str:
    """The question that lets us name the window."""
    if missing == "street":
        return f"{at.district}的哪条街道或哪个镇?小区名也行。"
    question = _ASK_PLACE.get(matter.window.place or "", "您住在哪个区")
    return f"{question}、哪条街?告诉我,我帮您找到窗口。"


def document_line(document: dict[str, Any]) -> str:
    """One document with its form, number and case, e.g. ``居民户口簿(原件;替别人办)``."""
    details = [document["form"]] if "form" in document else []
    if document.get("copies", 1) > 1:
        details.append(f"{document['copies']}份")
    if "when" in document:
        details.append(f"{document['when']}的要带")
    line = str(document["name"]) + (f"({';'.join(details)})" if details else "")
    if "exempt_by" in document:
        line += f",可免交:{document['exempt_by']}(电子证照)"
    return line + (f"。{document['note']}" if "note" in document else "")


def documents(guidance: Guidance) -> list[str]:
    """The list of documents as numbered lines, or one sentence where none is confirmed."""
    if not guidance.documents:
        return [f"要带哪些材料还没有核实到,不敢乱说。去之前请打 {HOTLINE} 问清楚,免得白跑。"]
    return [f"{index}. {document_line(item)}" for index, item in enumerate(guidance.documents, 1)]


def window_rule(matter: Matter) -> str:
    """Whose windows on which levels, in words."""
    if by_case(matter):
        return _BY_CASE[matter.window.place or ""]
    levels = "、".join(_LEVELS[level] for level in reversed(matter.window.levels))
    if matter.window.place == Place.ANY.value:
        return f"{levels},全市哪一个都行"
    return f"{_WHOSE.get(matter.window.place or '', '')}{levels}"


def _one_window(window: dict[str, Any]) -> str:
    details = []
    if window["verified"] and "address" in window:
        details.append(f"地址 {window['address']}")
    if window["verified"] and "phone" in window:
        details.append(f"电话 {window['phone']}")
    if window["verified"] and "hours" in window:
        details.append(window["hours"])
    text = str(window["name"]).removeprefix("天津市公安局")
    if details:
        dated = f"{window['as_of']}的资料" if window.get("as_of") else "已核实"
        text += f"({';'.join(details)};{dated})"
    return text


def windows(matter: Matter, guidance: Guidance, at: Whereabouts, full: bool = True) -> list[str]:
    """Where to go, in one line: named windows if the place is known, the rule otherwise.

    Args:
        full: with the note of the rule as a second line.
    """
    local = [window for window in guidance.windows if window["level"] != Level.CITY.value]
    city = [window for window in guidance.windows if window["level"] == Level.CITY.value]
    if local and not certain(matter, at):
        whose = _ONLY_IF[matter.window.place or ""].format(where=at.text)
        line = f"去哪办:{window_rule(matter)}。{whose},去{_one_window(local[0])}"
    elif local:
        line = f"去哪办:{_one_window(local[0])}"
    elif by_case(matter):
        line = f"去哪办:{window_rule(matter)}"
    elif at.district and set(matter.window.levels) != {Level.CITY.value}:
        line = f"去哪办:{window_rule(matter)}。具体是哪一个还没有查到,请打 {HOTLINE} 问一下"
    elif city and set(matter.window.levels) == {Level.CITY.value}:
        line, city = f"去哪办:{_one_window(city[0])}", city[1:]
    else:
        line = f"去哪办:{window_rule(matter)}"
    if at.district is None and set(matter.window.levels) != {Level.CITY.value}:
        city = [window for window in city if window["verified"]]
    others = [*local[1:], *city]
    if others:
        line += ";也可以去" + "、".join(_one_window(window) for window in others)
    line += "。"
    if any(not window["verified"] for window in [*local, *city]):
        line += f"(地址和上班时间还没核实,出门前打 {HOTLINE} 问一下。)"
    if guidance.online.get("self_service"):
        line += "自助办证机也能办。"
    if matter.window.note and full:
        return [line, sentence(matter.window.note)]
    return [line]


def sentence(text: str) -> str:
    """``text`` with exactly one full stop at its end."""
    return text.rstrip("。") + "。"


def online(guidance: Guidance, full: bool = True) -> str:
    """Whether it can be done without a visit; ``full`` with the conditions for it."""
    info = guidance.online
    if not info.get("available"):
        return "网上办:这件事网上办不了,要到窗口。"
    whole = info.get("depth") == "全程网办"
    depth = {
        "全程网办": "可以全程在网上办,不用跑",
        "网上申请": "可以先在网上申请,再到窗口跑一次",
        "网上预约": "可以在网上预约,人还要到窗口",
        "网上查询": "可以在网上查",
    }.get(info.get("depth", ""), "目录上写着可以网上办")
    if "platform" in info:
        entry = f",入口:{info['entry']}" if "entry" in info else ""
        text = f"网上办:{depth}。用“{info['platform']}”{entry}。"
    else:
        text = f"网上办:{depth};从哪里进还没有核实,可以打 {HOTLINE} 问。"
    # What may be done without a visit has conditions, and they belong to the promise.
    return text + (sentence(info["note"]) if "note" in info and (full or whole) else "")


def fee(guidance: Guidance, full: bool = True) -> str:
    """What it costs; ``full`` with the note."""
    if not guidance.fee:
        return f"费用:还没有核实到,窗口或 {HOTLINE} 能告诉您。"
    if guidance.fee["free"]:
        text = "费用:不收费"
    else:
        items = []
        for item in guidance.fee["items"]:
            when = f"({item['when']})" if "when" in item else ""
            items.append(f"{item['label']}{when} {number(item['amount'])} {item['unit']}")
        text = "费用:" + ";".join(items)
    return text + (f"。{guidance.fee['note'].rstrip('。')}" if "note" in guidance.fee and full else "") + "。"


def _period(period: dict[str, Any], full: bool) -> str:
    note = f"({period['note']})" if "note" in period and full else ""
    if "amount" not in period:
        return "当场办结" + note
    return f"{number(period['amount'])}{'个' if period['unit'] == '工作日' else ''}{period['unit']}内{note}"


def time(guidance: Guidance, full: bool = True) -> str:
    """How long it takes, by law and by promise; ``full`` with the notes."""
    if not guidance.time:
        return f"多久:办理时限还没有核实到,窗口或 {HOTLINE} 能告诉您。"
    parts = []
    if "promised" in guidance.time:
        parts.append(f"承诺{_period(guidance.time['promised'], full)}")
    if "statutory" in guidance.time:
        parts.append(f"法律规定{_period(guidance.time['statutory'], full)}")
    return "多久:" + ",".join(parts) + "。"


def fee_and_time(guidance: Guidance) -> str:
    """Both in one short line."""
    if not guidance.fee and not guidance.time:
        return f"费用、多久:都还没有核实到,窗口或 {HOTLINE} 能告诉您。"
    return fee(guidance, full=False) + time(guidance, full=False)


def conditions(guidance: Guidance) -> list[str]:
    """Who may apply."""
    if not guidance.conditions:
        return [f"办理条件我这里还没有核实到,可以打 {HOTLINE} 或到窗口问。"]
    return ["要符合:"] + [f"· {text}" for text in guidance.conditions]


def steps(guidance: Guidance) -> list[str]:
    """What happens in which order."""
    if not guidance.steps:
        return [f"办理步骤我这里还没有核实到,可以打 {HOTLINE} 或到窗口问。"]
    return ["怎么办:"] + [f"{index}. {text}" for index, text in enumerate(guidance.steps, 1)]


def result(guidance: Guidance) -> str:
    """What one gets and how."""
    if not guidance.result:
        return f"怎么领取结果还没有核实到,窗口或 {HOTLINE} 能告诉您。"
    delivery = "、".join(guidance.result.get("delivery", []))
    text = f"办好后拿到:{guidance.result['name']}" + (f",领取方式:{delivery}" if delivery else "")
    return text + (f"。{guidance.result['note']}" if "note" in guidance.result else "") + "。"


def basis(guidance: Guidance) -> str:
    """The legal basis."""
    return "依据:" + ";".join(guidance.basis) + "。"


_ABOUT_PROXY = re.compile(
    "本人|亲自|代办|替[我他她别]|替本人|委托|托人|代领|陪|[由让](?:户主|亲属|家属|家里人|监护人|父母|继承人)"
)

_IN_PERSON = re.compile("不能|不行|不可以|本人要|要本人|必须本人|要由本人|一般要本人")


def proxy(matter: Matter, guidance: Guidance, has_proxy_facet: bool) -> list[str]:
    """Whether somebody else may do it: yes or no first, then what it takes. Says only what the record holds."""
    said = [item.answer for item in matter.faq if _ABOUT_PROXY.search(item.question)]
    said = said or [text for text in guidance.conditions if _ABOUT_PROXY.search(text)]
    said = said or [item["text"] for item in guidance.tips if _ABOUT_PROXY.search(item["text"])]
    if has_proxy_facet:
        strict = said and _IN_PERSON.match(said[0])
        lines = [*([] if strict else ["可以托人办。"]), *(sentence(text) for text in said[:1])]
        return [*lines, "替别人办要带的材料:", *documents(guidance)] if guidance.documents else lines
    if said:
        also = [
            item["text"] for item in guidance.tips if _ABOUT_PROXY.search(item["text"]) and item["text"] not in said
        ]
        return [sentence(text) for text in [*said[:2], *also[:1]]]
    return [f"能不能让别人替您办,还没有核实到。请先打 {HOTLINE} 或问窗口再去。"]


def review_line(matter: Matter, guidance: Guidance, cited: bool = False) -> str:
    """How far the bureau has confirmed this, in one short line; ``cited``: the basis stands there already."""
    basis = "" if cited else f"依据{matter.legal_basis[0].replace('中华人民共和国', '')} · "
    if guidance.review.get("status") == "reviewed":
        return f"{basis}{guidance.review['reviewed_on']} 核定"
    return f"{basis}待窗口核定"


def persons_case(labels: Sequence[str]) -> str:
    """The person's situation behind a heading, ``,替别人办、未满16周岁的``; empty if nothing is known."""
    return f",{'、'.join(labels)}的" if labels else ""


def facet_question(question: str, labels: Sequence[str]) -> str:
    """A question about the person with its numbered answers."""
    options = "".join(f"\n{index}. {label}" for index, label in enumerate(labels, 1))
    return f"想说得更准:{question}{options}\n(回数字就行,不想说就回“跳过”)"


_STATES = {
    State.EXPIRED: "已经过期了,要换",
    State.UNSURE: "就是今年,看一下证背面写的日子,现在就可以去问换证",
    State.DUE: "现在就可以换",
    State.VALID: "还没到期",
    State.FOREVER: "不用再换",
}


def validity_line(card: Card, item: Validity, only: bool) -> str:
    """One case of a computed expiry in words."""
    label = "" if only or not item.label else item.label + ("的:" if card is Card.LICENCE else "办的:")
    if item.expires is None:
        return f"{label}长期有效,不用到期换证。"
    if card is Card.RESIDENCE:
        days = f",从{Moment.of(item.renew_from).text()}起就能签" if item.renew_from and item.expires.day else ""
        return f"下一次签注在{item.expires.text()}满年以前的1个月内{days}。"
    years = f"管{item.years}年," if item.years else ""
    state = _STATES[item.state]
    if item.state is State.UNSURE and item.expires.month:
        state = "就是这个月,看清日子,赶快换"
    if item.state is State.EXPIRED and card is Card.LICENCE:
        state = "已经过期了,换好以前不能开车"
    text = f"{label}{years}{item.expires.text()}到期,{state}"
    if item.renew_from and item.state is State.VALID:
        since = Moment.of(item.renew_from)
        text += f",{since.text() if item.expires.day else Moment(since.year, since.month).text()}起可以换"
        text += "" if item.expires.month else "(看证上的日子往前数90天)"
    return text + "。"


def rule_line(card: Card, citation: str) -> str:
    """The rule behind a computed date, with its citation."""
    return f"规定:{RULES[card][0]}({citation})。"


def bundle_lines(plan: Plan) -> list[str]:
    """A life event: the visits in order, the merged list of documents, what goes online, who else."""
    several = len(plan.matters) > 1
    lines = [f"{plan.bundle.name},要办这{len(plan.matters)}件,按这个次序:"]
    for number, (matter, step) in enumerate(zip(plan.matters, plan.steps, strict=True), 1):
        extra = ";".join(text.rstrip("。") for text in (step.when, step.note) if text)
        where = window_rule(matter)
        lines.append(f"{number}. {matter.name}——{where}" + (f"({extra})" if extra else ""))
    if plan.documents:
        lines.append("材料合成一张单子(括号里是第几件要用):" if several else "要带的材料:")
        for document in plan.documents:
            details = ["、".join(document.forms)] if document.forms else []
            if several:
                details.append("第" + "、".join(str(number) for number in document.steps) + "件")
            if len(document.when) == len(document.steps) and document.when:
                details.append("、".join(dict.fromkeys(document.when.values())) + "的要带")
            lines.append(f"· {document.name}" + (f"({';'.join(details)})" if details else "") + _exempt(document))
    if plan.unconfirmed:
        numbers = "、".join(str(number) for number in plan.unconfirmed)
        lines.append(f"第{numbers}件的材料还没有核实到,去之前打 {HOTLINE} 问。")
    if plan.online:
        lines.append("网上能办的:第" + "、".join(str(number) for number in plan.online) + "件。")
    lines += [f"{item.topic}不归公安:{item.say}" for item in plan.referrals]
    lines.append("想细看哪一件,回数字就行。")
    return lines


def _exempt(document: Wanted) -> str:
    if document.exempt_by:
        return f",可免交:{document.exempt_by}(电子证照)"
    only = [(number, name) for number, name in document.exempt.items() if name]
    return "".join(f",只有第{number}件可免交:{name}(电子证照)" for number, name in only)


def choice_lines(choices: list[Choice]) -> list[str]:
    """Numbered options, each with what tells it apart."""
    lines = []
    for index, choice in enumerate(choices, 1):
        hint = f":{choice.hint}" if choice.hint and choice.hint != choice.name else ""
        lines.append(f"{index}. {choice.name}{hint}")
    return lines
