"""Corrections, returning, what-if, two matters at once: with the real records."""

from __future__ import annotations

import pytest

from actions.guidance.correction import Correction, correction_in
from actions.guidance.turn import replies
from knowledge.catalogue import Catalogue
from tests.actions.guidance.talking import Conversation, code


@pytest.fixture
def talk(catalogue: Catalogue) -> Conversation:
    return Conversation(catalogue)


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("不是护照,是港澳通行证", "护照", "港澳通行证"),
        ("不是护照 是港澳通行证", "护照", "港澳通行证"),
        ("我指的是居住证,不是身份证", "身份证", "居住证"),
        ("说错了,是换证", "", "换证"),
        ("口误,应该是台湾通行证", "", "台湾通行证"),
        ("不对,我不是问这个", "这个", ""),
    ],
)
def test_what_a_correction_says(text: str, wrong: str, right: str) -> None:
    assert correction_in(text) == Correction(wrong, right)


@pytest.mark.parametrize("text", ["是不是要带户口本", "我说错了", "护照到期", "不是", "这不是我的证怎么办"])
def test_what_is_no_correction(text: str) -> None:
    found = correction_in(text)
    assert found is None or not found.right


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("CRJ-002", "不是护照,是港澳通行证", "CRJ-007"),
        ("CRJ-003", "不是护照,是港澳通行证", "CRJ-008"),
        ("HZ-059", "不是身份证,是护照", "CRJ-003"),
        ("HZ-059", "不是丢了,是坏了", "HZ-058"),
        ("JG-054", "不是到期,是丢了", "JG-060"),
        ("CRJ-006", "口误,应该是台湾通行证", "CRJ-018"),
        ("HZ-067", "不是第一次办,是签注", "HZ-068"),
    ],
)
def test_correction_goes_on_from_what_was_spoken_of(talk: Conversation, before: str, text: str, after: str) -> None:
    talk.answer(before)
    assert code(talk.say(text, "correct")) == after


def test_corrected_matter_is_never_the_one_taken_back(talk: Conversation) -> None:
    talk.answer("JG-004")
    reply = talk.say("不是二手车,是新车", "correct")
    offered = [choice.code for choice in reply.choices] or [code(reply)]
    assert "JG-004" not in offered


def test_a_correction_that_fits_several_asks(talk: Conversation) -> None:
    talk.answer("HZ-001")
    reply = talk.say("不是上户口,是改名字", "correct")
    assert reply.act == "clarify"
    assert {"HZ-040", "HZ-041"} <= {choice.code for choice in reply.choices}


def test_a_mistake_without_its_correction_asks_and_is_no_failure(talk: Conversation) -> None:
    talk.answer("HZ-059")
    reply = talk.say("我说错了", "correct")
    assert reply.text == replies()["what_instead"]
    assert talk.memory.failures == 0


def test_correcting_who_it_is_for(talk: Conversation) -> None:
    talk.answer("ZA-001")
    reply = talk.say("不是我,是替我妈办", "correct", entities=[
        {"entity": "applicant", "value": "proxy", "start": 5, "end": 8}
    ])  # fmt: skip
    assert talk.memory.situation["applicant"] == "proxy"
    assert code(reply) == "ZA-001"


def test_correcting_the_place_takes_the_new_one(talk: Conversation) -> None:
    talk.answer("HZ-057", entities=[{"entity": "district", "value": "河西区"}])
    reply = talk.say("不是河西,是河东", "correct", entities=[
        {"entity": "district", "value": "河西区", "start": 2, "end": 4},
        {"entity": "district", "value": "河东区", "start": 6, "end": 8},
    ])  # fmt: skip
    assert "河东" in reply.text and "河西" not in reply.text


def test_returning_to_the_matter_before(talk: Conversation) -> None:
    talk.answer("HZ-059")
    talk.answer("CRJ-002")
    assert code(talk.say("回到刚才那个", "start_over")) == "HZ-059"
    assert code(talk.say("再回到刚才那个", "start_over")) == "CRJ-002"


def test_returning_by_name(talk: Conversation) -> None:
    for each in ("JG-004", "JG-060", "HZ-059"):
        talk.answer(each)
    assert code(talk.say("刚才说的那个过户的事", "vague")) == "JG-004"


def test_nothing_to_return_to_is_a_new_start(talk: Conversation) -> None:
    assert talk.say("回到开头", "start_over").text == replies()["restart"]


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [("HZ-057", "要是丢了呢", "HZ-059"), ("CRJ-002", "丢了的话呢", "CRJ-003"), ("JG-054", "那坏了呢", "JG-055")],
)
def test_what_if(talk: Conversation, before: str, text: str, after: str) -> None:
    talk.answer(before)
    reply = talk.say(text, "follow_up")
    assert code(reply) == after
    assert "另一件事" in reply.text


def test_foreign_household_leads_to_its_own_matter(talk: Conversation) -> None:
    talk.answer("HZ-059")
    reply = talk.say("我是外地户口", "inform", entities=[{"entity": "hukou", "value": "nonlocal"}])
    assert code(reply) == "HZ-062"


def test_two_matters_are_answered_one_after_the_other_and_followed_up_together(talk: Conversation) -> None:
    reply = talk.clarify("HZ-059", "CRJ-002", text="身份证丢了怎么补,还有护照到期怎么换")
    assert reply.act == "answer"
    assert reply.text.index("居民身份证丢失补领") < reply.text.index("普通护照换发")
    assert reply.custom()["also"][0]["matter"]["code"] == "CRJ-002"
    fees = talk.say("那多少钱", "follow_up", aspects=["fee"]).text
    assert "40 元" in fees and "120 元" in fees
    only = talk.answer("HZ-013", "户口本丢了")
    assert "第二件" not in only.text


