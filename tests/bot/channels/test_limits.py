"""Rates by a clock that the test turns."""

from __future__ import annotations

import pytest

from bot.channels.limits import AtOnce, Rate, TooMany


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_then_one_waits() -> None:
    clock = Clock()
    rate = Rate(6, clock=clock)
    for _ in range(6):
        rate.take("a")
    with pytest.raises(TooMany) as refused:
        rate.take("a")
    assert refused.value.seconds == 10
    rate.take("b")  # others are not concerned
    clock.now = 10
    rate.take("a")
    with pytest.raises(TooMany):
        rate.take("a")


def test_asking_while_refused_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    rate = Rate(60, clock=clock)
    for _ in range(60):
        rate.take("a")
    for _ in range(50):
        with pytest.raises(TooMany):
            rate.take("a")
    clock.now = 1.001
    rate.take("a")


def test_a_quiet_minute_fills_the_bucket_but_not_more() -> None:
    clock = Clock()
    rate = Rate(2, clock=clock)
    rate.take("a")
    clock.now = 3600
    rate.take("a")
    rate.take("a")
    with pytest.raises(TooMany):
        rate.take("a")


def test_a_burst_of_its_own_then_the_rate_and_the_oldest_forgotten() -> None:
    clock = Clock()
    rate = Rate(120, 3, max_keys=2, clock=clock)
    for _ in range(3):
        rate.take("a")
    with pytest.raises(TooMany):
        rate.take("a")
    rate.take("b")  # keys do not share
    clock.now = 0.5
    rate.take("a")
    with pytest.raises(TooMany):
        rate.take("a")
    rate.take("b")
    rate.take("c")
    rate.take("a")  # forgotten, so it starts afresh


def test_memory_is_bounded() -> None:
    rate = Rate(1, max_keys=100, clock=Clock())
    for number in range(1000):
        rate.take(str(number))
    assert len(rate._buckets) == 100


def test_no_rate_at_all_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="positive"):
        Rate(0)


def test_places_are_given_back_even_after_an_error() -> None:
    places = AtOnce(1)
    with pytest.raises(RuntimeError), places.hold("a"):
        with pytest.raises(TooMany), places.hold("a"):
            pass
        raise RuntimeError
    with places.hold("a"):
        pass
    assert not places._held
