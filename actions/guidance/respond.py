"""Answering one turn: an ordered list of steps, the first that has something to say says it.

One context goes in (what was understood, what is remembered, the knowledge), one ``Reply`` comes out,
and the memory is changed along the way. The order is the policy: danger first, then what the person
was just asked, then what they ask now.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from actions.guidance import wording
from actions.guidance.answering import answer, more, same_answer
from actions.guidance.bundle import plan
from actions.guidance.context import Memory, Understood
from actions.guidance.dated import dated
from actions.guidance.faq import asked_documents
from actions.guidance.matching import matcher
from actions.guidance.models import Choice, Reply
from actions.guidance.passages import PLENTY, finder
from actions.guidance.picking import ask_which, choice, facet, hint, offer, place, several_places, which_place
from actions.guidance.steering import back, corrected, restart, same_for, shift, two_matters
from actions.guidance.summary import summary
from actions.guidance.things import asks_on, business_in, things
from actions.guidance.turn import Step, Turn, failed, named, replies, speaks_elsewhere, take_entities
from bot.text.normalise import normalise
from bot.text.numerals import HAN
from knowledge.catalogue import Catalogue

__all__ = ["STEPS", "replies", "respond"]

_SERVICE_ACTS = ("handoff", "complain", "rate", "queue", "appointment")
_DONE = re.compile(
    r"^(?:不用|没有?了|没别的|没事|不需要|不问了|先这样|就这样|够了|好了|行了|知道了|明白了?|清楚了|记住了|好的?|行|嗯+|哦+)"
)
DOMINANT, FAIRLY_RELIABLE, RELIABLE_ENOUGH = 0.9, 0.7, 0.4
"""A first option so likely and so reliable is answered, and we say what we took it for; in the middle of a
conversation, where a word puts it right, a little less will do."""
PRESUMED = 0.5
"""A first option at least so likely is what we go by when our question is left open."""
LIKELY_OPTIONS = 3
LIKELY = 0.25
LIKELY_FIT = 0.5
_OTHER = re.compile(r"^(?:再|给我)?换一?(?:个|件|批|样)(?:吧|别的)?$|^(?:不是|不对)(?:这个|这件)")
_SAME_AGAIN = re.compile(r"^(?:那|那么)?也(?:是|要|得)?")
_ANSWERS_US = ("choose", "none_of_these", "start_over", "affirm", "deny", "skip")
_OUT_OF_DATE = re.compile("到期|过期|期满")
_SELF_HARM = "emergency_selfharm"
_ALL_RIGHT = re.compile("没事|气话|开玩笑|好了|好多了|说着玩")
_JUST_TELL = re.compile("直接(?:跟我|给我)?(?:告诉|说|讲)|你就(?:直接)?说")
_WILL_DO = re.compile("^(?:那|那我)?(?:拿|用|凭|光)?.{2,8}(?:行|可以|成|能用|算数|顶用|认)(?:吗|不|么|不行)[?？]?$")
_FEW_WORDS, _SOME_WORDS = 14, 4
WORTH = 0.3
"""How much a sentence of the record must account for to be what 「…行吗」 asks."""
_DATE_ONLY = re.compile(r"^(?:是|我)?\d{2,4}(?:年.{0,8}|[-./]\d.*)(?:的|生|生人|出生)*$")
_AGE_ONLY = re.compile(
    rf"^(?:我|他|她)?(?:爸|妈|公公|婆婆|老伴|老公|老婆|媳妇|儿子|闺女|孙子)?(?:今年|都|才)?(?:\d{{1,2}}|[{HAN}]{{2,3}})岁?(?:了|呢)?$"
)
_LACKS = re.compile("没有?|还没|未|缺")
_SHORT = 8
_COMMON = ("身份证丢了怎么补", "驾驶证到期换证", "给孩子上户口", "办护照", "二手车过户")


def emergency(turn: Turn) -> Reply | None:
    """Danger first, in any turn. What was spoken of before stays where it was."""
    if turn.understood.decision != "emergency":
        return None
    record = turn.catalogue.referrals.get(turn.understood.topic or "")
    phone = turn.understood.referral or "110"
    text = record.say if record else f"请马上打 {phone}!先保证自己安全。"
    turn.memory.alarm = turn.understood.topic
    return Reply("emergency", text, referral={"body": record.body if record else "公安机关", "phone": phone})


def still_in_need(turn: Turn) -> Reply | None:
    """Somebody who spoke of dying and now says something else than what they came for."""
    alarm, turn.memory.alarm = turn.memory.alarm, None
    record = turn.catalogue.referrals.get(alarm or "")
    if alarm != _SELF_HARM or record is None or turn.understood.aspects:
        return None
    text = turn.understood.text
    if turn.understood.decision in ("answer", "handoff") or _ALL_RIGHT.search(text) or things(turn.catalogue).of(text):
        return None
    turn.memory.alarm = alarm
    return Reply("emergency", record.say, referral={"body": record.body, "phone": record.phone or "110"})


def _only_says_when(understood: Understood, memory: Memory) -> bool:
    """Nothing but a date or an age where dates are spoken of: ``1979年``, ``我老伴四十五呢``.

    It is no call for help, however much its digits look like a number to call. Everything else that sounds like
    danger is taken for it: a needless number costs less than a missed one.
    """
    text = normalise(understood.text)
    about_dates = bool(memory.pending) or memory.aspect == "time"
    return about_dates and bool(_DATE_ONLY.search(text) or _AGE_ONLY.search(text))


def service(turn: Turn) -> Reply | None:
    """Requests for the service around the guide: how to do each of them today."""
    act = turn.understood.decision
    if act not in _SERVICE_ACTS:
        return None
    matter = turn.in_focus
    text = replies()[act]
    if act == "handoff":
        text = f"{text}\n{summary(turn.catalogue, turn.memory)}".rstrip()
        turn.memory.failures = 0
    return Reply(act, text, matter=named(matter) if matter else None)


def bundle(turn: Turn) -> Reply | None:
    """A life event: all its matters in order, one list of documents."""
    memory, catalogue = turn.memory, turn.catalogue
    found = catalogue.bundles.get(turn.understood.topic or "") if turn.understood.intent == "bundle" else None
    if found is None:
        return None
    planned = plan(catalogue, found, memory.situation, memory.whereabouts(None))
    memory.matter, memory.aspect, memory.failures, memory.also = None, None, 0, None
    memory.choices, memory.pending = [matter.code for matter in planned.matters], "choice"
    memory.remember_offer(memory.choices)
    memory.note(found.name)
    choices = [
        Choice(matter.code, matter.name, step.when or hint(matter))
        for matter, step in zip(planned.matters, planned.steps, strict=True)
    ]
    text = "\n".join(wording.bundle_lines(planned))
    return Reply("answer", text, choices=choices, bundle=planned.to_dict())


def matter_answer(turn: Turn) -> Reply | None:
    """One matter is clear enough to answer for."""
    understood = turn.understood
    if understood.decision != "answer" or not understood.codes or understood.codes[0] not in turn.catalogue.matters:
        return None
    turn.focus(understood.codes[0])
    places = understood.entity("place_option")
    if len(places) > 1 and understood.aspects[:1] == ["window"]:
        return ask_which(turn, places)
    return answer(turn, understood.aspects)


def from_record(turn: Turn) -> Reply | None:
    """A narrow question that the record of the matter in focus answers, whatever it would mean alone."""
    matter, understood = turn.in_focus, turn.understood
    text = normalise(understood.text)
    # 「那居住登记的条子行吗」 sounds like a matter of its own, and asks whether the one in focus takes it.
    will_do = len(text) <= _FEW_WORDS and bool(_WILL_DO.search(text))
    if matter is None or not (will_do or understood.decision in ("clarify", "ask_back", "refer", "explain")):
        return None
    if understood.intent in _ANSWERS_US or understood.intent in ("more", "repeat", "inform"):
        return None
    found = finder(turn.catalogue).best(matter, understood.text)
    if found is None or found[0] < (WORTH if will_do else PLENTY):
        return None
    return answer(turn, understood.aspects or ["conditions"])


def follow_up(turn: Turn) -> Reply | None:
    """A question that names no matter, about the one in focus."""
    understood = turn.understood
    matter = turn.in_focus
    if matter is not None and understood.intent == "more":
        if f"more:{matter.code}" in turn.memory.asked:
            return Reply("answer", replies()["more_nothing"], matter=named(matter))
        turn.memory.asked = [*turn.memory.asked, f"more:{matter.code}"]
        return more(turn)
    if matter is not None and understood.intent == "repeat":
        return answer(turn, understood.aspects or ([turn.memory.aspect] if turn.memory.aspect else []))
    if matter is not None and _asks_on(turn):
        return answer(turn, understood.aspects)
    if understood.intent != "follow_up" or _is_done(turn):
        return None
    if matter is None:
        turn.memory.aspect = understood.aspects[0] if understood.aspects else None
        if turn.memory.pending == "choice" and turn.memory.choices:
            return offer(turn, turn.memory.choices, replies()["which_first"])
        return failed(turn, replies()["no_focus"])
    if not understood.aspects and turn.memory.aspect and _SAME_AGAIN.search(normalise(understood.text)):
        return answer(turn, [turn.memory.aspect])
    return answer(turn, understood.aspects)


def presumed(turn: Turn) -> Reply | None:
    """A question that leaves our own open: answered for what is most likely meant, and we say so."""
    memory, understood = turn.memory, turn.understood
    code = memory.presumed
    if memory.pending != "choice" or code not in memory.choices or understood.decision not in ("ask_back", "clarify"):
        return None
    matter = turn.catalogue.matters.get(code or "")
    if matter is None or not understood.aspects or understood.intent in _ANSWERS_US:
        return None
    if not asks_on(turn.catalogue, matter, understood.text, understood.aspects):
        return None
    if business_in(understood.text) - business_in(matter.name):
        return None
    turn.focus(matter.code)
    return answer(turn, understood.aspects, replies()["presumed"].format(name=matter.name))


def spoken_of(turn: Turn) -> Reply | None:
    """Of several matters that fit, the one that was spoken of before: ``驾照那个要体检吗``."""
    understood = turn.understood
    if understood.decision != "clarify" or not understood.aspects:
        return None
    known = [code for code in understood.options if code in turn.memory.earlier]
    if len(known) != 1 or turn.memory.matter in understood.options:
        return None
    turn.focus(known[0])
    return answer(turn, understood.aspects, replies()["back"].format(name=turn.catalogue.matter(known[0]).name))


def remark(turn: Turn) -> Reply | None:
    """Something about the person's case that names no other thing: what the matter in focus demands."""
    matter, understood = turn.in_focus, turn.understood
    if matter is None or understood.decision != "clarify" or understood.aspects or speaks_elsewhere(turn):
        return None
    text = normalise(understood.text)
    if understood.intent in _ANSWERS_US:
        return None
    if _LACKS.search(text) and asks_on(turn.catalogue, matter, text, ["documents"]):
        # 「孩子还没身份证呢」 while it is on the list of what to bring.
        return answer(turn, ["documents"])
    return answer(turn, ["conditions"]) if asks_on(turn.catalogue, matter, text, []) else None


