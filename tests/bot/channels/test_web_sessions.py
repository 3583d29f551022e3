"""Session tokens: nobody continues a conversation that is not theirs."""

from __future__ import annotations

import base64
import json
import uuid

import jwt
import pytest

from bot.channels.web.sessions import AUDIENCE, Sessions
from bot.errors import NotAllowed

SECRET = "s" * 64
CLAIMS = {"sid": uuid.uuid4().hex, "aud": AUDIENCE, "exp": 4_000_000_000}


def bearer(token: str) -> str:
    return f"Bearer {token}"


def signed(secret: str = SECRET, algorithm: str = "HS256", **changes: object) -> str:
    claims = {key: value for key, value in {**CLAIMS, **changes}.items() if value is not None}
    return bearer(jwt.encode(claims, secret, algorithm=algorithm))


def unsigned() -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, CLAIMS)]
    return bearer(".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + ".")


def test_each_token_is_a_conversation_of_its_own() -> None:
    sessions = Sessions(SECRET)
    first, second = (sessions.check(bearer(sessions.issue())) for _ in range(2))
    assert first.sender != second.sender
    assert first.sender.startswith("web-")


def test_a_token_is_valid_until_it_expires() -> None:
    token = Sessions(SECRET, days=1).issue()
    assert Sessions(SECRET).check(bearer(token)).expires
    with pytest.raises(NotAllowed):
        Sessions(SECRET).check(bearer(Sessions(SECRET, days=-1).issue()))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer 甲.乙.丙",
        signed("t" * 40),
        signed(exp=1),
        signed(exp=None),
        signed(sid=None),
        signed(sid="../../etc/passwd"),
        signed(sid="someone"),
        signed(aud=None),
        signed(aud="onedoor-ivr"),
        signed(algorithm="HS512"),
        unsigned(),
        signed().removeprefix("Bearer "),
        signed().replace("Bearer", "Basic"),
    ],
)
def test_whatever_we_did_not_issue_is_refused(header: str | None) -> None:
    with pytest.raises(NotAllowed, match="会话"):
        Sessions(SECRET).check(header)


def test_a_changed_claim_breaks_the_signature() -> None:
    head, claims, signature = Sessions(SECRET).issue().split(".")
    other = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "sid": uuid.uuid4().hex}).encode()).rstrip(b"=").decode()
    assert other != claims
    with pytest.raises(NotAllowed):
        Sessions(SECRET).check(bearer(f"{head}.{other}.{signature}"))
