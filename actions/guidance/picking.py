"""Steps: the person answers what the last turn asked: which matter, which place, which case."""

from __future__ import annotations

import re

from actions.guidance import wording
from actions.guidance.answering import answer
from actions.guidance.classes import class_option
from actions.guidance.compose import option_of
from actions.guidance.context import Understood
from actions.guidance.correction import correction_in
from actions.guidance.matching import essence, matcher, named
from actions.guidance.models import Choice, Reply
from actions.guidance.place import asked_kind
from actions.guidance.things import things
from actions.guidance.turn import Turn, failed, focus_named, replies
from bot.text.normalise import normalise
from bot.text.ordinals import position
from bot.text.places import district_stem, street_stem
from knowledge.models import Facet, Matter

_SKIPS = frozenset({"skip", "deny"})
_SKIP_WORDS = re.compile(r"^(?:别的)?(?:跳过|略过|不想说|不方便说|不说|不知道|说不(?:清|好|上来)|不清楚|忘了|算了)")
_ENOUGH = re.compile(r"^(?:不用|不需要|没了|没有了|没事|不问了)")
_NONE = re.compile(
    r"^(?:这些|这几个|以上|上面)?(?:都|全|一个也?)(?:不是|不对|没有)|^换一(?:个|批|组)$|^没有我要的|^没有$"
)
_NEGATIVE = re.compile("未|没|不|非|外省|外地|无")
_ANSWERS = ("affirm", "deny", "inform", "choose", "skip")
_SHORT = 12
"""A message longer than this is more than the answer to a question about the person."""


def skips(understood: Understood) -> bool:
    """Whether the person would rather not answer, and asks nothing else instead."""
    text = normalise(understood.text)
    if (understood.aspects and len(text) > 4) or _ENOUGH.search(text):
        return False
    return understood.intent in _SKIPS or bool(_SKIP_WORDS.search(text))


def choice(turn: Turn) -> Reply | None:
    """The person picks one of the matters offered before: by number, name or description."""
    memory, understood = turn.memory, turn.understood
    if memory.pending != "choice" or not memory.choices:
        return None
    text = normalise(understood.text)
    if understood.intent == "none_of_these" or _NONE.search(text):
        return _none_of_these(turn)
    # 「不是到期的,是坏了的那个」 picks by what it puts in the place of the other.
    correction = correction_in(text)
    text = correction.right if correction and correction.wrong else text
    text = things(turn.catalogue).without_origin(text) or text
    code = _picked(turn, text)
    if code is not None:
        aspects = understood.aspects or ([memory.aspect] if memory.aspect else [])
        turn.focus(code)
        return answer(turn, aspects)
    if understood.intent == "deny" and len(memory.choices) == 1:
        return _none_of_these(turn)
    among = [code for code in understood.options if code in memory.choices]
    if understood.decision == "clarify" and len(among) == 1 and understood.options[0] == among[0]:
        # 「先说身份证」 after a list with one matter of identity cards.
        turn.focus(among[0])
        return answer(turn, understood.aspects or ([memory.aspect] if memory.aspect else []))
    # Another clear question leaves the choice behind.
    if understood.decision in ("answer", "clarify", "refer", "explain", "bundle") and understood.intent != "choose":
        return None
    return _narrow(turn, text)


def _picked(turn: Turn, text: str) -> str | None:
    memory, understood = turn.memory, turn.understood
    index = position(text, len(memory.choices))
    if index is not None:
        return memory.choices[index]
    exact = named(turn.catalogue, text, memory.choices)
    if exact is not None:
        return exact
    if understood.intent == "affirm" and len(memory.choices) == 1:
        return memory.choices[0]
    # A longer question may be a new one: then only the words of one of the choices and nothing else.
    elsewhere = understood.decision == "answer" and understood.codes[:1] and understood.codes[0] not in memory.choices
    if elsewhere and len(text) > _SHORT:
        return None
    described = matcher(turn.catalogue).clear(text, memory.choices)
    if described is not None and not elsewhere:
        return described
    if described is not None and matcher(turn.catalogue).fit(text, described) > 0.9:
        return described
    if understood.decision == "answer" and understood.codes[:1] and understood.codes[0] in memory.choices:
        return understood.codes[0]
    return None


