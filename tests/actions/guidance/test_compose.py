from __future__ import annotations

from actions.guidance.compose import compose, relevant_facets
from actions.guidance.place import Whereabouts, needs, windows_for
from knowledge.catalogue import Catalogue

NOWHERE = Whereabouts()


def names(guidance_documents: list[dict]) -> list[str]:
    return [item["name"] for item in guidance_documents]


def test_open_situation_lists_every_document_with_its_case(small: Catalogue) -> None:
    guidance = compose(small, small.matter("HZ-901"), {}, NOWHERE)
    assert names(guidance.documents) == ["居民户口簿", "委托书"]
    assert guidance.documents[1]["when"] == "替别人办"
    assert "when" not in guidance.documents[0]


def test_known_situation_leaves_out_what_does_not_apply(small: Catalogue) -> None:
    guidance = compose(small, small.matter("HZ-901"), {"applicant": "self"}, NOWHERE)
    assert names(guidance.documents) == ["居民户口簿"]


def test_settled_condition_is_not_repeated(small: Catalogue) -> None:
    guidance = compose(small, small.matter("HZ-901"), {"applicant": "proxy"}, NOWHERE)
    assert "when" not in guidance.documents[1]


def test_every_document_names_its_source(small: Catalogue) -> None:
    guidance = compose(small, small.matter("HZ-901"), {}, NOWHERE)
    assert guidance.documents[0]["source"] == ["《测试法》第一条"]


def test_an_e_certificate_is_offered_where_the_matter_says_so_and_nowhere_else(catalogue: Catalogue) -> None:
    for matter in catalogue.matters.values():
        sourced = {(item.name, item.exempt_by) for item in matter.documents if item.exempt_by}
        shown = compose(catalogue, matter, {}, NOWHERE).documents
        assert {(item["name"], item["exempt_by"]) for item in shown if "exempt_by" in item} == sourced, matter.code
    passport = compose(catalogue, catalogue.matter("CRJ-001"), {}, NOWHERE).documents
    assert "居民户口簿" in names(passport) and not any("exempt_by" in item for item in passport)
    lost_card = compose(catalogue, catalogue.matter("HZ-059"), {}, NOWHERE).documents
    assert [item["name"] for item in lost_card if "exempt_by" in item] == ["居民户口簿"]


def test_what_is_missing_is_said_to_be(small: Catalogue) -> None:
    guidance = compose(small, small.matter("HZ-902"), {}, NOWHERE)
    assert guidance.unconfirmed == ["documents", "fee", "time"]
    assert "fee" not in guidance.to_dict()


def test_window_fields_that_are_unknown_are_absent(small: Catalogue) -> None:
    guidance = compose(small, small.matter("HZ-901"), {}, Whereabouts("甲区", "东风街道"))
    station = guidance.windows[0]
    assert station["id"] == "W-004"
    assert "address" not in station and station["verified"] is False


def test_street_decides_the_station_and_district_the_hall(small: Catalogue) -> None:
    matter = small.matter("HZ-901")
    assert [w.id for w in windows_for(small, matter, Whereabouts("甲区", "东风街道"))] == ["W-004", "W-002"]
    assert [w.id for w in windows_for(small, matter, Whereabouts("乙区", "东风街道"))] == ["W-005", "W-003"]


def test_general_desk_serves_where_the_branch_has_none(small: Catalogue) -> None:
    assert [w.id for w in windows_for(small, small.matter("HZ-901"), Whereabouts("乙区"))] == ["W-003"]


def test_no_window_is_guessed_without_a_place(small: Catalogue) -> None:
    assert windows_for(small, small.matter("HZ-901"), NOWHERE) == []


def test_city_only_needs_no_place(small: Catalogue) -> None:
    matter = small.matter("HZ-903")
    assert needs(matter, NOWHERE) is None
    assert [w.id for w in windows_for(small, matter, NOWHERE)] == ["W-001"]


def test_only_facets_that_change_something_are_relevant(small: Catalogue) -> None:
    assert [facet.id for facet in relevant_facets(small, small.matter("HZ-901"))] == ["applicant"]
    assert relevant_facets(small, small.matter("HZ-902")) == []


def test_no_matter_place_pair_names_a_window_elsewhere(catalogue: Catalogue) -> None:
    """The wrong-window rate over real records: every matter on every 20th street."""
    pairs = 0
    for matter in catalogue.matters.values():
        for street in catalogue.streets[::20]:
            for window in windows_for(catalogue, matter, Whereabouts(street.district, street.name)):
                assert window.level in matter.window.levels
                assert window.district in (None, street.district)
                assert window.street in (None, street.name)
                branch = catalogue.branch_of(matter).name
                assert branch in window.services or "综合" in window.services
                pairs += 1
    assert pairs > 3000
