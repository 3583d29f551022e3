"""Taking turns: one event in, the bytes of its answer out, once and only once.

Between the pure dialog and the outside: the store for what is remembered and answered, a lock for each
call, the bot, and the text messages. Callers are known by a keyed pseudonym from here on; their number
is held in memory while the call lasts and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from bot.channels.ivr import sms as sms_port
from bot.channels.ivr.dialog import Ask, CallState, Dialog, SendSms, Understand
from bot.channels.ivr.store import CallStore
from bot.channels.ivr.turns import Answer, Event, Hypothesis
from bot.channels.messages import checked_text
from bot.errors import BadInput
from bot.ops.secret import pseudonym

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.05
WAITS = 200
MAX_NUMBERS = 10_000
BOT_SECONDS = 8.0

Bot = Callable[[str, str, list[dict[str, Any]]], Awaitable[dict[str, Any] | None]]
"""Text, sender and the other hypotheses → the bot's reply, None when it failed."""
Parse = Callable[[str], Awaitable[dict[str, Any] | None]]
Encode = Callable[[Answer, str], bytes]
"""The answer and the number of the turn that comes next → the bytes for the platform."""


class Busy(Exception):
    """The turn is being answered elsewhere and did not get done in time."""


@dataclass(frozen=True)
class Outside:
    """What the calls need from outside."""

    ask: Bot
    parse: Parse
    sms: sms_port.Sms


class Calls:
    """All calls of this process."""

    def __init__(self, dialog: Dialog, store: CallStore, key: str) -> None:
        """``key`` makes the pseudonyms; with another key the same caller is somebody else."""
        self._dialog, self._store, self._key = dialog, store, key
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._numbers: OrderedDict[str, str] = OrderedDict()

    def sender(self, event: Event) -> str:
        """The sender id: a pseudonym of the caller, so that it stays theirs, and one of the call."""
        who = pseudonym(self._key, "caller", event.caller)[:16] if event.caller else "unknown"
        return f"ivr-{who}-{pseudonym(self._key, 'call', event.call)[:16]}"

    async def take(self, event: Event, outside: Outside, encode: Encode) -> bytes:
        """The answer's bytes. The same turn again gives the same bytes and disturbs nothing.

        Raises:
            Busy: another process holds this turn and does not finish.
        """
        call = pseudonym(self._key, "call", event.call)
        lock = self._locks.setdefault(call, asyncio.Lock())
        async with lock:
            for _ in range(WAITS):
                done = self._store.answer(call, event.turn)
                if done is not None:
                    return done
                if self._store.claim(call, event.turn):
                    break
                await asyncio.sleep(WAIT_SECONDS)
            else:
                raise Busy
            try:
                body, state = await self._work(call, event, outside, encode)
            except BaseException:
                self._store.release(call, event.turn)
                raise
            self._store.finish(call, event.turn, body, state)
            return body

    async def _work(self, call: str, event: Event, outside: Outside, encode: Encode) -> tuple[bytes, dict[str, Any]]:
        stored = self._store.state(call)
        sender = stored.pop("sender", "") or self.sender(event)
        state = CallState(**stored)
        number = self._number(call, event.caller)
        answer = await self._drive(state, _private(event), sender, number, outside)
        if state.ended:
            self._numbers.pop(call, None)
        return encode(answer, str(state.turns)), {**state.to_dict(), "sender": sender}

    async def _drive(self, state: CallState, event: Event, sender: str, number: str | None, outside: Outside) -> Answer:
        turn = self._dialog.turn(state, event, may_text=number is not None)
        given: Any = None
        while True:
            try:
                need = turn.send(given)
            except StopIteration as finished:
                answer: Answer = finished.value
                return answer
            if isinstance(need, Ask):
                given = await _guarded(outside.ask(need.text, sender, list(need.nbest)))
            elif isinstance(need, Understand):
                given = await _guarded(outside.parse(need.text))
            elif isinstance(need, SendSms):
                given = await outside.sms.send(number, need.text) if number else sms_port.FAILED

    def _number(self, call: str, caller: str) -> str | None:
        """The mobile number to text to. Some platforms tell it once, at the start of the call."""
        number = sms_port.mobile(caller) if caller else None
        if number:
            self._numbers[call] = number
            self._numbers.move_to_end(call)
            if len(self._numbers) > MAX_NUMBERS:
                self._numbers.popitem(last=False)
        return self._numbers.get(call)


def _private(event: Event) -> Event:
    """The event without private numbers in its words, and without the caller."""
    heard = []
    for item in event.heard:
        try:
            heard.append(Hypothesis(checked_text(item.text), item.confidence))
        except BadInput:
            continue
    return replace(event, heard=tuple(heard), caller="")


async def _guarded(work: Awaitable[dict[str, Any] | None]) -> dict[str, Any] | None:
    """The bot's answer, None if it fails or takes too long: the caller must hear something."""
    try:
        return await asyncio.wait_for(work, BOT_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller is on the line
        logger.error("a telephone turn failed: %s", type(error).__name__)
        return None
