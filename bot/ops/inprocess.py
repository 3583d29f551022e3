"""The actions inside the Rasa process: an action endpoint that calls rasa_sdk instead of HTTP.

The action code is the same as in ``rasa run actions``; only the way to it differs.
"""

from __future__ import annotations

import json
from typing import Any

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