def _narrow(turn: Turn, text: str) -> Reply | None:
    """Words that fit some of the choices but not one alone: offer those."""
    memory = turn.memory
    fitting = matcher(turn.catalogue).narrowed(text, memory.choices) if essence(text) else []
    if 1 < len(fitting) < len(memory.choices):
        return offer(turn, fitting, replies()["narrowed"])
    return None


def _none_of_these(turn: Turn) -> Reply:
    memory = turn.memory
    memory.rejected = [*memory.rejected, *memory.choices]
    others: list[str] = []
    for code in memory.choices:
        others += [item.code for item in turn.catalogue.matter(code).related]
    memory.choices, memory.pending = [], None
    fresh = [code for code in dict.fromkeys(others) if code not in memory.rejected and code in turn.catalogue.matters]
    if fresh and memory.failures == 0:
        memory.failures += 1
        return offer(turn, fresh[:4], replies()["others"])
    return failed(turn, replies()["none_of_these"])


def offer(turn: Turn, codes: list[str], heading: str) -> Reply:
    """Ask which of several matters is meant, by what tells them apart."""
    memory = turn.memory
    memory.choices, memory.pending = list(codes), "choice"
    memory.remember_offer(codes)
    choices = [Choice(matter.code, matter.name, hint(matter)) for matter in map(turn.catalogue.matter, codes)]
    last = "回复数字就行;都不是就说“都不是”。" if len(codes) > 1 else "是就回“是”,不是就说说是什么事。"
    text = "\n".join([heading, *wording.choice_lines(choices), last])
    return Reply("clarify", text, aspect=memory.aspect, choices=choices)


def hint(matter: Matter) -> str:
    """The case a matter is for, shown beside its name."""
    return matter.hint or matter.summary


def facet(turn: Turn) -> Reply | None:
    """The person answers the question about their situation, or skips it."""
    memory, understood = turn.memory, turn.understood
    matter = turn.in_focus
    if matter is None or not (memory.pending or "").startswith("facet:"):
        return None
    facet_id = (memory.pending or "").partition(":")[2]
    asked = next((item for item in turn.catalogue.facets_of(matter) if item.id == facet_id), None)
    if asked is None:
        return None
    text = normalise(understood.text)
    if correction_in(text) is not None:
        return None
    if _another_question(turn, text):
        memory.pending = None
        return None
    asks = bool(understood.aspects) and not understood.entity(asked.id) and understood.intent not in _ANSWERS
    given = None if asks else option_given(asked, understood)
    if given is None and not skips(understood):
        return None
    memory.pending = None
    if given is not None:
        memory.situation = {**memory.situation, facet_id: given}
    aspects = understood.aspects if understood.intent in ("ask", "follow_up") and given is not None else []
    return answer(turn, aspects or ([memory.aspect] if memory.aspect else []))


def _another_question(turn: Turn, text: str) -> bool:
    understood = turn.understood
    if understood.decision in ("handoff", "refer", "bundle"):
        return True
    new = understood.decision in ("answer", "clarify") and understood.codes[:1] != [turn.memory.matter]
    return bool(new and (len(text) > _SHORT or understood.aspects) and matcher(turn.catalogue).speaks_of(text))


def option_given(asked: Facet, understood: Understood) -> str | None:
    """The option that the words choose: an entity, its number, its label, or yes and no."""
    values = understood.entity(asked.id)
    if values and option_of(asked, values[0]):
        return str(values[0])
    named = class_option(asked, understood)
    if named is not None:
        return named
    text = normalise(understood.text)
    index = position(text, len(asked.options))
    if index is not None:
        return asked.options[index].id
    for item in asked.options:
        label = normalise(item.label)
        if text in (item.id, label) or label in text:
            return item.id
    within = [item.id for item in asked.options if len(text) >= 2 and text in normalise(item.label)]
    if len(within) == 1:
        return within[0]
    return _yes_or_no(asked, understood.intent, text) or _by_words(asked, text)


def _yes_or_no(asked: Facet, intent: str, text: str) -> str | None:
    """For a question that one option denies: which one a plain yes or no means."""
    denying = [item.id for item in asked.options if _NEGATIVE.search(item.label)]
    if len(asked.options) != 2 or len(denying) != 1 or not asked.question.rstrip("?？").endswith(("吗", "没有")):
        return None
    other = next(item.id for item in asked.options if item.id not in denying)
    if len(text) > _SHORT:
        return None
    if intent == "deny" or re.match(r"^(?:没|不|还没|未|否)", text):
        return denying[0]
    if intent == "affirm" or re.match(r"^(?:是|对|有|满了|在|嗯|过了)", text):
        return other
    return None


