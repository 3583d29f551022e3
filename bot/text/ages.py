"""Ages in what people write and say: ``68岁``, ``今年四十七``, ``七十多了``. An age that a rule names is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.text.fold import fold
from bot.text.numerals import number

_ONES = "[一二三四五六七八九]"
_N = rf"(?:1[01]\d|\d{{1,2}}|一百零?{_ONES}?|{_ONES}?十{_ONES}{{0,2}}|{_ONES}{{1,2}}十|{_ONES}{{1,2}}|两)"
_MORE = "多|几|来|出头"
_ANY = re.compile(r"岁|[\d十]")
_AGE = re.compile(rf"(?<![\d一二三四五六七八九十百第/])(?P<n>{_N})(?P<more>{_MORE})?\s*周?岁(?!数|月)半?")
_TENS = rf"(?:[1-9]\d|{_ONES}?十{_ONES}?)"
_PERSON = "(?:我|俺|咱|他|她|爸|妈|爷|奶|姥姥|姥爷|老伴儿?|老人|老头儿?|老太太|父亲|母亲|公公|婆婆|孩子|儿子|女儿|闺女)"
_SO = "(?:今年|都|已经|也|快|才|刚)"
_BARE = re.compile(
    rf"(?:今年|{_PERSON}{_SO}+|{_SO}+)(?P<n>{_TENS})(?P<more>{_MORE})?(?=了|啦|的人|[,。!、\s]|$)"
    rf"|(?:(?:^|[,。、\s]){_PERSON})(?P<n2>{_TENS})(?P<more2>{_MORE})?(?=[,。!、\s]|$)"
    rf"|{_PERSON}(?P<n3>{_TENS})(?P<more3>{_MORE})?(?=了|啦)"
)
_RULE_BEFORE = re.compile(
    r"(?:满|足|离|距|到了?|过了?|超过?|不到|未|没到?|小于|大于|低于|高于|年龄|差|[大小长]|至|和)$"
)
_JUST = re.compile(r"(?:刚|才|已|已经|都|快|马上)(?:满|到|过)了?$")
_RULE_AFTER = re.compile(
    r"^(?:生日)?(?:以上|以下|以后|之后|之前|以前|以内|前|起|及|到|至|或|的?规定|就能|就可|才能|能不能用)"
)
_THEN_BEFORE = re.compile(r"(?:时候?|那会儿?|那阵儿?|那年|当年|办的?时)[^,。]{0,3}$")
_THEN_AFTER = re.compile(r"^(?:那年|那会儿?|时|的时候|就|跟|上的|走失|被)")
_ISSUE_AFTER = re.compile(r"^(?:那年|时|的时候|那会儿?)?(?:办|领|换的|补的)")


@dataclass(frozen=True)
class Age:
    """An age in full years said in characters ``start`` to ``end`` (exclusive).

    Attributes:
        lowest: the least it can be; ``六十多`` is 60 to 69, an exact age from and to the same.
        then: it is of an earlier day (``三十岁那年``), not of today.
    """

    start: int
    end: int
    lowest: int
    highest: int
    then: bool = False

    def text(self) -> str:
        """``68`` or ``60-69``."""
        return str(self.lowest) if self.lowest == self.highest else f"{self.lowest}-{self.highest}"


def ages(text: str) -> list[Age]:
    """All ages of persons in ``text``, by position (of ``text`` itself)."""
    plain = fold(text)
    return list(_ages(plain))


def _ages(text: str) -> Iterator[Age]:
    if not _ANY.search(text):
        return
    end = 0
    if "岁" in text:
        for match in _AGE.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if (_RULE_BEFORE.search(before) and not _JUST.search(before)) or _RULE_AFTER.search(after):
                continue
            span = _span(match["n"], match["more"])
            if span is None:
                continue
            then = bool(_THEN_BEFORE.search(before) or _THEN_AFTER.search(after) or _ISSUE_AFTER.search(after))
            yield Age(match.start(), match.end(), *span, then)
            end = match.end()
    for match in _BARE.finditer(text, end):
        said, more = next((n, more) for n, more in (("n", "more"), ("n2", "more2"), ("n3", "more3")) if match[n])
        span = _span(match[said], match[more])
        if span is not None:
            yield Age(match.start(said), match.end(more if match[more] else said), *span)


def _span(said: str, more: str | None) -> tuple[int, int] | None:
    """The least and the greatest age that the words mean."""
    if found := re.fullmatch(rf"({_ONES})?(十)?({_ONES})({_ONES})(十)?", said):
        tens, ten, first, second, tenfold = found.groups()
        low, high = number(first) or 0, number(second) or 0
        if tenfold:
            return (low * 10, high * 10 + 9) if high == low + 1 and not ten else None
        if high != low + 1:
            return None
        base = ((number(tens) or 0) if tens else 1) * 10 if ten else 0
        return base + low, base + high
    value = number(said)
    if value is None or value > 120:
        return None
    if more == "来":
        return max(value - 5, 0), value + 5
    if more:
        return value, value + 9
    return value, value
