from __future__ import annotations

from pathlib import Path

from bot.channels.ivr.store import CLAIM_SECONDS, KEEP_SECONDS, CallStore


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_turn_is_claimed_once_and_answered_with_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "calls.sqlite"
    store, other = CallStore(path), CallStore(path)
    assert store.claim("c", "1") and not other.claim("c", "1")
    assert other.answer("c", "1") is None
    store.finish("c", "1", b"bytes\x00", {"turns": 1})
    assert other.answer("c", "1") == b"bytes\x00"
    assert not other.claim("c", "1")
    assert other.state("c") == {"turns": 1}
    assert other.claim("c", "2") and other.claim("d", "1")


def test_a_released_turn_can_be_claimed_again(tmp_path: Path) -> None:
    store = CallStore(tmp_path / "calls.sqlite")
    store.claim("c", "1")
    store.release("c", "1")
    assert store.claim("c", "1")
    store.finish("c", "1", b"x", {})
    store.release("c", "1")
    assert store.answer("c", "1") == b"x", "an answer is never taken back"


def test_the_claim_of_a_dead_process_runs_out(tmp_path: Path) -> None:
    clock = Clock()
    store = CallStore(tmp_path / "calls.sqlite", clock)
    assert store.claim("c", "1")
    clock.now += CLAIM_SECONDS - 1
    assert not store.claim("c", "1")
    clock.now += 2
    assert store.claim("c", "1")


def test_state_survives_a_restart_and_is_forgotten_in_time(tmp_path: Path) -> None:
    clock = Clock()
    store = CallStore(tmp_path / "calls.sqlite", clock)
    store.claim("c", "1")
    store.finish("c", "1", b"x", {"turns": 1})
    store.close()
    again = CallStore(tmp_path / "calls.sqlite", clock)
    assert again.state("c") == {"turns": 1}
    clock.now += KEEP_SECONDS + 1
    again.purge()
    assert again.state("c") == {} and again.answer("c", "1") is None
