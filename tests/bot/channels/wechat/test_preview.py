"""``onedoor ask --channel wechat`` against what the account really sends, taken from WeChat's own side."""

from __future__ import annotations

from typing import Any

from bot.channels.wechat.api import WeChatApi
from bot.channels.wechat.preview import IN_TIME, LATE, official, work
from bot.channels.wechat.render import MAX_BYTES, customer, passive, size
from bot.channels.wechat.wording import sentences
from tests.bot.channels.wechat.conftest import settings, work_settings
from tests.bot.channels.wechat.weixin import FakeApi

CHOICES = [
    {"code": "HZ-059", "name": "居民身份证丢失补领", "hint": "丢了"},
    {"code": "HZ-058", "name": "居民身份证换领", "hint": "到期了或坏了"},
]
CLARIFY = {
    "text": "您好。\n您说的是哪一种?\n1. 居民身份证丢失补领:丢了\n2. 居民身份证换领:到期了或坏了\n都不是就说“都不是”。",
    "custom": {"act": "clarify", "choices": CHOICES},
}
LONG = {"text": "\n".join(f"第{number}样材料,要带原件和复印件各一份。" for number in range(90))}


def content(shown: list[str]) -> str:
    """Without the marks between messages."""
    return "\n".join(line for line in shown if not line.startswith("【"))


def said(message: dict[str, Any]) -> str:
    """What the phone shows of a customer-service message."""
    if message["msgtype"] == "text":
        return str(message["text"]["content"])
    menu = message["msgmenu"]
    rows = [f"[{row['id']}] {row['content']}" for row in menu["list"]]
    return "\n".join(part for part in (menu["head_content"], *rows, menu["tail_content"]) if part)


def test_a_short_answer_is_just_that() -> None:
    assert official([{"text": "带户口簿。\n不收费。"}]) == ["带户口簿。", "不收费。"]
    assert work([{"text": "带户口簿。"}]) == ["带户口簿。"]


def test_a_long_answer_is_shown_part_by_part() -> None:
    parts = passive([LONG])
    assert len(parts) > 1 and all(size(part) <= MAX_BYTES for part in parts)
    shown = official([LONG])
    assert [line for line in shown if line.startswith("【")] == [
        f"【第 {number} 条,共 {len(parts)} 条】" for number in range(1, len(parts) + 1)
    ]
    assert content(shown) == "\n".join(parts)
    assert work([LONG]) == shown


async def test_what_is_shown_of_a_late_answer_is_what_wechat_gets(api: FakeApi) -> None:
    client = WeChatApi(settings(api_url=api.url))
    await client.send("openid", customer([CLARIFY]))
    await client.close()
    shown = official([CLARIFY])
    assert content(shown[: shown.index(LATE)]) == "\n".join(passive([CLARIFY]))
    assert shown[0] == IN_TIME
    assert content(shown[shown.index(LATE) :]) == "\n".join(said(message) for message in api.messages)
    assert "[onedoor.HZ-059] 居民身份证丢失补领:丢了" in shown
    assert any("msgmenu" in line for line in shown)


async def test_wecom_gets_no_menus(api: FakeApi) -> None:
    client = WeChatApi(work_settings(api_url=api.url))
    await client.send("userid", customer([CLARIFY]))
    await client.close()
    shown = work([CLARIFY])
    late = shown[shown.index(LATE) :] if LATE in shown else shown
    assert content(late) == "\n".join(said(message) for message in api.messages)
    assert not any("msgmenu" in line or "onedoor." in line for line in shown)


def test_nothing_to_say_is_the_sentence_the_account_sends() -> None:
    assert official([]) == work([{"text": " "}]) == sentences()["failed"].splitlines()
