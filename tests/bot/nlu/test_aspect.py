from __future__ import annotations

import pytest

from bot.nlu.aspect import AspectPatterns
from knowledge.catalogue import ROOT


@pytest.fixture(scope="module")
def patterns() -> AspectPatterns:
    return AspectPatterns(ROOT / "lexicon" / "aspects.yml")


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("要带什么材料,去哪办", ["documents", "window"]),
        ("去哪办,多少钱", ["window", "fee"]),
        ("几天能拿到", ["time"]),
        ("我的护照丢了", []),
    ],
)
def test_patterns_name_aspects_in_order(patterns: AspectPatterns, text: str, aspects: list[str]) -> None:
    assert patterns.find(text) == aspects


def test_the_question_stands_at_the_end(patterns: AspectPatterns) -> None:
    assert patterns.at_the_end("在网上查了半天,到底去哪办") == ["window"]
    assert patterns.at_the_end("。。") == []


def test_only_one_aspect_named_at_the_end_is_certain(patterns: AspectPatterns) -> None:
    assert patterns.certain("我妈的身份证到期了,多少钱") == "fee"
    assert patterns.certain("在网上查了半天,到底去哪办") is None
    assert patterns.certain("多少钱我都愿意,证丢了") is None
