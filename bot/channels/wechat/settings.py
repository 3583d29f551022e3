"""The settings of one WeChat account, checked: 公众号 (``wechat``) or 企业微信 (``wecom``)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.channels.settings import is_set_up, missing, value
from bot.errors import BadInput

MODES = ("plain", "compatible", "safe")
"""明文模式, 兼容模式, 安全模式, as the account's console names them."""
REPLY_SECONDS = 4.5
"""WeChat hangs up after 5 s; the rest is for the way back."""
PER_MINUTE = 20
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Kind:
    """What differs between the two platforms as far as settings go."""

    name: str
    title: str
    required: tuple[str, ...]
    account: str
    secret: str
    default_mode: str
    default_api: str
    guide: str = "docs/wechat.md"


OFFICIAL = Kind(
    "wechat",
    "微信公众号",
    ("app_id", "app_secret", "token"),
    "app_id",
    "app_secret",
    "safe",
    "https://api.weixin.qq.com",
)
WORK = Kind(
    "wecom",
    "企业微信",
    ("corp_id", "secret", "agent_id", "token", "aes_key"),
    "corp_id",
    "secret",
    "safe",
    "https://qyapi.weixin.qq.com",
)


@dataclass(frozen=True)
class Settings:
    """One account. Secrets stay out of ``repr``."""

    kind: Kind
    account: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    mode: str
    api_url: str
    agent_id: int | None = None
    reply_seconds: float = REPLY_SECONDS
    per_minute: int = PER_MINUTE


def read_settings(kind: Kind, credentials: Mapping[str, Any] | None) -> Settings | None:
    """The checked settings, or None when nothing is set and the channel is to stay off.

    Raises:
        BadInput: something is set, but not everything or not rightly; names the field and the fix.
    """
    given = credentials or {}
    if not is_set_up(given, kind.required):
        return None
    mode = value(given, "mode") or kind.default_mode
    if mode not in MODES:
        raise BadInput(f"mode 要写 {'、'.join(MODES)} 中的一个,现在是“{mode}”")
    if kind is WORK and mode != "safe":
        raise BadInput("企业微信只有安全模式,mode 不用填")
    needed = [*kind.required, *(["aes_key"] if mode != "plain" else [])]
    if absent := list(dict.fromkeys(missing(given, needed))):
        raise BadInput(f"缺 {'、'.join(absent)}")
    return Settings(
        kind=kind,
        account=value(given, kind.account),
        secret=value(given, kind.secret),
        token=_token(value(given, "token")),
        aes_key=_aes_key(value(given, "aes_key")) if mode != "plain" else "",
        mode=mode,
        api_url=_api_url(value(given, "api_url") or kind.default_api),
        agent_id=_whole(value(given, "agent_id"), "agent_id", 0, 2**31) if kind is WORK else None,
        reply_seconds=_seconds(value(given, "reply_seconds")),
        per_minute=_whole(value(given, "per_minute") or str(PER_MINUTE), "per_minute", 1, 1000),
    )


def _token(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z]{3,32}", text):
        raise BadInput("token 要是 3 到 32 个英文字母或数字,和后台填的一样")
    return text


def _aes_key(text: str) -> str:
    try:
        key = base64.b64decode(text + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(text) != 43 or len(key) != 32:
        raise BadInput("aes_key 要是后台的 EncodingAESKey,正好 43 个字母或数字")
    return text


def _api_url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise BadInput("api_url 要是完整的网址,如 https://api.weixin.qq.com")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise BadInput("api_url 要用 https:密钥不能明着传")
    return text.rstrip("/")


def _whole(text: str, name: str, low: int, high: int) -> int:
    if not re.fullmatch(r"\d{1,10}", text) or not low <= int(text) <= high:
        raise BadInput(f"{name} 要是 {low} 到 {high} 之间的整数")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text or REPLY_SECONDS)
    except ValueError:
        seconds = 0
    if not 0.05 <= seconds <= 4.8:
        raise BadInput("reply_seconds 要在 0.05 到 4.8 之间(微信只等 5 秒)")
    return seconds
