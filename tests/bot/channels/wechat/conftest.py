"""The channel in a real Sanic server on loopback, with a bot that the test plays itself."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from rasa.core.channels.channel import UserMessage
from sanic import Sanic
from sanic.response import text
from sanic.touchup import TouchUp

from bot.channels.wechat.channel import WeChatChannel, WeComChannel
from bot.channels.wechat.settings import OFFICIAL, WORK, Settings, read_settings
from tests.bot.channels.wechat.weixin import (
    AES_KEY,
    AGENT_ID,
    APP_ID,
    CORP_ID,
    SECRET,
    TOKEN,
    FakeApi,
    Request,
    WeChatServer,
)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ONEDOOR_SECRET", "k" * 40)
    return "k" * 40


def official(**changes: Any) -> dict[str, Any]:
    given = {"app_id": APP_ID, "app_secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, "mode": "safe"}
    return {**given, **changes}


def work(**changes: Any) -> dict[str, Any]:
    given = {"corp_id": CORP_ID, "secret": SECRET, "agent_id": AGENT_ID, "token": TOKEN, "aes_key": AES_KEY}
    return {**given, **changes}


def settings(**changes: Any) -> Settings:
    found = read_settings(OFFICIAL, official(**changes))
    assert found is not None
    return found


def work_settings(**changes: Any) -> Settings:
    found = read_settings(WORK, work(**changes))
    assert found is not None
    return found


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    fake = FakeApi()
    await fake.start()
    yield fake
    await fake.stop()


@dataclass
class Bot:
    """Plays the conversation core: notes what it was asked and answers what the test wants."""

    replies: list[dict[str, Any]] = field(default_factory=lambda: [{"text": "带户口簿。"}])
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.may_answer.set()

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append((message.text, message.sender_id, message.input_channel))
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        for reply in self.replies:
            await message.output_channel.send_response(message.sender_id, dict(reply))


@dataclass
class Line:
    """WeChat's server connected to our channel."""

    url: str
    http: aiohttp.ClientSession
    wechat: WeChatServer
    bot: Bot

    async def post(self, request: Request) -> tuple[int, str]:
        async with self.http.post(self.url, params=request.query, data=request.body) as response:
            return response.status, await response.text()

    async def get(self, query: dict[str, str]) -> tuple[int, str]:
        async with self.http.get(self.url, params=query) as response:
            return response.status, await response.text()

    async def say(self, xml: str) -> str:
        """What the phone shows in the response to an encrypted delivery; empty for ``success``."""
        status, body = await self.post(self.wechat.encrypted(xml))
        assert status == 200, body
        return "" if body in ("success", "") else self.wechat.read(body)["Content"]


_touch_up = TouchUp.run.__func__


def _touch_up_once(cls: Any, app: Sanic) -> None:
    """Sanic 21.12 rewrites its own classes when a server starts, and fails when they are rewritten already."""
    with contextlib.suppress(KeyError):
        _touch_up(cls, app)


Connect = Callable[..., Awaitable[Line]]


@pytest.fixture
async def connect(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connect]:
    """``await connect(credentials, work=False)``: a running channel."""
    monkeypatch.setattr(TouchUp, "run", classmethod(_touch_up_once))
    running: list[Any] = []

    async def start(credentials: dict[str, Any], work: bool = False) -> Line:
        bot = Bot()
        channel = (WeComChannel if work else WeChatChannel).from_credentials(credentials)
        app = Sanic(f"wechat_test_{id(bot)}", configure_logging=False)
        app.add_route(lambda request: text("rasa"), "/")  # as Rasa has one; Sanic starts with no fewer
        app.blueprint(channel.blueprint(bot), url_prefix=f"/webhooks/{channel.name()}")
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.after_start()
        http = aiohttp.ClientSession()
        running.append((server, http, app))
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/webhooks/{channel.name()}/webhook"
        return Line(url, http, WeChatServer(app_id=CORP_ID if work else APP_ID, work=work), bot)

    yield start
    for server, http, app in running:
        await http.close()
        await server.before_stop()
        await server.close()
        Sanic._app_registry.pop(app.name, None)
