"""The routes that WeChat's server calls: ``/webhooks/wechat/webhook`` and ``/webhooks/wecom/webhook``.

What is refused here is refused before the bot sees it: too large, unsigned, old, replayed, not XML.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse
from wechatpy.replies import TextReply

from bot.channels.messages import OneMessageOutput
from bot.channels.settings import say_closed, say_off
from bot.channels.wechat.api import ApiError, WeChatApi
from bot.channels.wechat.desk import Desk
from bot.channels.wechat.envelope import Envelope
from bot.channels.wechat.incoming import Incoming, read_incoming
from bot.channels.wechat.settings import OFFICIAL, WORK, Kind, Settings, read_settings
from bot.channels.wechat.turns import turns_for
from bot.channels.wechat.wording import sentences
from bot.errors import BadInput, NotAllowed
from bot.ops.secret import session_secret

logger = logging.getLogger(__name__)

MAX_BODY = 16 * 1024
"""Bytes. WeChat's own messages stay far below."""
SUCCESS = "success"
"""Tells WeChat that nothing is to be shown and nothing to be sent again."""
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class WeChatChannel(InputChannel):
    """微信公众号. Off, with a line in the log, unless credentials.yml sets it up."""

    kind: Kind = OFFICIAL

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings
        self._secret = session_secret() if settings else ""

    @classmethod
    def name(cls) -> str:
        """Part of the path and the channel name in the tracker."""
        return cls.kind.name

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WeChatChannel:
        """The channel; closed, whatever else, if the settings are absent or wrong."""
        try:
            settings = read_settings(cls.kind, credentials)
        except BadInput as error:
            say_closed(cls.kind.title, str(error), cls.kind.guide)
            return cls()
        if settings is None:
            say_off(cls.kind.title, cls.kind.required, cls.kind.guide)
        return cls(settings)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; none if the channel is off."""
        routes = Blueprint(f"onedoor_{self.name()}")
        if self.settings is not None:
            _Account(self.settings, self._secret, on_new_message).add_to(routes)
        return routes


class WeComChannel(WeChatChannel):
    """企业微信: always encrypted, with a message and a menu interface of its own."""

    kind = WORK


class _Account:
    """One account behind its routes."""

    def __init__(
        self, settings: Settings, secret: str, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> None:
        self._settings, self._secret, self._on_new_message = settings, secret, on_new_message
        self._envelope = Envelope(settings)
        self._api = WeChatApi(settings)
        self._desk: Desk | None = None
        self._check: asyncio.Task[None] | None = None
        self._refused = 0

    def add_to(self, routes: Blueprint) -> None:
        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            try:
                return _plain(self._envelope.echo(_query(request)))
            except NotAllowed as error:
                return self._refuse(error, 403)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if len(request.body) > MAX_BODY:
                return self._refuse(BadInput(f"请求超过 {MAX_BODY} 字节 / the body is too large"), 413)
            return await self._receive(request)

        @routes.listener("after_server_start")
        async def start(app: Sanic, loop: Any) -> None:
            # In the background: the bot answers within five seconds whether or not this works.
            self._check = asyncio.create_task(self._check_account())

        @routes.listener("before_server_stop")
        async def stop(app: Sanic, loop: Any) -> None:
            if self._check is not None:
                self._check.cancel()
            if self._desk is not None:
                await self._desk.drain()
            await self._api.close()

    async def _receive(self, request: Request) -> HTTPResponse:
        desk = self._at_desk(request.app)
        try:
            opened = self._envelope.open(_query(request), request.body)
            incoming = read_incoming(opened.xml, self._settings.kind is WORK)
            await desk.refuse_replay(opened.signature, incoming)
        except NotAllowed as error:
            return self._refuse(error, 403)
        except BadInput as error:
            return self._refuse(error, 400)
        try:
            text = await desk.reply(incoming)
        except Exception as error:  # noqa: BLE001 - WeChat shows an error of its own unless it gets a reply
            logger.error("微信消息没有处理成(%s)/ a message failed", type(error).__name__)
            text = sentences()["failed"]
        if not text:
            # 企业微信 takes an empty answer for the same.
            return _plain("" if self._settings.kind is WORK else SUCCESS)
        xml = _reply_xml(incoming, text)
        return response.text(
            self._envelope.seal(xml) if opened.encrypted else xml,
            content_type="application/xml; charset=utf-8",
            headers=_HEADERS,
        )

    def _at_desk(self, app: Sanic) -> Desk:
        """Made with the first message, when the agent and its lock store are there."""
        if self._desk is None:
            agent = getattr(app.ctx, "agent", None)
            store = turns_for(getattr(agent, "lock_store", None))
            self._desk = Desk(self._settings, self._ask, self._api, store=store, secret=self._secret)
        return self._desk

    async def _ask(self, text: str, sender: str) -> list[Mapping[str, Any]]:
        output = OneMessageOutput()
        await self._on_new_message(UserMessage(text, output, sender, input_channel=self._settings.kind.name))
        replies: list[Mapping[str, Any]] = output.messages
        return replies

    async def _check_account(self) -> None:
        try:
            await self._api.check()
        except ApiError as error:
            logger.error(
                "%s:%s。5 秒内的回答不受影响,更慢的发不出去 / late answers cannot be sent",
                self._settings.kind.title,
                error,
            )

    def _refuse(self, error: Exception, status: int) -> HTTPResponse:
        """Say no, and why in the log, but do not let a flood of forgeries flood the log."""
        self._refused += 1
        if self._refused <= 10 or self._refused % 1000 == 0:
            logger.warning("%s拒绝了第 %d 个请求:%s / request refused", self._settings.kind.title, self._refused, error)
        return _plain("refused", status)


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.args.items() if values}


def _plain(text: str, status: int = 200) -> HTTPResponse:
    return response.text(text, status=status, headers=_HEADERS)


def _reply_xml(incoming: Incoming, text: str) -> str:
    # CDATA ends at ]]>; nothing a person reads contains it.
    safe = text.replace("]]>", "]] >")
    xml: str = TextReply(source=incoming.account, target=incoming.user, content=safe).render()
    return xml
