"""WeChat's side of the line: requests built by wechatpy, and a server that stands in for WeChat's API."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import xmltodict
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import PrpCrypto as WorkPrpCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto
from wechatpy.utils import WeChatSigner

APP_ID, SECRET, TOKEN = "wx0123456789abcdef", "s3cret-of-the-account", "onedoorToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CORP_ID, AGENT_ID = "ww0123456789abcdef", 1000002
OPENID = "oLVPpjqs9BhvzwPj5A-vTYAX3GLc"
_numbers = itertools.count(1)


def sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return signer.signature


def text_xml(content: str, msg_id: int = 0, user: str = OPENID, more: str = "") -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_onedoor]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>{msg_id or 10**16 + next(_numbers)}</MsgId>{more}</xml>"
    )


def other_xml(kind: str, inner: str = "", user: str = OPENID) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_onedoor]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>1348831860</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}"
        f"<MsgId>{10**16 + next(_numbers)}</MsgId></xml>"
    )


def event_xml(event: str, key: str = "", user: str = OPENID, created: int = 1348831860) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_onedoor]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"
        f"<EventKey><![CDATA[{key}]]></EventKey></xml>"
    )


@contextlib.contextmanager
def redis_server() -> Iterator[int]:
    """A Redis of its own on loopback; its port. Skips, and says why, where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server): sharing over Redis is not tried")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if "eady to accept connections" in line:
            break
    try:
        yield port
    finally:
        process.terminate()
        process.communicate()


@dataclass
class Request:
    """One delivery, ready to be sent; change a field to forge it."""

    query: dict[str, str]
    body: bytes


@dataclass
class WeChatServer:
    """Delivers messages as WeChat does, and reads the replies as WeChat does."""

    token: str = TOKEN
    app_id: str = APP_ID
    aes_key: str = AES_KEY
    work: bool = False

    @property
    def crypto(self) -> Any:
        return (WorkCrypto if self.work else WeChatCrypto)(self.token, self.aes_key, self.app_id)

    def plain(self, xml: str, timestamp: int | None = None) -> Request:
        stamp, nonce = str(timestamp or int(time.time())), f"n{next(_numbers)}"
        query = {"signature": sign(self.token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": OPENID}
        return Request(query, xml.encode())

    def encrypted(self, xml: str, timestamp: int | None = None, with_plain: bool = False) -> Request:
        stamp, nonce = str(timestamp or int(time.time())), f"n{next(_numbers)}"
        sealed = xmltodict.parse(self.crypto.encrypt_message(xml, nonce, stamp))["xml"]
        query = {"msg_signature": sealed["MsgSignature"], "timestamp": stamp, "nonce": nonce}
        if not self.work:
            query |= {"signature": sign(self.token, stamp, nonce), "encrypt_type": "aes", "openid": OPENID}
        inner = xml.removeprefix("<xml>").removesuffix("</xml>") if with_plain else "<ToUserName>gh</ToUserName>"
        return Request(query, f"<xml>{inner}<Encrypt><![CDATA[{sealed['Encrypt']}]]></Encrypt></xml>".encode())

    def check_url(self, echo: str) -> dict[str, str]:
        stamp, nonce = str(int(time.time())), f"n{next(_numbers)}"
        if not self.work:
            return {"signature": sign(self.token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "echostr": echo}
        sealed = WorkPrpCrypto(self.crypto.key).encrypt(echo, self.app_id).decode()
        signature = sign(self.token, stamp, nonce, sealed)
        return {"msg_signature": signature, "timestamp": stamp, "nonce": nonce, "echostr": sealed}

    def read(self, answer: str) -> dict[str, str]:
        """The fields of a reply, decrypted if it is encrypted: as the phone would show it."""
        fields = xmltodict.parse(answer)["xml"]
        if "Encrypt" in fields:
            inner = self.crypto.decrypt_message(answer, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
            fields = xmltodict.parse(inner)["xml"]
        return fields


@dataclass
class FakeApi:
    """What api.weixin.qq.com and qyapi.weixin.qq.com do, as far as we call them.

    ``errors``: what the next calls answer instead: an errcode, ``"hang"`` (never), or an HTTP status as
    ``"503"``.
    """

    secret: str = SECRET
    expires_in: int = 7200
    errors: list[int | str] = field(default_factory=list)
    token_errors: list[int | str] = field(default_factory=list)
    number: int = 0
    token_calls: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    menus: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    bodies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.arrived = asyncio.Event()

    @property
    def token(self) -> str:
        return f"token-{self.number}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_get("/cgi-bin/gettoken", self._work_token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        app.router.add_post("/cgi-bin/message/send", self._send)
        app.router.add_post("/cgi-bin/menu/create", self._menu)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _trouble(self, queue: list[int | str]) -> web.Response | None:
        if not queue:
            return None
        trouble = queue.pop(0)
        if trouble == "hang":
            await asyncio.Event().wait()
        if isinstance(trouble, str):
            return web.Response(status=int(trouble), text="<html>bad gateway</html>")
        return web.json_response({"errcode": trouble, "errmsg": "no"}) if trouble else None

    async def _stable_token(self, request: web.Request) -> web.Response:
        body = await request.json()
        return await self._give_token(body, body["appid"] == APP_ID and body["secret"] == self.secret)

    async def _work_token(self, request: web.Request) -> web.Response:
        return await self._give_token(dict(request.query), request.query["corpsecret"] == self.secret)

    async def _give_token(self, call: dict[str, Any], right: bool) -> web.Response:
        self.token_calls.append(call)
        if (trouble := await self._trouble(self.token_errors)) is not None:
            return trouble
        if not right:
            return web.json_response({"errcode": 40125, "errmsg": f"invalid appsecret {call}"})
        if call.get("force_refresh") or not self.number:
            self.number += 1
        return web.json_response({"access_token": self.token, "expires_in": self.expires_in})

    async def _answer(self, request: web.Request, kept: list[dict[str, Any]]) -> web.Response:
        self.calls += 1
        body = await request.read()
        if (trouble := await self._trouble(self.errors)) is not None:
            return trouble
        if request.query.get("access_token") != self.token:
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
        self.bodies.append(body)
        kept.append({**(await request.json()), "query": dict(request.query)})
        self.arrived.set()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _send(self, request: web.Request) -> web.Response:
        return await self._answer(request, self.messages)

    async def _menu(self, request: web.Request) -> web.Response:
        return await self._answer(request, self.menus)
