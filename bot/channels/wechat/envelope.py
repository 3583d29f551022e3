"""Opening what WeChat's server sends and sealing what goes back: signatures, freshness, AES.

Signing and encrypting are wechatpy's; what it does not do is done here: comparing in constant time,
refusing old requests, and turning every way a forged message can fail into one error.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.enterprise.crypto import PrpCrypto as WorkPrpCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto
from wechatpy.utils import WeChatSigner

from bot.channels.wechat.settings import WORK, Settings
from bot.errors import BadInput, NotAllowed

FRESH_SECONDS = 300
"""How old, or how far ahead, a request's timestamp may be."""
MAX_NONCE = 64


@dataclass(frozen=True)
class Opened:
    """One verified request."""

    xml: str = field(repr=False)
    encrypted: bool
    signature: str


def signature_of(*parts: str) -> str:
    """WeChat's signature: SHA-1 over the sorted parts, in hexadecimal."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def parse_xml(text: str) -> dict[str, Any]:
    """The content of ``<xml>``; entities are refused by xmltodict, external ones never loaded.

    Raises:
        BadInput: not XML, entities declared, or no ``<xml>`` element with children.
    """
    try:
        found = xmltodict.parse(text, disable_entities=True)
    except (ExpatError, ValueError, RecursionError):
        raise BadInput("不是可用的 XML / the body is not usable XML") from None
    content = found.get("xml") if isinstance(found, dict) else None
    if not isinstance(content, dict):
        raise BadInput("XML 里没有 <xml> 内容 / the body has no <xml> element")
    return content


class Envelope:
    """Opens and seals for one account."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now
        self._crypto: Any = None
        self._aes: Any = None
        if settings.aes_key:
            self._crypto = (WorkCrypto if settings.kind is WORK else WeChatCrypto)(
                settings.token, settings.aes_key, settings.account
            )
            self._aes = (WorkPrpCrypto if settings.kind is WORK else PrpCrypto)(self._crypto.key)

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to the console's URL check (``GET`` with ``echostr``).

        Raises:
            NotAllowed: signature wrong, old, or missing.
        """
        echo = query.get("echostr", "")
        if not echo:
            raise NotAllowed("缺 echostr")
        if self._settings.kind is WORK:
            self._check(query, "msg_signature", echo)
            return self._decrypt(echo)
        self._check(query, "signature")
        return echo

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """The XML of one message, verified and decrypted.

        Raises:
            NotAllowed: signature wrong, old or missing, or not the mode of this account.
            BadInput: the body is not XML.
        """
        official = self._settings.kind is not WORK
        # Before anything is parsed; 企业微信 signs the encrypted part only.
        if official and ("signature" in query or "msg_signature" not in query):
            self._check(query, "signature")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise BadInput("请求不是 UTF-8 / the body is not UTF-8") from None
        outer = parse_xml(text)
        encrypted = outer.get("Encrypt")
        if encrypted is None and "msg_signature" not in query and self._settings.mode != "safe":
            return Opened(text, False, query["signature"])
        if self._settings.mode == "plain":
            raise NotAllowed("收到密文,但这个号配的是明文模式(mode: plain)")
        if not isinstance(encrypted, str):
            raise NotAllowed("收到明文,但这个号要密文:请在后台选安全模式或兼容模式")
        # In compatible mode the plain part is there as well; only the signed part is believed.
        self._check(query, "msg_signature", encrypted)
        return Opened(self._decrypt(encrypted), True, query["msg_signature"])

    def seal(self, xml: str) -> str:
        """A reply, encrypted and signed, for a request that came encrypted."""
        sealed: str = self._crypto.encrypt_message(xml, secrets.token_hex(8), str(int(self._now())))
        return sealed

    def _check(self, query: Mapping[str, str], name: str, *more: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise NotAllowed("timestamp 不对")
        if not 0 < len(nonce) <= MAX_NONCE:
            raise NotAllowed("nonce 不对")
        expected = signature_of(self._settings.token, timestamp, nonce, *more)
        if not hmac.compare_digest(query.get(name, "").encode(), expected.encode()):
            raise NotAllowed(f"{name} 不对(token 要和后台的一样)")
        if abs(self._now() - int(timestamp)) > FRESH_SECONDS:
            raise NotAllowed("timestamp 太旧或太新(核对服务器的时间)")

    def _decrypt(self, encrypted: str) -> str:
        try:
            return str(self._aes.decrypt(encrypted, self._settings.account))
        except Exception:  # noqa: BLE001 - wechatpy fails in a dozen ways on what was not encrypted for us
            raise NotAllowed("解不开密文(aes_key、app_id 或 corp_id 要和后台的一样)") from None
