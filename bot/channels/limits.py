"""How much one browser, address or call may ask for: token buckets, in memory, bounded.

Each process counts for itself. WeChat's limit is not here: its deliveries are counted in the store that all
processes share (``bot/channels/wechat/turns.py``), with the refused ones, so that a refusal is said once.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TooMany(Exception):
    """The limit is reached.

    Attributes:
        seconds: how long to wait before trying again, at least 1.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"再等 {max(1, round(seconds))} 秒")
        self.seconds = max(1, round(seconds))


class Rate:
    """So many events a minute for each key, with bursts up to ``burst`` (as many as a minute's if not given).

    The clock and the number of remembered keys can be set for tests. A key that was forgotten starts
    with a full bucket, as it would have after a time of silence anyway.
    """

    def __init__(
        self,
        per_minute: float,
        burst: float | None = None,
        *,
        max_keys: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if per_minute <= 0:
            raise ValueError("per_minute must be positive")
        self._per_minute = per_minute
        self._burst = per_minute if burst is None else burst
        self._clock = clock
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one event. Raises TooMany when the bucket is empty."""
        now = self._clock()
        left, then = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._per_minute / 60)
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooMany((1 - left) * 60 / self._per_minute)


class AtOnce:
    """So many of something at the same time for each key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: dict[str, int] = {}

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold one place. Raises TooMany when all are taken."""
        held = self._held.get(key, 0)
        if held >= self._limit:
            raise TooMany(10)
        self._held[key] = held + 1
        try:
            yield
        finally:
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]
