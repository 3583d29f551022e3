"""What a person did, read off the XML: said something, sent a picture, pressed a menu …"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import wechatpy
import wechatpy.enterprise
from wechatpy.messages import UnknownMessage

from bot.channels.wechat.envelope import parse_xml
from bot.channels.wechat.render import said
from bot.errors import BadInput

MAX_USER = 128
_PICTURES = {"image": "image", "video": "video", "shortvideo": "video", "location": "location", "link": "link",
             "file": "file"}  # fmt: skip


@dataclass(frozen=True)
class Incoming:
    """One delivery. ``user`` is the OpenID: used to answer, never stored or logged.

    ``kind``: ``question`` (with ``text``), ``subscribe``, ``scan``, ``click`` (with ``key``), ``voice``
    (not recognised), ``image``, ``video``, ``location``, ``link``, ``file``, ``unknown`` or ``quiet``
    (nothing is to be said). ``identity`` is the same for every delivery of one message.
    """

    kind: str
    user: str = field(repr=False)
    account: str
    identity: str = field(repr=False)
    text: str = field(default="", repr=False)
    key: str = ""


def read_incoming(xml: str, work: bool = False) -> Incoming:
    """One delivery from its XML.

    Raises:
        BadInput: not XML, or without sender, receiver, type or time.
    """
    fields = parse_xml(xml)
    for name in ("FromUserName", "ToUserName", "MsgType", "CreateTime"):
        if not _text(fields, name):
            raise BadInput(f"XML 里缺 {name} / the message has no {name}")
    user = _text(fields, "FromUserName")
    if len(user) > MAX_USER:
        raise BadInput("FromUserName 太长 / FromUserName is too long")
    try:
        message = (wechatpy.enterprise.parse_message if work else wechatpy.parse_message)(xml)
    except (KeyError, AttributeError, TypeError, ValueError):
        raise BadInput("XML 不是微信消息 / the XML is not a WeChat message") from None
    kind, text, key = _meaning(message, fields)
    return Incoming(
        kind=kind,
        user=user,
        account=_text(fields, "ToUserName"),
        identity=_identity(fields, user),
        text=text,
        key=key,
    )


def _text(fields: dict[str, Any], name: str) -> str:
    found = fields.get(name)
    return found.strip() if isinstance(found, str) else ""


def _identity(fields: dict[str, Any], user: str) -> str:
    """MsgId where there is one, else sender, time and event: WeChat's own advice for telling retries."""
    if number := _text(fields, "MsgId"):
        return f"{user}:{number}"
    return ":".join((user, _text(fields, "CreateTime"), _text(fields, "Event").lower(), _text(fields, "EventKey")))


def _meaning(message: Any, fields: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, text and key."""
    if message.type == "event":
        return _event(message.event, _text(fields, "EventKey"))
    if isinstance(message, UnknownMessage):
        # An event that wechatpy does not know wants no answer; a message of a new type does.
        return ("quiet" if _text(fields, "MsgType").lower() == "event" else "unknown"), "", ""
    if message.type == "text":
        return "question", said(_text(fields, "Content"), _text(fields, "bizmsgmenuid")), ""
    if message.type == "voice":
        words = _text(fields, "Recognition")
        return ("question" if words else "voice"), words, ""
    return _PICTURES.get(message.type, "unknown"), "", ""


def _event(event: str, key: str) -> tuple[str, str, str]:
    if event in ("subscribe", "subscribe_scan"):
        return "subscribe", "", key.removeprefix("qrscene_")
    if event == "scan":
        return "scan", "", key
    if event == "click":
        return "click", "", key
    return "quiet", "", ""
