"""The REST form of every channel: ``POST /webhooks/rest/webhook {"sender", "message"}``.

Rasa's own RestInput stores the text as it came and answers a reply in two parts; this one masks
first, keeps a reply whole, and says which field is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.channels.messages import OneMessageOutput, checked_sender, checked_text
from bot.errors import BadInput

logger = logging.getLogger(__name__)


class RestChannel(InputChannel):
    """Answers in the HTTP response."""

    @classmethod
    def name(cls) -> str:
        """Part of the path and the channel name in the tracker."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("onedoor_rest")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                body = request.json
                if not isinstance(body, dict):
                    raise BadInput("请求要是 JSON 对象 / the body must be a JSON object")
                message = UserMessage(
                    checked_text(body.get("message")),
                    OneMessageOutput(),
                    checked_sender(body.get("sender")),
                    input_channel=self.name(),
                )
            except BadInput as error:
                return response.json({"error": str(error)}, status=400)
            await on_new_message(message)
            return response.json(message.output_channel.messages, ensure_ascii=False)

        return routes
