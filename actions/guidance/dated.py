"""Step: when a card expires and when to renew it, computed from what the person said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from actions.guidance import wording
from actions.guidance.answering import answer
from actions.guidance.compose import compose, source_title
from actions.guidance.dates import RENEWAL, RULES, Card, State, Validity, until, validities
from actions.guidance.models import Reply
from actions.guidance.spoken import Spoken, read
from actions.guidance.turn import Turn, named, replies
from bot.text.moments import Born, Moment
from bot.text.normalise import normalise
from bot.text.numerals import HAN, number

_OF_CODE = {
    **dict.fromkeys(("HZ-055", "HZ-056", "HZ-057", "HZ-058", "HZ-059", "HZ-060", "HZ-061", "HZ-062"), Card.ID_CARD),
    **dict.fromkeys(("CRJ-001", "CRJ-002", "CRJ-003", "CRJ-005"), Card.PASSPORT),
    **dict.fromkeys(("CRJ-006", "CRJ-007", "CRJ-008"), Card.HK_MACAO_PERMIT),
    **dict.fromkeys(("JG-049", "JG-054", "JG-055", "JG-060"), Card.LICENCE),
    **dict.fromkeys(("HZ-067", "HZ-068", "HZ-069"), Card.RESIDENCE),
}
_AND_FOR = re.compile("(?:呢|咋办|怎么办)[?？]?$")
_CHILD = re.compile("孩子|儿子|女儿|闺女|小子|孙")
_BARE_AGE = re.compile(rf"(\d{{2}}|[{HAN}]{{2,3}})(?:岁)?了?(?:换|办)?(?:的话)?(?:呢|咋办|怎么办)[?？]?$")
_AGES = range(1, 111)
_LICENCE_MATTERS = ("JG-054", "JG-062")
_SINCE = re.compile(rf"过期(?:了)?(?:快|有|都|已经|才)?(\d+|[{HAN}]+|半)个?(年|月)(半|多)?")
_FIRST_CARD = ("HZ-056", "HZ-055")
"""The first identity card before and from the 16th birthday."""
ADULT_CARD = 16
_SOON = timedelta(days=183)
_SKIP = frozenset({"skip", "deny"})


def dated(turn: Turn) -> Reply | None:
    """Answers with computed dates if the message gives a date of a card or asks how long one is good for."""
    memory, understood = turn.memory, turn.understood
    waiting = memory.pending == "born"
    if understood.decision in ("refer", "deflect", "handoff") and not waiting:
        return None
    spoken = read(understood.text, turn.today, expects_birth=waiting)
    if waiting:
        memory.pending = None
        if understood.intent in _SKIP and not spoken.birth(turn.today):
            return _reply(turn, Card(memory.dates["card"]), _remembered(turn, spoken), ask=False)
        if spoken.birth(turn.today) is None:
            return None
        return _reply(turn, Card(memory.dates["card"]), _remembered(turn, spoken), ask=False)
    if (lapsed := _lapsed(turn, spoken)) is not None:
        return lapsed
    again = _again(turn, spoken)
    spoken = again or spoken
    says = spoken.asks or spoken.issued or spoken.expires or again is not None
    card = spoken.card or (_talked_of(turn) if says else None)
    if card is None or not says:
        return None
    if understood.decision == "explain" and not (spoken.issued and spoken.card):
        return None
    if _asks_more(turn, spoken, card):
        return None
    memory.dates = {"card": card.value}
    if spoken.issued:
        memory.dates["issued"] = _packed(spoken.issued)
    return _reply(turn, card, spoken, ask=True)


def _again(turn: Turn, spoken: Spoken) -> Spoken | None:
    """``我妈四十八了,她换呢``, ``我老伴四十五呢``: the same question for somebody else."""
    text = normalise(turn.understood.text)
    if turn.memory.aspect != "time" or not _AND_FOR.search(text):
        return None
    if spoken.age is not None:
        return spoken
    said = _BARE_AGE.search(text)
    age = number(said[1]) if said else None
    return replace(spoken, age=age) if age is not None and age in _AGES else None


def _lapsed(turn: Turn, spoken: Spoken) -> Reply | None:
    """How long a driving licence has been out of date decides which matter it is.

    Up to a year it is renewed; up to three the right to drive is restored; after that it is a first licence again
    (《机动车驾驶证申领和使用规定》第七十九条, as the records of the three matters say).
    """
    said = _SINCE.search(normalise(turn.understood.text))
    memory = turn.memory
    codes = [memory.matter] if memory.matter else [*memory.choices[:1], *turn.understood.codes[:1]]
    licence = spoken.card == Card.LICENCE or (spoken.card is None and any(code in _LICENCE_MATTERS for code in codes))
    if said is None or not licence:
        return None
    count = 0.5 if said[1] == "半" else number(said[1])
    if count is None:
        return None
    months = count * (12 if said[2] == "年" else 1) + (6 if said[3] == "半" and said[2] == "年" else 0)
    turn.focus("JG-054" if months < 12 else "JG-062" if months < 36 else "JG-049")
    return answer(turn, turn.understood.aspects or ["conditions"])


def _talked_of(turn: Turn) -> Card | None:
    """The card of the matter in focus, or of all the matters just offered."""
    if turn.memory.matter:
        return _OF_CODE.get(turn.memory.matter)
    cards = {_OF_CODE.get(code) for code in turn.memory.choices}
    return next(iter(cards)) if len(cards) == 1 else None


def _asks_more(turn: Turn, spoken: Spoken, card: Card) -> bool:
    """A question for documents or window that mentions a date in passing is not about the date."""
    aspects = set(turn.understood.aspects) - {"time", "conditions", "result"}
    if spoken.asks:
        return False
    if aspects:
        return True
    # 「护照去年丢了」, 「居住证是去年办的,搬家了」: another matter of the same card is clearly meant.
    answered = turn.understood.decision == "answer" and turn.understood.codes[:1] != [RENEWAL[card]]
    return answered and not spoken.issued


def _packed(moment: Moment) -> str:
    return "-".join(str(part) for part in (moment.year, moment.month, moment.day) if part)


def _remembered(turn: Turn, spoken: Spoken) -> Spoken:
    """This message's birth date with the issue date of the one before."""
    packed = turn.memory.dates.get("issued")
    # 「我儿子的是2021年办的,当时6岁」 speaks of another card than the one before.
    issued = spoken.issued or (Moment(*(int(part) for part in packed.split("-"))) if packed else None)
    return Spoken(issued=issued, born=spoken.born, age=spoken.age, age_at_issue=spoken.age_at_issue)


