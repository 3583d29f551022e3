"""What each channel sends for a turn, for those who look at it without the channel: ``onedoor ask --channel``.

A renderer takes the replies of one turn, messages of the contract (``text`` and ``custom``), and returns the
lines a person would get to see or hear, without the account, the call or the network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

Replies = Sequence[Mapping[str, Any]]
Renderer = Callable[[Replies], list[str]]

RENDERERS: dict[str, str] = {
    "web": "bot.channels.render:texts",
    "wechat": "bot.channels.wechat.preview:official",
    "wecom": "bot.channels.wechat.preview:work",
    "ivr": "bot.channels.ivr.preview:lines",
    "rest": "bot.channels.render:texts",
}
"""Channel → ``module:function``; imported when it is used."""


def render(channel: str, replies: Replies) -> list[str]:
    """The lines that ``channel`` shows for the replies of one turn.

    Raises:
        KeyError: there is no such channel.
    """
    module, _, name = RENDERERS[channel].partition(":")
    renderer: Renderer = getattr(import_module(module), name)
    return renderer(replies)


def texts(replies: Replies) -> list[str]:
    """For channels that send the message as it is: its ``text``, which is complete by itself."""
    return [line for reply in replies for line in str(reply.get("text") or "").splitlines()]
