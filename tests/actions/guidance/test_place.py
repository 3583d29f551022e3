"""An oracle of its own for the windows: read off the tables and the rule, not off the code."""

from __future__ import annotations

import csv
import itertools
import random

import pytest

from actions.guidance import wording
from actions.guidance.compose import compose
from actions.guidance.place import Whereabouts, certain, needs, windows_for
from knowledge import yamlio
from knowledge.catalogue import ROOT, Catalogue
from knowledge.models import Place
from tests.conftest import make_matter

CASES = 600
BY_CASE = ("办案单位", "关押场所", "发证机关", "入境口岸", "信息制作或保存机关", "公安机关指定地点", "指定银行")
"""Where to go follows from the case: whoever names a window by where somebody lives is wrong."""


def tables() -> tuple[list[dict], list[dict], list[dict[str, str]]]:
    windows = [row for path in sorted((ROOT / "windows").glob("*.yml")) for row in yamlio.read(path)]
    matters = [yamlio.read(path) for path in sorted((ROOT / "matters").glob("*/*.yml"))]
    with (ROOT / "places" / "streets.csv").open(encoding="utf-8-sig", newline="") as handle:
        return windows, matters, list(csv.DictReader(handle))


def right(window: dict, matter: dict, branch: str, district: str, street: str) -> bool:
    """Whether the tables say that this window serves the matter for somebody of that street."""
    if window.get("closed_on") or window["level"] not in matter["window"]["levels"]:
        return False
    if matter["window"].get("place") in BY_CASE:
        return False
    if window["level"] != "市级" and window.get("district") != district:
        return False
    if window["level"] == "派出所" and window.get("street") != street:
        return False
    if window.get("desk") and window["desk"] != matter["window"].get("desk"):
        return False
    return branch in window["services"] or "综合" in window["services"]


def test_wrong_window_rate_is_zero_over_matters_and_places(catalogue: Catalogue) -> None:
    windows, matters, streets = tables()
    names = {row["id"]: row["name"] for row in yamlio.read(ROOT / "branches.yml")}
    by_id = {row["id"]: row for row in windows}
    draw = random.Random(5)
    pairs = [(matter, draw.choice(streets)) for matter in matters for _ in range(2)][:CASES]
    assert len(pairs) >= 300
    named = 0
    for matter, street in pairs:
        at = Whereabouts(street["district"], street["street"])
        branch = names[matter["branch"]]
        found = windows_for(catalogue, catalogue.matter(matter["code"]), at)
        for window in found:
            assert right(by_id[window.id], matter, branch, street["district"], street["street"]), (matter, window)
            named += 1
        possible = [row for row in windows if right(row, matter, branch, street["district"], street["street"])]
        assert bool(found) == bool(possible), (matter["code"], street["street"])
        # The nearest comes first: a station before the district's hall before the city's.
        order = [["派出所", "区级", "市级"].index(window.level) for window in found]
        assert order == sorted(order)
    assert named > 300


def test_a_branch_that_has_its_own_desk_is_not_sent_to_the_general_one(catalogue: Catalogue) -> None:
    for matter, district in itertools.product(list(catalogue.matters.values())[::7], catalogue.districts):
        branch = catalogue.branch_of(matter).name
        found = windows_for(catalogue, matter, Whereabouts(district))
        own = [w for w in catalogue.open_windows() if w.district == district and w.level == "区级"]
        own = [w for w in own if branch in w.services and w.desk in (None, matter.window.desk)]
        if own and "区级" in matter.window.levels:
            assert not [window for window in found if window.level == "区级" and "综合" in window.services]


