"""Turns that go wrong on the way, with a bot that is slow or silent."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered

from bot.channels.web.channel import WebChannel, peer_of
from bot.errors import NotReady


class Bot:
    """A tracker store and a bot that answers when it is let."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.silent = False

    async def retrieve_full_tracker(self, sender: str) -> Any:
        return SimpleNamespace(events=self.events) if self.events else None

    async def handle(self, message: UserMessage) -> None:
        self.asked.append(str(message.text))
        await self.may_answer.wait()
        if self.silent:
            return
        self.events += [UserUttered(message.text, message_id=message.message_id), BotUttered("答")]
        await message.output_channel.send_response(message.sender_id, {"text": "答"})


def channel_for(bot: Bot) -> WebChannel:
    channel = WebChannel("s" * 64)
    channel.blueprint(bot.handle)
    channel._app = SimpleNamespace(ctx=SimpleNamespace(agent=SimpleNamespace(tracker_store=bot)))
    return channel


def request(channel: WebChannel, token: str, body: dict[str, Any]) -> Any:
    return SimpleNamespace(
        headers={"authorization": f"Bearer {token}"}, body=json.dumps(body).encode(), json=body, args={},
        ip="203.0.113.1", remote_addr="", ctx=SimpleNamespace(),
    )  # fmt: skip


def replies(answer: Any) -> list[tuple[int, str]]:
    return [(message["id"], message["text"]) for message in json.loads(answer.body)["messages"]]


MESSAGE = {"message": "问", "id": "0" * 32}


async def test_a_turn_is_finished_after_its_browser_went_away() -> None:
    bot = Bot()
    channel = channel_for(bot)
    token = channel._sessions.issue()
    gone = asyncio.ensure_future(channel._post_message(request(channel, token, MESSAGE)))
    while not bot.asked:
        await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    bot.may_answer.set()
    again = await channel._post_message(request(channel, token, MESSAGE))
    assert replies(again) == [(1, "问"), (2, "答")]
    assert bot.asked == ["问"]


async def test_a_message_sent_twice_at_once_is_asked_once() -> None:
    bot = Bot()
    channel = channel_for(bot)
    token = channel._sessions.issue()
    both = [asyncio.ensure_future(channel._post_message(request(channel, token, MESSAGE))) for _ in range(2)]
    while not bot.asked:
        await asyncio.sleep(0)
    bot.may_answer.set()
    first, second = await asyncio.gather(*both)
    assert replies(first) == replies(second) == [(1, "问"), (2, "答")]
    assert bot.asked == ["问"]


async def test_no_answer_is_said_to_be_none() -> None:
    bot = Bot()
    bot.silent = True
    bot.may_answer.set()
    channel = channel_for(bot)
    token = channel._sessions.issue()
    with pytest.raises(NotReady, match="12345"):
        await channel._post_message(request(channel, token, MESSAGE))
    # It can be asked again.
    bot.silent = False
    assert replies(await channel._post_message(request(channel, token, MESSAGE))) == [(1, "问"), (2, "答")]


@pytest.mark.parametrize(
    ("ip", "declared", "forwarded", "expected"),
    [
        ("203.0.113.1", "", None, "203.0.113.1"),
        ("203.0.113.1", "", "198.51.100.7", "203.0.113.1"),  # anybody can write that header
        ("127.0.0.1", "", "6.6.6.6, 198.51.100.7", "198.51.100.7"),  # our own proxy adds the last one
        ("127.0.0.1", "", None, "127.0.0.1"),
        ("10.0.0.2", "198.51.100.7", "6.6.6.6, 198.51.100.7", "198.51.100.7"),  # SANIC_PROXIES_COUNT
    ],
)
def test_limits_count_for_the_visitor_not_for_what_he_claims(
    ip: str, declared: str, forwarded: str | None, expected: str
) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert peer_of(SimpleNamespace(ip=ip, remote_addr=declared, headers=headers)) == expected  # type: ignore[arg-type]
