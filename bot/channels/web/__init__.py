"""The web chat: sessions, messages, the stream of replies, and the page and widget themselves."""

from bot.channels.web.channel import WebChannel

__all__ = ["WebChannel"]