def _by_words(asked: Facet, text: str) -> str | None:
    """The one option that shares most of the words of a short answer."""
    plain = essence(text)
    if not plain or len(text) > _SHORT:
        return None
    scores = sorted(
        ((len(set(plain) & set(essence(item.label))) / len(set(plain)), item.id) for item in asked.options),
        reverse=True,
    )
    if scores[0][0] >= 0.6 and scores[0][0] > scores[1][0]:
        return scores[0][1]
    return None


def several_places(turn: Turn) -> Reply | None:
    """A place name that stands for more than one street: ask which, by district."""
    options = turn.understood.entity("place_option")
    if len(options) < 2 or turn.in_focus is None:
        return None
    if turn.understood.decision == "answer" and turn.understood.codes[:1] != [turn.memory.matter]:
        return None
    text = normalise(turn.understood.text)
    within = [option for option in options if district_stem(option.partition("/")[0]) in text]
    if len(within) == 1:
        district, _, street = within[0].partition("/")
        turn.memory.settle(district, street, asked_kind(turn.in_focus))
        return answer(turn, ["window"])
    return ask_which(turn, within or options)


def ask_which(turn: Turn, options: list[str]) -> Reply:
    """The question which of several places of one name is meant."""
    memory = turn.memory
    memory.pending, memory.choices = "which_place", options
    if len(options) <= 5:
        choices = [Choice(item, item.replace("/", "")) for item in options]
        text = "叫这个名字的地方不止一处,您说的是哪个区的?\n" + "\n".join(wording.choice_lines(choices))
    else:
        choices = []
        districts = "、".join(dict.fromkeys(item.partition("/")[0] for item in options))
        text = f"叫这个名字的地方有 {len(options)} 处,您在哪个区?({districts})"
    return Reply("clarify", text, matter=focus_named(turn), aspect="window", choices=choices)


def which_place(turn: Turn) -> Reply | None:
    """The person says which of the places of one name, by number, district or street."""
    memory, understood = turn.memory, turn.understood
    if memory.pending != "which_place" or turn.in_focus is None:
        return None
    options, text = memory.choices, normalise(understood.text)
    if skips(understood):
        memory.pending, memory.choices = None, []
        return answer(turn, ["window"])
    index = position(text, len(options)) if len(options) <= 5 else None
    left = [options[index]] if index is not None else [item for item in options if _names_place(item, text)]
    if not left:
        return None
    memory.pending, memory.choices = None, []
    if len(left) > 1 and len(left) < len(options):
        return ask_which(turn, left)
    district, _, street = left[0].partition("/")
    if len(left) > 1:
        street = ""
    memory.settle(district, street, asked_kind(turn.in_focus))
    return answer(turn, ["window"])


def _names_place(option: str, text: str) -> bool:
    district, _, street = option.partition("/")
    return district_stem(district) in text or (bool(street) and street_stem(street) in text)


def place(turn: Turn) -> Reply | None:
    """The person says where they live, in answer to our question or of their own accord."""
    memory, understood = turn.memory, turn.understood
    matter = turn.in_focus
    if matter is None:
        return None
    given = bool(understood.entity("street") or understood.entity("district"))
    bare = understood.intent in ("inform", "follow_up", "correct") or understood.decision in ("ask_back", "clarify")
    if memory.pending == "place" and not given and skips(understood):
        memory.pending = None
        return answer(turn, ["window"])
    if not given:
        return None
    asked_before = memory.pending == "place" or "place" in memory.asked
    answers = asked_before and (bare or len(understood.text) <= _SHORT + 3) and understood.decision != "answer"
    answers = answers or (memory.pending == "place" and len(understood.text) <= _SHORT + 3)
    if answers and None in (said := understood.places()):
        district, street = said[None]
        at = memory.whereabouts(matter)
        memory.settle(district, street or (at.street or "" if at.district == district else ""), asked_kind(matter))
    elsewhere = understood.decision == "answer" and understood.codes[:1] != [matter.code]
    if answers or (bare and not elsewhere):
        asked = understood.aspects if memory.pending != "place" or len(understood.text) > _SHORT else []
        return answer(turn, asked or ["window"])
    return None
