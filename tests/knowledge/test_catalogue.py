from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge.catalogue import CACHE_FOLDER_VARIABLE, ROOT, Catalogue, load
from knowledge.errors import FaultsFound, UnknownCode


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge folder of its own, with a cache of its own, to break as one likes."""
    target = tmp_path / "knowledge"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    monkeypatch.setenv(CACHE_FOLDER_VARIABLE, str(tmp_path / "cache"))
    return target


def test_published_totals(catalogue: Catalogue) -> None:
    assert len(catalogue.matters) == 312
    assert len(catalogue.branches) == 12
    assert sum(matter.online.available for matter in catalogue.matters.values()) == 289
    assert len(catalogue.windows) == 358
    levels = [window.level for window in catalogue.windows.values()]
    assert [levels.count(level) for level in ("市级", "区级", "派出所")] == [18, 88, 252]


def test_places_are_all_there(catalogue: Catalogue) -> None:
    assert len(catalogue.districts) == 16
    assert len(catalogue.streets) == 299
    assert len(catalogue.communities) == 5617
    assert len(catalogue.places) == 690


def test_every_matter_can_be_served_somewhere(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        assert matter.window.levels, matter.code
        assert matter.legal_basis, matter.code


def test_unknown_code_is_named(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownCode, match="XX-001"):
        catalogue.matter("XX-001")
    with pytest.raises(UnknownCode, match="W-999"):
        catalogue.window("W-999")


def test_cache_follows_a_change(copy: Path) -> None:
    first = load(copy)
    assert load(copy) == first
    path = copy / "matters" / "household" / "HZ-059.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("summary: ", "summary: 改过的"), encoding="utf-8")
    second = load(copy)
    assert second.matter("HZ-059").summary.startswith("改过的")
    assert second.version != first.version


def test_an_unreadable_cache_is_ignored(copy: Path, tmp_path: Path) -> None:
    load(copy)
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(b"broken")
    assert len(load(copy).matters) == 312


def test_all_faults_are_reported_not_only_the_first(copy: Path) -> None:
    for code in ("HZ-001", "HZ-002"):
        path = copy / "matters" / "household" / f"{code}.yml"
        path.write_text(path.read_text(encoding="utf-8") + "no_such_field: 1\n", encoding="utf-8")
    with pytest.raises(FaultsFound) as raised:
        load(copy)
    assert [fault.field for fault in raised.value.faults] == ["no_such_field", "no_such_field"]


def test_broken_yaml_names_line_and_column(copy: Path) -> None:
    (copy / "matters" / "household" / "HZ-001.yml").write_text("code: x\nname: [a\n", encoding="utf-8")
    with pytest.raises(FaultsFound, match="第 3 行"):
        load(copy)
