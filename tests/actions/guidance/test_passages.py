from __future__ import annotations

import pytest

from actions.guidance.passages import ENOUGH, PLENTY, finder
from knowledge.catalogue import Catalogue
from tests.actions.guidance.talking import Conversation, code


@pytest.mark.parametrize(
    ("matter", "asked", "said"),
    [
        ("JG-078", "停车保管费让我掏吗", "行政机关承担"),
        ("HF-004", "有海员证还用办不", "不用"),
        ("HZ-062", "没有居住证", "居住登记"),
        ("JG-054", "体检去哪做", "医院"),
    ],
)
def test_a_narrow_question_finds_its_sentence(catalogue: Catalogue, matter: str, asked: str, said: str) -> None:
    found = finder(catalogue).best(catalogue.matter(matter), asked)
    assert found is not None and found[0] >= ENOUGH and said in found[1]


@pytest.mark.parametrize("asked", ["那多少钱", "要多久", "我妈能替我去吗", "礼拜六开门吗", "😀"])
def test_a_general_question_finds_none(catalogue: Catalogue, asked: str) -> None:
    found = finder(catalogue).best(catalogue.matter("HZ-059"), asked)
    assert found is None or found[0] < PLENTY


def test_what_sounds_like_another_body_is_answered_from_the_record(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-078", "车让交警扣了怎么取")
    reply = talk.say("停车保管费让我掏吗", "refer", "refer", topic="parking")
    assert code(reply) == "JG-078" and "行政机关承担" in reply.text


def test_another_bodys_question_is_still_theirs(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    talk.answer("JG-078", "车让交警扣了怎么取")
    assert talk.say("社保卡丢了", "refer", "refer", topic="social_insurance").act == "refer"


def test_the_alert_is_said_first_and_once(catalogue: Catalogue) -> None:
    talk = Conversation(catalogue)
    assert talk.answer("XZ-002", "我妈早上出门没回来").text.startswith("人刚走失就马上打110")
    assert "人刚走失" not in talk.say("要带什么", "follow_up", aspects=["documents"]).text


@pytest.mark.parametrize("aspects", [[], ["process"]])
def test_a_question_for_everything_is_not_answered_by_one_special_case(
    catalogue: Catalogue, aspects: list[str]
) -> None:
    assert (
        "使馆" not in Conversation(catalogue).answer("CRJ-002", "护照到期怎么换", aspects=aspects).text.split("\n")[0]
    )
