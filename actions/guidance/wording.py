"""The bot's Chinese: every sentence a person reads is made here, from a ``Guidance``.

Short, plain and warm enough for a reader of seventy: the answer first, then the documents, then
where. Nothing is said that the guidance does not hold; what is not confirmed is said to be so, once.
"""

from __future__ import annotations

from typing import Any

from actions.guidance.models import Choice, Guidance
from knowledge.models import Level, Matter, Place

HOTLINE = "12345"
"""The city's public-service hotline: where whatever we cannot confirm can be asked."""

_WHOSE = {
    Place.HOUSEHOLD.value: "户口所在地的",
    Place.RESIDENCE.value: "现在住的地方的",
    Place.HOUSEHOLD_OR_RESIDENCE.value: "户口所在地或现在住的地方的",
    Place.ANY.value: "全市任何一个",
    Place.BUSINESS.value: "单位所在地的",
    Place.INCIDENT.value: "事情发生地的",
    Place.DESTINATION.value: "要迁入的地方的",
    Place.HANDLING_UNIT.value: "办这件案子的",
    Place.CITY_ONLY.value: "",
}
_LEVELS = {
    Level.CITY.value: "市公安局窗口",
    Level.DISTRICT.value: "区里的公安窗口",
    Level.STATION.value: "派出所",
}
_ASK_PLACE = {
    Place.HOUSEHOLD.value: "您的户口在哪个区、哪条街道(镇)?",
    Place.BUSINESS.value: "单位在哪个区、哪条街道(镇)?",
    Place.INCIDENT.value: "事情发生在哪个区、哪条街道(镇)?",
    Place.DESTINATION.value: "要迁到哪个区、哪条街道(镇)?",
}


def number(value: float) -> str:
    """``40.0`` → ``40``, ``2.5`` → ``2.5``."""
    return f"{value:g}"


def ask_place(matter: Matter) -> str:
    """The question that lets us name the window."""
    question = _ASK_PLACE.get(matter.window.place or "", "您住在哪个区、哪条街道(镇)?")
    return f"{question}告诉我,我帮您查到具体窗口。"


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
        return [f"要带哪些材料,我这里还没有核实到,不敢乱说。去之前请打 {HOTLINE} 问清楚,免得白跑。"]
    return [f"{index}. {document_line(item)}" for index, item in enumerate(guidance.documents, 1)]


def window_rule(matter: Matter) -> str:
    """Whose windows on which levels, in words."""
    whose = _WHOSE.get(matter.window.place or "", "")
    levels = "、".join(_LEVELS[level] for level in reversed(matter.window.levels))
    return f"{whose}{levels}"


def _one_window(window: dict[str, Any]) -> str:
    details = []
    if "address" in window:
        details.append(f"地址 {window['address']}")
    if "phone" in window:
        details.append(f"电话 {window['phone']}")
    if "hours" in window:
        details.append(window["hours"])
    text = str(window["name"])
    if details:
        stand = "已核实" if window["verified"] else "未核实"
        dated = f",{window['as_of']}的资料" if window.get("as_of") else ""
        text += f"({';'.join(details)};{stand}{dated})"
    return text


def windows(matter: Matter, guidance: Guidance, place_known: bool) -> list[str]:
    """Where to go: named windows if the place is known, the rule otherwise."""
    lines = []
    if guidance.windows:
        lines.append(f"去哪办:{_one_window(guidance.windows[0])}")
        if len(guidance.windows) > 1:
            lines.append("也可以去:" + ";".join(_one_window(window) for window in guidance.windows[1:]))
        if not place_known and matter.window.levels != [Level.CITY.value]:
            lines.append(f"还可以去{window_rule(matter)}。")
    elif place_known:
        lines.append(f"去哪办:{window_rule(matter)}。具体是哪一个,请打 {HOTLINE} 问一下。")
    else:
        lines.append(f"去哪办:{window_rule(matter)}。")
    if guidance.windows and not any("address" in window for window in guidance.windows):
        lines.append(f"(窗口的地址、电话和时间还没有核实,出门前请打 {HOTLINE} 问一下。)")
    if matter.window.note:
        lines.append(matter.window.note)
    return lines


def online(guidance: Guidance) -> str:
    """Whether it can be done without a visit."""
    info = guidance.online
    if not info.get("available"):
        return "网上办:这件事网上办不了,要到窗口。"
    depth = {
        "全程网办": "可以全程在网上办,不用跑",
        "网上申请": "可以先在网上申请,再到窗口跑一次",
        "网上预约": "可以在网上预约",
        "网上查询": "可以在网上查",
    }.get(info.get("depth", ""), "目录上标明可以网上办")
    if "platform" in info:
        entry = f",入口:{info['entry']}" if "entry" in info else ""
        text = f"网上办:{depth}。用“{info['platform']}”{entry}。"
    else:
        text = f"网上办:{depth};从哪个入口进还没有核实,可打 {HOTLINE} 问。"
    return text + (f"{info['note']}。" if "note" in info else "")


def fee(guidance: Guidance) -> str:
    """What it costs."""
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
    return text + (f"。{guidance.fee['note']}" if "note" in guidance.fee else "") + "。"


def _period(period: dict[str, Any]) -> str:
    if "amount" not in period:
        return "当场办结" + (f"({period['note']})" if "note" in period else "")
    text = f"{number(period['amount'])}{'个' if period['unit'] == '工作日' else ''}{period['unit']}内"
    return text + (f"({period['note']})" if "note" in period else "")


def time(guidance: Guidance) -> str:
    """How long it takes, by law and by promise."""
    if not guidance.time:
        return f"多久:办理时限还没有核实到,窗口或 {HOTLINE} 能告诉您。"
    parts = []
    if "promised" in guidance.time:
        parts.append(f"承诺{_period(guidance.time['promised'])}")
    if "statutory" in guidance.time:
        parts.append(f"法定{_period(guidance.time['statutory'])}")
    return "多久:" + ",".join(parts) + "。"


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


def proxy(matter: Matter, guidance: Guidance, has_proxy_facet: bool) -> list[str]:
    """Whether somebody else may do it. Says only what the record holds."""
    if not has_proxy_facet:
        return [f"能不能由别人代办,我这里没有核实到,请打 {HOTLINE} 或问窗口再去。"]
    if not guidance.documents:
        return documents(guidance)
    return ["替别人办的话,要带:", *documents(guidance)]


def review_line(matter: Matter, guidance: Guidance) -> str:
    """How far the bureau has confirmed this, in one short line."""
    first = matter.legal_basis[0].replace("中华人民共和国", "")
    if guidance.review.get("status") == "reviewed":
        return f"依据{first} · {guidance.review['reviewed_on']} 核定"
    return f"依据{first} · 待窗口核定"


def choice_lines(choices: list[Choice]) -> list[str]:
    """Numbered options, each with what tells it apart."""
    lines = []
    for index, choice in enumerate(choices, 1):
        hint = f":{choice.hint}" if choice.hint and choice.hint != choice.name else ""
        lines.append(f"{index}. {choice.name}{hint}")
    return lines
