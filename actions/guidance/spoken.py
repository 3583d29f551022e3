"""Reading dates and ages out of what people say: ``2006年办的``, ``79年生人``, ``还有一个月到期``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from actions.guidance.dates import Born, Card, Moment
from bot.text.normalise import normalise

_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_RELATIVE_YEARS = {"今年": 0, "去年": 1, "前年": 2, "大前年": 3, "明年": -1, "后年": -2}
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d|(?<!\d)\d\d)年(?!前|里|的?(?:本|证|有效))(?:份|间)?"
    r"(?:(?P<month>\d{1,2})月(?:份)?)?(?:(?P<day>\d{1,2})[日号])?"
    r"|(?P<named>大前年|前年|去年|今年|明年|后年)(?:(?P<month2>\d{1,2})月(?:份)?)?(?:(?P<day2>\d{1,2})[日号])?"
)
_AGO = re.compile(r"(\d{1,2})年(?:多)?(?:前|以前|之前)")
_LEFT = re.compile(r"(?:还有|还剩|剩|差|再过)(?:不到)?(\d{1,3}|半)个?(年|月|天|日|星期|礼拜|周)")
_AGE = re.compile(r"(?<![\d])(\d{1,3})(?:周)?岁")
_BARE_AGE = re.compile(r"^(?:我|他|她|孩子)?(?:今年|都|快)?(\d{1,2})(?:了|啦)?$")
_BARE_YEAR = re.compile(r"^(?:是|我)?((?:19|20)\d\d|\d\d)(?:年)?(?:的|生|生人|出生)*$")
_TERM = re.compile(r"(6|10)年(?:的)?(?:本|证|驾|有效|期)")
_BORN_AFTER = re.compile(r"^.{0,3}(?:出生|生人|生的|生日|的人|属)")
_EXPIRES_AFTER = re.compile(r"^[^,。;办领发拿换补签考]{0,4}(?:到期|过期|期满|截止)")
_EXPIRES_BEFORE = re.compile(r"(?:到期日?|有效期[到至]?|有效期限?(?:是)?|期限到)[^,。]{0,4}$")
_ISSUED = re.compile(r"办|领|发|拿|换|补|签|考|下来|到手")
_ASKS = re.compile(
    r"(?:能用|管|有效期|用|有效)(?:是|有|期)?(?:几年|多少年|多久|多长|到哪年|到什么时候)"
    r"|几年(?:到期|一换|换一次|一签)|多(?:久|长时间)(?:换|签)一次|(?:每年|年年)(?:都)?(?:要|得|用)?签"
    r"|(?:什么时候|啥时候|嘛时候|哪年|哪天|多会儿|几时|何时|多咱)(?:就|会|该|得|能|可以|要)?(?:到期|过期|去?换|去?续|去?签|失效)"
    r"|(?:到|过)期(?:了)?(?:没有?|吗|没到)|长期(?:的|有效)?(?:吗|身份证)|(?:是不是|算不算|能办|能换|换成|发|给)(?:个)?长期"
    r"|(?:该|要|用|得|需要)换(?:了)?(?:没|吗|不)|提前(?:多久|几天|多少天|多长时间|几个月)(?:能|可以|就能)?(?:去)?换"
)
_CARDS: tuple[tuple[re.Pattern[str], Card], ...] = (
    (re.compile(r"居住证"), Card.RESIDENCE),
    (re.compile(r"港澳通行证|港澳的?证|往来港澳"), Card.HK_MACAO_PERMIT),
    (re.compile(r"护照"), Card.PASSPORT),
    (re.compile(r"驾驶?证|驾驶?本|驾照|车本|行驶本"), Card.LICENCE),
    (re.compile(r"身份证"), Card.ID_CARD),
)
_NOT_OURS = re.compile(r"临时身份证|临时居民身份证|港澳台|台湾|外国人|行驶|永久居留")


@dataclass(frozen=True)
class Spoken:
    """What a sentence says about dates; None where it says nothing.

    Attributes:
        asks: whether it asks how long something is good for or when to renew it.
        age: of the person today, in full years.
        term: 6 or 10, the kind of driving licence.
    """

    issued: Moment | None = None
    born: Moment | None = None
    expires: Moment | None = None
    age: int | None = None
    age_at_issue: int | None = None
    term: int | None = None
    card: Card | None = None
    asks: bool = False

    def birth(self, today: date) -> Born | None:
        """The birth date as far as it is known."""
        if self.born is not None:
            return Born.on(self.born)
        if self.age is not None:
            return Born.aged(self.age, today)
        if self.age_at_issue is not None and self.issued is not None:
            return Born(
                Born.aged(self.age_at_issue, self.issued.earliest).earliest,
                Born.aged(self.age_at_issue, self.issued.latest).latest,
            )
        return None


def card_in(text: str) -> Card | None:
    """The card a normalised text speaks of, if it is one whose dates we know."""
    if _NOT_OURS.search(text):
        return None
    return next((card for pattern, card in _CARDS if pattern.search(text)), None)


def _aged(match: re.Match[str]) -> str:
    return f"{match[1] or ''}{int(_DIGITS[match[2]]) * 10 + int(_DIGITS.get(match[3], '0'))}岁"


def _arabic(text: str) -> str:
    """Chinese numerals before the units of dates as digits: ``零六年`` → ``06年``, ``十月`` → ``10月``."""
    text = re.sub("[零一二三四五六七八九〇]{2,4}(?=年)", lambda m: "".join(_DIGITS[char] for char in m[0]), text)

    def tens(match: re.Match[str]) -> str:
        return str(int(_DIGITS.get(match[1], "1")) * 10 + int(_DIGITS.get(match[2], "0")))

    text = re.sub(r"(?<=今年)(都|快|也)?([一二三四五六七八九])十([一二三四五六七八九]?)", _aged, text)
    units = "(?=个?(?:年|月|天|日|号|岁|周岁|星期|礼拜|周))"
    text = re.sub(rf"([一二三四五六七八九]?)十([一二三四五六七八九]?){units}", tens, text)
    return re.sub(rf"[一二两三四五六七八九]{units}", lambda m: _DIGITS[m[0]], text)


def _issued(before: str, after: str) -> bool:
    """Whether the date between these texts is when the card was issued, not when it was lost."""
    if re.search("丢|偷|坏|没了", after[:6]):
        return False
    return bool(_ISSUED.search(after[:6]) or re.search(r"(?:办|领|发|拿|换|补|签发|考)[^,。]{0,6}$", before))


def _moment(match: re.Match[str], today: date) -> Moment | None:
    month, day = match["month"] or match["month2"], match["day"] or match["day2"]
    year = today.year - _RELATIVE_YEARS[match["named"]] if match["named"] else full_year(match["year"], today)
    try:
        moment = Moment(year, int(month) if month else None, int(day) if day else None)
        moment.earliest, moment.latest  # noqa: B018 - both raise for a month or day that does not exist
    except (ValueError, IndexError):
        return None
    return moment


def full_year(digits: str, today: date) -> int:
    """``06`` → 2006, ``79`` → 1979: a year with two digits lies in the last hundred, or just ahead."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if 2000 + year <= today.year + 10 else 1900 + year


