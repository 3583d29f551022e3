"""What the telephone would say for a turn, sentence by sentence: ``onedoor ask --channel ivr``.

It is the dialog itself that answers, as to the first question of a caller whose mobile number is known and
who has no human to be put through to.
"""

from __future__ import annotations

from bot.channels.ivr.dialog import Ask, CallState, Dialog
from bot.channels.ivr.turns import Event, Hypothesis
from bot.channels.render import Replies

_EVENT = Event("preview", "1", "speech", heard=(Hypothesis("我想问一件事"),))
"""Any words will do that the dialog asks the bot about: the bot has answered already."""


def lines(replies: Replies) -> list[str]:
    """The sentences. The telephone says the first reply of a turn."""
    if not replies:
        return []
    turn = Dialog().turn(CallState(), _EVENT, may_text=True)
    need = next(turn)
    while isinstance(need, Ask):
        try:
            need = turn.send(replies[0])
        except StopIteration as finished:
            return list(finished.value.say)
    raise AssertionError(f"the dialog wants {need} for words that are plain")
