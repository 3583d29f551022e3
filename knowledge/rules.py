"""Rules that one record must keep beyond its schema. Each function yields every fault of its record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from knowledge import citations
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault
from knowledge.models import Bundle, DocumentType, Level, Matter, Record, Referral, Window
from knowledge.references import References

_VAGUE = re.compile(r"其他材料|其它材料|等材料|相关材料|有关材料|其他证明|相关证明|等$|等等")
_PRIVATE = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")
_PHONE = re.compile(r"\d{3,5}|\d{3,4}-\d{7,8}|[48]00-?\d{3}-?\d{4}")
_NAMING_RULE = "naming rule"


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


def _check_text(file: str, prefix: str, record: Record, references: References) -> Iterator[Fault]:
    """What holds for every record: its citations resolve, and it names no private person."""
    for path, value in _walk(record):
        where = f"{prefix}{path}"
        if path.rsplit(".", 1)[-1] == "source" and isinstance(value, list):
            for citation in value:
                wrong = references.citation(citation)
                if wrong:
                    yield Fault(file, where, wrong, "改正出处,或先登记到 knowledge/sources")
        elif isinstance(value, str) and _PRIVATE.search(value):
            yield Fault(file, where, "像是身份证号或手机号", "删掉")


def check_matter(matter: Matter, catalogue: Catalogue, references: References | None = None) -> Iterator[Fault]:
    """Every rule that one matter breaks beyond its schema."""
    known = references or References(catalogue)
    file = f"knowledge/matters/{matter.branch}/{matter.code}.yml"
    yield from _check_text(file, "", matter, known)
    if not known.branch(matter.branch):
        yield Fault(file, "branch", f"没有警种“{matter.branch}”", "用 branches.yml 里的 id")
    elif matter.branch in catalogue.branches:
        prefix = catalogue.branches[matter.branch].prefix
        if not matter.code.startswith(prefix + "-"):
            yield Fault(file, "code", "编码字母与警种不符", f"应以 {prefix}- 开头")
    yield from _check_situations(file, matter, catalogue, known)
    for path, value in _walk(matter):
        listed = path.rsplit(".", 1)[-1] in {"name", "text"} and path.startswith(("documents", "steps", "conditions"))
        if listed and isinstance(value, str) and _VAGUE.search(value):
            yield Fault(file, path, f"含糊的说法:“{value}”", "写明是哪一样材料")
    for index, document in enumerate(matter.documents):
        if not known.document(document.name):
            where = f"documents[{index}].name"
            yield Fault(file, where, f"材料词表里没有“{document.name}”", "加进 knowledge/documents")
        kind = catalogue.documents.get(document.name)
        if document.exempt_by and kind is not None and document.exempt_by != kind.e_certificate:
            where = f"documents[{index}].exempt_by"
            problem = f"词表里“{document.name}”的电子证照不是“{document.exempt_by}”"
            yield Fault(file, where, problem, "改成词表里的 e_certificate,或先在词表里写上")
    listed_as = [(document.name, str(document.when), document.form) for document in matter.documents]
    for key, count in Counter(listed_as).items():
        if count > 1:
            yield Fault(file, "documents", f"“{key[0]}”在同一情形下列了 {count} 次", "合并成一条")
    for index, related in enumerate(matter.related):
        if not known.matter(related.code):
            yield Fault(file, f"related[{index}].code", f"没有事项 {related.code}", "改成目录里的编码")
        elif related.code == matter.code:
            yield Fault(file, f"related[{index}].code", "相近事项写成了自己", "改成别的事项")
    for index, basis in enumerate(matter.legal_basis):
        title = citations.law_title(basis)
        if title in catalogue.laws:
            for article in re.findall(r"第[零一二三四五六七八九十百]+条", basis):
                wrong = known.citation(f"《{title}》{article}")
                if wrong:
                    yield Fault(file, f"legal_basis[{index}]", wrong, "核对条号")


def _check_situations(file: str, matter: Matter, catalogue: Catalogue, known: References) -> Iterator[Fault]:
    """The situations exist, and every ``when`` speaks of them."""
    facets: dict[str, set[str]] = {}
    for index, item in enumerate(matter.situations):
        if isinstance(item, str) and not known.facet(item):
            yield Fault(file, f"situations[{index}]", f"没有公共情形“{item}”", "先写进 facets.yml,或在这里写全")
        facet = catalogue.facets.get(item) if isinstance(item, str) else item
        if facet is not None:
            facets[facet.id] = {option.id for option in facet.options}
    if not known.complete("facets"):
        return
    for path, value in _walk(matter):
        if path.rsplit(".", 1)[-1] != "when" or not isinstance(value, dict):
            continue
        for facet_id, options in value.items():
            where = f"{path}.{facet_id}"
            if facet_id not in facets:
                yield Fault(file, where, "这个事项的 situations 里没有它", "补进 situations")
                continue
            for option in options:
                if option not in facets[facet_id]:
                    allowed = "、".join(sorted(facets[facet_id]))
                    yield Fault(file, where, f"没有选项“{option}”", f"可选:{allowed}")


def check_window(window: Window, catalogue: Catalogue, references: References | None = None) -> Iterator[Fault]:
    """Every rule that one window breaks beyond its schema."""
    known = references or References(catalogue)
    file, where = "knowledge/windows", window.id
    for service in window.services:
        if service != "综合" and not known.branch_name(service):
            yield Fault(file, f"{where}.services", f"没有警种“{service}”", "用警种的中文名或“综合”")
    if window.level != Level.CITY.value and not window.district:
        yield Fault(file, f"{where}.district", f"{window.level}窗口没有写区", "补上区名")
    if window.level == Level.STATION.value and not window.street:
        yield Fault(file, f"{where}.street", "派出所没有写街镇", "补上街镇")
    if window.district and window.district not in catalogue.districts:
        yield Fault(file, f"{where}.district", f"没有“{window.district}”", "写区的全名,例如“河西区”")
    elif window.street and (window.district, window.street) not in {
        (street.district, street.name) for street in catalogue.streets
    }:
        yield Fault(file, f"{where}.street", f"{window.district}没有“{window.street}”", "用 streets.csv 里的名字")
    stated = window.address or window.phone or window.hours
    if stated and all(source == _NAMING_RULE for source in window.source):
        yield Fault(file, f"{where}.source", "有地址、电话或时间却没有出处", "写上出处,或删掉没有出处的内容")
    elif stated and not window.as_of:
        yield Fault(file, f"{where}.as_of", "有地址、电话或时间却没有写是哪年哪月的", "写上出处的日期,例如 2025-03")
    if window.verified and not window.address:
        yield Fault(file, f"{where}.verified", "标了已核实却没有地址", "补上地址,或改成 false")


def check_bundle(bundle: Bundle, catalogue: Catalogue, references: References | None = None) -> Iterator[Fault]:
    """Every rule that one bundle breaks beyond its schema."""
    known = references or References(catalogue)
    file = f"knowledge/bundles/{bundle.id}.yml"
    yield from _check_text(file, "", bundle, known)
    for index, step in enumerate(bundle.steps):
        if not known.matter(step.matter):
            yield Fault(file, f"steps[{index}].matter", f"没有事项 {step.matter}", "改成目录里的编码")
        for name in ("when", "note"):
            text = getattr(step, name)
            if text and _VAGUE.search(text):
                yield Fault(file, f"steps[{index}].{name}", f"含糊的说法:“{text}”", "写具体")
    for code, count in Counter(step.matter for step in bundle.steps).items():
        if count > 1:
            yield Fault(file, "steps", f"{code} 列了 {count} 次", "合并成一步")
    for index, referral in enumerate(bundle.referrals):
        if not known.referral(referral):
            yield Fault(file, f"referrals[{index}]", f"没有转介“{referral}”", "用 referrals.yml 里的 id")
    for item, count in Counter(bundle.referrals).items():
        if count > 1:
            yield Fault(file, "referrals", f"{item} 列了 {count} 次", "删掉一个")


def check_bundle_names(bundles: Iterable[Bundle]) -> Iterator[Fault]:
    """No name, alias or keyword stands for two bundles: a person's word must lead to one."""
    owner: dict[str, str] = {}
    for bundle in bundles:
        for name in dict.fromkeys([bundle.name, *bundle.aliases, *bundle.keywords]):
            if name in owner:
                file = f"knowledge/bundles/{bundle.id}.yml"
                yield Fault(file, "keywords", f"“{name}”已经属于 {owner[name]}", "两件事里只留一处,或写得更具体")
            owner.setdefault(name, bundle.id)


def check_referral(referral: Referral, catalogue: Catalogue, references: References | None = None) -> Iterator[Fault]:
    """Every rule that one referral breaks beyond its schema."""
    file = "knowledge/referrals.yml"
    yield from _check_text(file, f"{referral.id}.", referral, references or References(catalogue))
    if referral.phone and not _PHONE.fullmatch(referral.phone):
        yield Fault(
            file, f"{referral.id}.phone", f"“{referral.phone}”不像电话", "只写一个号码,例如 12345 或 022-12345678"
        )
    if referral.kind == "emergency" and not referral.phone:
        yield Fault(file, f"{referral.id}.phone", "紧急事项没有电话", "写上该打的号码")


def check_document_type(kind: DocumentType, catalogue: Catalogue, references: References) -> Iterator[Fault]:
    """Every rule that an entry of the vocabulary of documents breaks beyond its schema."""
    yield from _check_text("knowledge/documents", f"{kind.name}.", kind, references)
