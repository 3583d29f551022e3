"""What all channels share: checking and masking what comes in, one message a reply going out."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel

from bot.errors import BadInput
from bot.text.mask import mask

MAX_CHARACTERS = 500
"""Longer questions are cut: nobody needs more, and parse time grows with length."""
MAX_SENDER = 128
RESERVED = ("web-", "wechat-", "wecom-", "ivr-")
"""How the senders of channels with identities of their own begin: nobody may speak in their name."""


def checked_text(value: Any) -> str:
    """The message text, masked and cut to size. Raises BadInput if it is not text."""
    if not isinstance(value, str) or not value.strip():
        raise BadInput("字段 message 要写成非空文字 / field 'message' must be a non-empty string")
    # Masked before it is cut, so that no number loses the digits it is recognised by.
    return mask(value.strip()[: 4 * MAX_CHARACTERS]).text[:MAX_CHARACTERS]


def checked_sender(value: Any) -> str:
    """The sender id, masked. Raises BadInput if it is missing or too long."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise BadInput("字段 sender 要写成非空文字 / field 'sender' must be a non-empty string")
    if len(value) > MAX_SENDER:
        raise BadInput(f"字段 sender 最长 {MAX_SENDER} 个字符 / field 'sender' is longer than {MAX_SENDER}")
    if value.strip().startswith(RESERVED):
        raise BadInput(f"字段 sender 不能以 {'、'.join(RESERVED)} 开头 / field 'sender' has a reserved beginning")
    return mask(value.strip()).text


class OneMessageOutput(CollectingOutputChannel):
    """Collects each reply as one message with ``text`` and ``custom``.

    Rasa's own channels send text and custom as two messages and cut the text at empty lines.
    """

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply whole."""
        reply = {"recipient_id": recipient_id, "text": message.get("text") or ""}
        if message.get("custom"):
            reply["custom"] = message["custom"]
        await self._persist_message(reply)
