"""What WeChat would be sent for a turn, as lines: ``onedoor ask --channel wechat`` or ``wecom``.

An answer that is ready in time travels as text; one that is late travels as customer-service messages, which
on 公众号 have menus to press. Where the two differ both are shown.
"""

from __future__ import annotations

from typing import Any

from bot.channels.render import Replies
from bot.channels.wechat import render
from bot.channels.wechat.settings import REPLY_SECONDS

IN_TIME = f"【{REPLY_SECONDS:g} 秒内答完】"
LATE = "【超过时限,改发客服消息】"


def official(replies: Replies) -> list[str]:
    """For 公众号."""
    return _lines(replies, menus=True)


def work(replies: Replies) -> list[str]:
    """For 企业微信, which has no menus in a chat."""
    return _lines(replies, menus=False)


def _lines(replies: Replies, menus: bool) -> list[str]:
    replies = render.or_failed(replies)
    in_time = [render.text_body(part) for part in render.passive(replies)]
    late = [body for message in render.customer(replies) for body in render.bodies(message, menus)]
    if in_time == late:
        return _messages(in_time)
    return [IN_TIME, *_messages(in_time), LATE, *_messages(late)]


def _messages(bodies: list[dict[str, Any]]) -> list[str]:
    out = []
    for number, body in enumerate(bodies, 1):
        kind = "" if body["msgtype"] == "text" else f" {body['msgtype']}"
        if len(bodies) > 1 or kind:
            out.append(f"【第 {number} 条,共 {len(bodies)} 条{kind}】")
        out += _content(body)
    return out


def _content(body: dict[str, Any]) -> list[str]:
    if body["msgtype"] == "text":
        return str(body["text"]["content"]).splitlines()
    menu = body["msgmenu"]
    items = [f"[{item['id']}] {item['content']}" for item in menu["list"]]
    return [*menu["head_content"].splitlines(), *items, *menu["tail_content"].splitlines()]
