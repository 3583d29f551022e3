"""What may stand in credentials.yml, and what it says when something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.channels.settings import allow_absent, missing, read
from bot.channels.wechat.settings import OFFICIAL, WORK, read_settings
from bot.errors import BadInput
from tests.bot.channels.wechat.conftest import official, work
from tests.bot.channels.wechat.weixin import SECRET, TOKEN

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"token": ""}, "缺 token"),
        ({"app_secret": " "}, "缺 app_secret"),
        ({"aes_key": ""}, "缺 aes_key"),
        ({"app_id": None, "token": None}, "缺 app_id、token"),
        ({"mode": "open"}, "mode"),
        ({"token": "with space"}, "token"),
        ({"aes_key": "x" * 42}, "43"),
        ({"aes_key": "!" * 43}, "43"),
        ({"api_url": "http://api.weixin.qq.com"}, "https"),
        ({"api_url": "api.weixin.qq.com"}, "api_url"),
        ({"reply_seconds": 6}, "reply_seconds"),
        ({"reply_seconds": "soon"}, "reply_seconds"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": "²"}, "per_minute"),
    ],
)
def test_wrong_settings_name_the_field(changes: dict[str, object], word: str) -> None:
    with pytest.raises(BadInput, match=word) as caught:
        read_settings(OFFICIAL, official(**changes))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["corp_id", "secret", "agent_id", "token", "aes_key"])
def test_wecom_needs_them_all(name: str) -> None:
    with pytest.raises(BadInput, match=f"缺 {name}"):
        read_settings(WORK, work(**{name: ""}))


def test_wecom_has_no_plain_mode() -> None:
    with pytest.raises(BadInput, match="安全模式"):
        read_settings(WORK, work(mode="plain"))


def test_plain_mode_needs_no_key() -> None:
    found = read_settings(OFFICIAL, official(mode="plain", aes_key=""))
    assert found is not None and found.mode == "plain" and found.aes_key == ""


def test_secrets_are_not_printed() -> None:
    shown = repr(read_settings(OFFICIAL, official()))
    assert SECRET not in shown and TOKEN not in shown and "abcdefghij" not in shown


def test_nothing_set_is_off() -> None:
    assert read_settings(OFFICIAL, None) is None
    assert read_settings(OFFICIAL, {"app_id": "", "mode": "safe", "api_url": ""}) is None
    assert missing({"a": "1", "b": " "}, ["a", "b", "c"]) == ["b", "c"]


def test_absent_variables_are_empty_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "credentials.yml"
    path.write_text("channel:\n  token: ${ONEDOOR_TEST_TOKEN}\n  app_id: ${ONEDOOR_TEST_ID}\n", encoding="utf-8")
    monkeypatch.setenv("ONEDOOR_TEST_ID", "wx1")
    monkeypatch.delenv("ONEDOOR_TEST_TOKEN", raising=False)
    assert allow_absent(path) == ["ONEDOOR_TEST_TOKEN"]
    monkeypatch.setenv("ONEDOOR_TEST_TOKEN", "")
    assert read(path, "channel") == {"token": "", "app_id": "wx1"}
    assert read(path, "another") == {}


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yml"):
        allow_absent(tmp_path / "none.yml")


def test_every_setting_and_variable_is_documented() -> None:
    guide = (ROOT / "docs/wechat.md").read_text(encoding="utf-8")
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))
    for channel in ("WeChatChannel", "WeComChannel"):
        values = credentials[f"bot.channels.wechat.channel.{channel}"]
        for name, value in values.items():
            assert f"`{name}`" in guide, name
            assert value.strip("${}") in guide, value
    for name in ("reply_seconds", "per_minute"):
        assert f"`{name}`" in guide