def leaning(turn: Turn) -> Reply | None:
    """A few words that sound like another matter or another body, and name nothing: about the one in focus."""
    understood, matter = turn.understood, turn.in_focus
    if matter is None or understood.decision not in ("answer", "refer", "explain") or not _asks_on(turn):
        return None
    return answer(turn, understood.aspects) if matter.code not in understood.codes[:1] else None


def _asks_on(turn: Turn) -> bool:
    """Whether an unclear message only asks on about the matter in focus: an aspect, and no other thing."""
    understood = turn.understood
    text = normalise(understood.text)
    # A few words without a thing of their own lean on the matter in focus, whatever they would mean alone.
    few = len(text) <= _FEW_WORDS and not matcher(turn.catalogue).speaks_of(things(turn.catalogue).without_origin(text))
    record = turn.catalogue.referrals.get(understood.topic or "")
    theirs = record is not None and any(word in understood.text for word in (record.topic, *record.keywords))
    elsewhere = understood.decision in ("answer", "refer", "explain") and few and not theirs
    if not (elsewhere or understood.decision in ("ask_back", "clarify")) or not understood.aspects:
        return False
    if understood.intent in _ANSWERS_US or _DONE.search(text):
        return False
    if turn.in_focus is None:
        return False
    # 「户口页要带吗」 names a thing of other matters, and asks only whether this one needs it.
    if len(text) <= _SHORT and understood.aspects[0] == "documents" and asked_documents(understood):
        return True
    if speaks_elsewhere(turn):
        return False
    if len(text) <= 4 or _own_document(turn, text):
        return True
    return asks_on(turn.catalogue, turn.in_focus, text, understood.aspects)


