"""How often somebody may ask: token buckets in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class RateLimit:
    """``burst`` at once, then ``rate`` a second, for each key. The oldest keys are forgotten."""

    def __init__(
        self, rate: float, burst: int, keys: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._keys, self._clock = rate, burst, keys, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Whether ``key`` may go on now; counts the request."""
        now = self._clock()
        left, seen = self._buckets.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - seen) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return allowed
