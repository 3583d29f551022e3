"""Every conversation of ``tests/data/conversations`` with the real server.

A conversation with ``known_failure`` must fail: when it no longer does, the mark has to go.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.e2e.conversations import Conversation, hold, load
from tests.e2e.servers import Server

CONVERSATIONS = load()


def test_there_are_enough_of_them() -> None:
    assert len(CONVERSATIONS) >= 150
    turns = [turn for conversation in CONVERSATIONS for turn in conversation.turns]
    assert all(turn.act or turn.matter or turn.must for turn in turns)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(
            item,
            id=item.id,
            marks=[pytest.mark.xfail(strict=True, reason=item.known_failure)] if item.known_failure else [],
        )
        for item in CONVERSATIONS
    ],
)
def test_conversation(server: Server, conversation: Conversation) -> None:
    # Rasa does not decode the path: the id must be plain.
    sender = "conversation-" + hashlib.sha256(conversation.id.encode()).hexdigest()[:16]

    def slots() -> dict[str, Any]:
        answer = server.request("GET", f"/conversations/{sender}/tracker?include_events=NONE")
        assert answer.status == 200, answer.body
        return answer.json["slots"]

    outcome = hold(conversation, lambda text: server.say(text, sender), slots)
    assert outcome.right, outcome.report()
