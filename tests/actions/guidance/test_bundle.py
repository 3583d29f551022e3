"""Life events, with a made-up bundle: the real ones are knowledge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.guidance.bundle import plan
from actions.guidance.context import Memory, Understood
from actions.guidance.place import Whereabouts
from actions.guidance.respond import respond
from knowledge.catalogue import Catalogue
from knowledge.models import Bundle, BundleStep, Matter

MOVING_IN = Bundle(
    id="moving_in",
    name="搬进新家",
    audience=["个人"],
    summary="搬家后要办的事",
    steps=[
        BundleStep(matter="HZ-901", note="先办这件"),
        BundleStep(matter="HZ-903", when="有车的"),
        BundleStep(matter="HZ-902"),
        BundleStep(matter="HZ-999"),
    ],
    referrals=["water", "unknown"],
    source=["catalogue"],
)


@pytest.fixture
def events(small: Catalogue) -> Catalogue:
    return replace(small, bundles={MOVING_IN.id: MOVING_IN})


def test_each_document_once_with_the_visits_that_need_it(events: Catalogue) -> None:
    planned = plan(events, MOVING_IN, {"applicant": "self"}, Whereabouts())
    assert [matter.code for matter in planned.matters] == ["HZ-901", "HZ-903", "HZ-902"]
    assert [(item.name, item.steps) for item in planned.documents] == [("居民户口簿", [1, 2])]
    assert planned.online == [1, 3]
    assert planned.unconfirmed == [3]
    assert [item.id for item in planned.referrals] == ["water"]


def test_open_cases_are_spelled_out(events: Catalogue) -> None:
    planned = plan(events, MOVING_IN, {}, Whereabouts())
    proxy = next(item for item in planned.documents if item.name == "委托书")
    assert proxy.when == {1: "替别人办", 2: "替别人办"}


def exempt(matter: Matter) -> Matter:
    household = matter.documents[0].copy(update={"exempt_by": "电子户口簿"})
    return matter.copy(update={"documents": [household, *matter.documents[1:]]})


def test_the_document_itself_is_wanted_as_long_as_one_visit_wants_it(events: Catalogue) -> None:
    one = replace(events, matters={**events.matters, "HZ-901": exempt(events.matter("HZ-901"))})
    (household, *_) = plan(one, MOVING_IN, {"applicant": "self"}, Whereabouts()).documents
    assert household.steps == [1, 2] and household.exempt_by is None
    assert "exempt_by" not in household.to_dict(["a", "b", "c"])
    reply, _ = ask(one)
    assert ",只有第1件可免交:电子户口簿(电子证照)" in reply.text

    both = replace(one, matters={**one.matters, "HZ-903": exempt(one.matter("HZ-903"))})
    (household, *_) = plan(both, MOVING_IN, {"applicant": "self"}, Whereabouts()).documents
    assert household.exempt_by == "电子户口簿"
    assert ",可免交:电子户口簿(电子证照)" in ask(both)[0].text


def ask(events: Catalogue, memory: Memory | None = None) -> tuple[Any, Memory]:
    return respond(events, Understood("刚搬家要办啥", "bundle", "answer", topic="moving_in"), memory or Memory())


def test_reply_names_order_documents_online_and_others(events: Catalogue) -> None:
    reply, memory = ask(events)
    assert reply.act == "answer"
    lines = reply.text.splitlines()
    assert "3件" in lines[0]
    assert lines[1].startswith("1. 测试证补领") and "先办这件" in lines[1]
    assert "有车的" in lines[2]
    assert reply.text.count("居民户口簿") == 1
    assert "网上能办的:第1、3件" in reply.text
    assert "自来水公司" in reply.text
    custom = reply.custom()
    assert custom["bundle"]["documents"][0]["for"] == ["HZ-901", "HZ-903"]
    assert [choice["code"] for choice in custom["choices"]] == ["HZ-901", "HZ-903", "HZ-902"]
    assert memory.matter is None


def test_a_number_opens_one_of_its_matters(events: Catalogue) -> None:
    _, memory = ask(events)
    reply, _ = respond(events, Understood("2", "choose", "ask_back"), memory)
    assert reply.matter == {"code": "HZ-903", "name": "测试审批"}


def test_unknown_bundle_falls_through(events: Catalogue) -> None:
    reply, _ = respond(events, Understood("x", "bundle", "answer", topic="nothing"), Memory())
    assert reply.act in ("ask_back", "answer") and reply.text


def test_one_matter_is_no_merged_list(events: Catalogue) -> None:
    single = MOVING_IN.copy(update={"steps": MOVING_IN.steps[:1]})
    reply, _ = respond(
        replace(events, bundles={"moving_in": single}),
        Understood("x", "bundle", "answer", topic="moving_in"),
        Memory(),
    )
    assert "合成一张" not in reply.text and "第1件" not in reply.text.split("网上")[0]
