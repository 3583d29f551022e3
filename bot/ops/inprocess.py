"""The actions inside the Rasa process: an action endpoint that calls rasa_sdk instead of HTTP.

The action code is the same as in ``rasa run actions``; only the way to it differs. Two of Rasa's
costs a turn fall away with it: the HTTP round trip, and re-checking a constant JSON schema.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

PACKAGE = "actions"


class InProcessActions(EndpointConfig):
    """An endpoint whose ``request`` runs the action here and now."""

    def __init__(self, package: str = PACKAGE) -> None:
        super().__init__(url="in-process://actions")
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, *args: Any, json: Any = None, **kwargs: Any) -> Any:
        """Run ``json["next_action"]``; failures look to Rasa as they do over HTTP."""
        try:
            return await self._executor.run(json)
        except ActionExecutionRejection as error:
            raise _as_http(400, error.action_name, error.message) from error
        except ActionNotFoundException as error:
            raise _as_http(404, error.action_name, error.message) from error


def _as_http(status: int, action: str, message: str) -> ClientResponseError:
    body = json.dumps({"action_name": action, "error": message})
    return ClientResponseError(status, message, body)


def check_action_results_quickly() -> None:
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
