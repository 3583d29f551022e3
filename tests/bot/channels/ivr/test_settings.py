from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.ivr.channel import OFF, IvrChannel
from bot.channels.ivr.settings import IvrSettings
from bot.errors import BadInput

SECRET = "x" * 32


@pytest.mark.parametrize("given", [None, {}, {"secret": ""}, {"secret": None, "transfer_to": "12345"}])
def test_without_a_secret_it_is_off_and_says_so(
    given: dict[str, str] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    IvrChannel.from_credentials(given)
    said = capsys.readouterr().out.strip()
    assert said == OFF and "ONEDOOR_IVR_SECRET" in said and "off" in said


def test_a_trial_run_of_text_messages_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    IvrChannel.from_credentials({"secret": SECRET})
    assert "不会发出" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"secret": "short"}, "secret"),
        ({"secret": SECRET, "path_key": "short"}, "path_key"),
        ({"secret": SECRET, "transferto": "1"}, "transferto"),
        ({"secret": SECRET, "low_confidence": "high"}, "low_confidence"),
        ({"secret": SECRET, "low_confidence": 2}, "low_confidence"),
        ({"secret": SECRET, "turns_per_second": 0}, "turns_per_second"),
    ],
)
def test_what_cannot_be_used_is_named(given: dict[str, object], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        IvrSettings.from_credentials(given)


def test_values_from_the_environment_are_texts() -> None:
    found = IvrSettings.from_credentials({"secret": SECRET, "low_confidence": "0.3", "store": "a/b.sqlite"})
    assert found.low_confidence == 0.3 and found.store == Path("a/b.sqlite")
