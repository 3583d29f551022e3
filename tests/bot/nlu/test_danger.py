from __future__ import annotations

import pytest

from bot.nlu.danger import DangerWords
from knowledge.catalogue import Catalogue


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("跑了三趟都没办成,我都不想活了", "emergency_selfharm"),
        ("不想活了，办这些还有什么意思", "emergency_selfharm"),
        ("他喝了农药", "emergency_selfharm"),
        ("说不想活了那是气话,身份证到期咋换", None),
        ("身份证丢了", None),
        ("想办活动", None),
    ],
)
def test_words_that_leave_no_doubt(catalogue: Catalogue, text: str, found: str | None) -> None:
    assert DangerWords(catalogue.root / "lexicon" / "danger.yml").find(text) == found


def test_every_pattern_belongs_to_an_emergency_that_exists(catalogue: Catalogue) -> None:
    from knowledge import yamlio

    assert set(yamlio.read(catalogue.root / "lexicon" / "danger.yml")) <= set(catalogue.referrals)
