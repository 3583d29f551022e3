"""The menu file, and `onedoor wechat menu push` against a server that stands in for WeChat's."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.channels.wechat.api import ApiError
from bot.channels.wechat.menu import read_menu
from bot.channels.wechat.push import push_menu
from bot.errors import BadInput, NotReady
from tests.bot.channels.wechat.weixin import APP_ID, SECRET, TOKEN, FakeApi

ROOT = Path(__file__).resolve().parents[4]


def write(path: Path, buttons: object) -> Path:
    target = path / "menu.yml"
    target.write_text(yaml.safe_dump({"buttons": buttons}, allow_unicode=True), encoding="utf-8")
    return target


def test_the_menu_that_comes_with_it_is_right() -> None:
    menu = read_menu()
    assert [button["name"] for button in menu["button"]] == ["常办的事", "怎么问", "找人工"]
    assert menu["button"][0]["sub_button"][0] == {"name": "身份证", "type": "click", "key": "ask:身份证怎么办"}
    assert menu["button"][1]["key"] == "say:help"


def test_every_kind_of_button(tmp_path: Path) -> None:
    program = {"appid": "wx1", "page": "pages/index", "url": "https://example.org/"}
    path = write(tmp_path, [{"name": "网页", "url": "https://example.org/"}, {"name": "小程序", "program": program}])
    web, mini = read_menu(path)["button"]
    assert web == {"name": "网页", "type": "view", "url": "https://example.org/"}
    assert mini["type"] == "miniprogram" and mini["pagepath"] == "pages/index" and mini["url"]
    assert read_menu(path, work=True)["button"][1]["type"] == "view_miniprogram"


@pytest.mark.parametrize(
    ("buttons", "word"),
    [
        ([], "1 到 3 个"),
        ([{"name": str(number), "ask": "x"} for number in range(4)], "1 到 3 个"),
        ([{"name": "六个汉字太长", "ask": "x"}], "16 字节"),
        ([{"ask": "x"}], "name"),
        ([{"name": "甲"}], "要写一个"),
        ([{"name": "甲", "ask": "x", "url": "https://x.cn"}], "只能写一个"),
        ([{"name": "甲", "asks": "x"}], "不认识 asks"),
        ([{"name": "甲", "say": "nothing"}], "replies.yml"),
        ([{"name": "甲", "url": "http://x.cn"}], "https://"),
        ([{"name": "甲", "ask": "长" * 50}], "太长"),
        ([{"name": "甲", "program": {"appid": "x"}}], "缺 page、url"),
        ([{"name": "甲", "buttons": [{"name": "乙", "buttons": [{"name": "丙", "ask": "x"}]}]}], "不能再有"),
        ([{"name": "甲", "buttons": [{"name": str(number), "ask": "x"} for number in range(6)]}], "1 到 5 个"),
        ("甲", "1 到 3 个"),
        (["甲"], "name 加一个动作"),
    ],
)
def test_faults_are_named_with_their_button(tmp_path: Path, buttons: object, word: str) -> None:
    with pytest.raises(BadInput, match=word) as caught:
        read_menu(write(tmp_path, buttons))
    assert "buttons" in str(caught.value)


def test_all_faults_are_listed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="2 处问题"):
        read_menu(write(tmp_path, [{"name": "甲"}, {"name": "乙", "say": "nothing"}]))


def push(folder: Path, values: dict[str, object]) -> list[str]:
    path = folder / "credentials.yml"
    path.write_text(yaml.safe_dump({"bot.channels.wechat.channel.WeChatChannel": values}), encoding="utf-8")
    return list(push_menu("wechat", None, path, dry_run=False))


async def onedoor(*arguments: str, **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "wechat", "menu", "push", *arguments,
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment},
    )  # fmt: skip
    out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()


async def test_push_sends_the_menu(api: FakeApi) -> None:
    variables = {
        "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET, "WECHAT_TOKEN": TOKEN, "WECHAT_MODE": "plain",
        "WECHAT_API_URL": api.url,
    }  # fmt: skip
    code, out, error = await onedoor(**variables)
    assert code == 0, error
    assert "菜单已换成新的" in out
    assert api.menus[0]["button"] == read_menu()["button"]
    assert "常办的事".encode() in api.bodies[0]


async def test_a_wrong_secret_is_one_plain_line(api: FakeApi, tmp_path: Path) -> None:
    values = {"app_id": APP_ID, "app_secret": "wrong", "token": TOKEN, "mode": "plain", "api_url": api.url}
    with pytest.raises(ApiError, match="app_secret") as caught:
        await asyncio.to_thread(push, tmp_path, values)
    assert "wrong" not in str(caught.value) and caught.value.exit_code == 3
    assert not api.menus


async def test_dry_run_needs_no_account_and_sends_nothing() -> None:
    code, out, _ = await onedoor("--dry-run", WECHAT_APP_ID="")
    assert code == 0 and "常办的事" in out and "没有发送" in out


def test_push_without_an_account_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="app_id、app_secret、token"):
        push(tmp_path, {"app_id": "", "app_secret": None})
    with pytest.raises(BadInput, match="缺 app_secret、token"):
        push(tmp_path, {"app_id": "wx1"})


async def test_a_faulty_file_is_not_sent(tmp_path: Path) -> None:
    code, _, error = await onedoor("--file", str(write(tmp_path, [{"name": "甲"}])))
    assert code == 2 and "要写一个" in error and "Traceback" not in error
