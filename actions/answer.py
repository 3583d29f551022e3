"""The one custom action: reads the turn off the tracker, lets ``guidance`` answer, stores the slots.

The same class runs in the Rasa process (``onedoor run``) and in ``rasa run actions``.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.guidance.context import Memory, Understood
from actions.guidance.respond import respond
from actions.knowledge_base import current

logger = logging.getLogger(__name__)


class ActionRespond(Action):
    """Answers whatever was understood; see ``actions.guidance.respond`` for the order of steps."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_respond"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter one message with ``text`` and ``custom``, and set the slots that changed."""
        slots = tracker.current_slot_values()
        understood = Understood.from_message(tracker.latest_message or {})
        reply, memory = respond(current(), understood, Memory.from_slots(slots))
        dispatcher.utter_message(text=reply.text, json_message=reply.custom())
        changed = memory.to_slots()
        return [SlotSet(name, value) for name, value in changed.items() if slots.get(name) != value]