@pytest.mark.parametrize(
    ("rule", "kind", "sure"),
    [
        ("户籍地", "household", True),
        ("户籍地", "residence", False),
        ("户籍地", None, False),
        ("居住地", "residence", True),
        ("居住地", "household", False),
        ("户籍地或居住地", "household", True),
        ("户籍地或居住地", "residence", True),
        ("经营地", "business", True),
        ("经营地", "residence", False),
        ("迁入地", "destination", True),
        ("迁入地", "household", False),
        ("任一窗口", None, True),
        ("船舶所在地", "ship", True),
        ("船籍港或船舶所在地", "ship", True),
        ("船籍港或船舶所在地", "residence", False),
        ("启运地", "origin", True),
        ("启运地", "arrival", False),
        ("运达地", "arrival", True),
        ("运达地", "business", False),
        ("启运地或运达地", "origin", True),
        ("启运地或运达地", "arrival", True),
        *((place, "residence", False) for place in BY_CASE),
    ],
)
def test_where_somebody_lives_is_not_where_they_are_registered(rule: str, kind: str | None, sure: bool) -> None:
    matter = make_matter(window={"levels": ["区级", "派出所"], "place": rule, "source": ["catalogue"]})
    assert certain(matter, Whereabouts("甲区", "东风街道", kind)) is sure


def test_an_uncertain_window_is_named_under_its_condition(small: Catalogue) -> None:
    at = Whereabouts("甲区", "东风街道", "residence")
    matter = small.matter("HZ-901")
    (line,) = wording.windows(matter, compose(small, matter, {}, at), at)
    assert "户口在甲区东风街道的,去4号窗口" in line and "户口所在地的派出所" in line


def test_a_certain_window_is_named_outright(small: Catalogue) -> None:
    at = Whereabouts("甲区", "东风街道", "household")
    matter = small.matter("HZ-901")
    (line,) = wording.windows(matter, compose(small, matter, {}, at), at)
    assert line.startswith("去哪办:4号窗口;也可以去2号窗口")


@pytest.mark.parametrize("place", [None, *Place])
def test_every_kind_of_place_has_its_words(small: Catalogue, place: Place | None) -> None:
    rule = {"levels": ["市级", "区级", "派出所"], "place": place, "source": ["catalogue"]}
    matter = make_matter(window=rule)
    for at in (Whereabouts(), Whereabouts("甲区", "东风街道", "residence")):
        line, *_ = wording.windows(matter, compose(small, matter, {}, at), at)
        assert line.startswith("去哪办:") and "None" not in line
        assert wording.window_rule(matter)
        if missing := needs(matter, at):
            assert "区、哪条街" in wording.ask_place(matter, missing, at)


@pytest.mark.parametrize("place", BY_CASE)
def test_where_the_case_decides_no_window_is_named_and_no_place_asked_for(small: Catalogue, place: str) -> None:
    matter = make_matter(window={"levels": ["市级", "区级"], "place": place, "source": ["catalogue"]})
    for at in (Whereabouts(), Whereabouts("甲区", "东风街道", "residence")):
        assert needs(matter, at) is None
        guidance = compose(small, matter, {}, at)
        assert guidance.windows == []
        (line,) = wording.windows(matter, guidance, at)
        assert line == f"去哪办:{wording.window_rule(matter)}。"


def test_goods_are_applied_for_where_they_arrive_not_where_the_company_is(catalogue: Catalogue) -> None:
    fireworks = catalogue.matter("ZA-015")
    assert wording.ask_place(fireworks, "district", Whereabouts()).startswith("货的运达地在哪个区")
    company = Whereabouts("河西区", None, "business")
    line = wording.windows(fireworks, compose(catalogue, fireworks, {}, company), company)[0]
    assert "货运到河西区的,去河西区" in line
    there = Whereabouts("河西区", None, "arrival")
    assert wording.windows(fireworks, compose(catalogue, fireworks, {}, there), there)[0].startswith("去哪办:河西区")


def test_a_detained_persons_facility_is_not_the_hall_of_the_family(catalogue: Catalogue) -> None:
    at = Whereabouts("河西区", "友谊路街道", "residence")
    for code in ("JS-001", "JS-002", "JS-003", "JS-004", "JS-006"):
        matter = catalogue.matter(code)
        text = "".join(wording.windows(matter, compose(catalogue, matter, {}, at), at))
        assert "河西" not in text and "关人的那个看守所、拘留所或戒毒所" in text


def test_address_and_hours_are_said_only_if_confirmed(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        at = Whereabouts("河西区", "友谊路街道")
        guidance = compose(catalogue, matter, {}, at)
        text = "".join(wording.windows(matter, guidance, at))
        for window in guidance.windows:
            if not window["verified"]:
                for key in ("address", "phone", "hours"):
                    assert window.get(key, "无") not in text
