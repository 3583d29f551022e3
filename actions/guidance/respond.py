"""Answering one turn: an ordered list of steps, the first that has something to say says it.

One context goes in (what was understood, what is remembered, the knowledge), one ``Reply`` comes out,
and the memory is changed along the way. The order is the policy: danger first, then what the person
was just asked, then what they ask now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from actions.guidance import wording
from actions.guidance.compose import compose, option_of, relevant_facets
from actions.guidance.context import Memory, Understood
from actions.guidance.models import Choice, Guidance, Reply
from actions.guidance.place import needs
from bot.text.normalise import normalise
from bot.text.ordinals import position
from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.models import Facet, Matter

_FOLLOW_UPS = {
    "documents": "要带什么材料",
    "window": "去哪办",
    "fee": "多少钱",
    "time": "要多久",
    "online": "网上能办吗",
}
_SERVICE_ACTS = ("handoff", "complain", "rate", "queue", "appointment")
_SKIPS = frozenset({"skip", "deny"})
MAX_FAILURES = 2
"""After so many turns in a row without an answer a human is offered."""


@lru_cache(maxsize=1)
def replies() -> dict[str, str]:
    """The canned sentences of ``replies.yml``."""
    loaded: dict[str, str] = yamlio.read(Path(__file__).with_name("replies.yml"))
    return loaded


@dataclass
class Turn:
    """Everything one step may look at."""

    catalogue: Catalogue
    understood: Understood
    memory: Memory

    @property
    def in_focus(self) -> Matter | None:
        """The matter the conversation is about, if it still exists."""
        return self.catalogue.matters.get(self.memory.matter or "")


Step = Callable[[Turn], Reply | None]


def named(matter: Matter) -> dict[str, str]:
    """The contract's short form of a matter."""
    return {"code": matter.code, "name": matter.name}


def _take_entities(turn: Turn) -> bool:
    """Remember place and situation given in passing. Returns whether a place was given."""
    memory, understood = turn.memory, turn.understood
    streets, districts = understood.entity("street"), understood.entity("district")
    given = False
    if len(streets) == 1:
        district, _, street = streets[0].partition("/")
        memory.place, given = {"district": district, "street": street}, True
    elif len(districts) == 1:
        memory.place, given = {"district": districts[0]}, True
    memory.situation = {**memory.situation, **understood.situation(turn.catalogue.facets)}
    return given


def emergency(turn: Turn) -> Reply | None:
    """Danger first, in any turn."""
    if turn.understood.decision != "emergency":
        return None
    record = turn.catalogue.referrals.get(turn.understood.topic or "")
    phone = turn.understood.referral or "110"
    text = record.say if record else f"请马上打 {phone}!先保证自己安全。"
    return Reply("emergency", text, referral={"body": record.body if record else "公安机关", "phone": phone})


def restart(turn: Turn) -> Reply | None:
    """Forget everything on request."""
    if turn.understood.intent != "start_over":
        return None
    turn.memory.__init__()  # type: ignore[misc]
    return Reply("smalltalk", replies()["restart"])


def service(turn: Turn) -> Reply | None:
    """Requests for the service around the guide: how to do each of them today."""
    act = turn.understood.decision
    if act not in _SERVICE_ACTS:
        return None
    matter = turn.in_focus
    text = replies()[act]
    if act == "handoff" and matter is not None:
        text += f"\n您可以这样说:“我想办{matter.name}。”"
    return Reply(act, text, matter=named(matter) if matter else None)


def choice(turn: Turn) -> Reply | None:
    """The person picks one of the matters offered before."""
    memory, understood = turn.memory, turn.understood
    if memory.pending != "choice" or not memory.choices:
        return None
    if understood.intent == "none_of_these":
        memory.choices, memory.pending = [], None
        return _failed(turn, replies()["none_of_these"])
    text = normalise(understood.text)
    index = position(text, len(memory.choices))
    code = memory.choices[index] if index is not None else _by_name(turn, text)
    if code is None and understood.intent == "affirm" and len(memory.choices) == 1:
        code = memory.choices[0]
    if code is None:
        return None
    aspects = understood.aspects or ([memory.aspect] if memory.aspect else [])
    _focus(turn, code)
    return _answer(turn, aspects)


def _focus(turn: Turn, code: str) -> None:
    turn.memory.focus(code, turn.understood.situation(turn.catalogue.facets))