def _own_document(turn: Turn, text: str) -> bool:
    """Whether a document of the matter in focus is named."""
    matter = turn.in_focus
    if matter is None or len(text) > _SHORT:
        return False
    kinds = [turn.catalogue.documents.get(document.name) for document in matter.documents]
    names = [name for kind in kinds if kind for name in (kind.name, *kind.aliases)]
    return any(len(name) >= 2 and normalise(name) in text for name in names)


def _is_done(turn: Turn) -> bool:
    text = normalise(turn.understood.text)
    return bool(_DONE.search(text)) and not turn.understood.aspects and len(text) <= _SHORT


def control(turn: Turn) -> Reply | None:
    """Yes, no and enough, when nothing was asked."""
    understood, memory = turn.understood, turn.memory
    text = normalise(understood.text)
    matter = turn.in_focus
    if matter is None:
        return None
    elsewhere = understood.decision == "explain" and understood.topic == "other_province"
    if elsewhere and understood.entity("hukou") and len(text) <= _FEW_WORDS:
        # 「我户口河北的」 about the business in hand is no question to another province.
        return answer(turn, [memory.aspect] if memory.aspect else ["conditions"])
    if _JUST_TELL.search(text) and understood.decision != "answer":
        return answer(turn, understood.aspects or ([memory.aspect] if memory.aspect else []))
    other = bool(_OTHER.search(text))
    unclear = understood.decision in ("ask_back", "clarify") and (
        len(text) <= _SHORT or (len(text) <= 2 * _SHORT and asks_on(turn.catalogue, matter, text, []))
    )
    if understood.intent == "inform" or (unclear and understood.intent in ("ask", "vague", "follow_up")):
        facets = {facet.id for facet in turn.catalogue.facets_of(matter)}
        if understood.intent == "inform":
            facets |= set(turn.catalogue.facets)
        if understood.situation(facets):
            return answer(turn, [memory.aspect] if memory.aspect else [])
    done = _is_done(turn) and understood.decision not in ("answer", "refer")
    if understood.intent not in ("affirm", "deny", "none_of_these", "skip") and not other and not done:
        return None
    if understood.intent in ("affirm", "skip") or (_DONE.search(text) and not other):
        memory.pending, memory.failures = None, 0
        return Reply("smalltalk", replies()["done"], matter=named(matter))
    related = [item.code for item in matter.related if item.code not in memory.rejected]
    memory.rejected = [*memory.rejected, matter.code]
    return offer(turn, related[:4], replies()["others"]) if related else failed(turn, replies()["none_of_these"])


