from __future__ import annotations

import pytest

from knowledge.citations import Law, chinese_number, law_title, problem

LAWS = {"护照法": Law("护照法", "2006-04-29", 26), "某通知": Law("某通知")}
PAGES = frozenset({"crj-fee"})


@pytest.mark.parametrize(
    ("text", "value"), [("七", 7), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("三百八十六", 386)]
)
def test_chinese_number(text: str, value: int) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize("citation", ["catalogue", "windows", "crj-fee", "《护照法》第七条", "《某通知》"])
def test_resolves(citation: str) -> None:
    assert problem(citation, LAWS, PAGES) is None


@pytest.mark.parametrize(
    ("citation", "word"),
    [
        ("听说的", "既不是"),
        ("《无此法》第一条", "laws.yml"),
        ("《护照法》", "没有写第几条"),
        ("《护照法》第二十七条", "只有 26 条"),
        ("《护照法》第零条", "只有 26 条"),
    ],
)
def test_does_not_resolve(citation: str, word: str) -> None:
    found = problem(citation, LAWS, PAGES)
    assert found is not None and word in found


def test_title_without_the_state_prefix() -> None:
    assert law_title("《中华人民共和国护照法》第七条") == "护照法"
    assert law_title("国办发〔2015〕96号") is None