def _by_name(turn: Turn, text: str) -> str | None:
    """The offered matter that the words fit: its name, its hint, or the best of the candidates."""
    offered = [turn.catalogue.matter(code) for code in turn.memory.choices]
    for matter in offered:
        if text and text in (matter.code.lower(), normalise(matter.name), normalise(matter.hint or "")):
            return matter.code
    best = [item["code"] for item in turn.understood.matters if item["code"] in turn.memory.choices]
    top = turn.understood.matters[0]["code"] if turn.understood.matters else None
    if best and (best[0] == top or turn.understood.decision in ("clarify", "ask_back")):
        return str(best[0])
    if best and turn.understood.intent in ("choose", "correct", "affirm"):
        return str(best[0])
    return None


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
    given = _option(asked, understood)
    if given is None and understood.intent not in _SKIPS:
        return None
    memory.pending = None
    if given is not None:
        memory.situation = {**memory.situation, facet_id: given}
    return _answer(turn, [memory.aspect] if memory.aspect else [])


def _option(asked: Facet, understood: Understood) -> str | None:
    values = understood.entity(asked.id)
    if values and option_of(asked, values[0]):
        return values[0]
    text = normalise(understood.text)
    for item in asked.options:
        if text == item.id or (text in normalise(item.label) and len(text) >= 2):
            return item.id
        if normalise(item.label) in text:
            return item.id
    index = position(text, len(asked.options))
    return asked.options[index].id if index is not None else None


def place(turn: Turn) -> Reply | None:
    """The person says where they live, in answer to our question or of their own accord."""
    memory, understood = turn.memory, turn.understood
    matter = turn.in_focus
    if matter is None:
        return None
    given = bool(understood.entity("street") or understood.entity("district"))
    bare = understood.intent in ("inform", "follow_up") or understood.decision in ("ask_back", "clarify")
    if memory.pending == "place" and understood.intent in _SKIPS:
        memory.pending = None
        return _answer(turn, ["window"])
    if given and (memory.pending == "place" or bare) and understood.decision != "answer":
        return _answer(turn, understood.aspects or ["window"])
    if memory.pending == "place" and given and len(understood.text) <= 15:
        return _answer(turn, ["window"])
    return None


def several_places(turn: Turn) -> Reply | None:
    """A place name that stands for more than one street or district: ask which."""
    options = turn.understood.entity("place_option")
    if len(options) < 2 or turn.memory.pending != "place":
        return None
    choices = [Choice(item, item.replace("/", "")) for item in options[:5]]
    text = "您说的是哪一个?\n" + "\n".join(wording.choice_lines(choices))
    return Reply("clarify", text, matter=_focus_named(turn), aspect="window", choices=choices)


def follow_up(turn: Turn) -> Reply | None:
    """A question that names no matter, about the one in focus."""
    understood = turn.understood
    matter = turn.in_focus
    if understood.intent == "more" and matter is not None:
        return _answer(turn, ["conditions", "process", "result", "basis"])
    if understood.intent == "repeat" and matter is not None:
        return _answer(turn, [turn.memory.aspect] if turn.memory.aspect else [])
    if understood.intent != "follow_up":
        return None
    if matter is None:
        return _failed(turn, replies()["no_focus"])
    return _answer(turn, understood.aspects)


def matter_answer(turn: Turn) -> Reply | None:
    """One matter is clear enough to answer for."""
    if turn.understood.decision != "answer" or not turn.understood.matters:
        return None
    _focus(turn, turn.understood.matters[0]["code"])
    return _answer(turn, turn.understood.aspects)


def clarify(turn: Turn) -> Reply | None:
    """Several matters fit: ask which, by what tells them apart."""
    understood, memory = turn.understood, turn.memory
    if understood.decision != "clarify":
        return None
    offered = [turn.catalogue.matters[code] for code in understood.options if code in turn.catalogue.matters]
    if len(offered) < 2:
        return None
    memory.choices, memory.pending = [matter.code for matter in offered], "choice"
    memory.aspect = understood.aspects[0] if understood.aspects else None
    choices = [Choice(matter.code, matter.name, _hint(turn.catalogue, matter)) for matter in offered]
    text = "\n".join(["您说的是哪一种?", *wording.choice_lines(choices), "回复数字就行;都不是就说“都不是”。"])
    return Reply("clarify", text, aspect=memory.aspect, choices=choices)


def _hint(catalogue: Catalogue, matter: Matter) -> str:
    return matter.hint or matter.summary


def refer(turn: Turn) -> Reply | None:
    """Not a police matter: say whose it is."""
    understood = turn.understood
    if understood.decision != "refer":
        return None
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


def ask_back(turn: Turn) -> Reply:
    """Too vague: ask, and after two failures show the way to a human."""
    if turn.in_focus is not None and turn.understood.aspects:
        return _answer(turn, turn.understood.aspects)
    return _failed(turn, replies()["vague"])


