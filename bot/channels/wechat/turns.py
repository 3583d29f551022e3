"""Which deliveries belong to one turn, and what that turn said: three deliveries, one answer.

One process keeps this in memory. Several processes share the Redis of Rasa's lock store; nothing else is
distributed here, Redis's ``SET NX`` decides.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

import redis.asyncio
from rasa.core.lock_store import RedisLockStore

POLL_SECONDS = 0.1
PURGE_SECONDS = 30.0
PREFIX = "onedoor:wechat:"


class TurnStore(Protocol):
    """Values that are written once and expire."""

    async def first(self, key: str, value: str, seconds: float) -> str:
        """Keep ``value`` under ``key`` unless there is one already; returns the one that stands."""

    async def wait(self, key: str, seconds: float) -> str | None:
        """The value under ``key``, waiting for it up to ``seconds``; None if there is none by then."""

    async def count(self, key: str, seconds: float) -> int:
        """How many times this was called for ``key`` in the running period of ``seconds``, this call included."""


class MemoryTurns:
    """For one process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._values: dict[str, tuple[str, float]] = {}
        self._counts: dict[str, tuple[int, float]] = {}
        self._waiting: dict[str, asyncio.Event] = {}
        self._purge_at = now() + PURGE_SECONDS

    async def first(self, key: str, value: str, seconds: float) -> str:
        """See TurnStore."""
        self._purge()
        standing = self._get(key)
        if standing is not None:
            return standing
        self._values[key] = (value, self._now() + seconds)
        if event := self._waiting.pop(key, None):
            event.set()
        return value

    async def wait(self, key: str, seconds: float) -> str | None:
        """See TurnStore."""
        if (standing := self._get(key)) is not None:
            return standing
        event = self._waiting.setdefault(key, asyncio.Event())
        try:
            await asyncio.wait_for(event.wait(), max(seconds, 0))
        except TimeoutError:
            return None
        return self._get(key)

    async def count(self, key: str, seconds: float) -> int:
        """See TurnStore."""
        number, ends = self._counts.get(key, (0, 0.0))
        if ends <= self._now():
            number, ends = 0, self._now() + seconds
        self._counts[key] = (number + 1, ends)
        return number + 1

    def _get(self, key: str) -> str | None:
        value, ends = self._values.get(key, ("", 0.0))
        return value if ends > self._now() else None

    def _purge(self) -> None:
        """Forget what has expired, now and then: the memory holds some minutes of traffic, no more."""
        if self._now() < self._purge_at:
            return
        now = self._now()
        self._purge_at = now + PURGE_SECONDS
        self._values = {key: kept for key, kept in self._values.items() if kept[1] > now}
        self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        self._waiting = {key: event for key, event in self._waiting.items() if key not in self._values}


class RedisTurns:
    """For several processes. ``client`` is a ``redis.asyncio.Redis`` that decodes responses."""

    def __init__(self, client: Any, prefix: str = PREFIX) -> None:
        self._redis = client
        self._prefix = prefix

    async def first(self, key: str, value: str, seconds: float) -> str:
        """See TurnStore."""
        name = self._prefix + key
        if await self._redis.set(name, value, nx=True, px=int(seconds * 1000)):
            return value
        standing = await self._redis.get(name)
        # It may have expired between the two; then ours is as good.
        return value if standing is None else str(standing)

    async def wait(self, key: str, seconds: float) -> str | None:
        """See TurnStore."""
        ends = time.monotonic() + seconds
        while True:
            standing = await self._redis.get(self._prefix + key)
            left = ends - time.monotonic()
            if standing is not None or left <= 0:
                return None if standing is None else str(standing)
            await asyncio.sleep(min(POLL_SECONDS, left))

    async def count(self, key: str, seconds: float) -> int:
        """See TurnStore."""
        name = f"{self._prefix}{key}"
        number = int(await self._redis.incr(name))
        if number == 1:
            await self._redis.pexpire(name, int(seconds * 1000))
        return number


def turns_for(lock_store: Any) -> TurnStore:
    """The store that fits Rasa's lock store: Redis if that is Redis, memory otherwise."""
    if not isinstance(lock_store, RedisLockStore):
        return MemoryTurns()
    known = lock_store.red.connection_pool.connection_kwargs
    names = ("host", "port", "db", "username", "password", "ssl_certfile", "ssl_keyfile", "ssl_ca_certs")
    options = {name: known[name] for name in names if known.get(name) is not None}
    secure = issubclass(lock_store.red.connection_pool.connection_class, redis.SSLConnection)
    prefix = lock_store.key_prefix.removesuffix("lock:") + PREFIX
    return RedisTurns(redis.asyncio.Redis(**options, ssl=secure, socket_timeout=5, decode_responses=True), prefix)
