"""Calling WeChat: tokens, errors, patience, and that nothing private is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.channels.wechat.api import ApiError, WeChatApi
from bot.channels.wechat.render import Menu
from tests.bot.channels.wechat.conftest import settings, work_settings
from tests.bot.channels.wechat.weixin import AGENT_ID, OPENID, SECRET, FakeApi

MENU = Menu("哪一种?", (("onedoor.1", "甲"), ("onedoor.2", "乙")), "", "哪一种?\n1. 甲\n2. 乙")


class Clock:
    """Time that only passes when somebody sleeps."""

    def __init__(self) -> None:
        self.time, self.slept = 1000.0, []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def calls(api: FakeApi, clock: Clock) -> AsyncIterator[WeChatApi]:
    client = WeChatApi(settings(api_url=api.url), clock.sleep, clock.now, aiohttp.ClientTimeout(total=0.3))
    yield client
    await client.close()


async def test_text_and_menu_are_sent_as_utf8(api: FakeApi, calls: WeChatApi) -> None:
    await calls.send(OPENID, ["户口", MENU])
    first, second = api.messages
    assert (first["touser"], first["msgtype"], first["text"]) == (OPENID, "text", {"content": "户口"})
    assert second["msgmenu"]["list"][1] == {"id": "onedoor.2", "content": "乙"}
    assert "户口".encode() in api.bodies[0]


async def test_the_token_is_fetched_once_and_kept(api: FakeApi, calls: WeChatApi) -> None:
    await calls.send(OPENID, ["一", "二"])
    await calls.send(OPENID, ["三"])
    assert len(api.token_calls) == 1
    assert api.token_calls[0]["force_refresh"] is False


async def test_many_at_once_fetch_one_token(api: FakeApi, calls: WeChatApi) -> None:
    await asyncio.gather(*(calls.send(OPENID, [str(number)]) for number in range(20)))
    assert len(api.messages) == 20 and len(api.token_calls) == 1


async def test_a_token_is_renewed_before_it_ends(api: FakeApi, calls: WeChatApi, clock: Clock) -> None:
    await calls.send(OPENID, ["一"])
    clock.time += 7200 - 301
    await calls.send(OPENID, ["二"])
    assert len(api.token_calls) == 1
    clock.time += 2
    await calls.send(OPENID, ["三"])
    assert len(api.token_calls) == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_rejected_token_is_replaced_and_the_message_sent_once(
    api: FakeApi, calls: WeChatApi, code: int
) -> None:
    await calls.send(OPENID, ["一"])
    api.errors.append(code)
    await calls.send(OPENID, ["二"])
    assert [sent["text"]["content"] for sent in api.messages] == ["一", "二"]
    assert [call["force_refresh"] for call in api.token_calls] == [False, False, True]


async def test_another_process_had_renewed_the_token(api: FakeApi, calls: WeChatApi) -> None:
    await calls.send(OPENID, ["一"])
    api.number += 1
    await calls.send(OPENID, ["二"])
    assert [call["force_refresh"] for call in api.token_calls] == [False, False]


async def test_many_rejected_at_once_renew_once(api: FakeApi, calls: WeChatApi) -> None:
    await calls.send(OPENID, ["一"])
    api.number += 1
    await asyncio.gather(*(calls.send(OPENID, [str(number)]) for number in range(10)))
    assert len(api.token_calls) == 2 and len(api.messages) == 11


async def test_a_token_rejected_twice_is_an_error(api: FakeApi, calls: WeChatApi) -> None:
    api.errors += [40001, 40001]
    with pytest.raises(ApiError, match="40001"):
        await calls.send(OPENID, ["一"])
    assert api.calls == 2


async def test_a_wrong_secret_is_named_and_not_told(api: FakeApi, calls: WeChatApi) -> None:
    api.secret = "another"  # noqa: S105
    with pytest.raises(ApiError, match="app_secret") as caught:
        await asyncio.gather(*(calls.send(OPENID, ["一"]) for _ in range(5)))
    assert SECRET not in str(caught.value)
    assert len(api.token_calls) == 1


async def test_the_daily_limit_makes_everybody_wait(api: FakeApi, calls: WeChatApi, clock: Clock) -> None:
    api.errors += [45009, 45009]
    await calls.send(OPENID, ["一"])
    assert clock.slept == [5, 30]
    assert len(api.messages) == 1


async def test_a_limit_that_lasts_is_given_up(api: FakeApi, calls: WeChatApi, clock: Clock) -> None:
    api.errors += [45009] * 3
    with pytest.raises(ApiError, match="45009"):
        await calls.send(OPENID, ["一"])
    asked = api.calls
    with pytest.raises(ApiError, match="45009"):
        await calls.send(OPENID, ["二"])
    assert api.calls == asked == 3, "nothing is asked while the pause lasts"
    clock.time += 120
    await calls.send(OPENID, ["三"])
    assert [sent["text"]["content"] for sent in api.messages] == ["三"]


async def test_a_busy_or_broken_server_is_asked_again(api: FakeApi, calls: WeChatApi, clock: Clock) -> None:
    api.errors += [-1, "502"]
    await calls.send(OPENID, ["一"])
    assert clock.slept == [1, 2] and len(api.messages) == 1


async def test_a_message_that_timed_out_is_not_sent_twice(api: FakeApi, calls: WeChatApi) -> None:
    api.errors.append("hang")
    with pytest.raises(ApiError, match="没有按时回答") as caught:
        await calls.send(OPENID, ["不能进日志"])
    assert api.calls == 1
    for private in ("不能进日志", OPENID, api.token, SECRET):
        assert private not in str(caught.value)


async def test_a_token_that_timed_out_is_asked_for_again(api: FakeApi, calls: WeChatApi) -> None:
    api.token_errors.append("hang")
    await calls.send(OPENID, ["一"])
    assert len(api.messages) == 1 and len(api.token_calls) == 2


async def test_nobody_there(clock: Clock) -> None:
    client = WeChatApi(settings(api_url="http://127.0.0.1:9"), clock.sleep, clock.now)
    with pytest.raises(ApiError, match="连不上"):
        await client.send(OPENID, ["一"])
    await client.close()
    assert clock.slept == [1, 2, 4, 8]


@pytest.mark.parametrize("code", [45015, 45047, 48001, 43004, 99999])
async def test_other_refusals_are_not_repeated(api: FakeApi, calls: WeChatApi, code: int) -> None:
    api.errors.append(code)
    with pytest.raises(ApiError, match=str(code)):
        await calls.send(OPENID, ["一"])
    assert api.calls == 1


async def test_accounts_that_may_not_send_menus_get_numbers(api: FakeApi, calls: WeChatApi) -> None:
    api.errors.append(40200)
    await calls.send(OPENID, [MENU])
    await calls.send(OPENID, [MENU])
    assert [sent["text"]["content"] for sent in api.messages] == [MENU.text] * 2
    assert api.calls == 3


async def test_answers_that_are_not_json(api: FakeApi, calls: WeChatApi) -> None:
    api.errors.append("404")
    with pytest.raises(ApiError, match="HTTP 404"):
        await calls.send(OPENID, ["一"])


async def test_wecom(api: FakeApi, clock: Clock) -> None:
    client = WeChatApi(work_settings(api_url=api.url), clock.sleep, clock.now)
    await client.send("zhangsan", ["一", MENU])
    await client.create_menu({"button": []})
    await client.close()
    assert api.messages[0]["agentid"] == AGENT_ID and api.messages[0]["enable_duplicate_check"] == 1
    assert api.messages[1]["text"]["content"] == MENU.text, "企业微信 has no msgmenu"
    assert api.menus[0]["query"]["agentid"] == str(AGENT_ID)
    assert api.token_calls[0]["corpsecret"] == SECRET
