from __future__ import annotations

import pytest

from actions.guidance.things import asks_on, names_thing, things
from knowledge.catalogue import Catalogue


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("户口本丢了", {"户口簿"}),
        ("户口想迁一下", {"户口"}),
        ("我那架照到期了", {"驾驶证"}),
        ("那多少钱", set()),
        ("过期了还能补吗", set()),
        ("护照和身份证都丢了", {"护照", "身份证"}),
    ],
)
def test_things_named(catalogue: Catalogue, text: str, named: set[str]) -> None:
    assert things(catalogue).of(text) == named


@pytest.mark.parametrize(
    ("code", "text", "aspects", "on"),
    [
        ("HZ-059", "过期了还能补吗", ["conditions"], True),
        ("HZ-059", "身份证多少钱", ["fee"], True),
        ("HZ-059", "驾照多少钱", ["fee"], False),
        ("CRJ-001", "身份证带复印件行吗", ["documents"], True),
        ("CRJ-001", "身份证多久下来", ["time"], False),
    ],
)
def test_asking_on(catalogue: Catalogue, code: str, text: str, aspects: list[str], on: bool) -> None:
    assert asks_on(catalogue, catalogue.matter(code), text, aspects) is on


def test_the_thing_of_the_matter_itself_is_a_thing(catalogue: Catalogue) -> None:
    assert names_thing(catalogue, catalogue.matter("HZ-059"), "我要换身份证", ["process"])
    assert not names_thing(catalogue, catalogue.matter("HZ-059"), "换要几天", ["time"])