def clarify(turn: Turn) -> Reply | None:
    """Several matters fit: ask which, by what tells them apart."""
    understood, memory = turn.understood, turn.memory
    if understood.decision != "clarify":
        return None
    offered = [code for code in understood.options if code in turn.catalogue.matters and code not in memory.rejected]
    if not offered or (len(offered) < 2 and not memory.rejected):
        return None
    if len(offered) > 1 and same_answer(turn, offered, understood.aspects):
        # Only what changes the answer is asked.
        turn.focus(offered[0])
        return answer(turn, understood.aspects)
    first = understood.matters[0] if understood.matters else None
    likely = float(first["confidence"]) if first is not None and first["code"] == offered[0] else 0.0
    under_way = bool(memory.topics)
    if likely >= DOMINANT and understood.reliability >= (RELIABLE_ENOUGH if under_way else FAIRLY_RELIABLE):
        # In a conversation a wrong guess that is said aloud costs a word, not a trip across town.
        turn.focus(offered[0])
        lead = replies()["presumed"].format(name=turn.catalogue.matter(offered[0]).name)
        return answer(turn, understood.aspects, lead)
    same = (_before(turn, offered) or _same_business(turn, offered)) if len(offered) > 1 else None
    if same is not None:
        turn.focus(same)
        return answer(turn, understood.aspects or ([memory.aspect] if memory.aspect else []))
    memory.aspect = understood.aspects[0] if understood.aspects else None
    memory.note_words(understood.text)
    memory.presumed = offered[0] if likely > PRESUMED else None
    return offer(turn, offered, "您说的是哪一种?" if len(offered) > 1 else "是不是这一件?")


def _before(turn: Turn, offered: list[str]) -> str | None:
    """The one of several likely matters that was offered before: ``先说身份证`` after a list of many things."""
    memory = turn.memory
    left = [code for code in offered[:LIKELY_OPTIONS] if code in memory.offered and code != memory.matter]
    return left[0] if len(left) == 1 else None


