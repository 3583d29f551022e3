"""From a matter record and what is known of the person to the guidance for *this* person.

Pure: a ``Matter``, the chosen facet options and the whereabouts go in, a ``Guidance`` comes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from actions.guidance.models import Guidance
from actions.guidance.place import Whereabouts, windows_for
from knowledge import citations
from knowledge.catalogue import Catalogue
from knowledge.models import Document, Facet, Matter, Option, Period, When, Window

Situation = dict[str, str]
"""Facet id → option id that the person has given."""


def applies(when: When, situation: Situation) -> bool:
    """Whether a fact with this condition may concern the person: unknown facets rule nothing out."""
    return all(situation.get(facet) in (None, *options) for facet, options in when.items())


def condition_text(when: When, facets: dict[str, Facet], situation: Situation) -> str:
    """The open part of a condition in words, e.g. ``替别人办(代办)``; empty if it is settled."""
    parts = []
    for facet_id, options in when.items():
        if facet_id in situation or facet_id not in facets:
            continue
        parts.append("、".join(facets[facet_id].option(option).label for option in options))
    return ",而且".join(parts)


def _facts(matter: Matter, aspects: Iterable[str]) -> Iterator[When]:
    """The conditions of the facts that an answer for these aspects shows."""
    wanted = set(aspects)
    if wanted & {"documents", "proxy"}:
        yield from (document.when for document in matter.documents)
    if "fee" in wanted and matter.fee:
        yield from (item.when for item in matter.fee.items)
    if "process" in wanted:
        yield from (step.when for step in matter.steps)
    if "conditions" in wanted:
        yield from (fact.when for fact in matter.conditions)


ANSWERED = ("documents", "fee")
"""Aspects that the general answer shows and that depend on the person."""


def relevant_facets(
    catalogue: Catalogue,
    matter: Matter,
    situation: Situation | None = None,
    asked: Collection[str] = (),
    aspects: Iterable[str] = ANSWERED,
) -> list[Facet]:
    """The open facets that change what an answer for ``aspects`` shows, in asking order.

    A facet that only matters in a case that is ruled out (who accompanies the child, for an adult),
    or in a case the person would not tell, is not among them.

    Args:
        asked: ids of facets that were asked before.
    """
    known = situation or {}
    used: set[str] = set()
    for when in _facts(matter, aspects):
        if not applies(when, known):
            continue
        unsaid = {facet for facet in when if facet not in known}
        if len(unsaid) == 1 or not unsaid & set(asked):
            used |= unsaid
    order = [facet for facet in catalogue.facets_of(matter) if facet.id in used and facet.id not in asked]
    # A facet that matters only together with an open one waits for that one's answer.
    return [facet for facet in order if _matters_alone(facet.id, matter, known, aspects) or facet is order[0]]


def _matters_alone(facet: str, matter: Matter, known: Situation, aspects: Iterable[str]) -> bool:
    return any(
        facet in when and applies(when, known) and all(other in known for other in when if other != facet)
        for when in _facts(matter, list(aspects))
    )


def option_of(facet: Facet, option_id: str) -> Option | None:
    """The option with this id, or None."""
    return next((option for option in facet.options if option.id == option_id), None)


def source_title(catalogue: Catalogue, citation: str) -> str:
    """How a citation is shown to people."""
    if citation == "catalogue":
        return "事项目录"
    page = catalogue.pages.get(citation)
    return page.title if page else citation


def _is_local(catalogue: Catalogue, sources: list[str]) -> bool:
    return any(source in catalogue.pages and catalogue.pages[source].scope == "tianjin" for source in sources)


def _document(
    catalogue: Catalogue, document: Document, facets: dict[str, Facet], situation: Situation
) -> dict[str, Any]:
    kind = catalogue.documents.get(document.name)
    out: dict[str, Any] = {"name": document.name}
    # An e-certificate is taken where a source of this matter says so, not wherever the document is asked for.
    for key in ("form", "copies", "note", "exempt_by"):
        if getattr(document, key) is not None:
            out[key] = getattr(document, key)
    if when := condition_text(document.when, facets, situation):
        out["when"] = when
    if kind and kind.where:
        out["where"] = kind.where
    out["source"] = [source_title(catalogue, item) for item in document.source]
    return out


def _window(window: Window) -> dict[str, Any]:
    out: dict[str, Any] = {"id": window.id, "name": window.name, "level": window.level}
    for key in ("district", "street", "address", "phone", "hours", "as_of"):
        if getattr(window, key):
            out[key] = getattr(window, key)
    out["verified"] = window.verified
    return out


def _period(catalogue: Catalogue, period: Period) -> dict[str, Any]:
    out: dict[str, Any] = {"unit": period.unit}
    if period.amount is not None:
        amount = period.amount
        out["amount"] = int(amount) if amount == int(amount) else amount
    if period.note:
        out["note"] = period.note
    out["source"] = [source_title(catalogue, item) for item in period.source]
    return out


def _fee(catalogue: Catalogue, matter: Matter, situation: Situation) -> dict[str, Any]:
    if matter.fee is None:
        return {}
    facets = {facet.id: facet for facet in catalogue.facets_of(matter)}
    out: dict[str, Any] = {"free": matter.fee.free}
    items = []
    for item in matter.fee.items:
        if not applies(item.when, situation):
            continue
        amount = int(item.amount) if item.amount == int(item.amount) else item.amount
        entry: dict[str, Any] = {"label": item.label, "amount": amount, "unit": item.unit}
        if when := condition_text(item.when, facets, situation):
            entry["when"] = when
        items.append(entry)
    if items:
        out["items"] = items
    if matter.fee.note:
        out["note"] = matter.fee.note
    out["source"] = [source_title(catalogue, item) for item in matter.fee.source]
    return out


def _unconfirmed(matter: Matter) -> list[str]:
    missing = []
    if not matter.documents:
        missing.append("documents")
    if matter.fee is None:
        missing.append("fee")
    if matter.time is None or not (matter.time.statutory or matter.time.promised):
        missing.append("time")
    return missing


def compose(catalogue: Catalogue, matter: Matter, situation: Situation, at: Whereabouts) -> Guidance:
    """The guidance for one person.

    Args:
        situation: what the person has said about themselves; facets not in it stay open and their
            documents are listed with their condition.
        at: where the person is; without it only windows that serve everybody are named.
    """
    facets = {facet.id: facet for facet in catalogue.facets_of(matter)}
    known = {key: value for key, value in situation.items() if key in facets}
    guidance = Guidance(
        documents=[
            _document(catalogue, document, facets, known)
            for document in matter.documents
            if applies(document.when, known)
        ],
        windows=[_window(window) for window in windows_for(catalogue, matter, at)],
        fee=_fee(catalogue, matter, known),
        steps=[step.text for step in matter.steps if applies(step.when, known)],
        conditions=[fact.text for fact in matter.conditions if applies(fact.when, known)],
        basis=list(matter.legal_basis),
        tips=[{"group": tip.group, "text": tip.text} for tip in matter.tips],
        unconfirmed=_unconfirmed(matter),
    )
    online = matter.online
    guidance.online = {"available": online.available}
    for key in ("platform", "entry", "depth", "note"):
        if getattr(online, key):
            guidance.online[key] = getattr(online, key)
    if matter.self_service is not None:
        guidance.online["self_service"] = matter.self_service.available
    if matter.time is not None:
        for kind in ("statutory", "promised"):
            period = getattr(matter.time, kind)
            if period is not None:
                guidance.time[kind] = _period(catalogue, period)
    if matter.result is not None:
        guidance.result = {"name": matter.result.name, "delivery": matter.result.delivery}
        if matter.result.note:
            guidance.result["note"] = matter.result.note
    sources = {source for document in matter.documents for source in document.source}
    guidance.review = {"status": matter.review.status, "local": _is_local(catalogue, sorted(sources))}
    if matter.review.reviewed_on is not None:
        guidance.review["reviewed_on"] = matter.review.reviewed_on.isoformat()
    guidance.review["sources"] = sorted(
        source_title(catalogue, item)
        for item in sources
        if item == "catalogue" or item in catalogue.pages or citations.law_title(item)
    )
    return guidance
