"""Numbering, history and the stream, without a server: the store is a list of Rasa's events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered

from bot.channels.web.channel import WebChannel
from bot.channels.web.history import MAX_SHOWN, entries_of, entries_of_turn, replies_to
from bot.channels.web.stream import Conversation, Conversations, event
from bot.errors import BadInput


def turn(number: int, message_id: str = "", rating: dict[str, Any] | None = None) -> list[Any]:
    return [
        ActionExecuted("action_listen"),
        UserUttered(
            f"问{number}", message_id=message_id or f"m{number}", metadata={"rating": rating} if rating else {}
        ),
        ActionExecuted("action_respond"),
        BotUttered(f"答{number}", data={"custom": {"act": "answer"}, "elements": None}),
        SlotSet("matter", "HZ-059"),
    ]


class Store:
    """A tracker store that can lose its contents."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.reads = 0

    async def read(self, sender: str) -> list[Any]:
        self.reads += 1
        return entries_of(self.events)


async def collect(stream: AsyncIterator[str], names: tuple[str, ...] = ("message", "reset")) -> list[Any]:
    """The events of a stream that ends by itself; messages as their numbers, the others as their names."""
    found: list[Any] = []
    async for item in stream:
        fields = dict(line.split(": ", 1) for line in item.strip().split("\n") if ": " in line)
        if fields.get("event") in names:
            found.append(int(fields["id"]) if fields["event"] == "message" else fields["event"])
    return found


def once() -> Any:
    """``until`` of a stream that is to look exactly once."""
    answers = iter([False])
    return lambda: next(answers, True)


def test_messages_are_numbered_over_all_sessions_and_nothing_else_counts() -> None:
    events = [SessionStarted(), *turn(1), SessionStarted(), *turn(2, rating={"reply": 2, "useful": True})]
    entries = entries_of(events)
    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert [entry.to_dict() for entry in entries[2:]] == [
        {"id": 3, "from": "user", "text": "问2", "message_id": "m2", "rating": {"reply": 2, "useful": True}},
        {"id": 4, "from": "bot", "text": "答2", "custom": {"act": "answer"}},
    ]


def test_replies_are_found_by_the_message_they_answer() -> None:
    entries = entries_of([*turn(1), *turn(2), BotUttered("还有"), *turn(3)])
    assert [entry.text for entry in replies_to(entries, "m2")] == ["问2", "答2", "还有"]
    assert replies_to(entries, "never sent") == []


def test_a_turn_is_numbered_as_the_store_will_number_it() -> None:
    rating = {"reply": 2, "useful": True}
    said = UserMessage("问2", message_id="m2", metadata={"rating": rating})
    predicted = entries_of_turn(2, said, [{"text": "答2", "custom": {"act": "answer"}, "recipient_id": "web-a"}])
    assert predicted == entries_of([*turn(1), *turn(2, rating=rating)])[2:]


def test_an_event_is_one_block_whatever_the_text_holds() -> None:
    text = event("message", {"text": "一\n\nid: 99\n\nevent: reset"}, 3)
    assert text.startswith("id: 3\nevent: message\ndata: ")
    assert text.count("\n\n") == 1 and text.endswith("\n\n")
    assert json.loads(text.split("data: ", 1)[1])["text"].endswith("event: reset")


@pytest.mark.parametrize(("last", "expected"), [(0, [1, 2, 3, 4]), (3, [4]), (4, []), (9, ["reset", 1, 2, 3, 4])])
async def test_whatever_came_after_the_last_one_seen_is_sent(last: int, expected: list[Any]) -> None:
    store = Store()
    store.events = [*turn(1), *turn(2)]
    hub = Conversations(store.read, heartbeat=0.001)
    with hub.enter("web-a") as conversation:
        assert await collect(hub.events(conversation, last, once())) == expected


async def test_a_very_long_conversation_starts_with_its_latest_part() -> None:
    store = Store()
    store.events = [item for number in range(150) for item in turn(number)]
    hub = Conversations(store.read, heartbeat=0.001)
    with hub.enter("web-a") as conversation:
        found = await collect(hub.events(conversation, 0, once()))
    assert found[0] == "reset" and found[1:] == list(range(301 - MAX_SHOWN, 301))


async def test_two_watchers_see_the_same_and_the_end() -> None:
    store = Store()
    hub = Conversations(store.read, heartbeat=60)
    with hub.enter("web-a") as first, hub.enter("web-a") as second:
        assert first is second
        watchers = [asyncio.create_task(collect(hub.events(first, 0, lambda: False))) for _ in range(2)]
        await asyncio.sleep(0)
        for number in range(20):
            store.events += turn(number)
            with first.busy():
                await first.entries(fresh=True)
        hub.close()
        assert await asyncio.gather(*watchers) == [list(range(1, 41))] * 2
    assert len(hub) == 0


async def test_typing_is_told_to_those_who_watch() -> None:
    hub = Conversations(Store().read, heartbeat=60)
    with hub.enter("web-a") as conversation:
        stream = hub.events(conversation, 0, lambda: False)
        assert "retry" in await anext(stream)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        with conversation.busy():
            assert '"on": true' in await waiting
        assert '"on": false' in await anext(stream)
        await stream.aclose()


async def test_a_store_out_of_reach_does_not_empty_the_screen() -> None:
    store = Store()
    store.events = turn(1)
    conversation = Conversation("web-a", store.read)
    assert len(await conversation.entries()) == 2
    store.events = []
    assert len(await conversation.entries(fresh=True)) == 2


async def test_after_a_failure_the_store_is_read_again() -> None:
    store = Store()
    conversation = Conversation("web-a", store.read)
    assert await conversation.entries() == []
    store.events = turn(1)
    assert await conversation.entries() == []
    conversation.doubt()
    assert len(await conversation.entries()) == 2


async def test_another_process_is_noticed_with_the_heartbeat() -> None:
    store = Store()
    hub = Conversations(store.read, heartbeat=0.001, several_processes=True)
    with hub.enter("web-a") as conversation:
        stream = hub.events(conversation, 0, lambda: False)
        await anext(stream)
        assert (await anext(stream)).startswith(":")
        store.events = turn(1)
        seen = [item async for item in _until_message(stream)]
    assert '"id": 1' in seen[-1]


async def _until_message(stream: AsyncIterator[str]) -> AsyncIterator[str]:
    async for item in stream:
        yield item
        if "event: message" in item:
            return


@pytest.mark.parametrize(
    ("credentials", "environment", "words"),
    [
        ({"colour": "red"}, {}, "colour"),
        ({"messages_per_minute": 0}, {}, "positive"),
        ({}, {"ONEDOOR_SECRET": "short"}, "ONEDOOR_SECRET"),
        ({}, {"ONEDOOR_WEB_ORIGINS": "*"}, "ONEDOOR_WEB_ORIGINS"),
    ],
)
def test_wrong_settings_stop_the_start(
    credentials: dict[str, Any], environment: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDOOR_SECRET", "x" * 40)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=words):
        WebChannel.from_credentials(credentials)
