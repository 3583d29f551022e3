"""Who is watching which conversation, and the Server-Sent Events they get.

Nothing is queued here: a watcher is woken up and sends whatever is in the conversation after the last
message it sent. That is why a lost connection loses nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.channels.web.history import MAX_SHOWN, Entry

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
"""Shorter than the minute after which proxies close a silent connection."""

Read = Callable[[str], Awaitable[list[Entry]]]


def event(name: str, data: Any, number: int | None = None) -> str:
    """One Server-Sent Event; ``number`` is what the browser gives back as ``Last-Event-ID``."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


class Conversation:
    """One conversation that somebody is watching or talking in right now."""

    def __init__(self, sender: str, read: Read) -> None:
        self.turn = asyncio.Lock()
        self.users = 0
        self.typing = 0
        self._sender = sender
        self._read = read
        self._entries: list[Entry] | None = None
        self._changed = asyncio.Event()

    async def entries(self, fresh: bool = False) -> list[Entry]:
        """The messages, read from the store if needed or asked for."""
        if self._entries is None or fresh:
            found = await self._read(self._sender)
            # A store that is out of reach answers nothing; what was shown stays.
            if self._entries is None or len(found) >= len(self._entries):
                self._entries = found
        return self._entries

    def wake(self) -> None:
        """Tell everybody who watches that something changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    def add(self, entries: list[Entry]) -> None:
        """Take over what was just said and stored: reading a long conversation again is slow."""
        if self._entries is not None:
            self._entries = [*self._entries, *entries]

    def doubt(self) -> None:
        """Something failed half-way: the next one who looks reads the store."""
        self._entries = None

    def signal(self) -> asyncio.Event:
        """Set at the next change. Take it before looking, wait for it after: so no change is missed."""
        return self._changed

    @staticmethod
    async def change(signal: asyncio.Event, seconds: float) -> bool:
        """Wait for a change, at most so long. Returns whether there was one."""
        try:
            await asyncio.wait_for(signal.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While the bot works out an answer."""
        self.typing += 1
        self.wake()
        try:
            yield
        finally:
            self.typing -= 1
            self.wake()


class Conversations:
    """The conversations somebody is in; the others live in the store alone.

    Args:
        several_processes: whether another process may answer in a conversation that is watched here.
            The store is then looked at with every heartbeat.
    """

    def __init__(self, read: Read, heartbeat: float = HEARTBEAT_SECONDS, several_processes: bool = False) -> None:
        self._read = read
        self._heartbeat = heartbeat
        self.several = several_processes
        self._open: dict[str, Conversation] = {}
        self.closing = False

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def enter(self, sender: str) -> Iterator[Conversation]:
        """The conversation, shared by everybody who is in it at the moment."""
        conversation = self._open.setdefault(sender, Conversation(sender, self._read))
        conversation.users += 1
        try:
            yield conversation
        finally:
            conversation.users -= 1
            if not conversation.users:
                del self._open[sender]

    def close(self) -> None:
        """End all streams, so that the server can stop at once."""
        self.closing = True
        for conversation in self._open.values():
            conversation.wake()

    async def events(self, conversation: Conversation, last: int, until: Callable[[], bool]) -> AsyncIterator[str]:
        """What a watcher gets: first everything after message ``last``, then whatever happens.

        Args:
            last: number of the last message the browser has; one that the conversation does not have
                (yet, or any more) makes the browser start from the beginning.
            until: asked after every event and heartbeat; the stream ends when it says so.
        """
        known = await conversation.entries()
        yield "retry: 2000\n\n"
        if last > len(known) or len(known) - last > MAX_SHOWN:
            yield event("reset", {})
            last = max(0, len(known) - MAX_SHOWN)
        typing = False
        while True:
            signal = conversation.signal()
            for entry in (await conversation.entries())[last:]:
                last = entry.number
                yield event("message", entry.to_dict(), entry.number)
            if typing != bool(conversation.typing):
                typing = bool(conversation.typing)
                yield event("typing", {"on": typing})
            if self.closing or until():
                return
            if not await conversation.change(signal, self._heartbeat):
                yield ": still here\n\n"
                if self.several:
                    await conversation.entries(fresh=True)
