"""The form of answers: what was asked, first; few lines; documents as a list; nothing beside it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.guidance.wording import ASPECT_NAMES, FEW_LINES
from bot.nlu.entities import EntityFinder
from knowledge.catalogue import Catalogue
from tests.actions.guidance.talking import TODAY, Conversation, code, place


@pytest.fixture
def talk(catalogue: Catalogue) -> Conversation:
    return Conversation(catalogue)


def found(talk: Conversation, text: str) -> list[dict[str, Any]]:
    """The entities of a message as the parse reports them."""
    return [entity.to_dict() for entity in EntityFinder(talk.catalogue).find(text, TODAY)]


def shown(text: str) -> list[str]:
    """The lines before 更多, the list of documents counted with its heading, the question left out."""
    body = text.split("\n想说得更准", maxsplit=1)[0]
    return [line for line in body.split("\n") if not line.partition(".")[0].isdigit() and "告诉我,我帮您" not in line]


def test_no_first_answer_is_longer_than_promised(catalogue: Catalogue) -> None:
    for each in catalogue.matters:
        lines = shown(Conversation(catalogue).answer(each).text)
        assert len(lines) <= FEW_LINES, (each, lines)
        assert "更多" in lines[-1]


def test_general_answer_holds_everything(catalogue: Catalogue) -> None:
    for each, matter in catalogue.matters.items():
        text = Conversation(catalogue).answer(each).text
        for part in ("材料", "去哪办:", "网上办:", "费用", "多久:"):
            assert part in text, (each, part)
        assert all(document.name in text for document in matter.documents)


@pytest.mark.parametrize("aspect", sorted(ASPECT_NAMES))
def test_every_aspect_of_every_matter_is_answered_alone(catalogue: Catalogue, aspect: str) -> None:
    for each, matter in catalogue.matters.items():
        reply = Conversation(catalogue).answer(each, aspects=[aspect])
        assert reply.aspect == aspect and matter.name in reply.text
        assert "None" not in reply.text and "{" not in reply.text
        if aspect not in ("documents", "proxy", "process"):
            assert "要带的材料:" not in reply.text


def test_how_to_holds_documents_window_and_steps(talk: Conversation, catalogue: Catalogue) -> None:
    text = talk.answer("HZ-059", aspects=["process"]).text
    assert all(document.name in text for document in catalogue.matter("HZ-059").documents if not document.when)
    for part in ("去哪办:", "费用", "怎么办:"):
        assert part in text


def test_heading_says_that_it_lists_documents(talk: Conversation) -> None:
    assert "要带的材料:" in talk.answer("NB-001", aspects=["documents"]).text.splitlines()[0]


def test_documents_are_shown_for_the_situation(talk: Conversation) -> None:
    minor = talk.answer("HZ-059", entities=[{"entity": "age16", "value": "minor"}]).text
    assert "未满16周岁的,要带的材料" in minor and "监护人居民身份证(原件)" in minor
    talk.memory.situation = {"age16": "adult"}
    assert "监护人" not in talk.answer("HZ-059").text.split("网上办")[0]


def test_exempt_document_says_so(talk: Conversation) -> None:
    assert "可免交:" in talk.answer("HZ-059").text and "(电子证照)" in talk.answer("HZ-059").text


def test_online_comes_first_where_it_saves_the_trip(talk: Conversation) -> None:
    whole = talk.answer("HZ-059").text
    assert whole.index("网上办:") < whole.index("去哪办:")
    visit = talk.answer("HZ-001").text
    assert visit.index("去哪办:") < visit.index("网上办:")


def test_basis_is_named_once(talk: Conversation) -> None:
    assert "《居民身份证法》第十一条" in talk.answer("HZ-059").text
    fee = talk.say("多少钱", "follow_up", aspects=["fee"]).text
    assert "《居民身份证法》" not in fee and "待窗口核定" in fee


def test_more_holds_conditions_steps_and_questions(talk: Conversation) -> None:
    talk.answer("HZ-059")
    text = talk.say("更多", "more").text
    for part in ("要符合:", "怎么办:", "办好后拿到:", "有效期:", "问:"):
        assert part in text


def test_proxy_begins_with_yes_or_no(talk: Conversation) -> None:
    lines = talk.answer("HZ-059", aspects=["proxy"]).text.splitlines()
    assert lines[1].startswith("本人要到窗口")
    lines = talk.answer("ZA-001", aspects=["proxy"]).text.splitlines()
    assert lines[1].startswith("可以托人办") and "委托" in "".join(lines)


@pytest.mark.parametrize(
    ("matter", "text", "first"),
    [
        ("HZ-001", "结婚证用带吗", "要带:结婚证"),
        ("HZ-059", "户口本要带吗", "要带:居民户口簿"),
        ("HZ-059", "要带结婚证吗", "材料清单里没有结婚证"),
        ("HZ-059", "户口页要带吗", "要带:居民户口簿"),
        ("HZ-059", "房本儿用带吗", "材料清单里没有不动产权证书"),
        ("JG-049", "身份证要带吗", "要带:驾驶人身份证明"),
        ("HZ-001", "身份证要带吗", "要带:监护人居民身份证"),
        ("HZ-059", "带复印件行吗", "这几样要看原件"),
    ],
)
def test_a_question_for_one_document_is_answered_first(talk: Conversation, matter: str, text: str, first: str) -> None:
    talk.answer(matter)
    assert talk.say(text, "follow_up", aspects=["documents"], entities=found(talk, text)).text.startswith(first)


def test_whether_one_document_is_needed_is_asked_of_the_matter_in_focus(talk: Conversation) -> None:
    talk.answer("HZ-059")
    options = ["HZ-013", "HZ-045"]
    text = "户口页要带吗"
    reply = talk.clarify(*options, text=text, aspects=["documents"], entities=found(talk, text))
    assert code(reply) == "HZ-059" and reply.text.startswith("要带:居民户口簿")


def test_a_longer_word_is_not_taken_for_the_document_in_it(talk: Conversation) -> None:
    talk.answer("HZ-059")
    reply = talk.say("身份证明要带吗", "follow_up", aspects=["documents"], entities=found(talk, "身份证明要带吗"))
    assert not reply.text.startswith(("要带:居民身份证", "材料清单里没有居民身份证"))


@pytest.mark.parametrize("text", ["换驾驶证要带什么", "户口本丢了都要什么材料"])
def test_an_open_question_is_not_taken_for_one_document(talk: Conversation, text: str) -> None:
    assert talk.answer("JG-054", text, aspects=["documents"]).text.startswith("驾驶证期满换证")


def test_a_question_of_the_record_is_answered_with_its_answer(talk: Conversation) -> None:
    talk.answer("CRJ-002")
    reply = talk.say("护照已经过期了还能在网上换吗", "follow_up", aspects=["online"])
    assert reply.text.startswith("不能。网上办要求旧护照还没过期")


def test_two_failures_hand_over_with_a_summary(talk: Conversation) -> None:
    talk.answer("HZ-059", entities=place("河西区/友谊路街道", "residence"))
    talk.say("那什么", "vague")
    reply = talk.say("就那个", "vague")
    assert reply.act == "handoff"
    for part in ("12345", "大堂警官", "居民身份证丢失补领", "住在河西区友谊路街道"):
        assert part in reply.text


def test_summary_names_what_was_asked_and_no_numbers(talk: Conversation) -> None:
    talk.answer("JG-004", "二手车过户,我身份证120103194501011234", aspects=["fee"])
    text = talk.say("找人工", "handoff", "handoff").text
    assert "多少钱" in text and "120103" not in text


@pytest.mark.parametrize(
    ("code", "role", "said"),
    [
        ("HZ-032", "destination", "要迁去的地方在河西区友谊路街道"),
        ("ZA-015", "arrival", "货的运达地在河西区友谊路街道"),
    ],
)
def test_summary_says_what_the_place_is(talk: Conversation, code: str, role: str, said: str) -> None:
    talk.answer(code, entities=place("河西区/友谊路街道", role))
    assert said in talk.say("找人工", "handoff", "handoff").text


def test_summary_of_nothing_is_nothing(talk: Conversation) -> None:
    assert "照着念" not in talk.say("找人工", "handoff", "handoff").text


def test_dates_are_computed_and_shown_with_their_rule(talk: Conversation) -> None:
    reply = talk.say("我身份证2006年办的", "ask", "clarify", codes=["HZ-057"], options=["HZ-057", "HZ-058"])
    assert code(reply) == "HZ-057"
    assert "《居民身份证法》第五条" in reply.text and "2026年到期" in reply.text
    assert len(reply.custom()["guidance"]["validity"]) == 4
    exact = talk.say("七九年", "inform")
    assert "2026年到期" in exact.text and "2016年" not in exact.text
    assert [item["years"] for item in exact.custom()["guidance"]["validity"]] == [20]


def test_skipping_the_birth_year_keeps_the_cases(talk: Conversation) -> None:
    talk.say("身份证2006年办的", "ask", "clarify", codes=["HZ-057"])
    reply = talk.say("不想说", "skip")
    assert "46周岁以上办的:长期有效" in reply.text
    assert talk.memory.pending is None


def test_today_is_given_from_outside(catalogue: Catalogue) -> None:
    from datetime import date

    from actions.guidance.context import Memory, Understood
    from actions.guidance.respond import respond

    asked = Understood("我1979年出生,身份证2006年5月办的", "ask", "clarify", [{"code": "HZ-057"}])
    before, _ = respond(catalogue, asked, Memory(), date(2026, 4, 30))
    after, _ = respond(catalogue, asked, Memory(), date(2026, 6, 1))
    assert "还没到期" in before.text and "已经过期了" in after.text


def test_an_emergency_keeps_the_place_in_the_conversation(talk: Conversation) -> None:
    talk.answer("HZ-057", aspects=["documents"])
    danger = talk.say("着火了", "emergency", "emergency", topic="emergency_119", referral="119")
    assert danger.act == "emergency" and "119" in danger.text
    assert code(talk.say("满了", "affirm")) == "HZ-057"
