"""Documents, dates, ages, licence classes and plate kinds; places and situations are in test_entities.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.nlu.entities import EntityFinder
from bot.nlu.things import check_lexicon, documents, lexicon, plate_kinds
from knowledge.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def finder(catalogue: Catalogue) -> EntityFinder:
    return EntityFinder(catalogue)


def found(finder: EntityFinder, text: str, name: str) -> list[tuple[str, str, str | None]]:
    return [(item.text, item.value, item.role) for item in finder.find(text, TODAY) if item.name == name]


@pytest.mark.parametrize(
    ("text", "words", "document"),
    [
        ("户口本要带吗", "户口本", "居民户口簿"),
        ("户口页行吗", "户口页", "居民户口簿"),
        ("身份证丢了", "身份证", "居民身份证"),
        ("身份證丟了", "身份證", "居民身份证"),
        ("出生证明没了", "出生证明", "出生医学证明"),
        ("行车本儿找不着了", "行车本儿", "机动车行驶证"),
        ("绿皮本丢了", "绿皮本", "机动车登记证书"),
        ("大绿本丢了", "大绿本", "机动车登记证书"),
        ("房本儿带吗", "房本儿", "不动产权证书"),
        ("房产证带吗", "房产证", "不动产权证书"),
        ("驾驶本儿带吗", "驾驶本儿", "机动车驾驶证"),
        ("驾照过期", "驾照", "机动车驾驶证"),
        ("回乡证换新", "回乡证", "港澳居民来往内地通行证"),
        ("台胞卡换新", "台胞卡", "台湾居民来往大陆通行证"),
        ("永居卡丢了", "永居卡", "外国人永久居留身份证"),
        ("港澳卡丢了", "港澳卡", "往来港澳通行证"),
        ("监护人身份证带吗", "监护人身份证", "监护人居民身份证"),
        ("准迁证丢了", "准迁证", "准予迁入证明"),
    ],
)
def test_document(finder: EntityFinder, text: str, words: str, document: str) -> None:
    assert found(finder, text, "document") == [(words, document, None)]


def test_a_word_for_several_documents_is_reported_for_each(finder: EntityFinder) -> None:
    assert {value for _, value, _ in found(finder, "大本儿丢了", "document")} == {"机动车驾驶证", "机动车登记证书"}
    assert {value for _, value, _ in found(finder, "绿卡丢了", "document")} == {
        "外国人永久居留身份证",
        "国外定居证明和翻译件",
    }


@pytest.mark.parametrize(
    "text", ["临时身份证", "身份证明", "结婚证明", "身份证号错了", "天大本科文凭", "船户口簿", "你好", "驾照片子"]
)
def test_no_document(finder: EntityFinder, text: str) -> None:
    assert found(finder, text, "document") == []


def test_every_document_of_the_knowledge_is_found_by_its_name(finder: EntityFinder, catalogue: Catalogue) -> None:
    missed = [
        name
        for name in catalogue.documents
        if (name, name, None) not in found(finder, f"要带{name}吗", "document") and len(name) >= 2
    ]
    assert missed == []


def test_every_word_of_the_lexicon_means_a_document_of_the_knowledge(catalogue: Catalogue) -> None:
    assert list(check_lexicon(catalogue)) == []
    assert {value for meant in documents(catalogue).values() for _, value in meant} <= set(catalogue.documents)


def test_the_lexicon_check_names_the_wrong_document(small: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "documents.yml").write_text(
        "words: {没有这样: [那样], 居民户口簿: [居民户口簿]}\n", "utf-8"
    )
    assert [(fault.field, fault.problem) for fault in check_lexicon(replace(small, root=tmp_path))] == [
        ("words.没有这样", "材料词表里没有这个名称"),
        ("words.居民户口簿", "“居民户口簿”已经是它的名称或别名"),
    ]


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("我身份证2006年办的", "2006", "issued"),
        ("护照明年5月到期", "2027-05", "expires"),
        ("驾照还有俩月到期", "2027-01", "expires"),
        ("我1979年3月出生", "1979-03", "birth"),
        ("下个月去", "2026-12", None),
    ],
)
def test_date(finder: EntityFinder, text: str, value: str, role: str | None) -> None:
    assert [(v, r) for _, v, r in found(finder, text, "date")] == [(value, role)]


def test_dates_count_from_the_clock_if_no_day_is_given(finder: EntityFinder) -> None:
    assert [item.value for item in finder.find("去年") if item.name == "date"] == [str(date.today().year - 1)]


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("我68岁", {"age": "adult", "age16": "adult"}),
        ("我今年十七", {"age": "minor", "age16": "adult"}),
        ("孩子十五岁", {"age": "minor", "age16": "minor"}),
        ("孩子二十岁了", {"age": "adult", "age16": "adult"}),
        ("孩子2014年出生", {"age": "minor", "age16": "minor"}),
        ("孩子2010年生的", {"age": "minor"}),  # 15 or 16
        ("我1979年生人", {"age": "adult", "age16": "adult"}),
        ("七十岁以上要体检吗", {}),
        ("我三岁时走失的", {}),
        ("身份证2014年办的", {}),
    ],
)
def test_an_age_settles_what_is_asked_about_it(finder: EntityFinder, text: str, facets: dict[str, str]) -> None:
    given = {name: {value for _, value, _ in found(finder, text, name)} for name in ("age", "age16")}
    assert given == {name: {facets[name]} if name in facets else set() for name in ("age", "age16")}


def test_the_age_of_a_grandmother_says_nothing_about_the_child(finder: EntityFinder) -> None:
    assert [value for _, value, _ in found(finder, "我68岁,想给孙子上户口", "age")] == ["minor"]


def test_years_old(finder: EntityFinder) -> None:
    assert found(finder, "我妈六十多岁,我四十了", "years_old") == [("六十多岁", "60-69", None), ("四十", "40", None)]
    assert found(finder, "我三岁时走失的", "years_old") == []


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("增驾A2", [("A2", "target")]),
        ("我有C1,想增驾A2", [("C1", "held"), ("A2", "target")]),
        ("B2降C1", [("B2", "held"), ("C1", "target")]),
        ("Ｃ１驾照", [("C1", None)]),
        ("c1本", [("C1", None)]),
        ("C6", [("C6", None)]),
        ("C一增驾C6", [("C1", "held"), ("C6", "target")]),
        ("残疾人西五驾照体检", [("C5", None)]),
        ("我有西一的驾照", [("C1", "held")]),
        ("想降到西一", [("C1", "target")]),
        ("我是币二的本", [("B2", "held")]),
        ("诶二的驾照", [("A2", None)]),
        ("有D照想加C1", [("D", "held"), ("C1", "target")]),
        ("加个E照骑轻便摩托", [("E", "target")]),
        ("M照能开什么", [("M", None)]),
        ("A本降级", [("A", "held")]),
        ("准驾车型A1A2", [("A1", None), ("A2", None)]),
        ("河西一座楼", []),
        ("河西一中", []),
        ("我要办B2签证", []),
        ("C1签证", []),
        ("M签证延期", []),
        ("我住A2座", []),
        ("APP打不开", []),
        ("一比二的照片", []),
        ("A4纸复印", []),
        ("西一路派出所", []),
    ],
)
def test_licence_class(finder: EntityFinder, text: str, classes: list[tuple[str, str | None]]) -> None:
    assert [(value, role) for _, value, role in found(finder, text, "licence_class")] == classes


@pytest.mark.parametrize("letters", ["A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "C5", "C6", *"DEFMNP"])
def test_every_class_of_the_law(finder: EntityFinder, letters: str) -> None:
    assert found(finder, f"我的{letters}驾驶证", "licence_class") == [(letters, letters, None)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("蓝牌换绿牌", ["small", "new_energy"]),
        ("小轿车过户", ["small"]),
        ("大货车上牌", ["large"]),
        ("黄牌车", ["large"]),
        ("纯电动车上牌", ["new_energy"]),
        ("摩托车上牌", ["motorcycle"]),
        ("轻便摩托车上牌", ["moped"]),
        ("电动自行车上牌", ["electric_bicycle"]),
        ("临牌到期", ["temporary"]),
        ("半挂车检验", ["trailer"]),
        ("护照换新", []),
    ],
)
def test_plate_kind(finder: EntityFinder, text: str, kind: list[str]) -> None:
    assert [value for _, value, _ in found(finder, text, "plate_kind")] == kind


def test_no_word_means_two_kinds_of_plates(catalogue: Catalogue) -> None:
    assert [phrase for phrase, meant in plate_kinds(catalogue.root).items() if len(meant) != 1] == []


def test_community(finder: EntityFinder) -> None:
    (street,) = [item for item in finder.find("我住乐山里社区", TODAY) if item.name == "street"]
    (community,) = [item for item in finder.find("我住乐山里社区", TODAY) if item.name == "community"]
    assert community.value.startswith(f"{street.value}/")


def test_domain_lists_every_entity(catalogue: Catalogue) -> None:
    domain = yaml.safe_load((ROOT / "domain" / "domain.yml").read_text("utf-8"))
    ours = {"district", "street", "community", "place_option", "document", "plate_kind", "date", "years_old"}
    ours |= {"licence_class", *lexicon(catalogue.root, "situations")}
    assert set(domain["entities"]) == ours
    # An entity must not fill a slot by itself: action_respond alone writes them.
    assert all([m["type"] for m in slot["mappings"]] == ["custom"] for slot in domain["slots"].values())


@pytest.mark.parametrize(
    "text", ["  我 2006 年办的,Ａ２驾照", "護照還有兩個月到期,我六十八歲", "住河西区 友谊路街道,户口本"]
)
def test_every_position_is_of_the_text_itself(finder: EntityFinder, text: str) -> None:
    entities = finder.find(text, TODAY)
    assert entities
    assert all(text[item.start : item.end] == item.text for item in entities)
    assert all({"entity", "value", "start", "end"} <= set(item.to_dict()) for item in entities)
