from __future__ import annotations

import pytest

from actions.guidance.context import Memory, Understood
from actions.guidance.models import ACTS
from actions.guidance.respond import replies, respond
from knowledge.catalogue import Catalogue
from tests.actions.guidance.talking import Conversation, code, place


@pytest.fixture
def talk(small: Catalogue) -> Conversation:
    return Conversation(small)


def test_answer_holds_documents_window_fee_and_time(talk: Conversation) -> None:
    reply = talk.answer()
    assert reply.act == "answer"
    for part in ("居民户口簿(原件)", "委托书(原件;替别人办的要带)", "40 元/证", "60日内", "户口所在地的派出所"):
        assert part in reply.text
    assert reply.custom()["matter"] == {"code": "HZ-901", "name": "测试证补领"}


def test_place_in_the_question_names_the_window_at_once(talk: Conversation) -> None:
    reply = talk.answer(entities=place("甲区/东风街道"))
    assert "4号窗口" in reply.text
    assert "哪个区" not in reply.text


def test_place_is_asked_once_and_remembered(talk: Conversation) -> None:
    assert "哪个区" in talk.answer().text
    reply = talk.say("东风街", "inform", entities=place("乙区/东风街道"))
    assert "5号窗口" in reply.text
    assert "哪个区" not in talk.answer("HZ-902").text


def test_question_about_the_person_comes_with_choices_and_never_twice(talk: Conversation) -> None:
    first = talk.answer(entities=place("甲区/东风街道"))
    assert [choice.code for choice in first.choices] == ["self", "proxy"]
    second = talk.say("2")
    assert "委托书(原件)" in second.text
    assert not second.choices
    assert not talk.say("那多少钱", "follow_up", aspects=["fee"]).choices


def test_skipping_a_question_gives_the_general_answer(talk: Conversation) -> None:
    talk.answer(entities=place("甲区/东风街道"))
    reply = talk.say("跳过", "skip")
    assert reply.act == "answer"
    assert "替别人办的要带" in reply.text


def test_follow_up_answers_for_the_matter_in_focus(talk: Conversation) -> None:
    talk.answer()
    reply = talk.say("那多少钱", "follow_up", aspects=["fee"])
    assert reply.matter == {"code": "HZ-901", "name": "测试证补领"}
    assert "40 元" in reply.text and "居民户口簿" not in reply.text


def test_follow_up_without_focus_asks(talk: Conversation) -> None:
    assert talk.say("那多少钱", "follow_up", aspects=["fee"]).act == "ask_back"


def test_clarify_offers_what_tells_apart_and_takes_a_number(talk: Conversation) -> None:
    reply = talk.say("测试证", "ask", "clarify", codes=["HZ-901", "HZ-902"], options=["HZ-901", "HZ-902"])
    assert reply.act == "clarify"
    assert [(choice.code, choice.hint) for choice in reply.choices] == [("HZ-901", "证丢了"), ("HZ-902", "证坏了")]
    assert talk.say("第二个", "choose").matter == {"code": "HZ-902", "name": "测试证换领"}


@pytest.mark.parametrize("text", ["测试证换领", "证坏了", "HZ-902"])
def test_choice_by_name_hint_or_code(talk: Conversation, text: str) -> None:
    talk.say("测试证", "ask", "clarify", codes=["HZ-901", "HZ-902"], options=["HZ-901", "HZ-902"])
    assert talk.say(text).matter == {"code": "HZ-902", "name": "测试证换领"}


def test_choice_keeps_the_aspect_asked_before(talk: Conversation) -> None:
    talk.say("多少钱", "ask", "clarify", options=["HZ-901", "HZ-902"], aspects=["fee"])
    reply = talk.say("1", "choose")
    assert reply.aspect == "fee" and "40 元" in reply.text


