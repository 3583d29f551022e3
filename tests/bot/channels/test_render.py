"""Every channel shows what it sends."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.channels.render import RENDERERS, render
from bot.ops.model import ROOT

MESSAGE: dict[str, Any] = {"text": "请打12345。\n再见。", "custom": {"act": "smalltalk"}}


def test_every_channel_of_the_server_has_a_renderer() -> None:
    modules = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))
    for path in modules:
        module, _, name = path.rpartition(".")
        channel = getattr(__import__(module, fromlist=[name]), name)
        assert channel.name() in RENDERERS, path


@pytest.mark.parametrize("channel", RENDERERS)
def test_a_short_reply_is_short_everywhere(channel: str) -> None:
    first = render(channel, [MESSAGE])[0]
    assert first == ("请打幺二三四五。" if channel == "ivr" else "请打12345。")
    assert render(channel, []) == [] or channel in ("wechat", "wecom")


@pytest.mark.parametrize("channel", ["web", "rest"])
def test_the_text_goes_out_as_it_is(channel: str) -> None:
    assert render(channel, [MESSAGE, MESSAGE]) == ["请打12345。", "再见。"] * 2


def test_an_unknown_channel_is_an_error_not_plain_text() -> None:
    with pytest.raises(KeyError):
        render("fax", [MESSAGE])
