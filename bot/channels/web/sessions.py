"""Session ids of browsers: issued and signed by us, so that nobody can read or continue another
person's conversation by guessing a name.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from bot.errors import NotAllowed

AUDIENCE = "onedoor-web"
"""Keeps tokens that are signed with the same secret for another purpose out."""
ALGORITHM = "HS256"


@dataclass(frozen=True)
class Session:
    """One conversation in one browser.

    Attributes:
        sender: the name under which Rasa keeps the conversation.
        expires: end of the session, seconds since 1970.
    """

    sender: str
    expires: float


class Sessions:
    """Issues and checks session tokens."""

    def __init__(self, secret: str, days: float = 7) -> None:
        self._secret = secret
        self._lifetime = timedelta(days=days)

    def issue(self) -> str:
        """A token for a new conversation."""
        now = datetime.now(UTC)
        claims = {"sid": uuid.uuid4().hex, "aud": AUDIENCE, "iat": now, "exp": now + self._lifetime}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def check(self, authorization: str | None) -> Session:
        """The session of an ``Authorization: Bearer …`` header.

        Raises:
            NotAllowed: missing, forged, expired, or made for something else.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer":
            token = ""
        try:
            claims = jwt.decode(
                token.strip(),
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sid", "aud", "exp"]},
            )
            sid = uuid.UUID(hex=str(claims["sid"])).hex
        except (jwt.PyJWTError, ValueError):
            raise NotAllowed("会话已过期或无效,请刷新页面 / session expired or invalid") from None
        return Session(f"web-{sid}", float(claims["exp"]))