@pytest.mark.parametrize(
    "text",
    ["身份证丢了,怎么补", "身份证和户口本都要带吗", "补身份证还要带什么", "我和我爱人的户口怎么迁"],
)
def test_one_matter_stays_one(talk: Conversation, text: str) -> None:
    assert "第二件" not in talk.answer("HZ-059", text).text


def test_an_unclear_question_about_another_thing_is_not_answered_for_the_one_in_focus(talk: Conversation) -> None:
    talk.answer("HZ-059")
    matters = ["HZ-057", "HZ-058", "HZ-060"]
    reply = talk.say("我要换身份证", "ask", "clarify", codes=matters, options=matters, aspects=["process"])
    assert reply.act == "clarify"
    assert [choice.code for choice in reply.choices] == matters


def test_another_thing_the_same_business(talk: Conversation) -> None:
    talk.answer("JG-029", "大绿本丢了")
    options = ["JG-028", "JG-016", "JG-015"]
    reply = talk.say("那行驶证呢", "ask", "clarify", codes=options, options=options)
    assert code(reply) == "JG-028"


def test_another_thing_with_two_such_matters_is_asked(talk: Conversation) -> None:
    talk.answer("JG-029", "大绿本丢了")
    options = ["JG-028", "JG-027"]
    assert talk.say("那车牌行驶证呢", "ask", "clarify", codes=options, options=options).act == "clarify"


def test_going_back_by_the_thing_in_the_middle(talk: Conversation) -> None:
    talk.answer("ZA-034", "狗证年检")
    talk.answer("ZA-007", "刻公章")
    assert code(talk.say("刚才狗那个要带什么", "follow_up", aspects=["documents"])) == "ZA-034"


def test_a_remark_about_ones_case_gets_the_conditions(talk: Conversation) -> None:
    talk.answer("HZ-014", "媳妇户口想迁来")
    options = ["HZ-045", "HZ-002"]
    reply = talk.say("结婚才一年多", "ask", "clarify", codes=options, options=options)
    assert code(reply) == "HZ-014" and reply.aspect == "conditions"


def test_asking_on_with_words_of_other_matters(talk: Conversation) -> None:
    talk.answer("HZ-068", "居住证签注")
    options = ["HZ-034", "HF-005", "JG-028"]
    reply = talk.say("过期了还能补吗", "ask", "clarify", codes=options, options=options, aspects=["conditions"])
    assert code(reply) == "HZ-068" and reply.aspect == "conditions"


def test_two_questions_side_by_side(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    options = ["CRJ-007", "CRJ-002"]
    reply = talk.say(
        "换护照多少钱 换港澳通行证多少钱", "ask", "clarify", codes=options, options=options, aspects=["fee"]
    )
    assert code(reply) == "CRJ-002" and [code(item) for item in reply.also] == ["CRJ-007"]


def test_an_age_put_right_turns_to_the_matter_for_that_age(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("HZ-056", "闺女头一次办身份证,她15")
    reply = talk.say(
        "说错了 她今年17了", "correct", entities=[{"entity": "age16", "value": "adult", "start": 4, "end": 9}]
    )
    assert code(reply) == "HZ-055"


def test_one_of_several_was_spoken_of_before(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-054", "驾照到期")
    talk.answer("JG-004", "二手车过户")
    options = ["JG-055", "JG-054", "JG-060"]
    reply = talk.say("驾照那个要体检吗", "ask", "clarify", codes=options, options=options, aspects=["documents"])
    assert code(reply) == "JG-054"


@pytest.mark.parametrize("text", ["回头说通行证 它多少钱", "接着讲港澳通行证 收费吗"])
def test_resuming_by_the_thing(catalogue: Catalogue, text: str) -> None:
    talk = Conversation(catalogue)
    talk.answer("CRJ-007", "港澳通行证快到期")
    talk.answer("CRJ-002", "护照也到期了")
    options = ["JG-043", "CRJ-006"]
    reply = talk.say(text, "ask", "clarify", codes=options, options=options, aspects=["fee"])
    assert code(reply) == "CRJ-007" and reply.aspect == "fee"


def test_a_remark_with_a_pause_is_not_two_matters(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("HZ-013", "户口本找不着了")
    options = ["HZ-012", "HZ-009"]
    reply = talk.say("我是户主 我自己去", "ask", "clarify", codes=options, options=options, aspects=["proxy"])
    assert "第二件" not in reply.text


def test_what_tells_a_neighbour_apart_turns_to_it(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("HZ-001", "孙子上户口")
    assert code(talk.say("他俩没领结婚证", "refer", "refer", topic="marriage")) == "HZ-002"
    talk.answer("HZ-001", "孙子上户口")
    assert talk.say("那结婚证在哪领呢", "refer", "refer", topic="marriage").act == "refer"


def test_where_somebody_comes_from_is_no_thing(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("CRJ-001", "头一回办护照")
    options = ["HZ-061", "HF-001"]
    reply = talk.say("我家是外地户口给办吗", "ask", "clarify", codes=options, options=options, aspects=["conditions"])
    assert code(reply) == "CRJ-001"


def test_a_grown_up_corrected_turns_to_the_matter_for_grown_ups(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("HZ-040", "孩子改名字怎么办")
    assert code(talk.say("不是孩子,是我自己,三十多了", "correct", "clarify")) == "HZ-041"