def _same_business(turn: Turn, offered: list[str]) -> str | None:
    """The one of several matters that is about what the unclear question before named, or does what it asked."""
    before = turn.memory.topics[-1] if turn.memory.topics else ""
    if not before.startswith("“") or turn.in_focus is not None:
        return None
    known = things(turn.catalogue)
    done, said = business_in(before), known.of(before)
    if not _OUT_OF_DATE.search(before):
        # 换证 alone may be for wear or a new name as well.
        done -= {"renew"}
    for fitting in (
        [code for code in offered if done & business_in(turn.catalogue.matter(code).name)],
        [code for code in offered if said & known.of_matter(turn.catalogue.matter(code))],
    ):
        if len(fitting) == 1:
            return fitting[0]
    return None


def refer(turn: Turn) -> Reply | None:
    """Not a police matter: say whose it is."""
    understood = turn.understood
    if understood.decision != "refer":
        return None
    turn.memory.failures = 0
    record = turn.catalogue.referrals.get(understood.topic or "")
    if record is None:
        return Reply("refer", replies()["unknown_referral"], referral={"body": "12345热线", "phone": "12345"})
    referral = {"topic": record.topic, "body": record.body}
    if record.phone:
        referral["phone"] = record.phone
    return Reply("refer", record.say, referral=referral)


def canned(turn: Turn) -> Reply | None:
    """Small talk, deflection and what depends on a personal case."""
    understood = turn.understood
    if understood.decision not in ("explain", "smalltalk", "deflect"):
        return None
    text = (
        replies().get(understood.topic or "")
        or replies()[{"explain": "personal_case", "smalltalk": "greet", "deflect": "nonsense"}[understood.decision]]
    )
    return Reply(understood.decision, text)


def likely(turn: Turn) -> Reply | None:
    """A question hidden behind where the person lives: the place aside, its words describe the first candidate."""
    understood = turn.understood
    if understood.decision != "ask_back" or understood.intent not in ("inform", "vague") or not understood.matters:
        return None
    first, rest = understood.matters[0], understood.matters[1:]
    if first["confidence"] < LIKELY or (rest and rest[0]["confidence"] > first["confidence"] / 5):
        return None
    words = understood.text
    for entity in understood.entities:
        if entity["entity"] in ("district", "street", "place_option"):
            words = words.replace(understood.text[entity["start"] : entity["end"]], "")
    if matcher(turn.catalogue).fit(words, first["code"]) < LIKELY_FIT:
        return None
    turn.focus(first["code"])
    return answer(turn, understood.aspects)


def ask_back(turn: Turn) -> Reply:
    """Too vague: ask, and after two failures show the way to a human."""
    if turn.in_focus is not None and turn.understood.aspects and turn.understood.intent != "vague":
        return answer(turn, turn.understood.aspects)
    if len(turn.understood.text) >= _SOME_WORDS:
        turn.memory.note_words(turn.understood.text)
    reply = failed(turn, replies()["vague"])
    if reply.act == "ask_back":
        reply.suggestions = list(_COMMON)
    return reply


STEPS: tuple[Step, ...] = (
    emergency,
    still_in_need,
    back,
    restart,
    service,
    choice,
    which_place,
    facet,
    corrected,
    bundle,
    two_matters,
    dated,
    several_places,
    place,
    from_record,
    leaning,
    matter_answer,
    shift,
    presumed,
    follow_up,
    control,
    remark,
    same_for,
    spoken_of,
    clarify,
    refer,
    canned,
    likely,
    ask_back,
)


def respond(
    catalogue: Catalogue, understood: Understood, memory: Memory, today: date | None = None
) -> tuple[Reply, Memory]:
    """The reply to one turn and what to remember. ``memory`` itself is not changed.

    Args:
        today: the day on which dates are computed; the current one by default.
    """
    if understood.decision == "emergency" and _only_says_when(understood, memory):
        understood = replace(understood, intent="vague", decision="ask_back")
    turn = Turn(catalogue, understood, replace(memory), today or date.today(), memory.matter)
    if understood.decision != "emergency":
        take_entities(turn)
    for step in STEPS:
        reply = step(turn)
        if reply is not None:
            return reply, turn.memory
    raise AssertionError("ask_back always answers")
