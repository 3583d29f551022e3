"""Text messages to the caller: a port with two ends, a gateway over HTTP and a file for trial runs.

The number is passed on and forgotten; what is written down is masked.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import aiohttp

from bot.text.mask import mask

logger = logging.getLogger(__name__)

SENT, RECORDED, FAILED = "sent", "recorded", "failed"
SECONDS = 3.0
"""A caller is waiting on the line: the gateway has this long."""
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


def mobile(number: str) -> str | None:
    """The eleven digits of a mainland mobile number, or None: nothing else can get a text message."""
    match = _MOBILE.fullmatch(re.sub(r"[\s-]", "", number))
    return match[1] if match else None


class Sms(Protocol):
    """Where text messages go."""

    async def send(self, number: str, text: str) -> str:
        """``sent``, ``recorded`` (kept, not sent) or ``failed``. Never raises."""
        ...


class FileSms:
    """Writes what would be sent, the number masked, a line of JSON each. For trial runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, number: str, text: str) -> str:
        """Append one message."""
        row = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "to": mask(number).text,
            "text": mask(text).text,
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as error:
            logger.warning("text message not written to %s: %s", self._path, error.strerror)
            return FAILED
        return RECORDED


class HttpSms:
    """Posts ``{"to", "text"}`` to a gateway; any 2xx answer means sent."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def send(self, number: str, text: str) -> str:
        """Send one message within :data:`SECONDS`. Not tried again: a repeat could arrive twice."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=self._headers) as session,
                session.post(self._url, json={"to": number, "text": text}, allow_redirects=False) as answer,
            ):
                if 200 <= answer.status < 300:
                    return SENT
                logger.warning("text message refused by the gateway: HTTP %d", answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            logger.warning("text message gateway not reached: %s", type(error).__name__)
        return FAILED