def _left(match: re.Match[str], today: date) -> Moment:
    unit = match[2]
    if match[1] == "半":
        days = {"年": 182, "月": 15}.get(unit, 1)
    else:
        days = int(match[1]) * {"年": 365, "月": 30, "星期": 7, "礼拜": 7, "周": 7}.get(unit, 1)
    day = today + timedelta(days=days)
    return Moment(day.year, day.month)


def read(text: str, today: date, expects_birth: bool = False) -> Spoken:
    """What ``text`` says about dates.

    Args:
        expects_birth: the person was just asked for the year of birth: a bare number is one, or an age.
    """
    plain = _arabic(normalise(text))
    found: dict[str, Moment] = {}
    for match in _DATE.finditer(plain):
        moment = _moment(match, today)
        if moment is None:
            continue
        before, after = plain[: match.start()], plain[match.end() :]
        if _BORN_AFTER.search(after) or re.search(r"(?:出生|生于|生日)[^,。]{0,4}$", before):
            kind = "born"
        elif _EXPIRES_AFTER.search(after) or _EXPIRES_BEFORE.search(before):
            kind = "expires"
        elif expects_birth and not match["named"] and not _ISSUED.search(after[:6]):
            kind = "born"
        elif _issued(before, after):
            kind = "issued"
        else:
            continue
        found.setdefault(kind, moment)
    if "issued" not in found and (ago := _AGO.search(plain)) and _ISSUED.search(plain):
        found["issued"] = Moment(today.year - int(ago[1]))
    if "expires" not in found and (left := _LEFT.search(plain)) and re.search("到期|过期|期满", plain):
        found["expires"] = _left(left, today)
    age, at_issue = _ages(plain, expects_birth)
    if expects_birth and "born" not in found and age is None and (bare := _BARE_YEAR.match(plain)):
        found["born"] = Moment(full_year(bare[1], today))
    term = _TERM.search(plain)
    return Spoken(
        issued=found.get("issued"),
        born=found.get("born"),
        expires=found.get("expires"),
        age=age,
        age_at_issue=at_issue,
        term=int(term[1]) if term else None,
        card=card_in(plain),
        asks=bool(_ASKS.search(plain)),
    )


def _ages(plain: str, expects_birth: bool) -> tuple[int | None, int | None]:
    match = _AGE.search(plain)
    if match:
        # 「满16岁」 in a question about the rule is no age of somebody's.
        rule = re.search(r"(?:满|到了?|过了?|以上|以下)$", plain[: match.start()]) and not re.search("刚满", plain)
        then = re.search(r"(?:时候?|那年|办的?时).{0,3}$", plain[: match.start()]) or re.match(
            r"(?:那年|时|的时候)?(?:办|领)", plain[match.end() :]
        )
        if then:
            return None, int(match[1])
        return (None, None) if rule else (int(match[1]), None)
    bare = _BARE_AGE.match(plain) if expects_birth else None
    if bare and (plain.startswith(("今年", "我今年", "都", "快")) or plain.endswith(("了", "啦"))):
        return int(bare[1]), None
    return None, None
