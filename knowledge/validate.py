"""Rules across records that a schema cannot state. ``check()`` lists every fault.

Run as ``python -m knowledge.validate`` or, with the training data beside it, as ``onedoor check``.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from knowledge import citations
from knowledge.catalogue import ROOT, Catalogue, read_all
from knowledge.errors import Fault
from knowledge.models import Level, Matter, Record, Window

EXPECTED = {"matters": 312, "branches": 12, "online": 289, "windows": 358}
"""The totals the bureau publishes."""

_VAGUE = re.compile(r"其他材料|其它材料|等材料|相关材料|有关材料|其他证明|相关证明|等$|等等")
_PRIVATE = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every record, dict, list and leaf below ``value`` with its dotted path."""
    yield path, value
    if isinstance(value, Record):
        for name in value.__fields__:
            yield from _walk(getattr(value, name), f"{path}.{name}".lstrip("."))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]")


def _file_of(matter: Matter) -> str:
    return f"knowledge/matters/{matter.branch}/{matter.code}.yml"


def check_matter(matter: Matter, catalogue: Catalogue) -> Iterator[Fault]:
    """Every rule that one record breaks beyond its schema."""
    file = _file_of(matter)
    pages = frozenset(catalogue.pages)
    if matter.branch not in catalogue.branches:
        yield Fault(file, "branch", f"没有警种“{matter.branch}”", "用 branches.yml 里的 id")
    elif not matter.code.startswith(catalogue.branches[matter.branch].prefix + "-"):
        yield Fault(file, "code", "编码字母与警种不符", f"应以 {catalogue.branches[matter.branch].prefix}- 开头")
    facets: dict[str, set[str]] = {}
    for index, item in enumerate(matter.situations):
        if isinstance(item, str) and item not in catalogue.facets:
            yield Fault(file, f"situations[{index}]", f"没有公共情形“{item}”", "先写进 facets.yml,或在这里写全")
            continue
        facet = catalogue.facets[item] if isinstance(item, str) else item
        facets[facet.id] = {option.id for option in facet.options}
    for path, value in _walk(matter):
        name = path.rsplit(".", 1)[-1]
        if name == "source" and isinstance(value, list):
            for citation in value:
                wrong = citations.problem(citation, catalogue.laws, pages)
                if wrong:
                    yield Fault(file, path, wrong, "改正出处,或先登记到 knowledge/sources")
        elif name == "when" and isinstance(value, dict):
            for facet_id, options in value.items():
                if facet_id not in facets:
                    yield Fault(file, f"{path}.{facet_id}", "这个事项的 situations 里没有它", "补进 situations")
                    continue
                for option in options:
                    if option not in facets[facet_id]:
                        allowed = "、".join(sorted(facets[facet_id]))
                        yield Fault(file, f"{path}.{facet_id}", f"没有选项“{option}”", f"可选:{allowed}")
        elif isinstance(value, str):
            if _PRIVATE.search(value):
                yield Fault(file, path, "像是身份证号或手机号", "删掉")
            listed = name in {"name", "text"} and path.startswith(("documents", "steps", "conditions"))
            if listed and _VAGUE.search(value):
                yield Fault(file, path, f"含糊的说法:“{value}”", "写明是哪一样材料")
    for index, document in enumerate(matter.documents):
        if document.name not in catalogue.documents:
            yield Fault(
                file, f"documents[{index}].name", f"材料词表里没有“{document.name}”", "加进 knowledge/documents"
            )
    listed_as = [(document.name, str(document.when), document.form) for document in matter.documents]
    for key, count in Counter(listed_as).items():
        if count > 1:
            yield Fault(file, "documents", f"“{key[0]}”在同一情形下列了 {count} 次", "合并成一条")
    for index, related in enumerate(matter.related):
        if related.code not in catalogue.matters:
            yield Fault(file, f"related[{index}].code", f"没有事项 {related.code}", "改成目录里的编码")
        elif related.code == matter.code:
            yield Fault(file, f"related[{index}].code", "相近事项写成了自己", "改成别的事项")
    for index, basis in enumerate(matter.legal_basis):
        title = citations.law_title(basis)
        if title in catalogue.laws:
            for article in re.findall(r"第[零一二三四五六七八九十百]+条", basis):
                wrong = citations.problem(f"《{title}》{article}", catalogue.laws, pages)
                if wrong:
                    yield Fault(file, f"legal_basis[{index}]", wrong, "核对条号")


def _check_window(window: Window, catalogue: Catalogue) -> Iterator[Fault]:
    file, where = "knowledge/windows", window.id
    names = {branch.name for branch in catalogue.branches.values()} | {"综合"}
    for service in window.services:
        if service not in names:
            yield Fault(file, f"{where}.services", f"没有警种“{service}”", "用警种的中文名或“综合”")
    if window.level != Level.CITY.value and not window.district:
        yield Fault(file, f"{where}.district", f"{window.level}窗口没有写区", "补上区名")
    if window.level == Level.STATION.value and not window.street:
        yield Fault(file, f"{where}.street", "派出所没有写街镇", "补上街镇")
    if window.street and (window.district, window.street) not in {
        (street.district, street.name) for street in catalogue.streets
    }:
        yield Fault(file, f"{where}.street", f"{window.district}没有“{window.street}”", "用 streets.csv 里的名字")
    if (window.address or window.phone or window.hours) and window.source == ["naming rule"]:
        yield Fault(file, f"{where}.source", "有地址、电话或时间却没有出处", "写上出处,或删掉没有出处的内容")


def _check_totals(catalogue: Catalogue) -> Iterator[Fault]:
    counted = {
        "matters": len(catalogue.matters),
        "branches": len(catalogue.branches),
        "online": sum(matter.online.available for matter in catalogue.matters.values()),
        "windows": len(catalogue.windows),
    }
    for what, expected in EXPECTED.items():
        if counted[what] != expected:
            yield Fault("knowledge", what, f"应有 {expected},现有 {counted[what]}", "查明多了或少了哪个")


def check(root: Path = ROOT) -> tuple[Catalogue, list[Fault]]:
    """Read everything below ``root`` and return it with *all* faults, sorted."""
    catalogue, faults = read_all(root)
    found: Iterable[Fault] = (
        *(fault for matter in catalogue.matters.values() for fault in check_matter(matter, catalogue)),
        *(fault for window in catalogue.windows.values() for fault in _check_window(window, catalogue)),
        *_check_totals(catalogue),
    )
    if any(fault.field in {"整个文件"} for fault in faults):
        found = (fault for fault in found if fault.file != "knowledge")  # totals follow from the missing file
    return catalogue, sorted([*faults, *found])


def main(arguments: list[str]) -> int:
    """Print every fault whose file contains one of ``arguments`` (all without any)."""
    catalogue, faults = check()
    shown = [f for f in faults if not arguments or any(a in f.file for a in arguments)]
    for fault in shown:
        print(fault)
    complete = sum(matter.complete for matter in catalogue.matters.values())
    print(f"{len(catalogue.matters)} 个事项,其中 {complete} 个要素齐全;{len(shown)} 处问题")
    return 1 if shown else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
