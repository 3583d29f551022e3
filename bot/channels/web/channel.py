"""The routes of the web chat under ``/webhooks/web/``.

| request | answer |
|---|---|
| ``POST session`` | ``{"token"}``: a new conversation |
| ``POST messages`` ``{"message", "id"?}`` or ``{"rating": {"reply", "useful"}, "id"?}`` | ``{"messages": […]}`` |
| ``GET stream`` | Server-Sent Events ``message``, ``typing``, ``reset``; ``Last-Event-ID`` is honoured |
| ``GET history[?after=number]`` | ``{"messages": […], "last"}`` |

All but the first need ``Authorization: Bearer <token>``. What is refused says why, in ``error`` for
people and ``code`` for programs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Request, Sanic, response
from sanic.exceptions import InvalidUsage
from sanic.response import HTTPResponse

from bot.channels.limits import AtOnce, Rate, TooMany
from bot.channels.messages import OneMessageOutput, checked_text
from bot.channels.web import history, origins, page
from bot.channels.web.sessions import Session, Sessions
from bot.channels.web.stream import Conversations
from bot.errors import BadInput, NotAllowed, NotReady
from bot.ops.secret import session_secret

logger = logging.getLogger(__name__)

MAX_BODY = 8 * 1024
PATH = "/webhooks/web/"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_RATINGS = {True: "回答有用", False: "回答没用"}

Handler = Callable[[Request], Awaitable[HTTPResponse | None]]


class WebChannel(InputChannel):
    """Sessions, messages, replies, and the page itself.

    Args:
        secret: signs the sessions.
        allowed: other sites whose pages may use the bot.
        session_days: how long a conversation can be continued.
        messages_per_minute: for one session.
        peer_messages_per_minute: for one address, behind which a whole office may sit.
        peer_sessions_per_minute: new conversations for one address.
        streams: open streams of one session, that is visible tabs.
        peer_streams: open streams of one address.
    """

    def __init__(
        self,
        secret: str,
        allowed: frozenset[str] = frozenset(),
        *,
        session_days: float = 7,
        messages_per_minute: float = 30,
        peer_messages_per_minute: float = 600,
        peer_sessions_per_minute: float = 120,
        streams: int = 8,
        peer_streams: int = 200,
    ) -> None:
        self._sessions = Sessions(secret, session_days)
        self._allowed = allowed
        self._by_session = Rate(messages_per_minute)
        self._by_peer = Rate(peer_messages_per_minute)
        self._new_sessions = Rate(peer_sessions_per_minute)
        self._streams = AtOnce(streams)
        self._peer_streams = AtOnce(peer_streams)
        self._app: Any = None
        self._turns: set[asyncio.Future[Any]] = set()
        self._on_new_message: Callable[[UserMessage], Awaitable[Any]]
        several = int(os.environ.get("SANIC_WORKERS", "1") or 1) > 1
        self._conversations = Conversations(self._read, several_processes=several)

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """From the channel's section of ``credentials.yml``, all of whose keys are optional.

        Raises:
            BadInput: a key we do not know, a value that makes no sense, a secret that is too short, or
                an origin that is none. The server does not start then.
        """
        try:
            return cls(session_secret(), origins.configured(), **(credentials or {}))
        except (TypeError, ValueError) as error:
            raise BadInput(f"网页渠道的配置不对(credentials.yml 或环境变量):{error} / web channel settings") from error

    @classmethod
    def name(cls) -> str:
        """Part of the path and the channel name in the tracker."""
        return "web"

    async def _read(self, sender: str) -> list[history.Entry]:
        return await history.read(self._app.ctx.agent.tracker_store, sender)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        self._on_new_message = on_new_message
        routes = Blueprint("onedoor_web")
        routes.listener("before_server_start")(self._start)
        routes.listener("before_server_stop")(self._stop)
        for method, path, handler in (
            ("GET", "/", _health),
            ("POST", "/session", self._answered(self._post_session)),
            ("POST", "/messages", self._answered(self._post_message)),
            ("GET", "/history", self._answered(self._get_history)),
            ("GET", "/stream", self._answered(self._get_stream)),
        ):
            routes.add_route(handler, path, methods=[method], name=path.strip("/") or "health")
        return routes

    async def _start(self, app: Sanic, loop: Any) -> None:
        self._app = app
        preflight = self._answered(_preflight)

        async def before_all(request: Request) -> HTTPResponse | None:
            # Rasa owns "/" and answers with its version; the page takes its place. Rasa also answers
            # every preflight itself, with a permission for nobody.
            if request.path.startswith(PATH) and request.method == "OPTIONS":
                return await preflight(request)
            return page.file_for(request)

        app.request_middleware.appendleft(before_all)

    async def _stop(self, app: Sanic, loop: Any) -> None:
        self._conversations.close()

    def _answered(self, handler: Handler) -> Handler:
        """Refuse other sites, turn our errors into answers, let allowed sites read both."""

        async def answer(request: Request) -> HTTPResponse | None:
            try:
                request.ctx.cors = origins.cors_headers(request.headers, self._allowed)
            except NotAllowed as error:
                return _refusal(403, "origin", str(error))
            try:
                found = await handler(request)
            except NotAllowed as error:
                found = _refusal(401, "session", str(error))
            except BadInput as error:
                found = _refusal(400, "input", str(error))
            except NotReady as error:
                found = _refusal(503, "busy", str(error))
            except TooMany as error:
                words = f"您问得太快了,请过 {error.seconds} 秒再试 / too many requests, please wait"
                found = _refusal(429, "rate", words)
                found.headers["Retry-After"] = str(error.seconds)
            if found is not None:
                found.headers.update({"Cache-Control": "no-store", **request.ctx.cors})
            return found

        return answer

    async def _post_session(self, request: Request) -> HTTPResponse:
        self._new_sessions.take(peer_of(request))
        return response.json({"token": self._sessions.issue()})

    async def _post_message(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        self._by_peer.take(peer_of(request))
        self._by_session.take(session.sender)
        if len(request.body) > MAX_BODY:
            return _refusal(413, "size", "内容太长,请说得短一点 / the message is too long")
        # A browser that goes away in the middle cancels this request, not the turn: what the bot says
        # is stored, and comes over the stream when the browser is back.
        turn = asyncio.ensure_future(self._turn(_body(request), session))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        entries = await asyncio.shield(turn)
        return response.json({"messages": [entry.to_dict() for entry in entries]}, ensure_ascii=False)

    async def _get_history(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        self._by_peer.take(peer_of(request))
        after = _number(request.args.get("after"))
        with self._conversations.enter(session.sender) as conversation:
            entries = await conversation.entries()
        shown = entries[after:][-history.MAX_SHOWN :]
        return response.json(
            {"messages": [entry.to_dict() for entry in shown], "last": len(entries)}, ensure_ascii=False
        )

    async def _get_stream(self, request: Request) -> None:
        session = self._session(request)
        last = _number(request.headers.get("last-event-id") or request.args.get("after"))
        with ExitStack() as held:
            self._by_peer.take(peer_of(request))
            held.enter_context(self._streams.hold(session.sender))
            held.enter_context(self._peer_streams.hold(peer_of(request)))
            conversation = held.enter_context(self._conversations.enter(session.sender))
            out = await request.respond(
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **request.ctx.cors},
                content_type="text/event-stream; charset=utf-8",
            )
            # A browser that goes away cancels this task, and everything held is let go.
            async for item in self._conversations.events(
                conversation, last, until=lambda: time.time() > session.expires
            ):
                await out.send(item)
            await out.eof()

    def _session(self, request: Request) -> Session:
        return self._sessions.check(request.headers.get("authorization"))

    async def _turn(self, body: dict[str, Any], session: Session) -> list[history.Entry]:
        """One message and its replies. The same message sent again gets the same replies again."""
        message_id = _message_id(body.get("id"))
        with self._conversations.enter(session.sender) as conversation:
            # One turn of a conversation at a time: what is sent again while the first is still being
            # answered waits for that answer.
            async with conversation.turn:
                known = await conversation.entries()
                if done := history.replies_to(known, message_id):
                    return done
                message = _message(body, known, session.sender, message_id, self.name())
                with conversation.busy():
                    try:
                        await self._on_new_message(message)
                    except BaseException:
                        conversation.doubt()
                        raise
                    replies = message.output_channel.messages
                    if not replies:
                        conversation.doubt()
                        raise NotReady(
                            "现在答不了,请过一会儿再试;急事请打 12345 / no answer could be made, try again later"
                        )
                    if self._conversations.several:
                        return history.replies_to(await conversation.entries(fresh=True), message_id)
                    turn = history.entries_of_turn(len(known), message, replies)
                    conversation.add(turn)
                    return turn


async def _health(request: Request) -> HTTPResponse:
    return response.json({"status": "ok"})


async def _preflight(request: Request) -> HTTPResponse:
    return response.empty(status=204)


def _message(
    body: dict[str, Any], known: list[history.Entry], sender: str, message_id: str, channel: str
) -> UserMessage:
    output: CollectingOutputChannel = OneMessageOutput()
    if "rating" in body:
        rating = _rating(body["rating"], known)
        text = _RATINGS[rating["useful"]]
        # The button says what it means: nothing has to be understood.
        parse: dict[str, Any] = {
            "text": text, "intent": {"name": "rate", "confidence": 1.0}, "entities": [], "matters": [],
            "options": [], "aspects": [], "aspect": None, "referral": None, "topic": None, "decision": "rate",
        }  # fmt: skip
        return UserMessage(
            text, output, sender, parse_data=parse, input_channel=channel, message_id=message_id,
            metadata={"rating": rating},
        )  # fmt: skip
    # A leading slash would make Rasa take the text for one of its commands.
    text = checked_text(body.get("message")).lstrip("/ ")
    return UserMessage(checked_text(text), output, sender, input_channel=channel, message_id=message_id)


def _rating(value: Any, known: list[history.Entry]) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("useful"), bool):
        raise BadInput('字段 rating 要写成 {"reply": 编号, "useful": true 或 false} / field \'rating\' is malformed')
    number = value.get("reply")
    replies = {entry.number for entry in known if entry.bot}
    if isinstance(number, bool) or number not in replies:
        raise BadInput("字段 rating.reply 不是这次对话里的回答 / field 'rating.reply' names no reply")
    return {"reply": number, "useful": value["useful"]}


def _message_id(value: Any) -> str:
    """The browser's own id of a message, so that sending it twice is harmless."""
    if value is None:
        return uuid.uuid4().hex
    try:
        return uuid.UUID(hex=str(value)).hex
    except ValueError:
        raise BadInput("字段 id 要写成 UUID / field 'id' must be a UUID") from None


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except InvalidUsage:
        body = None
    if not isinstance(body, dict):
        raise BadInput("请求要是 JSON 对象 / the body must be a JSON object")
    return body


def _number(value: str | None) -> int:
    """A message number; whatever is none means from the beginning."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else 0


def peer_of(request: Request) -> str:
    """The address that limits count for.

    A proxy on this machine names the visitor last in ``X-Forwarded-For``; one elsewhere has to be
    declared with sanic's ``SANIC_PROXIES_COUNT``, else all its visitors share one limit.
    """
    if request.remote_addr:
        return str(request.remote_addr)
    forwarded = request.headers.get("x-forwarded-for")
    if forwarded and request.ip in _LOOPBACK:
        return str(forwarded.rpartition(",")[2].strip())
    return str(request.ip)


def _refusal(status: int, code: str, error: str) -> HTTPResponse:
    return response.json({"error": error, "code": code}, status=status, ensure_ascii=False)
