"""An oracle of its own for the windows: read off the tables and the rule, not off the code."""

from __future__ import annotations

import csv
import itertools
import random

import pytest

from actions.guidance import wording
from actions.guidance.compose import compose
from actions.guidance.place import Whereabouts, certain, windows_for
from knowledge import yamlio
from knowledge.catalogue import ROOT, Catalogue
from tests.conftest import make_matter

CASES = 600


def tables() -> tuple[list[dict], list[dict], list[dict[str, str]]]:
    windows = [row for path in sorted((ROOT / "windows").glob("*.yml")) for row in yamlio.read(path)]
    matters = [yamlio.read(path) for path in sorted((ROOT / "matters").glob("*/*.yml"))]
    with (ROOT / "places" / "streets.csv").open(encoding="utf-8-sig", newline="") as handle:
        return windows, matters, list(csv.DictReader(handle))


def right(window: dict, matter: dict, branch: str, district: str, street: str) -> bool:
    """Whether the tables say that this window serves the matter for somebody of that street."""
    if window.get("closed_on") or window["level"] not in matter["window"]["levels"]:
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
        ("办案单位", "residence", False),
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


def test_address_and_hours_are_said_only_if_confirmed(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        at = Whereabouts("河西区", "友谊路街道")
        guidance = compose(catalogue, matter, {}, at)
        text = "".join(wording.windows(matter, guidance, at))
        for window in guidance.windows:
            if not window["verified"]:
                for key in ("address", "phone", "hours"):
                    assert window.get(key, "无") not in text
