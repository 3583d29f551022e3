from __future__ import annotations

import pytest

from actions.guidance.turn import replies
from bot.nlu.entities import EntityFinder
from knowledge.catalogue import Catalogue
from tests.actions.guidance.talking import TODAY, Conversation, code, place

ID_CARDS = ("HZ-057", "HZ-058", "HZ-059", "HZ-060")


@pytest.fixture
def talk(catalogue: Catalogue) -> Conversation:
    return Conversation(catalogue)


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("丢了的那个", "HZ-059"),
        ("坏了的", "HZ-058"),
        ("快到期了那种", "HZ-057"),
        ("改了名的", "HZ-060"),
        ("第二个", "HZ-058"),
        ("4", "HZ-060"),
        ("最后一个", "HZ-060"),
        ("不是坏的,是丢了的那个", "HZ-059"),
    ],
)
def test_by_number_name_or_description(talk: Conversation, text: str, picked: str) -> None:
    talk.clarify(*ID_CARDS, text="我要办身份证")
    assert code(talk.say(text, "choose")) == picked


def test_words_that_fit_several_narrow_the_choice(talk: Conversation) -> None:
    talk.clarify("HZ-059", "HZ-064", "HZ-057", text="身份证")
    reply = talk.say("丢了的", "choose")
    assert code(reply) == "HZ-059" or {choice.code for choice in reply.choices} == {"HZ-059", "HZ-064"}


def test_a_follow_up_before_the_choice_keeps_the_choice(talk: Conversation) -> None:
    talk.clarify(*ID_CARDS, text="身份证")
    reply = talk.say("那多少钱", "follow_up", aspects=["fee"])
    assert reply.act == "clarify" and len(reply.choices) == 4
    answer = talk.say("丢了的那个", "choose")
    assert answer.aspect == "fee" and "40 元" in answer.text


def test_none_of_these_offers_the_neighbours_once(talk: Conversation) -> None:
    talk.clarify("HZ-057", "HZ-058", text="身份证")
    second = talk.say("都不是", "none_of_these")
    assert second.act == "clarify"
    assert not {"HZ-057", "HZ-058"} & {choice.code for choice in second.choices}
    assert talk.say("都不是", "none_of_these").act == "handoff"


def test_what_was_rejected_is_not_offered_again(talk: Conversation) -> None:
    talk.clarify("HZ-057", "HZ-058", text="身份证")
    talk.say("都不是", "none_of_these")
    reply = talk.clarify("HZ-057", "HZ-060", text="身份证那个")
    assert [choice.code for choice in reply.choices] == ["HZ-060"]
    assert code(talk.say("是", "affirm")) == "HZ-060"


def test_no_to_an_answer_offers_its_neighbours(talk: Conversation) -> None:
    talk.answer("HZ-057")
    talk.say("跳过", "skip")
    reply = talk.say("不对", "deny")
    assert reply.act == "clarify"
    assert "HZ-057" not in {choice.code for choice in reply.choices}


def test_another_one_offers_the_neighbours_of_an_answer(talk: Conversation) -> None:
    talk.answer("HZ-059")
    reply = talk.say("换一个", "ask", "clarify", codes=["JG-055", "HZ-040"], options=["JG-055", "HZ-040"])
    assert reply.act == "clarify"
    assert "HZ-064" in {choice.code for choice in reply.choices}


def test_a_number_that_picks_nothing_is_no_description(talk: Conversation) -> None:
    talk.answer("HZ-057")
    assert code(talk.say("1", "choose")) != "HZ-055"


def test_more_is_said_once(talk: Conversation) -> None:
    talk.answer("HZ-057")
    assert "怎么办" in talk.say("更多", "more").text
    assert talk.say("还有吗", "more").text == replies()["more_nothing"]


def test_a_document_of_the_matter_is_no_new_matter(talk: Conversation) -> None:
    talk.answer("JG-054")
    reply = talk.say("身体条件证明要吗", "ask", "clarify", aspects=["documents"], options=["JG-064", "HF-005"])
    assert code(reply) == "JG-054"


def test_a_short_remark_about_the_person_is_for_the_matter_in_focus(talk: Conversation) -> None:
    talk.answer("JG-004")
    reply = talk.say("公司的车", "ask", "clarify", codes=["JG-041"], options=["JG-041", "JG-028"], entities=[
        {"entity": "party", "value": "company"}
    ])  # fmt: skip
    assert code(reply) == "JG-004" and "单位" in reply.text


@pytest.mark.parametrize("text", ["好的", "不用了", "没有了,谢谢"])
def test_enough_is_no_failure(talk: Conversation, text: str) -> None:
    talk.answer("NB-001")
    intent = "affirm" if text == "好的" else "deny"
    assert talk.say(text, intent).text == replies()["done"]
    assert talk.memory.failures == 0


