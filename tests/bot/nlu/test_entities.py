from __future__ import annotations

import pytest

from bot.nlu.entities import EntityFinder
from bot.nlu.things import expand
from knowledge.catalogue import Catalogue


@pytest.fixture(scope="module")
def finder(catalogue: Catalogue) -> EntityFinder:
    return EntityFinder(catalogue)


def values(finder: EntityFinder, text: str, name: str) -> list[str]:
    return [entity.value for entity in finder.find(text) if entity.name == name]


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("我住河西区友谊路街去哪办", "河西区/友谊路街道"),
        ("我住友谊路街道", "河西区/友谊路街道"),
        ("家在咸水沽", "津南区/咸水沽镇"),
        ("住中北镇", "西青区/中北镇"),
        ("我住南开区时代奥城", "南开区/体育中心街道"),
        ("华苑那边", "南开区/华苑街道"),
    ],
)
def test_street(finder: EntityFinder, text: str, street: str) -> None:
    assert values(finder, text, "street") == [street]


@pytest.mark.parametrize(
    ("text", "district"),
    [("我是河西的", "河西区"), ("滨海新区哪里能办", "滨海新区"), ("蓟县那边", "蓟州区"), ("住河北区", "河北区")],
)
def test_district(finder: EntityFinder, text: str, district: str) -> None:
    assert values(finder, text, "district") == [district]


@pytest.mark.parametrize("text", ["我是河北人", "护照怎么换", "身份证丢了要带什么", "我们公司要备案"])
def test_no_place_where_none_is_named(finder: EntityFinder, text: str) -> None:
    found = finder.find(text)
    assert not [entity for entity in found if entity.name in ("district", "street", "place_option")]


def test_name_that_stands_for_several_places(finder: EntityFinder) -> None:
    assert len(values(finder, "我住花园里", "place_option")) > 1
    assert values(finder, "我住花园里", "street") == []


def test_district_settles_an_ambiguous_name(small: Catalogue) -> None:
    finder = EntityFinder(small)
    assert values(finder, "我住乙区幸福社区", "street") == ["乙区/东风街道"]
    assert len(values(finder, "我住幸福社区", "place_option")) == 2


@pytest.mark.parametrize(
    ("text", "facet", "option"),
    [
        ("我妈能替我去吗", "applicant", "proxy"),
        ("可以代办吗", "applicant", "proxy"),
        ("我是外地户口", "hukou", "nonlocal"),
        ("孩子未满16岁", "age16", "minor"),
        ("我们公司要办", "party", "company"),
        ("证件丢了", "reason", "lost"),
        ("租房住的", "housing", "rented"),
    ],
)
def test_situation(finder: EntityFinder, text: str, facet: str, option: str) -> None:
    assert option in values(finder, text, facet)


def test_positions_are_of_the_original_text(finder: EntityFinder) -> None:
    text = "  请问,我住河西区 友谊路街道"
    for entity in finder.find(text):
        assert text[entity.start : entity.end] == entity.text


def test_expand() -> None:
    assert expand("(替|帮)我(妈|)") == ["替我妈", "替我", "帮我妈", "帮我"]


def test_every_street_is_found_by_its_full_name(finder: EntityFinder, catalogue: Catalogue) -> None:
    missed = [
        f"{street.district}{street.name}"
        for street in catalogue.streets
        if values(finder, f"我住{street.district}{street.name}", "street") != [f"{street.district}/{street.name}"]
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("户口在河东大王庄,现在住南开华苑", {"household", "residence"}),
        ("公司在西青中北镇", {"business"}),
        ("要把户口迁到东丽张贵庄", {"destination"}),
        ("河西区友谊路街道", {None}),
    ],
)
def test_what_a_place_is_to_the_person(finder: EntityFinder, text: str, roles: set[str | None]) -> None:
    found = [entity for entity in finder.find(text) if entity.name in ("street", "district")]
    assert {entity.role for entity in found} == roles
    assert all(("role" in entity.to_dict()) == (entity.role is not None) for entity in found)


@pytest.mark.parametrize("text", ["第二个", "身份证怎么换新的", "新房子怎么落户", "小区广场办活动", "石家庄的户口"])
def test_words_that_are_also_names_of_communities(finder: EntityFinder, text: str) -> None:
    assert not [entity for entity in finder.find(text) if entity.name in ("street", "district", "place_option")]


def test_street_straight_after_its_district(finder: EntityFinder) -> None:
    assert values(finder, "迁到东丽张贵庄", "street") == ["东丽区/张贵庄街道"]
