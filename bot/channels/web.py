"""The web chat: the page at ``/`` and the routes it talks to.

A browser first asks for a session: an id that we issue and sign, so that nobody can read or continue
another person's conversation by guessing a sender name.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse

from bot.channels.messages import OneMessageOutput, checked_text
from bot.errors import BadInput, NotAllowed
from bot.ops.secret import session_secret

logger = logging.getLogger(__name__)

FILES = Path(__file__).resolve().parents[1] / "web"
SESSION_DAYS = 7
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
          ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_file(name: str) -> HTTPResponse:
    """One of the page's files, with headers that allow no foreign script."""
    path = FILES / name
    return response.raw(path.read_bytes(), headers={**_HEADERS, "Content-Type": _TYPES[path.suffix]})


class WebChannel(InputChannel):
    """Sessions, messages, and the page itself."""

    def __init__(self) -> None:
        self._secret = session_secret()

    @classmethod
    def name(cls) -> str:
        """Part of the path and the channel name in the tracker."""
        return "web"

    def _issue(self) -> str:
        expires = datetime.now(UTC) + timedelta(days=SESSION_DAYS)
        return jwt.encode({"sid": uuid.uuid4().hex, "exp": expires}, self._secret, algorithm="HS256")

    def _sender(self, request: Request) -> str:
        token = (request.headers.get("authorization") or "").removeprefix("Bearer ").strip()
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise NotAllowed("会话已过期或无效,请刷新页面 / session expired or invalid") from None
        return f"web-{claims['sid']}"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("onedoor_web")

        @routes.listener("before_server_start")
        async def serve_page(app: Sanic, loop: Any) -> None:
            # Rasa owns "/" and answers with its version; the page takes its place.
            async def page(request: Request) -> HTTPResponse | None:
                if request.method not in ("GET", "HEAD"):
                    return None
                if request.path == "/":
                    return page_file("index.html")
                name = request.path.removeprefix("/static/")
                if name != request.path and (FILES / name).parent == FILES and (FILES / name).is_file():
                    return page_file(name)
                return None

            app.register_middleware(page, "request")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/session")
        async def session(request: Request) -> HTTPResponse:
            return response.json({"token": self._issue()})

        @routes.post("/messages")
        async def receive(request: Request) -> HTTPResponse:
            try:
                sender = self._sender(request)
                body = request.json
                if not isinstance(body, dict):
                    raise BadInput("请求要是 JSON 对象 / the body must be a JSON object")
                text = checked_text(body.get("message"))
            except NotAllowed as error:
                return response.json({"error": str(error)}, status=401)
            except BadInput as error:
                return response.json({"error": str(error)}, status=400)
            message = UserMessage(text, OneMessageOutput(), sender, input_channel=self.name())
            await on_new_message(message)
            return response.json(message.output_channel.messages, ensure_ascii=False)

        return routes