def _failed(turn: Turn, text: str) -> Reply:
    turn.memory.failures += 1
    if turn.memory.failures > MAX_FAILURES:
        return Reply("ask_back", replies()["give_up"])
    return Reply("ask_back", text)


def _focus_named(turn: Turn) -> dict[str, str] | None:
    return named(turn.in_focus) if turn.in_focus else None


def _answer(turn: Turn, aspects: list[str]) -> Reply:
    """The guidance for the matter in focus, led by the aspects asked for."""
    memory, catalogue = turn.memory, turn.catalogue
    matter = catalogue.matter(memory.matter or "")
    situation = dict(memory.situation)
    if "proxy" in aspects and any(item.id == "applicant" for item in catalogue.facets_of(matter)):
        situation["applicant"] = "proxy"
    guidance = compose(catalogue, matter, situation, memory.whereabouts)
    memory.failures, memory.aspect = 0, aspects[0] if aspects else None
    lines = _lines(turn, matter, guidance, aspects)
    question, choices = _question(turn, matter, situation, aspects)
    if question:
        lines.append(question)
    covered = set(aspects) or {"documents", "window", "fee", "time", "online"}
    suggestions = [text for name, text in _FOLLOW_UPS.items() if name not in covered]
    if suggestions and not question:
        lines.append("还可以接着问:" + "、".join(suggestions) + "。")
    return Reply(
        "answer",
        "\n".join(lines),
        matter=named(matter),
        aspect=memory.aspect,
        guidance=guidance,
        choices=choices,
        suggestions=suggestions,
    )


def _lines(turn: Turn, matter: Matter, guidance: Guidance, aspects: list[str]) -> list[str]:
    known = turn.memory.whereabouts.district is not None
    has_proxy = any(item.id == "applicant" for item in turn.catalogue.facets_of(matter))
    parts: dict[str, Callable[[], list[str]]] = {
        "documents": lambda: wording.documents(guidance),
        "window": lambda: wording.windows(matter, guidance, known),
        "fee": lambda: [wording.fee(guidance)],
        "time": lambda: [wording.time(guidance)],
        "online": lambda: [wording.online(guidance)],
        "conditions": lambda: wording.conditions(guidance),
        "process": lambda: wording.steps(guidance),
        "proxy": lambda: wording.proxy(matter, guidance, has_proxy),
        "result": lambda: [wording.result(guidance)],
        "basis": lambda: [wording.basis(guidance)],
    }
    wanted = aspects or ["documents", "window", "online", "fee", "time"]
    heading = f"{matter.name}," + ("要带:" if wanted[0] == "documents" and guidance.documents else "是这样:")
    lines = [heading]
    for aspect in wanted:
        if aspect == "documents" and wanted[0] != "documents" and guidance.documents:
            lines.append("要带:")
        lines += parts[aspect]()
    lines.append(wording.review_line(matter, guidance))
    return lines


def _question(
    turn: Turn, matter: Matter, situation: dict[str, str], aspects: list[str]
) -> tuple[str | None, list[Choice]]:
    """At most one question that would sharpen the answer; never one that was asked before."""
    memory = turn.memory
    wanted = set(aspects) or {"documents", "window"}
    memory.pending = None
    if "window" in wanted and needs(matter, memory.whereabouts) and "place" not in memory.asked:
        memory.asked = [*memory.asked, "place"]
        memory.pending = "place"
        return wording.ask_place(matter), []
    if wanted & {"documents", "fee", "proxy", "conditions", "process"}:
        for item in relevant_facets(turn.catalogue, matter):
            if item.id in situation or item.id in memory.asked:
                continue
            memory.asked = [*memory.asked, item.id]
            memory.pending = f"facet:{item.id}"
            choices = [Choice(option.id, option.label) for option in item.options]
            labels = ";".join(f"{index}. {option.label}" for index, option in enumerate(item.options, 1))
            return f"想说得更准:{item.question}({labels};不想说就回“跳过”)", choices
    return None, []


STEPS: tuple[Step, ...] = (
    emergency,
    restart,
    service,
    choice,
    facet,
    several_places,
    place,
    matter_answer,
    follow_up,
    clarify,
    refer,
    canned,
    ask_back,
)


def respond(catalogue: Catalogue, understood: Understood, memory: Memory) -> tuple[Reply, Memory]:
    """The reply to one turn and what to remember. ``memory`` itself is not changed."""
    turn = Turn(catalogue, understood, replace(memory))
    if understood.decision != "emergency":
        _take_entities(turn)
    for step in STEPS:
        reply = step(turn)
        if reply is not None:
            return reply, turn.memory
    raise AssertionError("ask_back always answers")
