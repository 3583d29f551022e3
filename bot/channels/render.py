"""How each channel shows a reply, for those who look at it without the channel: ``onedoor ask --channel``.

A renderer takes a message of the contract (``text`` and ``custom``) and returns lines. Channels without one
show ``text``, which is complete by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

Renderer = Callable[[dict[str, Any]], list[str]]

RENDERERS: dict[str, str] = {"ivr": "bot.channels.ivr.speech:lines"}
"""Channel → ``module:function``; imported when it is used."""


def render(channel: str, reply: dict[str, Any]) -> list[str]:
    """The lines that ``channel`` shows for ``reply``."""
    where = RENDERERS.get(channel)
    if where is None:
        return str(reply.get("text") or "").splitlines()
    module, _, name = where.partition(":")
    renderer: Renderer = getattr(import_module(module), name)
    return renderer(reply)