def test_none_of_these_asks_again(talk: Conversation) -> None:
    talk.say("测试证", "ask", "clarify", options=["HZ-901", "HZ-902"])
    assert talk.say("都不是", "none_of_these").text == replies()["none_of_these"]
    assert talk.memory.choices == []


def test_another_question_leaves_the_choice_behind(talk: Conversation) -> None:
    talk.say("测试证", "ask", "clarify", options=["HZ-901", "HZ-902"])
    assert talk.answer("HZ-903", "审批在哪办").matter == {"code": "HZ-903", "name": "测试审批"}


def test_emergency_breaks_into_everything(talk: Conversation) -> None:
    talk.answer()
    reply = talk.say("救命", "emergency", "emergency", topic="emergency_110", referral="110")
    assert reply.act == "emergency"
    assert "110" in reply.text
    assert reply.referral == {"body": "公安机关", "phone": "110"}


def test_refer_names_the_body(talk: Conversation) -> None:
    reply = talk.say("水管坏了", "refer", "refer", topic="water")
    assert reply.act == "refer"
    assert reply.custom()["referral"]["body"] == "自来水公司"


def test_refer_to_nobody_known_still_has_a_next_step(talk: Conversation) -> None:
    assert "12345" in talk.say("天外飞仙", "refer", "refer", topic="unknown").text


def test_two_failures_lead_to_a_human(talk: Conversation) -> None:
    talk.say("嗯")
    second = talk.say("那个啥")
    assert second.act == "handoff"
    assert "12345" in second.text and "大堂警官" in second.text


def test_start_over_forgets(talk: Conversation) -> None:
    talk.answer(entities=place("甲区/东风街道"))
    talk.say("重新来", "start_over")
    assert talk.memory == Memory()


@pytest.mark.parametrize("act", ["handoff", "complain", "rate", "queue", "appointment"])
def test_service_acts_say_how_today(talk: Conversation, act: str) -> None:
    reply = talk.say("…", act, act)
    assert reply.act == act
    assert len(reply.text) > 20


@pytest.mark.parametrize("intent", ["affirm", "deny", "choose", "correct", "more", "repeat", "skip", "inform"])
def test_every_intent_gets_an_answer_in_the_closed_set(talk: Conversation, intent: str) -> None:
    for _ in range(2):
        reply = talk.say("好", intent)
        assert reply.act in ACTS and reply.text
        talk.answer()


def test_unknown_matter_in_a_slot_is_no_disaster(talk: Conversation) -> None:
    talk.memory.matter = "HZ-999"
    assert talk.say("那多少钱", "follow_up", aspects=["fee"]).act == "ask_back"


def test_memory_given_in_is_not_changed(small: Catalogue) -> None:
    memory = Memory()
    respond(small, Understood("x", "ask", "answer", [{"code": "HZ-901"}]), memory)
    assert memory == Memory()


def test_every_real_matter_can_be_answered(catalogue: Catalogue) -> None:
    for known in catalogue.matters:
        understood = Understood("x", "ask", "answer", [{"code": known}])
        reply, _ = respond(catalogue, understood, Memory())
        assert reply.matter and reply.matter["code"] == known
        assert len(reply.text) > 40
        assert "None" not in reply.text


