"""Dates in what people write and say, with what each is: ``2006年办的``, ``明年5月到期``, ``还有俩月过期``.

Relative dates are resolved against ``today``. A length of time (``住了20年``, ``管十年``) is no date and is
not reported, nor is what cannot be told to the month (``下周``) or belongs to the lunar calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.text.fold import fold
from bot.text.moments import Moment
from bot.text.numerals import DIGITS, HAN, number

ISSUED, EXPIRES, BIRTH = "issued", "expires", "birth"
"""What a date may be: of a document's issue, of its expiry, or of a birth."""

CALENDAR, NAMED, AGO, AHEAD = "calendar", "named", "ago", "ahead"
"""How a date is said: by its numbers, by a name (``去年``), as so long ago, as still so long."""

_ONES = "[一二三四五六七八九]"
_N = rf"(?:\d{{1,3}}|[{HAN}]{{1,4}}|半)"
_MONTH = r"(?:(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月份?)"
_DAY = rf"(?:(?:3[01]|[12]\d|0?[1-9]|三十一?|二十{_ONES}?|十{_ONES}?|{_ONES})\s*(?:[日号]|(?=到期|过期|出生)))"
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "大后年": 3, "后年": 2}
_MONTHS = {
    "上上个月": -2, "上个月": -1, "上月": -1, "这个月": 0, "这月": 0, "本月": 0,
    "下下个月": 2, "下个月": 1, "下月": 1,
}  # fmt: skip
_DAYS = {
    "大前天": -3, "前天": -2, "前儿": -2, "昨天": -1, "昨儿": -1, "昨日": -1, "今天": 0, "今儿": 0, "今日": 0,
    "明天": 1, "明儿": 1, "明日": 1, "大后天": 3, "后天": 2, "后儿": 2,
}  # fmt: skip
_WEEKS = {"上": -1, "这": 0, "本": 0, "下": 1}
_WEEKDAYS = {char: day for day, char in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_UNITS = {"年": "year", "月": "month", "天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week"}
_MONTHS_WITHOUT_EACH = frozenset("俩仨两")
_UNIT = "(?P<unit>年|月|天|日|星期|礼拜|周)"

_NUMERIC = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?[-/.]\s?(?P<month>1[0-2]|0?[1-9])"
    r"(?:\s?[-/.]\s?(?P<day>3[01]|[12]\d|0?[1-9]))?(?![\d.]|[-/]\d|\s*[元块万米平])"
    r"|(?<!\d)(?P<year2>(?:19|20)\d\d)(?P<month2>0[1-9]|1[0-2])(?P<day2>0[1-9]|[12]\d|3[01])(?!\d)"
)
_YEAR = re.compile(
    rf"(?:(?<!\d)(?P<year>(?:19|20)\d\d|\d\d)|(?<![{HAN}])(?P<han>[零〇○一二三四五六七八九两千]{{2,5}}))\s*年"
    rf"(?!前|后|里|内|级|来|多|以|之|半|代|有效|的?(?:本|证)(?!是|我|他|到))(?:份|间)?\s*(?P<month>{_MONTH})?\s*(?P<day>{_DAY})?(?!\s*\d{{1,2}}\s*[月日号])"
)
_BARE_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?=\s*(?:办的|领的|发的|换的|到期|过期|出生|生的|生人))")
_NAMED_YEAR = re.compile(
    rf"(?P<name>{'|'.join(_YEARS)})(?:的?\s*(?P<month>{_MONTH})\s*(?P<day>{_DAY})?|(?P<end>年?底|年末)|(?P<start>年初|初))?"
)
_YEAR_END = re.compile(r"(?<![年去今明后前])年底")
_NAMED_MONTH = re.compile(rf"(?P<name>{'|'.join(_MONTHS)})(?:(?:的?\s*(?P<day>{_DAY}))|(?P<end>底|末))?")
_MONTH_ALONE = re.compile(rf"(?<![\d{HAN}几个每年满])(?P<month>{_MONTH})\s*(?:(?P<day>{_DAY})|(?P<end>底|末))?")
_NAMED_DAY = re.compile("|".join(_DAYS))
_WEEKDAY = re.compile(r"(?P<week>[上这本下])个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_AGO = re.compile(rf"(?<![\d{HAN}第提])(?P<n>{_N})\s*(?P<each>个)?{_UNIT}(?:多|半)?(?:以|之)?前(?!年|后)")
_AHEAD = re.compile(
    rf"(?:还有|还剩|只剩|就剩|剩|还差|差|再过|再有)(?:下|了)?(?:不到|不足|大概|差不多|也就)?(?P<n>{_N})\s*(?P<each>个)?(?P<half>半)?{_UNIT}"
)
_LATER = re.compile(
    rf"(?<![\d{HAN}第])(?P<n>{_N})\s*(?P<each>个)?(?P<half>半)?{_UNIT}(?:以后|之后|后|以内|之内|内|就)(?=[^,。;]{{0,4}}(?:到期|过期|到头|期满|失效))"
)
_ANY = re.compile(r"[年月天儿日号]|周|星期|礼拜|\d{4}")
"""Without one of these a text names no date: most texts are done with here."""
_LUNAR = re.compile("农历|阴历|腊月|正月|初[一二三四五六七八九十]")

_OVER = "(?:到期|到七|过期|期满|届满|截止|到日子|到日期|到头|到年头|到点|到限|失效|没效|作废|为止|就满|才满)"
_EXPIRY_WORD = re.compile(_OVER)
_EXPIRES_AFTER = re.compile(rf"^[^,。;；!？?!办领发拿换补签考丢]{{0,5}}{_OVER}")
_EXPIRES_SOON = re.compile(rf"^[^,。;]{{0,10}}{_OVER}")
_EXPIRES_BEFORE = re.compile(
    r"(?:到期|过期|失效|截止)(?:日期?|时间|时候|的日子)?(?:就?是|为|在|到|:)?\s*$"
    r"|(?:有效期?限?|期限)(?:就?是|是?到|是?至|截止到?|写着|写的?是?)?(?:到|至)?\s*$"
    r"|(?:有效|写着?的?|印着|用|管|管用|期)(?:就|是|能|只)?(?:到|至)\s*$"
)
_PAST = re.compile(rf"^[^,。;]{{0,3}}(?:就|已经|都)?{_OVER}(?:了|的)")
_BIRTH_AFTER = re.compile(r"^[^,。;]{0,3}(?:出生(?!证|医学)|生人|(?<![发学产新养先医])生的)")
_BIRTH_AFTER_YEAR = re.compile(r"^[份的]?(?:生日|的人|属[鼠牛虎兔龙蛇马羊猴鸡狗猪])")
_BIRTH_BEFORE = re.compile(r"(?:出生(?!证|医学)|生于|生日)[^,。;]{0,4}$")
_VERB = (
    "(?:办(?!公|案|学|事|法|理处)|领(?!导)|发(?=[的证给了过放下])|拿(?!不)|取|换(?!了?(?:地址|工作|房|手机|号|单位))"
    "|补|签(?!合同|字|名)|考(?!虑|试|上|核)|下来|到手)"
)
_NOT_YET = "想要能得该怎咋吗打准需应"
_ISSUED_AFTER = re.compile(rf"^[^,。;；!？?!{_NOT_YET}]{{0,5}}?{_VERB}")
_ISSUED_BEFORE = re.compile(rf"{_VERB.replace('|签', '|签发')}[^,。;；!？?!了过{_NOT_YET}]{{0,6}}$")
_LOST = re.compile("丢|偷|坏|没了|死|去世")
_WINDOW = 14
_NEARBY = 6


@dataclass(frozen=True)
class Mention:
    """A date said in characters ``start`` to ``end`` (exclusive) of a text.

    Attributes:
        form: how it is said: ``CALENDAR``, ``NAMED``, ``AGO`` or ``AHEAD``.
        role: ``ISSUED``, ``EXPIRES``, ``BIRTH``, or None if the words around do not say.
    """

    start: int
    end: int
    moment: Moment
    form: str
    role: str | None = None


def mentions(text: str, today: date) -> list[Mention]:
    """All dates of ``text``, by position; of those that overlap the longest.

    Positions are of ``text`` itself, which may be written in any width and in traditional characters.
    """
    plain = fold(text)
    if not _ANY.search(plain) or _LUNAR.search(plain):
        return []
    found = sorted(_all(plain, today), key=lambda item: (item.start - item.end, item.start))
    kept: list[Mention] = []
    for item in found:
        if all(item.end <= other.start or item.start >= other.end for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda item: item.start)


def full_year(digits: str, today: date) -> int:
    """``06`` → 2006, ``79`` → 1979: a year with two digits lies in the last hundred, or just ahead."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if 2000 + year <= today.year + 10 else 1900 + year


def _all(text: str, today: date) -> Iterator[Mention]:
    if "年" in text or "月" in text or re.search(r"\d{4}", text):
        yield from _by_calendar(text, today)
    if "年" in text:
        for match in _NAMED_YEAR.finditer(text):
            month = 12 if match["end"] else 1 if match["start"] else _value(match["month"])
            yield from _made(
                text, match, (today.year + _YEARS[match["name"]], month, _value(match["day"])), NAMED, today
            )
        for match in _YEAR_END.finditer(text):
            item = next(_made(text, match, (today.year, 12, None), NAMED, today), None)
            if item and item.role:
                yield item
    if "月" in text:
        for match in _NAMED_MONTH.finditer(text):
            month_there = Moment(today.year, today.month).plus_months(_MONTHS[match["name"]])
            day = month_there.latest.day if match["end"] else _value(match["day"])
            yield from _made(text, match, (month_there.year, month_there.month, day), NAMED, today)
    for match in _NAMED_DAY.finditer(text):
        moment = Moment.of(today + timedelta(days=_DAYS[match[0]]))
        yield from _made(text, match, (moment.year, moment.month, moment.day), NAMED, today)
    for match in _WEEKDAY.finditer(text):
        days = 7 * _WEEKS[match["week"]] + _WEEKDAYS[match["day"]] - today.weekday()
        moment = Moment.of(today + timedelta(days=days))
        yield from _made(text, match, (moment.year, moment.month, moment.day), NAMED, today)
    yield from _by_distance(text, today)


def _by_calendar(text: str, today: date) -> Iterator[Mention]:
    for match in _NUMERIC.finditer(text):
        parts = [match[name] or match[name + "2"] for name in ("year", "month", "day")]
        yield from _made(
            text, match, (int(parts[0]), int(parts[1]), int(parts[2]) if parts[2] else None), CALENDAR, today
        )
    for match in _YEAR.finditer(text):
        year, sure = _year(match, today)
        if year is None:
            continue
        for item in _made(text, match, (year, _value(match["month"]), _value(match["day"])), CALENDAR, today):
            alone = replace(item, start=0, end=item.end - item.start)
            if sure or match["month"] or _role(text[item.start :], alone, today):
                yield item
    for match in _BARE_YEAR.finditer(text):
        yield from _made(text, match, (int(match["year"]), None, None), CALENDAR, today)
    for match in _MONTH_ALONE.finditer(text):
        yield from _without_year(text, match, today)


def _value(part: str | None) -> int | None:
    """The number at the beginning of ``5月份`` or ``二十号``."""
    return number(re.sub(r"[月份日号\s]", "", part)) if part else None


def _year(match: re.Match[str], today: date) -> tuple[int | None, bool]:
    """The year, and whether it surely is one rather than so many years."""
    if match["year"]:
        digits = match["year"]
        return full_year(digits, today), len(digits) == 4 or digits[0] == "0" or int(digits) > 50
    said = match["han"]
    value = number(said)
    if value is None:
        return None, False
    if "千" in said or len(said) > 2:
        return (value, True) if 1900 <= value <= 2099 else (None, False)
    first, second = (DIGITS.get(char, 0) for char in said)
    if said[0] == "两":
        return None, False
    # 「七八年」 is 1978 or seven to eight years.
    return full_year(f"{first}{second}", today), second != first + 1


def _without_year(text: str, match: re.Match[str], today: date) -> Iterator[Mention]:
    """A month, or a day of a month: of the year that fits what it is."""
    month, day = _value(match["month"]) or 1, _value(match["day"])
    if match["end"]:
        day = Moment(today.year, month).latest.day
    this = next(_made(text, match, (today.year, month, day), CALENDAR, today), None)
    if this is None:
        return
    if this.role is None and this.moment.earliest > today:
        # Said of a month still to come: 「12月办的」 is the last one.
        before = replace(this, moment=this.moment.plus(-1))
        before = replace(before, role=_role(text, before, today))
        this = before if before.role in (ISSUED, BIRTH) else this
    moment = this.moment
    if this.role == EXPIRES and moment.latest < today and not _PAST.search(text[match.end() :]):
        moment = moment.plus(1)
    elif this.role is None:
        if match["end"] or not day:
            return  # of which year is a guess
        moment = moment.plus(1) if (today - moment.latest).days > 183 else moment
    yield replace(this, moment=moment)


def _by_distance(text: str, today: date) -> Iterator[Mention]:
    if "前" in text:
        for match in _AGO.finditer(text):
            moment = _away(match, today, -1)
            if moment is None or re.search(r"(?:到期|期满|满|提前|最少|至少|不超过)$", text[: match.start()]):
                continue
            item = Mention(match.start(), match.end(), moment, AGO)
            yield replace(item, role=_role(text, item, today))
    if _EXPIRY_WORD.search(text):
        for match in [*_AHEAD.finditer(text), *_LATER.finditer(text)]:
            moment = _away(match, today, 1)
            over = _EXPIRY_WORD.search(text, 0, match.start()) or _EXPIRES_SOON.search(text[match.end() :])
            if moment is not None and over:
                yield Mention(match.start(), match.end(), moment, AHEAD, EXPIRES)


def _away(match: re.Match[str], today: date, direction: int) -> Moment | None:
    """The moment so far from today, as exact as people mean it: to the year, month or day."""
    unit, said = _UNITS[match["unit"]], match["n"]
    if len(said) == 2 and all(char in DIGITS for char in said) and not said.isdigit():
        return None  # 「两三年前」
    if unit == "month" and not match["each"] and said not in _MONTHS_WITHOUT_EACH:
        return None  # 「二月前」 is before February
    half = said == "半"
    count = 0 if half else number(said)
    if count is None or count > 120:
        return None
    half = half or bool(match.groupdict().get("half"))
    here = Moment(today.year, today.month)
    if unit == "year":
        if direction < 0 and not half:
            return Moment(today.year - count)
        return here.plus_months(direction * (12 * count + 6 * half))
    if unit == "month" and not half:
        return here.plus_months(direction * count)
    days = {"month": 30, "week": 7, "day": 1}[unit] * count + (15 if half and unit == "month" else 0)
    there = Moment.of(today + timedelta(days=direction * days))
    return there if unit == "day" else Moment(there.year, there.month)


def _moment(parts: tuple[int, int | None, int | None]) -> Moment | None:
    year, month, day = parts
    try:
        moment = Moment(year, month, day)
        if month:
            date(year, month, day or 1)
        elif day:
            return None
    except ValueError:
        return None
    return moment


def _made(
    text: str, match: re.Match[str], parts: tuple[int, int | None, int | None], form: str, today: date
) -> Iterator[Mention]:
    """One mention, or none if there is no such day."""
    moment = _moment(parts)
    if moment is not None:
        item = Mention(match.start(), match.start() + len(match[0].rstrip()), moment, form)
        yield replace(item, role=_role(text, item, today))


def _role(text: str, item: Mention, today: date) -> str | None:
    """What the words around a date make of it."""
    before, after = text[max(0, item.start - _WINDOW) : item.start], text[item.end : item.end + _WINDOW]
    born = _BIRTH_AFTER.search(after) or _BIRTH_BEFORE.search(before)
    if born or (item.form == CALENDAR and _BIRTH_AFTER_YEAR.search(after)):
        return BIRTH if item.moment.earliest <= today else None
    if _EXPIRES_AFTER.search(after) or _EXPIRES_BEFORE.search(before):
        return EXPIRES
    if item.moment.earliest > today or _LOST.search(after[:_NEARBY]):
        return None
    # The verb before 「今年」 belongs to another date: 「去年办的狗证今年还审吗」.
    if _ISSUED_AFTER.search(after) or (item.form == CALENDAR and _ISSUED_BEFORE.search(before)):
        return ISSUED
    return None
