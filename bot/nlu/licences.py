"""Driving licence classes in a text (``增驾A2``, ``C一的本``, the recogniser's ``西五驾照``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HELD, TARGET = "held", "target"
"""What a class is to the person: one they have, or one they want."""

_DIGIT = {"一": "1", "幺": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6"}
_HEARD = {**dict.fromkeys("诶欸唉哎", "a"), **dict.fromkeys("比必毕币壁笔闭", "b"), **dict.fromkeys("西希吸夕", "c")}
"""Characters a speech recogniser writes for the letters."""
_WRITTEN = re.compile(
    r"(?:(?<![a-z0-9])|(?<=[abc][1-6]))(?P<letter>[abc])\s?(?P<digit>[1-6一二三四五六幺])"
    r"(?![0-9一二三四五六七八九十百千号]|[a-z](?![1-6]))"
    r"|(?<![a-z0-9])(?P<single>[abcdefmnp])(?![a-z0-9])"
)
_SPOKEN = re.compile(
    rf"(?<![一二三四五六七八九十\d江河湖海山东南中])(?P<letter>[{''.join(_HEARD)}])(?P<digit>[一二三四五六幺])"
    r"(?![个位百十千米路道街里号楼座栋家门区边环])"
)
_ANY = re.compile(rf"[a-fmnp]|[{''.join(_HEARD)}][{''.join(_DIGIT)}]")
_KNOWN = frozenset({"a1", "a2", "a3", "b1", "b2", *(f"c{n}" for n in range(1, 7)), *"defmnp", *"abc"})
_CARD = (
    r"(?:的|那个|那)?"
    r"(?:驾照|驾驶证|驾驶本|机动车驾驶证|车型|类驾|驾|照(?!片|相)|证(?!明|书)|本(?!人|地|市|来|科|月|年|周)|牌照)"
)
_AFTER = re.compile(rf"^\s?{_CARD}")
_CHANGES_AFTER = re.compile(
    rf"^\s?(?:{_CARD})?(?:能|可以|想|要|直接|再|是|已经|满[一二三四五1-5]年|自愿|\s)*(?:增驾?|加考?|升|降|换|转)"
)
_TARGET = re.compile(
    r"(?:增驾?|加考?|增加|升|报?考|学|降|换|变|改|转|想[拿要])(?:到|成|为|个|一个|上|取|回|国内|地方)*\s?$"
)
_HELD = re.compile(
    r"(?:持|(?<![场校])有|拿着?|开|考[过了的]|领的|手里[是有]?|从|把|我是|原来是?|本来是?|现在是?)(?:个|张|一?本|的是)?\s?$"
)
_TOPIC = re.compile("驾|车本|准驾|科目|审验|大客|大货|半挂|牵引|车管|摩托|三轮|开车|小车|大车|货车|增加|校车|体检")
_OTHERS = re.compile("签证|签注|英语|德语|法语|日语|雅思|座$|栋$")
_ALONE = 6
"""A message of so few characters that names a class is about classes."""


@dataclass(frozen=True)
class LicenceClass:
    """A class of driving licence in characters ``start`` to ``end`` (exclusive).

    Attributes:
        value: ``A1`` to ``P``; the letter alone (``A``) where only that was said.
        role: ``HELD``, ``TARGET``, or None if the words around do not say.
    """

    start: int
    end: int
    value: str
    role: str | None


def licence_classes(plain: str) -> Iterator[LicenceClass]:
    """All classes in a text that is folded already (``bot.text.fold``).

    Letters are also visas, buildings and language levels: without words about driving close by they are none.
    """
    if not _ANY.search(plain) or _OTHERS.search(plain):
        return
    for match in _WRITTEN.finditer(plain):
        before, after = plain[: match.start()], plain[match.end() :]
        wanted, named, driving = _TARGET.search(before), _AFTER.match(after), _TOPIC.search(plain)
        if match["single"]:
            value, meant = match["single"], named or (wanted and driving)
        else:
            value = match["letter"] + _DIGIT.get(match["digit"], match["digit"])
            meant = named or wanted or driving or _CHANGES_AFTER.match(after)
        if value in _KNOWN and (meant or len(plain.strip()) <= _ALONE):
            yield LicenceClass(match.start(), match.end(), value.upper(), _role(before, after))
    for match in _SPOKEN.finditer(plain):
        before, after = plain[: match.start()], plain[match.end() :]
        value = _HEARD[match["letter"]] + _DIGIT[match["digit"]]
        wanted = _TARGET.search(before) if _TOPIC.search(plain) or not after.strip("的吧呢吗呀啊") else None
        if value in _KNOWN and (wanted or _AFTER.match(after)):
            yield LicenceClass(match.start(), match.end(), value.upper(), _role(before, after))


def _role(before: str, after: str) -> str | None:
    if _TARGET.search(before):
        return TARGET
    return HELD if _HELD.search(before) or _CHANGES_AFTER.match(after) else None
