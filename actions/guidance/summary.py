"""What a person can read out to the human who takes over: matter, situation, place, what was asked."""

from __future__ import annotations

from actions.guidance.context import Memory
from bot.text.mask import mask
from knowledge.catalogue import Catalogue

_KINDS = {
    "household": "户口", "residence": "住", "business": "单位", "incident": "事情出", "destination": "要迁去的地方",
    "ship": "船", "origin": "货的运出地", "arrival": "货的运达地",
}  # fmt: skip


def labels(catalogue: Catalogue, memory: Memory) -> list[str]:
    """The person's situation in words, for the facets of the matter in focus."""
    matter = catalogue.matters.get(memory.matter or "")
    if matter is None:
        return []
    out = []
    for facet in catalogue.facets_of(matter):
        option = memory.situation.get(facet.id)
        out += [item.label for item in facet.options if item.id == option]
    return out


def summary(catalogue: Catalogue, memory: Memory) -> str:
    """One sentence in the person's voice, numbers masked; empty if nothing is known yet."""
    matter = catalogue.matters.get(memory.matter or "")
    parts = []
    if matter is not None:
        parts.append(f"我想办{matter.name}")
    parts += labels(catalogue, memory)
    at = memory.whereabouts(matter)
    if at.district:
        parts.append(f"{_KINDS.get(at.kind or '', '')}在{at.text}")
    if memory.topics:
        parts.append("问过:" + "、".join(memory.topics))
    if not parts:
        return ""
    return f"接通以后可以照着念:“{mask(','.join(parts)).text}。”"
