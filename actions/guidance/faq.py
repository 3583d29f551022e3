"""A sentence that answers exactly what was asked, from the record's own questions and documents."""

from __future__ import annotations

import re

from actions.guidance.context import Understood
from actions.guidance.models import Guidance
from actions.guidance.wording import document_line, sentence
from bot.text.normalise import normalise
from knowledge.models import Matter

_OPEN = re.compile("什么|啥|哪些|哪几|嘛")
_COPY = re.compile(r"复印件")
_INSTEAD = re.compile(r"(?:行吗|可以吗|行不|成吗|行不行|可不可以|能用吗|管用吗|代替)")
_WHEN = re.compile(
    r"每年\d|\d+月\d+日|[\d一二三四五六七八九十两]+个?(?:工作)?(?:日|天|月|年|小时)(?:以内|之内|内|前|以前|以上去)"
    r"|[\d一二三四五六七八九十]+分钟"
)
_ABOUT_TIME = re.compile("多久|几天|多少天|多长|什么时候|啥时候|期限|时限|几年|年年|每年|来得及|晚了")
_HOW_LONG_GOOD = re.compile("(?:能用|能使|有效|管|用)(?:多久|多长|几天|几年|多少天|到)")
_MONEY = re.compile("工本费|收费|多少钱|要钱|不收|免费")


def direct(guidance: Guidance, understood: Understood, aspects: list[str]) -> list[str]:
    """At most one line to say before everything else; empty if the record does not answer it exactly."""
    if aspects[:1] == ["documents"]:
        return _about_document(guidance, understood)
    return []


def besides(matter: Matter, guidance: Guidance, text: str, aspects: list[str]) -> list[str]:
    """What the record says besides the fact asked for: dates to keep, and how it is with a fee not confirmed."""
    if aspects[:1] == ["time"]:
        if matter.validity is not None and _HOW_LONG_GOOD.search(text):
            return [f"有效期:{sentence(matter.validity.text)}"]
        # 「多久」 may ask until when one must come as well as how long it takes.
        said = [*guidance.conditions, *guidance.steps]
        said += [item.answer for item in matter.faq if _ABOUT_TIME.search(item.question)]
        # The condition and the step that say the same period say one thing.
        by_period = {match[0]: sentence(item) for item in reversed(said) if (match := _WHEN.search(item))}
        return list(reversed(by_period.values()))[:2]
    if aspects[:1] == ["fee"] and not guidance.fee:
        return [sentence(item.answer) for item in matter.faq if _MONEY.search(item.question + item.answer)][:1]
    return []


def _asked_for(name: str, plain: str) -> bool:
    """Whether the text asks if just this document is needed: ``要带户口本吗``, ``结婚证用拿吗``."""
    if name not in plain or _OPEN.search(plain):
        return False
    bring = "(?:带|拿|交|出示|准备)"
    before = rf"(?:{bring}|需要|用|要)(?:着|上)?{re.escape(name)}(?:吗|不|么|嘛|$)"
    after = rf"{re.escape(name)}(?:还)?(?:(?:要不要|用不用|需要|要|用|得){bring}|(?:要|用|需要)(?:吗|不|么|嘛))"
    return bool(re.search(rf"{before}|{after}", plain))


def asked_documents(understood: Understood) -> list[str]:
    """The documents that a message asks just this of: whether they are needed."""
    plain = normalise(understood.text)
    return [
        str(item["value"])
        for item in understood.entities
        if item["entity"] == "document" and _asked_for(normalise(understood.text[item["start"] : item["end"]]), plain)
    ]


def _about_document(guidance: Guidance, understood: Understood) -> list[str]:
    """``要带户口本吗``, ``复印件行吗``: yes or no by the list."""
    plain = normalise(understood.text)
    if not guidance.documents:
        return []
    if _COPY.search(plain) and _INSTEAD.search(plain):
        originals = [item["name"] for item in guidance.documents if item.get("form") in ("原件", "原件和复印件")]
        if not originals:
            return []
        return [f"这几样要看原件,光带复印件不行:{'、'.join(dict.fromkeys(originals))}。"]
    names = asked_documents(understood)
    if not names:
        return []
    wanted = [item for item in guidance.documents if item["name"] in names]
    # 「身份证要带吗」 where the list has 驾驶人身份证明 and says that the identity card is one.
    wanted = wanted[:1] or [
        item for item in guidance.documents if any(name in f"{item['name']} {item.get('note', '')}" for name in names)
    ]
    if wanted:
        return [f"要带:{sentence(document_line(item))}" for item in wanted[:2]]
    return [f"材料清单里没有{min(names, key=len)}。"]
