"""The answer for the matter in focus: what was asked first, the rest on 更多, at most one question."""

from __future__ import annotations

from collections.abc import Callable

from actions.guidance import faq, wording
from actions.guidance.compose import applies, compose, relevant_facets
from actions.guidance.models import Choice, Guidance, Reply
from actions.guidance.passages import ENOUGH, PLENTY, finder
from actions.guidance.place import Whereabouts, needs
from actions.guidance.summary import labels
from actions.guidance.turn import Turn, named
from knowledge.models import Matter

_FOLLOW_UPS = {
    "documents": "要带什么材料",
    "window": "去哪办",
    "fee": "多少钱",
    "time": "要多久",
    "online": "网上能办吗",
}
GENERAL = ("documents", "window", "online", "fee", "time")
"""What the answer to no aspect in particular holds."""
REST = ("conditions", "process", "result", "basis")
MAX_QUESTIONS = 3
"""So many questions about the person for one matter; an officer would not ask more either."""
_DEPENDS_ON_PERSON = ("documents", "fee", "proxy", "conditions", "process")


def answer(turn: Turn, aspects: list[str], lead: str = "") -> Reply:
    """The guidance for the matter in focus, and for the one asked together with it.

    Args:
        aspects: what was asked, the main one first; empty: the matter as a whole.
        lead: a sentence to say first, e.g. that we understood the correction.
    """
    reply = _one(turn, aspects, lead)
    second = turn.catalogue.matters.get(turn.memory.also or "")
    if second is not None:
        guidance = compose(turn.catalogue, second, turn.memory.situation, turn.memory.whereabouts(second))
        other = Reply("answer", "\n".join(_lines(turn, second, guidance, aspects)), named(second), guidance=guidance)
        reply.text = f"先说第一件。{reply.text}\n\n再说第二件。{other.text}"
        reply.also = [other]
    return reply


def _one(turn: Turn, aspects: list[str], lead: str) -> Reply:
    memory, catalogue = turn.memory, turn.catalogue
    matter = catalogue.matter(memory.matter or "")
    situation = dict(memory.situation)
    if "proxy" in aspects and any(item.id == "applicant" for item in catalogue.facets_of(matter)):
        situation["applicant"] = "proxy"
    guidance = compose(catalogue, matter, situation, memory.whereabouts(matter))
    memory.failures, memory.aspect = 0, aspects[0] if aspects else None
    memory.note(matter.name + (":" + wording.ASPECT_NAMES[aspects[0]] if aspects else ""))
    lines = [lead] if lead else []
    first = faq.direct(guidance, turn.understood, aspects) or _passage(turn, matter, aspects)
    lines += first + [text for text in _lines(turn, matter, guidance, aspects) if text not in first]
    lines += [text for text in faq.besides(matter, guidance, turn.understood.text, aspects) if text not in lines]
    if matter.alert is not None and applies(matter.alert.when, situation) and turn.before != matter.code:
        lines[0] = wording.sentence(matter.alert.text) + lines[0]
    question, choices = ask(turn, matter, situation, aspects) if memory.also is None else (None, [])
    if question and choices:
        lines.append(wording.facet_question(question, [choice.name for choice in choices]))
    elif question:
        lines.append(question)
    covered = set(aspects) or set(GENERAL)
    suggestions = [text for name, text in _FOLLOW_UPS.items() if name not in covered]
    if not aspects or not suggestions:
        suggestions = [*suggestions, "更多"]
    return Reply(
        "answer",
        "\n".join(lines),
        matter=named(matter),
        aspect=memory.aspect,
        guidance=guidance,
        choices=choices,
        question=question,
        suggestions=suggestions,
    )


def _passage(turn: Turn, matter: Matter, aspects: list[str]) -> list[str]:
    """The sentence of the record that answers just this question, if there is one."""
    if turn.before != matter.code and aspects in ([], ["process"]):
        # 「护照到期怎么换」 asks for everything, not for the one case that shares its words (到期 abroad).
        return []
    found = finder(turn.catalogue).best(matter, turn.understood.text, aspects[0] if aspects else None)
    enough = ENOUGH if turn.before == matter.code else PLENTY
    return [found[1]] if found and found[0] >= enough else []


def _lines(turn: Turn, matter: Matter, guidance: Guidance, aspects: list[str]) -> list[str]:
    at = turn.memory.whereabouts(matter)
    case = wording.persons_case(labels(turn.catalogue, turn.memory)) if turn.memory.matter == matter.code else ""
    if aspects in ([], ["process"]):
        _cited(turn, matter)
        # 「怎么补」 wants to leave home prepared, not only the order of steps.
        return _general(matter, guidance, at, case, with_steps=bool(aspects))
    has_proxy = any(item.id == "applicant" for item in turn.catalogue.facets_of(matter))
    parts: dict[str, Callable[[], list[str]]] = {
        "documents": lambda: _document_lines(guidance),
        "window": lambda: wording.windows(matter, guidance, at),
        "fee": lambda: [wording.fee(guidance)],
        "time": lambda: [wording.time(guidance)],
        "online": lambda: [wording.online(guidance)],
        "conditions": lambda: wording.conditions(guidance),
        "process": lambda: wording.steps(guidance),
        "proxy": lambda: wording.proxy(matter, guidance, has_proxy),
        "result": lambda: _result_lines(matter, guidance),
        "basis": lambda: [wording.basis(guidance)],
    }
    lines = [f"{matter.name}{case}"]
    for aspect in aspects:
        lines += parts[aspect]()
    if (aspects[0] in ("fee", "time", "online", "window", "result") and len(lines) > 1) or (
        aspects[0] == "documents" and guidance.documents
    ):
        lines[0:2] = [f"{lines[0]},{lines[1]}"]
    else:
        lines[0] += ":"
    cited = "basis" in aspects or _cited(turn, matter)
    return [*lines, wording.review_line(matter, guidance, cited)]