def test_a_question_behind_a_place_is_answered(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    text = "身份证丢了怎么补,我住河西区友谊路街"
    entities = [
        {"entity": "district", "value": "河西区", "start": 11, "end": 14},
        {"entity": "street", "value": "河西区/友谊路街道", "start": 14, "end": 18},
    ]
    assert talk.say(text, "inform", codes=["HZ-059"], entities=entities).act == "answer"
    lost = Conversation(catalogue)
    assert lost.say("我住河西区友谊路街", "inform", codes=["HZ-059"], entities=[]).act == "ask_back"


def test_what_is_fairly_sure_is_answered_and_named(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    options = ["JG-060", "JG-055"]
    sure = {"options": options, "codes": options, "aspects": ["documents"]}
    reply = talk.say("补驾驶证要拿哪些材料", "ask", "clarify", confidence=0.99, reliability=0.8, **sure)
    assert code(reply) == "JG-060" and reply.text.startswith("我先按")


@pytest.mark.parametrize(("confidence", "reliability"), [(0.6, 0.8), (0.99, 0.3)])
def test_what_is_less_sure_is_asked(catalogue: Catalogue, confidence: float, reliability: float) -> None:
    talk = Conversation(catalogue)
    options = ["JG-060", "JG-055"]
    reply = talk.say(
        "驾驶证的事", "ask", "clarify", codes=options, options=options, confidence=confidence, reliability=reliability
    )
    assert reply.act == "clarify"


def test_only_what_changes_the_answer_is_asked(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    options = ["HZ-057", "HZ-058", "HZ-060"]
    same = talk.say("换身份证去哪", "ask", "clarify", codes=options, options=options, aspects=["window"])
    assert same.act == "answer" and same.aspect == "window"
    other = Conversation(catalogue).say(
        "换身份证多少钱", "ask", "clarify", codes=options, options=options, aspects=["fee"]
    )
    assert other.act == "clarify"


def test_a_year_answers_our_question_even_if_it_sounds_like_a_number_to_call(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.memory.pending, talk.memory.dates = "born", {"card": "身份证", "issued": "2006"}
    assert talk.say("1979年", "emergency", "emergency", topic="emergency_119").act != "emergency"
    assert talk.say("着火了", "emergency", "emergency", topic="emergency_119").act == "emergency"


def test_thanks_are_no_question(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-060")
    assert talk.say("好的知道了", "follow_up").act == "smalltalk"


def test_an_age_is_no_call_for_help_and_danger_in_a_few_words_always_is(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.say("我今年二十四,身份证到期换新的管几年", "ask", "answer", codes=["HZ-057"], aspects=["time"])
    assert talk.say("我老伴四十五呢", "emergency", "emergency", topic="emergency_110").act == "answer"
    for text in ("坏了坏了我刚给骗子转了三万", "救命", "家里进贼了", "119"):
        assert talk.say(text, "emergency", "emergency", topic="emergency_110").act == "emergency"


def test_a_few_words_lean_on_the_matter_in_focus(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("ZA-037", "弟弟见义勇为")
    reply = talk.say("往哪儿报", "refer", "refer", topic="discipline", aspects=["window"])
    assert code(reply) == "ZA-037" and reply.aspect == "window"
    assert talk.say("火化归你们管吗", "refer", "refer", topic="funeral", aspects=["window"]).act == "refer"


def test_somebody_in_need_is_not_sent_back_to_paperwork(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-066", "驾照分扣完了")
    talk.say("不想活了", "emergency", "emergency", topic="emergency_selfharm")
    again = talk.say("我就是心里难受 不想打电话", "vague")
    assert again.act == "emergency" and "12356" in again.text
    assert talk.say("没事了是气话", "smalltalk", "smalltalk", topic="thank").act == "smalltalk"


def test_after_another_emergency_the_business_goes_on(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-004", "二手车过户")
    talk.say("着火了", "emergency", "emergency", topic="emergency_119")
    assert code(talk.say("多少钱", "follow_up", aspects=["fee"])) == "JG-004"


def test_what_was_said_before_a_choice_narrows_it_only_if_it_tells(catalogue: Catalogue) -> None:
    options = ["HZ-057", "HZ-058", "HZ-060"]
    vague = Conversation(catalogue)
    vague.say("我要换证", "vague")
    assert vague.say("身份证", "ask", "clarify", codes=options, options=options).act == "clarify"
    lost = Conversation(catalogue)
    lost.say("牌子丢了", "vague")
    plates = ["ZA-032", "ZA-036"]
    assert code(lost.say("狗的那个", "ask", "clarify", codes=plates, options=plates)) == "ZA-036"
