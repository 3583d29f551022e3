"""Who handles what is not police: the topics are there, and every number is in its evidence."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Catalogue

URGENT_NUMBERS_OF_THE_NOTICE = {"120", "122"}
"""Numbers that the State Council's notice on the hotlines (rf-12345) names in its text, not in its title."""


def test_enough_topics(catalogue: Catalogue) -> None:
    assert len(catalogue.referrals) >= 60
    topics = [referral.topic for referral in catalogue.referrals.values()]
    assert len(set(topics)) == len(topics)


@pytest.mark.parametrize(
    ("word", "phone"),
    [
        ("社保", "12333"), ("医保", "12393"), ("公积金", "12329"), ("不动产证", "12345"), ("结婚登记", "12345"),
        ("营业执照", "12345"), ("发票", "12366"), ("暖气不热", "12345"), ("城管", "12345"), ("施工", "12345"),
        ("异味", "12345"), ("入学", "12345"), ("消防验收", "12345"), ("船员证", "12345"), ("大件运输", "12328"),
        ("网约车证", "12328"), ("贴息", "12345"), ("隐患举报", "12350"), ("志愿者", "12345"), ("农业补贴", "12345"),
        ("停电", "95598"), ("退款", "12315"), ("法律援助", "12348"), ("征信", "400-810-8866"),
    ],
)  # fmt: skip
def test_the_usual_topics_lead_to_their_number(catalogue: Catalogue, word: str, phone: str) -> None:
    found = [
        item for item in catalogue.referrals.values() if word in item.topic or any(word in k for k in item.keywords)
    ]
    assert found, word
    assert phone in {item.phone for item in found}


def test_every_number_stands_in_its_evidence(catalogue: Catalogue) -> None:
    for referral in catalogue.referrals.values():
        if referral.phone is None:
            continue
        pages = [catalogue.pages[source] for source in referral.source if source in catalogue.pages]
        named = any(referral.phone in page.title or referral.phone in page.id for page in pages)
        listed = referral.phone in URGENT_NUMBERS_OF_THE_NOTICE and "rf-12345" in referral.source
        assert named or listed, (referral.id, referral.phone)


def test_what_to_do_next_is_said_and_names_the_number(catalogue: Catalogue) -> None:
    for referral in catalogue.referrals.values():
        assert len(referral.say) >= 10, referral.id
        assert referral.phone is None or referral.phone in referral.say, referral.id


def test_emergencies_are_numbers_to_dial_at_once(catalogue: Catalogue) -> None:
    numbers = {item.phone for item in catalogue.referrals.values() if item.kind == "emergency"}
    assert numbers == {"110", "119", "120", "122", "96110", "12395"}
