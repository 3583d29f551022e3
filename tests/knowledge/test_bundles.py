"""一件事: events as ordered lists of matters, with the order that the documents demand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge.catalogue import Catalogue
from knowledge.models import Bundle

QUESTIONS = Path(__file__).parents[2] / "data" / "nlu" / "dialogue" / "bundles.yml"
VOICES = {"plain", "story", "elder", "clerk", "asr", "aspect"}


def order(bundle: Bundle, *codes: str) -> bool:
    """Whether the codes stand in the bundle in this order."""
    listed = [step.matter for step in bundle.steps]
    places = [listed.index(code) for code in codes]
    return places == sorted(places)


def test_the_events_of_the_brief_are_there(catalogue: Catalogue) -> None:
    names = {bundle.name for bundle in catalogue.bundles.values()}
    assert names >= {
        "新生儿出生", "买二手车", "卖二手车", "员工落户(引进人才)", "毕业来津", "退役", "身后事", "证件全丢了",
        "外国人来津工作", "公司新设立", "办展会、大型活动", "搬家", "老人投靠子女", "开宾馆、旅馆", "出国留学",
        "结婚后",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bundle_id", "codes"),
    [
        ("newborn", ("HZ-001", "HZ-056")),  # the child's ID card needs its entry in the household register
        ("bereavement", ("ZA-005", "HZ-035", "HZ-012")),  # death certificate, cancellation, new head
        ("bereavement", ("HZ-035", "HZ-052")),
        ("veteran", ("HZ-027", "HZ-055", "JG-067")),  # register, ID card, licence that asks for it
        ("lost_all", ("HZ-064", "HZ-013", "HZ-059", "JG-060")),  # the household book is shown for the ID card
        ("foreign_worker", ("CRJ-046", "CRJ-035", "CRJ-039", "CRJ-040")),  # 24 hours, 30 days, family, extension
        ("used_car_sell", ("JG-074", "JG-075", "JG-023", "JG-004")),  # offences and mortgage before the transfer
        ("newcomer", ("HZ-066", "HZ-067", "HZ-068")),
        ("moving", ("HZ-032", "HZ-060", "JG-016")),  # register, ID card, the car's papers show the new address
        ("study_abroad", ("CRJ-001", "ZA-001")),
    ],
)
def test_order_follows_from_the_documents(catalogue: Catalogue, bundle_id: str, codes: tuple[str, ...]) -> None:
    assert order(catalogue.bundles[bundle_id], *codes)


def test_bundles_say_who_needs_which_step_and_why(catalogue: Catalogue) -> None:
    for bundle in catalogue.bundles.values():
        assert any(step.note for step in bundle.steps), bundle.id
        assert bundle.keywords and bundle.referrals, bundle.id
        assert sum(step.when is None for step in bundle.steps) <= 2, bundle.id


def test_each_bundle_has_its_questions_in_all_voices(catalogue: Catalogue) -> None:
    found: dict[str, list[str]] = {}
    voices: dict[str, set[str]] = {}
    for block in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["nlu"]:
        assert block["intent"] == "bundle"
        topic = block["metadata"]["topic"]
        lines = [line.strip()[2:] for line in block["examples"].splitlines() if line.strip()]
        found.setdefault(topic, []).extend(lines)
        voices.setdefault(topic, set()).add(block["metadata"]["voice"])
    assert set(found) == set(catalogue.bundles)
    for topic, questions in found.items():
        assert len(set(questions)) >= 30, topic
        assert voices[topic] == VOICES, topic
