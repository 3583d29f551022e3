"""The bot without a server: parse one text, or answer one message, from the trained model."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any


class LocalBot:
    """Rasa's agent in this process, with an in-memory tracker store: nothing is kept."""

    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent

        from bot.ops import rasa_fixes
        from bot.ops.inprocess import InProcessActions

        rasa_fixes.apply()
        self._agent = Agent(action_endpoint=InProcessActions())
        self._agent.load_model(str(model))
        self._loop = asyncio.new_event_loop()

    def parse(self, text: str) -> dict[str, Any]:
        """What ``POST /model/parse`` answers."""
        parsed: dict[str, Any] = self._loop.run_until_complete(self._agent.parse_message(text))
        return parsed

    def ask(self, text: str, sender: str | None = None, channel: str = "rest") -> list[dict[str, Any]]:
        """The replies to one message; turns of the same ``sender`` share a conversation."""
        from rasa.core.channels.channel import UserMessage

        from bot.channels.messages import OneMessageOutput, checked_text

        output = OneMessageOutput()
        message = UserMessage(checked_text(text), output, sender or uuid.uuid4().hex, input_channel=channel)
        self._loop.run_until_complete(self._agent.handle_message(message))
        replies: list[dict[str, Any]] = output.messages
        return replies
