"""One answer for several deliveries, in one process and in several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from rasa.core.lock_store import InMemoryLockStore, RedisLockStore

from bot.channels.wechat.turns import PURGE_SECONDS, MemoryTurns, RedisTurns, TurnStore, turns_for
from tests.bot.channels.wechat.weixin import redis_server


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    with redis_server() as port:
        yield port


@pytest.fixture(params=["memory", "redis"])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[tuple[TurnStore, TurnStore]]:
    """Two views of one store: two processes if that is possible."""
    if request.param == "memory":
        memory = turns_for(InMemoryLockStore())
        assert isinstance(memory, MemoryTurns)
        yield memory, memory
        return
    locks = RedisLockStore("127.0.0.1", request.getfixturevalue("redis_port"), db=2)
    locks.red.flushdb()
    one, two = turns_for(locks), turns_for(locks)
    assert isinstance(one, RedisTurns) and isinstance(two, RedisTurns)
    yield one, two
    for key in locks.red.scan_iter():
        assert locks.red.pttl(key) > 0, "everything expires"
    await one._redis.close()
    await two._redis.close()


async def test_the_first_value_stands(stores: tuple[TurnStore, TurnStore]) -> None:
    one, two = stores
    assert await one.first("a", "mine", 60) == "mine"
    assert await two.first("a", "yours", 60) == "mine"
    assert await one.first("b", "", 60) == ""
    assert await two.first("b", "late", 60) == ""


async def test_waiting_for_a_value(stores: tuple[TurnStore, TurnStore]) -> None:
    one, two = stores
    waiting = [asyncio.create_task(two.wait("a", 30)) for _ in range(3)]
    await asyncio.sleep(0)
    await one.first("a", "带户口簿。", 60)
    assert await asyncio.gather(*waiting) == ["带户口簿。"] * 3
    assert await one.wait("a", 0) == "带户口簿。"
    assert await one.wait("b", 0) is None
    assert await one.wait("b", -1) is None


async def test_counting(stores: tuple[TurnStore, TurnStore]) -> None:
    one, two = stores
    assert [await one.count("a", 60), await two.count("a", 60), await one.count("b", 60)] == [1, 2, 1]


async def test_memory_forgets() -> None:
    time = 0.0
    now: Callable[[], float] = lambda: time  # noqa: E731
    store = MemoryTurns(now)
    for number in range(100):
        await store.first(str(number), "x", 10)
        await store.count(str(number), 10)
    await store.wait("never", 0)
    time = 9.0
    assert await store.first("1", "y", 10) == "x"
    time = 11.0
    assert await store.first("1", "y", 10) == "y"
    assert await store.count("1", 10) == 1
    time = PURGE_SECONDS + 1
    await store.first("new", "x", 10)
    assert len(store._values) == 1 and not store._counts