def _cited(turn: Turn, matter: Matter) -> bool:
    """Whether the basis of this matter was named before; once is enough."""
    key = f"basis:{matter.code}"
    before = key in turn.memory.asked
    if not before:
        turn.memory.asked = [*turn.memory.asked, key]
    return before


def _document_lines(guidance: Guidance) -> list[str]:
    return [*(["要带的材料:"] if guidance.documents else []), *wording.documents(guidance)]


def _result_lines(matter: Matter, guidance: Guidance) -> list[str]:
    lines = [wording.result(guidance)]
    return [*lines, f"有效期:{wording.sentence(matter.validity.text)}"] if matter.validity else lines


def _general(matter: Matter, guidance: Guidance, at: Whereabouts, case: str, with_steps: bool = False) -> list[str]:
    """Everything one needs before leaving home; the documents count as one line of ``FEW_LINES``."""
    documents = _document_lines(guidance)
    where = wording.windows(matter, guidance, at, full=True)
    lines = [f"{matter.name}{case},{documents[0]}", *documents[1:]]
    visit = "".join(where)
    online = wording.online(guidance, full=False)
    # Where the visit can be saved, that comes before it.
    lines += [online, visit] if guidance.online.get("depth") == "全程网办" else [visit, online]
    lines.append(wording.fee_and_time(guidance))
    if with_steps and guidance.steps:
        lines += wording.steps(guidance)
    rest = "条件" if with_steps else "条件和步骤"
    lines.append(f"{wording.review_line(matter, guidance)}。要看{rest},回“更多”。")
    return lines


def same_answer(turn: Turn, codes: list[str], aspects: list[str]) -> bool:
    """Whether what is asked has the same answer for all of several matters, so that it does not matter which."""
    if len(aspects) != 1 or aspects[0] not in ("window", "fee", "time", "online"):
        return False
    answers = []
    for matter in map(turn.catalogue.matter, codes):
        found = compose(turn.catalogue, matter, turn.memory.situation, turn.memory.whereabouts(matter))
        part = {
            "window": (matter.window.levels, matter.window.place, matter.window.desk, found.windows),
            "fee": found.fee,
            "time": found.time,
            "online": found.online,
        }[aspects[0]]
        answers.append(part)
    return bool(answers[0]) and all(item == answers[0] for item in answers)


def depends_on_person(aspect: str) -> bool:
    """Whether the answer for an aspect changes with the person's situation."""
    return aspect in _DEPENDS_ON_PERSON


def more(turn: Turn) -> Reply:
    """What the first answer left out: conditions, steps, result, hints, frequent questions, basis."""
    reply = _one(turn, list(REST), "")
    matter = turn.in_focus
    if matter is not None:
        extra = [f"{tip.group}:{wording.sentence(tip.text)}" for tip in matter.tips]
        extra += [f"问:{item.question}答:{wording.sentence(item.answer)}" for item in matter.faq[:3]]
        reply.text = "\n".join([reply.text, *extra])
    turn.memory.aspect = None
    return reply


def ask(turn: Turn, matter: Matter, situation: dict[str, str], aspects: list[str]) -> tuple[str | None, list[Choice]]:
    """At most one question that would sharpen the answer, and its options; never one that was asked before."""
    memory = turn.memory
    wanted = set(aspects) or set(GENERAL)
    memory.pending = None
    at = memory.whereabouts(matter)
    missing = needs(matter, at)
    key = "street" if missing == "street" else "place"
    if "window" in wanted and missing and key not in memory.asked:
        memory.asked = [*memory.asked, key]
        memory.pending = "place"
        return wording.ask_place(matter, missing, at), []
    dependent = [name for name in _DEPENDS_ON_PERSON if name in wanted]
    if all(item.id != "applicant" for item in turn.catalogue.facets_of(matter)):
        dependent = [name for name in dependent if name != "proxy"]
    facets = {item.id for item in turn.catalogue.facets_of(matter)}
    if len(facets & set(memory.asked)) >= MAX_QUESTIONS:
        return None, []
    for item in relevant_facets(turn.catalogue, matter, situation, memory.asked, dependent):
        memory.asked = [*memory.asked, item.id]
        memory.pending = f"facet:{item.id}"
        choices = [Choice(option.id, option.label) for option in item.options]
        return item.question, choices
    return None, []
