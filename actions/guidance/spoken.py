"""Reading the dates of a card out of what people say: ``2006年办的``, ``79年生人``, ``还有一个月到期``.

The dates and ages themselves are read by ``bot.text.dates`` and ``bot.text.ages``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from actions.guidance.dates import Card
from bot.text.ages import ages
from bot.text.dates import BIRTH, CALENDAR, EXPIRES, ISSUED, full_year, mentions
from bot.text.fold import fold
from bot.text.moments import Born, Moment
from bot.text.normalise import normalise
from bot.text.numerals import HAN, number

_BARE_AGE = re.compile(rf"^(?:我|他|她|孩子)?(?:今年|都|快)?(\d{{1,2}}|[{HAN}]{{1,3}})(?:了|啦)?$")
_BARE_YEAR = re.compile(rf"^(?:是|我)?((?:19|20)\d\d|\d\d|[{HAN}]{{2}})(?:年)?(?:的|生|生人|出生)*$")
_TERM = re.compile(r"(6|10)年(?:的)?(?:本|证|驾|有效|期)")
_TERM_SAID = re.compile(r"[换领办发]的?是?(6|10)年的")
_ASKS = re.compile(
    r"是(?:几|多少|\d{1,2})年(?:的|吧|吗)|(?:能用|能使|使|管|有效期|用|有效)(?:是|有|期)?(?:几年|多少年|多久|多长|到哪年|到什么时候)"
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


def read(text: str, today: date, expects_birth: bool = False) -> Spoken:
    """What ``text`` says about dates.

    Args:
        expects_birth: the person was just asked for the year of birth: a bare number is one, or an age.
    """
    plain = normalise(text)
    found: dict[str, Moment] = {}
    for mention in mentions(text, today):
        role = mention.role
        if role is None and expects_birth and mention.form == CALENDAR:
            role = BIRTH
        if role is not None:
            found.setdefault(role, mention.moment)
    age, at_issue = _ages(text, expects_birth)
    if expects_birth and BIRTH not in found and age is None:
        bare = _bare_year(text, today)
        if bare is not None:
            found[BIRTH] = bare
    term = _TERM.search(plain) or _TERM_SAID.search(plain)
    return Spoken(
        issued=found.get(ISSUED),
        born=found.get(BIRTH),
        expires=found.get(EXPIRES),
        age=age,
        age_at_issue=at_issue,
        term=int(term[1]) if term else None,
        card=card_in(plain),
        asks=bool(_ASKS.search(plain)),
    )


def _bare_year(text: str, today: date) -> Moment | None:
    match = _BARE_YEAR.match(fold(text).strip())
    value = number(match[1]) if match else None
    if match is None or value is None:
        return None
    return Moment(full_year(str(value) if value > 99 else f"{value:02d}", today))


def _ages(text: str, expects_birth: bool) -> tuple[int | None, int | None]:
    """The age today and the age when the card was issued."""
    for said in ages(text):
        if said.lowest == said.highest:
            return (None, said.lowest) if said.then else (said.lowest, None)
    plain = fold(text).strip()
    bare = _BARE_AGE.match(plain) if expects_birth else None
    if bare and (plain.startswith(("今年", "我今年", "都", "快")) or plain.endswith(("了", "啦"))):
        return number(bare[1]), None
    return None, None
