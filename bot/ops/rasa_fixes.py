"""Two small corrections to Rasa 3.6.21, each with its reason. ``apply()`` may be called many times."""

from __future__ import annotations

from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor

NULLABLE = ("aspect", "referral", "topic")
"""Fields of the parse contract that may be null."""


def apply() -> None:
    """Correct what Rasa does not let us configure."""
    if getattr(MessageProcessor, "_onedoor_fixed", False):
        return
    _check_action_results_quickly()
    _keep_nulls()
    MessageProcessor._onedoor_fixed = True


def _check_action_results_quickly() -> None:
    """Keep Rasa's check of what actions return, but prepare its schema once instead of every time.

    ``jsonschema.validate`` first checks the schema itself, which is 84 % of an action's cost although
    the schema never changes.
    """
    schema = RemoteAction.action_response_format_spec()
    validator = jsonschema.validators.validator_for(schema)(schema)
    original = RemoteAction._validate_action_result

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        if validator.is_valid(result):
            return True
        return bool(original(self, result))  # raises, with Rasa's own explanation

    RemoteAction._validate_action_result = validate


def _keep_nulls() -> None:
    """Rasa drops fields that are None from a parse; the contract says null."""
    original = MessageProcessor._parse_message_with_graph

    def parse(self: MessageProcessor, *args: Any, **kwargs: Any) -> dict[str, Any]:
        parsed: dict[str, Any] = original(self, *args, **kwargs)
        for name in NULLABLE:
            parsed.setdefault(name, None)
        parsed.setdefault("matters", [])
        parsed.setdefault("decision", "ask_back")
        return parsed

    MessageProcessor._parse_message_with_graph = parse