@pytest.mark.parametrize(
    ("text", "intent", "option"),
    [("满了", "affirm", "adult"), ("没有", "deny", "minor"), ("还没满", "vague", "minor"), ("1", "choose", "adult")],
)
def test_yes_and_no_to_a_question_that_one_option_denies(
    talk: Conversation, text: str, intent: str, option: str
) -> None:
    talk.answer("HZ-057", aspects=["documents"])
    assert talk.memory.pending == "facet:age16"
    talk.say(text, intent)
    assert talk.memory.situation["age16"] == option


def test_yes_to_expired_means_expired(talk: Conversation) -> None:
    talk.answer("JG-004", aspects=["documents"], entities=[
        {"entity": "party", "value": "person"}, {"entity": "hukou", "value": "local"}
    ])  # fmt: skip
    talk.memory.pending = "facet:inspection"
    talk.say("过了", "affirm")
    assert talk.memory.situation["inspection"] == "expired"


def test_a_facet_that_hangs_on_another_is_not_asked_where_that_is_ruled_out(talk: Conversation) -> None:
    talk.answer("CRJ-002", aspects=["documents"])
    asked = []
    for _ in range(6):
        if not (talk.memory.pending or "").startswith("facet:"):
            break
        asked.append(talk.memory.pending)
        talk.say("1", "choose")
    assert "facet:companion" not in asked
    assert len(asked) == len(set(asked)) <= 3


def test_a_new_question_in_the_middle_of_one_is_answered(talk: Conversation) -> None:
    talk.answer("HZ-057", aspects=["documents"])
    reply = talk.answer("JG-028", "先不说这个,行驶证丢了去哪补", aspects=["window"])
    assert code(reply) == "JG-028"


def test_place_of_one_name_is_asked_for_and_picked(small: Catalogue) -> None:
    talk = Conversation(small)
    talk.answer("HZ-901")
    options = [{"entity": "place_option", "value": value} for value in ("甲区/西风街道", "乙区/东风街道")]
    reply = talk.say("我住幸福社区", "inform", entities=options)
    assert reply.act == "clarify" and len(reply.choices) == 2
    assert "5号窗口" in talk.say("乙区的", "inform").text


def test_household_and_residence_are_kept_apart(small: Catalogue) -> None:
    talk = Conversation(small)
    entities = [*place("甲区/东风街道", "household"), *place("乙区/东风街道", "residence")]
    assert "4号窗口" in talk.answer("HZ-901", entities=entities).text


def test_where_one_lives_is_only_a_condition_for_a_household_matter(small: Catalogue) -> None:
    talk = Conversation(small)
    text = talk.answer("HZ-901", entities=place("甲区/东风街道", "residence")).text
    assert "户口在甲区东风街道的" in text


def test_the_answer_to_our_question_is_what_we_asked_for(small: Catalogue) -> None:
    talk = Conversation(small)
    assert "户口在哪个区" in talk.answer("HZ-901").text
    assert "去哪办:4号窗口" in talk.say("甲区东风街", "inform", entities=place("甲区/东风街道")).text


def test_a_question_left_open_is_answered_for_what_is_most_likely(talk: Conversation) -> None:
    options = ["HZ-057", "HZ-062", "HZ-058"]
    talk.say("身份证要换新的", "ask", "clarify", codes=options, options=options, confidence=0.8)
    reply = talk.say("那多少钱", "follow_up", aspects=["fee"])
    assert code(reply) == "HZ-057" and reply.aspect == "fee"
    assert reply.text.startswith("我先按")


def test_a_question_while_ours_is_open_is_no_answer_to_it(talk: Conversation) -> None:
    talk.answer("JG-064", "交体检证明", aspects=["documents"])
    assert talk.memory.pending == "facet:applicant"
    assert talk.say("在哪交", "follow_up", aspects=["window"]).aspect == "window"


def test_the_summary_holds_what_was_asked_before_any_matter_was_clear(talk: Conversation) -> None:
    talk.clarify("HZ-057", "HZ-059", text="我身份证丢了 号是<身份证号>")
    assert "身份证丢了" in talk.say("找人工", "handoff", "handoff").text


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("我有C1,想增驾A2", "semi"),
        ("考D照", "moto"),
        ("增驾C6牵引车", "trailer"),
        ("想加个C二的本", "small"),
        ("C1想加个别的", None),
    ],
)
def test_a_licence_class_settles_the_question_for_it(catalogue: Catalogue, text: str, option: str | None) -> None:
    talk = Conversation(catalogue)
    entities = [entity.to_dict() for entity in EntityFinder(catalogue).find(text, TODAY)]
    reply = talk.answer("JG-050", text, aspects=["conditions"], entities=entities)
    assert talk.memory.situation.get("target") == option
    assert (reply.question is None) == (option is not None)


def test_a_licence_class_answers_the_question_that_was_asked(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-050", "增加准驾车型", aspects=["conditions"])
    assert talk.memory.pending == "facet:target"
    entities = [entity.to_dict() for entity in EntityFinder(catalogue).find("就是那个A3的驾照", TODAY)]
    talk.say("就是那个A3的驾照", "vague", entities=entities)
    assert talk.memory.situation["target"] == "truck"
