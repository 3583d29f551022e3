"""Answering one delivery: what is said at once, what goes to the bot, and how a late answer still arrives.

WeChat waits five seconds and asks three times. Every delivery of a message waits for the same turn: if it
ends in time all get the same reply, else all get nothing (``success``) and the answer is sent as a
customer-service message, once.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.channels.messages import checked_text
from bot.channels.wechat import render
from bot.channels.wechat.api import ApiError, WeChatApi
from bot.channels.wechat.envelope import FRESH_SECONDS
from bot.channels.wechat.incoming import Incoming
from bot.channels.wechat.settings import Settings
from bot.channels.wechat.turns import TurnStore
from bot.channels.wechat.wording import sentences
from bot.errors import BadInput, NotAllowed
from bot.ops.secret import pseudonym

logger = logging.getLogger(__name__)

LATE = ""
"""What stands for a turn whose answer goes out as a customer-service message."""
KEPT_SECONDS = 2 * FRESH_SECONDS
"""A delivery is known as long as its signature can be fresh, so that nothing can be replayed."""
REPLY_SECONDS = 60
"""How long the reply itself is kept for deliveries that repeat; WeChat's last comes within 15 s."""
ASK, SAY = "ask:", "say:"
"""What a menu or scene key does: asks the bot a question, or says a sentence of ``replies.yml``."""
AFTER_PASSIVE = 1.0
"""Pause before the second part of a long reply, whose first part travels in the response."""
MAX_TURNS = 500

Ask = Callable[[str, str], Awaitable[list[Mapping[str, Any]]]]
"""Text and sender id → the bot's replies."""


class Desk:
    """Answers for one account."""

    def __init__(
        self,
        settings: Settings,
        ask: Ask,
        api: WeChatApi,
        *,
        store: TurnStore,
        secret: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings, self._ask, self._api, self._store = settings, ask, api, store
        self._secret, self._sleep = secret, sleep
        self._running: set[asyncio.Task[None]] = set()

    def sender(self, user: str) -> str:
        """The sender id the bot, its stores and its logs know this person by."""
        kind = self._settings.kind.name
        return f"{kind}-{pseudonym(self._secret, f'{kind}:{self._settings.account}', user)}"

    async def refuse_replay(self, signature: str, incoming: Incoming) -> None:
        """One signature belongs to one message. Raises NotAllowed if it comes with another."""
        ours = self._key(f"{incoming.identity}:{incoming.kind}:{incoming.key}:{incoming.text}")
        if await self._store.first(f"signature:{signature}", ours, KEPT_SECONDS) != ours:
            raise NotAllowed("同一个签名配了另一条消息(重放)")

    async def reply(self, incoming: Incoming) -> str:
        """The text to answer with in the response; empty when ``success`` is all that is to be said."""
        if incoming.kind == "quiet":
            return ""
        if incoming.kind == "question":
            return await self._question(incoming, incoming.text)
        if incoming.kind in ("click", "scan", "subscribe"):
            if incoming.key.startswith(ASK):
                return await self._question(incoming, incoming.key.removeprefix(ASK))
            key = incoming.key.removeprefix(SAY)
            return sentences().get(key) or sentences()["help" if incoming.kind == "click" else "greeting"]
        return sentences()[incoming.kind]

    async def drain(self, seconds: float = 5.0) -> None:
        """Let turns that are under way end, for a while; then give up on them."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()

    def _key(self, identity: str) -> str:
        """Keys of the store hold neither OpenID nor text."""
        return pseudonym(self._secret, "delivery", identity)

    async def _question(self, incoming: Incoming, said: str) -> str:
        ends = time.monotonic() + self._settings.reply_seconds
        try:
            text = checked_text(said)
        except BadInput:
            return sentences()["empty"]
        turn, mine = self._key(incoming.identity), secrets.token_hex(8)
        if await self._store.first(f"turn:{turn}", mine, KEPT_SECONDS) == mine:
            sender = self.sender(incoming.user)
            number = await self._store.count(f"rate:{sender}", 60)
            if number > self._settings.per_minute:
                # Said once; whoever goes on sending is not answered until the minute is over.
                once = number == self._settings.per_minute + 1
                await self._say(turn, sentences()["too_fast"] if once else LATE)
            elif len(self._running) >= MAX_TURNS:
                await self._say(turn, sentences()["busy"])
            else:
                task = asyncio.create_task(self._turn(turn, text, sender, incoming.user))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
        standing = await self._store.wait(f"reply:{turn}", ends - time.monotonic())
        if standing is None:
            standing = await self._say(turn, LATE)
        return standing

    async def _say(self, turn: str, text: str) -> str:
        """Settle what this turn answers with; returns what was settled first."""
        return await self._store.first(f"reply:{turn}", text, REPLY_SECONDS)

    async def _turn(self, turn: str, text: str, sender: str, user: str) -> None:
        """Run one turn and see to it that its answer arrives once."""
        try:
            replies: Sequence[Mapping[str, Any]] = await self._ask(text, sender)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the person gets a next step
            # Only the kind of error: its message may quote what was said.
            logger.error("微信消息没有处理成(%s)/ a turn failed", type(error).__name__)
            replies = []
        replies = render.or_failed(replies)
        try:
            first, *rest = render.passive(replies)
            if await self._say(turn, first) == LATE:
                await self._api.send(user, render.customer(replies))
            elif rest:
                await self._sleep(AFTER_PASSIVE)
                await self._api.send(user, rest)
        except ApiError as error:
            logger.error("客服消息没有发出去:%s", error)
        except Exception as error:  # noqa: BLE001 - a background task has nobody to raise to
            logger.error("客服消息没有发出去(%s)/ a customer-service message failed", type(error).__name__)
