"""What a person sees of a conversation, read back from Rasa's tracker store.

The store is the only record: messages are numbered by their place in it, so the numbers are the same
after a restart and in every process, and a browser can ask for whatever came after the last one it saw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered

MAX_SHOWN = 200
"""A browser that opens a conversation gets at most so many of its latest messages."""


@dataclass(frozen=True)
class Entry:
    """One message.

    Attributes:
        number: 1, 2, 3 … over both sides, in the order of the store.
        bot: whether the bot said it.
        text: for the person's own messages as they were stored, that is masked.
        custom: the structured part of a reply (design, section 3).
        message_id: the browser's own id of a person's message.
        rating: ``{"reply": number, "useful": bool}`` when the message is a rating.
    """

    number: int
    bot: bool
    text: str
    custom: dict[str, Any] | None = None
    message_id: str | None = None
    rating: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The form that browsers get; keys that do not apply are absent."""
        out: dict[str, Any] = {"id": self.number, "from": "bot" if self.bot else "user", "text": self.text}
        if self.custom:
            out["custom"] = self.custom
        if self.message_id:
            out["message_id"] = self.message_id
        if self.rating:
            out["rating"] = self.rating
        return out


def entries_of(events: Iterable[Any]) -> list[Entry]:
    """The messages among the events of a tracker, numbered."""
    found: list[Entry] = []
    for event in events:
        number = len(found) + 1
        if isinstance(event, BotUttered):
            found.append(Entry(number, True, event.text or "", custom=(event.data or {}).get("custom")))
        elif isinstance(event, UserUttered) and event.text:
            rating = (event.metadata or {}).get("rating")
            found.append(Entry(number, False, event.text, message_id=event.message_id, rating=rating))
    return found


async def read(store: Any, sender: str) -> list[Entry]:
    """All messages of a conversation, over all of Rasa's sessions; empty if there is none."""
    tracker = await store.retrieve_full_tracker(sender)
    return entries_of(tracker.events) if tracker is not None else []


def entries_of_turn(last: int, message: UserMessage, replies: Iterable[dict[str, Any]]) -> list[Entry]:
    """A message and its replies as the store has them now, without reading it.

    Args:
        last: number of the message before.
        replies: each with ``text`` and perhaps ``custom``, as they went out.
    """
    rating = (message.metadata or {}).get("rating")
    said = Entry(last + 1, False, message.text, message_id=message.message_id, rating=rating)
    return [
        said,
        *(
            Entry(number, True, reply.get("text") or "", custom=reply.get("custom"))
            for number, reply in enumerate(replies, last + 2)
        ),
    ]


def replies_to(entries: list[Entry], message_id: str) -> list[Entry]:
    """A person's message and what the bot answered to it; empty if it never arrived."""
    start = next((i for i, entry in enumerate(entries) if not entry.bot and entry.message_id == message_id), None)
    if start is None:
        return []
    end = next((i for i in range(start + 1, len(entries)) if not entries[i].bot), len(entries))
    return entries[start:end]