def _reply(turn: Turn, card: Card, spoken: Spoken, ask: bool) -> Reply:
    memory, catalogue = turn.memory, turn.catalogue
    renewal = catalogue.matter(RENEWAL[card])
    code = _about(turn, card, spoken)
    _, citation = RULES[card]
    born = spoken.birth(turn.today)
    items = _items(card, spoken, turn, born)
    turn.focus(code)
    matter = catalogue.matter(code)
    guidance = compose(catalogue, matter, memory.situation, memory.whereabouts(matter))
    guidance.validity = [item.to_dict() for item in items]
    memory.aspect = "time"
    memory.note(f"{card.value}什么时候到期")
    said = f"{spoken.issued.text()}办的" if spoken.issued else ""
    owner = "孩子" if _CHILD.search(normalise(turn.understood.text)) else "您"
    head = f"{owner}{said or '的'}{card.value}:" if items else ""
    lines = [head + wording.validity_line(card, items[0], True)] if len(items) == 1 else [head] if head else []
    if len(items) > 1:
        lines += [f"· {wording.validity_line(card, item, False)}" for item in items]
    lines.append(wording.rule_line(card, source_title(catalogue, citation)))

    needs_birth = card in (Card.ID_CARD, Card.PASSPORT, Card.HK_MACAO_PERMIT) and len(items) > 1 and born is None
    choices: list[str] = []
    if needs_birth and ask and "born" not in memory.asked:
        memory.asked = [*memory.asked, "born"]
        memory.pending = "born"
        lines.append(replies()["ask_born"])
    else:
        choices = ["要带什么材料", "去哪办", "网上能办吗"]
        urgent = any(
            item.state in (State.EXPIRED, State.DUE, State.UNSURE)
            or (item.expires is not None and item.expires.earliest - turn.today < _SOON)
            for item in items
        )
        forever = all(item.state is State.FOREVER for item in items) and bool(items)
        key = "renew_never" if forever else "renew_now" if urgent else "renew_later"
        lines.append(replies()[key].format(name=renewal.name))
    return Reply(
        "answer", "\n".join(lines), matter=named(matter), aspect="time", guidance=guidance, suggestions=choices
    )


def _about(turn: Turn, card: Card, spoken: Spoken) -> str:
    """The matter the answer is for: the one in focus if only the rule is asked for, else the renewal."""
    sure = turn.understood.decision == "answer" and turn.understood.codes
    focus = turn.understood.codes[0] if sure else turn.memory.matter or ""
    only_rule = spoken.asks and not (spoken.issued or spoken.expires)
    if focus in _FIRST_CARD and spoken.age is not None:
        focus = _FIRST_CARD[spoken.age >= ADULT_CARD]
    return focus if only_rule and _OF_CODE.get(focus) == card else RENEWAL[card]


def _items(card: Card, spoken: Spoken, turn: Turn, born: Born | None) -> list[Validity]:
    if spoken.expires is not None:
        return [until(card, spoken.expires, turn.today)]
    if spoken.issued is not None:
        return validities(card, spoken.issued, turn.today, born, spoken.term)
    if born is not None and card in (Card.ID_CARD, Card.PASSPORT, Card.HK_MACAO_PERMIT):
        # No card yet: what would be issued today.
        return validities(card, Moment.of(turn.today), turn.today, born)
    return []
