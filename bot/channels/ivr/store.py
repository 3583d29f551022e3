"""What calls remember and which turns are answered already, in one small SQLite file.

Calls are known by a pseudonym, and no number is in it. Several processes on one machine may share the
file: a turn is claimed before it is worked on, so that a repeated delivery finds either the answer or
somebody who is about to give it.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

KEEP_SECONDS = 6 * 3600
CLAIM_SECONDS = 30
"""Whoever has not answered a turn after so long has died over it; the turn may be claimed again."""
_PURGE_EVERY = 200

_SCHEMA = """
create table if not exists calls (call text primary key, state text not null, touched real not null);
create table if not exists turns (
    call text not null, turn text not null, body blob, touched real not null, primary key (call, turn)
) without rowid;
create index if not exists turns_touched on turns (touched);
"""


class CallStore:
    """State and answers of calls."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._claims = 0

    @cached_property
    def _db(self) -> sqlite3.Connection:
        # Opened at the first turn and not before: a connection must not go through a fork into workers.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=normal")
        database.executescript(_SCHEMA)
        return database

    def answer(self, call: str, turn: str) -> bytes | None:
        """The bytes that were answered to this turn, or None."""
        row = self._db.execute("select body from turns where call=? and turn=?", (call, turn)).fetchone()
        return bytes(row[0]) if row and row[0] is not None else None

    def claim(self, call: str, turn: str) -> bool:
        """Whether the turn is ours to work on: nobody has answered it or is about to."""
        now = self._clock()
        self._claims += 1
        if self._claims % _PURGE_EVERY == 1:
            self.purge()
        done = self._db.execute(
            "insert into turns (call, turn, touched) values (?, ?, ?) on conflict (call, turn) do update "
            "set touched=excluded.touched where body is null and touched < ?",
            (call, turn, now, now - CLAIM_SECONDS),
        )
        return done.rowcount == 1

    def release(self, call: str, turn: str) -> None:
        """Give a claimed turn back unanswered."""
        self._db.execute("delete from turns where call=? and turn=? and body is null", (call, turn))

    def state(self, call: str) -> dict[str, Any]:
        """What the call remembers; empty for a new one."""
        row = self._db.execute("select state from calls where call=?", (call,)).fetchone()
        state: dict[str, Any] = json.loads(row[0]) if row else {}
        return state

    def finish(self, call: str, turn: str, body: bytes, state: dict[str, Any]) -> None:
        """Keep answer and state together."""
        now = self._clock()
        self._db.execute("begin immediate")
        try:
            self._db.execute("update turns set body=?, touched=? where call=? and turn=?", (body, now, call, turn))
            self._db.execute(
                "insert into calls values (?, ?, ?) on conflict (call) do update "
                "set state=excluded.state, touched=excluded.touched",
                (call, json.dumps(state, ensure_ascii=False), now),
            )
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def purge(self) -> None:
        """Forget what is older than :data:`KEEP_SECONDS`."""
        before = self._clock() - KEEP_SECONDS
        self._db.execute("delete from turns where touched < ?", (before,))
        self._db.execute("delete from calls where touched < ?", (before,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
