"""The behaviour on the telephone, driven without a server: what the bot says is given by the test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.ivr.dialog import MAX_TURNS, Ask, CallState, Dialog, SendSms, Settings, Understand
from bot.channels.ivr.turns import Answer, Event, Hypothesis

ANSWER: dict[str, Any] = {
    "text": "测试证补领,要带:\n1. 甲(原件)\n2. 乙(原件)\n3. 丙(原件)\n4. 丁(原件)\n依据《测试法》 · 待窗口核定",
    "custom": {
        "act": "answer",
        "matter": {"code": "HZ-901", "name": "测试证补领"},
        "aspect": "documents",
        "guidance": {
            "documents": [
                {"name": name, "form": "原件", "source": ["x"]} for name in ("甲材料", "乙材料", "丙材料", "丁材料")
            ],
            "review": {"status": "draft"},
        },
    },
}
CLARIFY: dict[str, Any] = {
    "text": "您说的是哪一种?\n1. …",
    "custom": {
        "act": "clarify", "matter": None, "aspect": None,
        "choices": [{"code": f"HZ-90{n}", "name": f"事项{n}", "hint": f"第{n}种"} for n in range(1, 6)],
    },
}  # fmt: skip
VAGUE: dict[str, Any] = {"text": "您想办的是哪一件事?", "custom": {"act": "ask_back", "matter": None, "aspect": None}}
DANGER: dict[str, Any] = {
    "text": "马上打110,先躲到安全的地方。",
    "custom": {"act": "emergency", "matter": None, "aspect": None, "referral": {"body": "公安", "phone": "110"}},
}
PARSED: dict[str, Any] = {
    "decision": "answer",
    "matters": [
        {"code": "HZ-901", "name": "测试证补领", "confidence": 0.8},
        {"code": "HZ-902", "name": "测试证换领", "confidence": 0.2},
    ],
}


class Caller:
    """One call; everything that was asked of the outside is kept in ``asked``."""

    def __init__(
        self,
        reply: Any = None,
        parsed: Any = None,
        transfer_to: str = "sip:human@hall",
        mobile: bool = True,
        outcome: str = "sent",
    ) -> None:
        self.reply, self.parsed, self.outcome, self.mobile = reply, parsed, outcome, mobile
        self.dialog = Dialog(Settings(transfer_to))
        self.state, self.asked, self.turns = CallState(), [], 0  # type: ignore[var-annotated]

    def happens(self, kind: str, **values: Any) -> Answer:
        # What is remembered goes through JSON each time, as it does in the store.
        self.state = CallState(**json.loads(json.dumps(self.state.to_dict())))
        self.turns += 1
        turn = self.dialog.turn(self.state, Event("call", str(self.turns), kind, **values), may_text=self.mobile)
        given: Any = None
        while True:
            try:
                need = turn.send(given)
            except StopIteration as done:
                answer: Answer = done.value
                assert all(len(sentence) <= 60 for sentence in answer.say)
                assert not re.search(r"[0-9]", "".join(answer.say))
                return answer
            self.asked.append(need)
            given = {Ask: self._answer, Understand: lambda _: self.parsed, SendSms: lambda _: self.outcome}[type(need)](
                need
            )

    def _answer(self, need: Ask) -> Any:
        return self.reply(need) if isinstance(self.reply, Callable) else self.reply

    def says(self, *texts: str, confidence: float | None = 0.9) -> Answer:
        return self.happens("speech", heard=tuple(Hypothesis(text, confidence) for text in texts))

    def presses(self, digits: str) -> Answer:
        return self.happens("dtmf", digits=digits)

    @property
    def told(self) -> list[str]:
        return [need.text for need in self.asked if isinstance(need, Ask)]


def said(answer: Answer) -> str:
    return "".join(answer.say)


def test_the_greeting_is_two_sentences_and_names_the_way_to_a_human() -> None:
    caller = Caller()
    answer = caller.happens("start")
    assert len(answer.say) == 2 and "按零" in said(answer)
    assert said(answer).count("。") <= 2
    assert answer.next == "listen" and answer.barge_in and answer.hints
    assert caller.asked == []


def test_speech_goes_to_the_bot_with_the_other_hypotheses() -> None:
    caller = Caller(ANSWER)
    caller.happens("speech", heard=(Hypothesis("身份证丢了", 0.8), Hypothesis("身份证多了", 0.1)))
    assert caller.asked == [Ask("身份证丢了", ({"text": "身份证多了", "confidence": 0.1},))]


def test_two_documents_then_the_rest_by_text_message() -> None:
    caller = Caller(ANSWER)
    answer = caller.says("补测试证")
    assert "甲材料" in said(answer) and "乙材料" in said(answer) and "丙材料" not in said(answer)
    assert "还有两样没说,收短信请按八,接着听请按七。" in answer.say
    assert answer.sms == "offered"
    sent = caller.presses("8")
    assert sent.sms == "sent" and "短信已经发到" in said(sent)
    assert isinstance(caller.asked[-1], SendSms) and "丁" in caller.asked[-1].text
    assert "没有这个选项" in said(caller.presses("8")), "it is sent once"


@pytest.mark.parametrize("words", ["发短信", "好的,给我发个短信吧", "短信"])
def test_the_text_message_can_be_asked_for_in_words(words: str) -> None:
    caller = Caller(ANSWER)
    caller.says("补测试证")
    assert caller.says(words).sms == "sent"
    assert caller.told == ["补测试证"]


def test_without_a_mobile_number_the_rest_is_only_read_out() -> None:
    caller = Caller(ANSWER, mobile=False)
    answer = caller.says("补测试证")
    assert "短信" not in said(answer) and answer.sms is None
    rest = caller.presses("7")
    assert "丙材料" in said(rest) and "丁材料" in said(rest)
    assert not any(isinstance(need, SendSms) for need in caller.asked)


@pytest.mark.parametrize(
    ("outcome", "state", "words"), [("recorded", "sent", "试运行"), ("failed", "failed", "没有发出去")]
)
def test_what_became_of_the_text_message_is_said_honestly(outcome: str, state: str, words: str) -> None:
    caller = Caller(ANSWER, outcome=outcome)
    caller.says("补测试证")
    answer = caller.presses("8")
    assert answer.sms == state and words in said(answer)


def test_that_it_is_unreviewed_is_said_once_in_a_call() -> None:
    caller = Caller(ANSWER)
    assert "没经窗口核定" in said(caller.says("补测试证"))
    assert "没经窗口核定" not in said(caller.says("补测试证"))


@pytest.mark.parametrize("pick", ["2", "第二个"])
def test_digits_and_speech_both_choose(pick: str) -> None:
    caller = Caller(lambda need: CLARIFY if need.text == "证" else ANSWER)
    menu = caller.says("证")
    assert [line for line in menu.say if "请按" in line] == [
        "第一种,请按一。", "第二种,请按二。", "第三种,请按三。", "听别的,请按九。",
    ]  # fmt: skip
    caller.presses(pick) if pick.isdigit() else caller.says(pick)
    assert caller.told == ["证", pick]


def test_more_than_three_options_are_read_in_pages() -> None:
    caller = Caller(lambda need: CLARIFY if need.text == "证" else ANSWER)
    caller.says("证")
    second = caller.presses("9")
    assert second.say == ("第四种,请按一。", "第五种,请按二。", "都不是,请按九。")
    caller.presses("2")
    assert caller.told == ["证", "5"]


def test_none_of_the_options() -> None:
    caller = Caller(lambda need: CLARIFY if need.text == "证" else VAGUE)
    caller.says("证")
    caller.presses("9")
    caller.presses("9")
    assert caller.told == ["证", "都不是"]


@pytest.mark.parametrize("before", [[], ["start"], ["start", "证"], ["start", "补"]])
def test_zero_is_always_a_human(before: list[str]) -> None:
    caller = Caller(lambda need: CLARIFY if need.text == "证" else ANSWER)
    for step in before:
        caller.happens("start") if step == "start" else caller.says(step)
    answer = caller.presses("0")
    assert answer.next == "transfer"
    assert answer.transfer == {"to": "sip:human@hall", "reason": "asked"}
    assert answer.expect is None


@pytest.mark.parametrize("words", ["转人工", "人工", "我要找人工服务", "帮我转接线员", "人工客服"])
def test_a_human_asked_for_in_words_needs_no_bot(words: str) -> None:
    caller = Caller()
    assert caller.says(words, confidence=0.1).next == "transfer"
    assert caller.asked == []


def test_without_a_human_desk_the_hotline_is_named() -> None:
    answer = Caller(transfer_to="").presses("0")
    assert answer.next == "listen" and "幺二三四五" in said(answer)


def test_the_bots_own_handoff_transfers_too() -> None:
    reply = {"text": "好,这就给您指条路", "custom": {"act": "handoff", "matter": None, "aspect": None}}
    assert Caller(reply).says("你给我找个明白人").next == "transfer"


def test_low_confidence_confirms_by_name_first() -> None:
    caller = Caller(ANSWER, PARSED)
    question = caller.says("测证补", confidence=0.2)
    assert question.say[0] == "您说的是测试证补领吗?"
    assert caller.told == []
    answer = caller.says("对")
    assert caller.told == ["测证补"] and "甲材料" in said(answer)


def test_denied_then_the_second_guess_then_say_it_again() -> None:
    caller = Caller(ANSWER, PARSED)
    caller.says("测证补", confidence=0.2)
    assert caller.presses("2").say[0] == "您说的是测试证换领吗?"
    assert "换个说法" in said(caller.says("不是"))
    assert caller.told == []


def test_a_denial_that_brings_the_right_word_is_a_new_question() -> None:
    caller = Caller(ANSWER, PARSED)
    caller.says("测证补", confidence=0.2)
    caller.says("不是,我要办护照")
    assert caller.told == ["不是,我要办护照"]


@pytest.mark.parametrize("decision", ["emergency", "clarify", "refer", "ask_back"])
def test_only_an_answer_is_confirmed(decision: str) -> None:
    caller = Caller(DANGER, {**PARSED, "decision": decision})
    assert said(caller.says("有人打我", confidence=0.1)).startswith("请马上打幺幺零!")


def test_no_confidence_told_is_no_doubt() -> None:
    caller = Caller(ANSWER, PARSED)
    caller.says("补测试证", confidence=None)
    assert caller.asked == [Ask("补测试证")]


def test_silence_question_again_then_shorter_then_a_human() -> None:
    caller = Caller(CLARIFY)
    caller.says("证")
    first, second, third = (caller.happens("no_input") for _ in range(3))
    assert "第一种,请按一。" in first.say
    assert len(said(second)) < len(said(first)) and "按零" in said(second)
    assert third.next == "transfer" and third.transfer and third.transfer["reason"] == "silence"


def test_speech_after_a_silence_starts_the_count_again() -> None:
    caller = Caller(ANSWER)
    caller.happens("no_input")
    caller.happens("no_input")
    caller.says("补测试证")
    assert caller.happens("no_input").next == "listen"


def test_without_a_human_desk_three_silences_end_the_call_with_the_hotline() -> None:
    caller = Caller(transfer_to="")
    answers = [caller.happens("no_input") for _ in range(3)]
    assert answers[-1].next == "hangup" and "幺二三四五" in said(answers[-1])


def test_not_heard_three_times_is_a_human() -> None:
    caller = Caller()
    answers = [caller.happens("no_match") for _ in range(3)]
    assert [answer.next for answer in answers] == ["listen", "listen", "transfer"]
    assert "没听清" in said(answers[0])


def test_not_understood_offers_a_human_then_transfers() -> None:
    caller = Caller(VAGUE)
    caller.says("那个事")
    assert "按零" in said(caller.says("就那个"))
    assert caller.says("哎呀那个").next == "transfer"


def test_emergency_number_first_and_transfer_offered() -> None:
    caller = Caller(DANGER)
    answer = caller.says("有人打我")
    assert answer.say[0] == "请马上打幺幺零!"
    assert "转人工" in answer.say[-1] and answer.next == "listen"
    assert caller.presses("0").transfer == {"to": "sip:human@hall", "reason": "asked", "emergency": "110"}


def test_a_wrong_key_and_too_many_keys_are_told() -> None:
    caller = Caller(CLARIFY)
    caller.says("证")
    assert "没有这个选项" in said(caller.presses("5"))
    assert "只按一个键" in said(caller.presses("13812345678"))
    assert caller.told == ["证"], "keys never reach the bot as they are"


def test_star_and_words_repeat_what_was_said() -> None:
    caller = Caller(ANSWER)
    first = caller.says("补测试证")
    assert caller.presses("*").say == first.say
    assert caller.says("再说一遍").say == first.say
    assert caller.told == ["补测试证"]


def test_barge_in_falls_silent_and_listens() -> None:
    caller = Caller(ANSWER)
    caller.says("补测试证")
    answer = caller.happens("barge_in")
    assert answer.say == () and answer.next == "listen"
    assert caller.happens("barge_in", heard=(Hypothesis("补测试证", 0.9),)).say


def test_goodbye_ends_the_call() -> None:
    caller = Caller(ANSWER)
    caller.happens("start")
    caller.says("补测试证")
    answer = caller.says("好的,谢谢,没有了")
    assert answer.next == "hangup" and "再见" in said(answer)
    assert caller.says("喂").next == "hangup"


def test_what_was_left_can_still_be_had_after_another_question() -> None:
    price = {
        "text": "测试证补领,是这样:\n费用:不收费。",
        "custom": {**ANSWER["custom"], "aspect": "fee", "guidance": {"fee": {"free": True}}},
    }
    caller = Caller(lambda need: price if "钱" in need.text else ANSWER)
    caller.says("补测试证")
    caller.says("多少钱")
    assert "丙材料" in said(caller.presses("7"))
    assert caller.presses("8").sms == "sent"


def test_thanks_end_the_call_even_over_an_open_question_about_the_person() -> None:
    caller = Caller(CLARIFY)
    caller.happens("start")
    caller.says("证")
    assert caller.says("没有了,谢谢").next == "hangup"


def test_no_to_an_open_question_is_no_goodbye() -> None:
    caller = Caller(CLARIFY)
    caller.happens("start")
    caller.says("证")
    caller.says("没有")
    assert caller.told == ["证", "没有"]


def test_hangup_ends_the_call_without_a_word() -> None:
    caller = Caller(ANSWER)
    answer = caller.happens("hangup")
    assert answer.say == () and answer.next == "hangup" and caller.asked == []


def test_a_failed_transfer_names_the_hotline() -> None:
    caller = Caller()
    caller.presses("0")
    answer = caller.happens("transfer_failed")
    assert "接不通" in said(answer) and "幺二三四五" in said(answer) and answer.next == "listen"


def test_a_failing_bot_is_admitted_and_ends_at_a_human() -> None:
    caller = Caller(reply=None)
    assert "系统有点问题" in said(caller.says("补证"))
    caller.says("补证")
    assert caller.says("补证").next == "transfer"


def test_a_call_without_end_is_handed_over() -> None:
    caller = Caller(ANSWER)
    for _ in range(MAX_TURNS):
        assert caller.says("补测试证").next == "listen"
    assert caller.says("补测试证").next == "transfer"
