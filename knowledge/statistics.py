"""What ``onedoor check --stats`` prints: how much of the knowledge base is filled and how it is sourced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from knowledge import citations
from knowledge.catalogue import Catalogue
from knowledge.models import Record

_ELEMENTS = (
    "hint", "alert", "situations", "conditions", "documents", "steps", "self_service", "fee", "time", "result",
    "validity", "tips", "faq", "related",
)  # fmt: skip


def _facts(value: Any) -> Iterator[list[str]]:
    """The sources of every fact below ``value``: whatever has a ``source`` is a fact."""
    if isinstance(value, Record):
        for name in value.__fields__:
            item = getattr(value, name)
            if name == "source":
                yield item
            else:
                yield from _facts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _facts(item)


def _kind(citation: str, catalogue: Catalogue) -> str:
    if citation in citations.TABLES:
        return "事项目录和窗口表"
    page = catalogue.pages.get(citation)
    if page is None:
        return "法律条文"
    return {"national": "全国性网页和通知", "tianjin": "天津网页和通知", "other": "外省指南(只作参考)"}[page.scope]


def lines(catalogue: Catalogue) -> Iterator[str]:
    """The counts, one sentence a line."""
    matters = list(catalogue.matters.values())
    online = sum(matter.online.available for matter in matters)
    yield f"事项 {len(matters)},警种 {len(catalogue.branches)},可网办 {online},窗口 {len(catalogue.windows)}"
    filled = {name: sum(bool(getattr(matter, name)) for matter in matters) for name in _ELEMENTS}
    filled["window.place"] = sum(matter.window.place is not None for matter in matters)
    filled["online.platform"] = sum(matter.online.platform is not None for matter in matters)
    for name, count in filled.items():
        yield f"要素 {name}: {count}/{len(matters)}"
    documents = [document for matter in matters for document in matter.documents]
    sourced = sum(bool(document.source) for document in documents)
    share = 100 * sourced / len(documents) if documents else 100
    yield f"材料 {len(documents)} 条,有出处 {sourced} 条({share:.0f}%)"
    facts = [sources for matter in matters for sources in _facts(matter)]
    yield f"事实 {len(facts)} 条,有出处 {sum(map(bool, facts))} 条"
    kinds = Counter(_kind(source, catalogue) for fact in facts for source in fact)
    for kind, count in kinds.most_common():
        yield f"出处 {kind}: {count}"
    reviewed = sum(matter.review.status == "reviewed" for matter in matters)
    yield f"已核定 {reviewed},待核定 {len(matters) - reviewed}"
    levels = Counter(window.level for window in catalogue.windows.values())
    yield "窗口 " + ",".join(f"{level} {count}" for level, count in sorted(levels.items(), key=lambda item: item[1]))
    verified = sum(window.verified for window in catalogue.windows.values())
    addressed = sum(window.address is not None for window in catalogue.windows.values())
    yield f"窗口有地址 {addressed},已核实 {verified}"
    yield f"街镇 {len(catalogue.streets)},社区村 {len(catalogue.communities)},地名 {len(catalogue.places)}"
    phones = sum(referral.phone is not None for referral in catalogue.referrals.values())
    yield f"转介 {len(catalogue.referrals)},有电话 {phones}"
    steps = {step.matter for bundle in catalogue.bundles.values() for step in bundle.steps}
    yield f"一件事 {len(catalogue.bundles)},涉及事项 {len(steps)}"
