"""Signed requests: who knows the secret may speak for the telephone platform, nobody else.

The header is ``t=<unix seconds>,v1=<hex>`` where ``hex`` is HMAC-SHA-256 over ``<t>.<raw body>``; it is
the form that jambonz signs its webhooks with, so one check serves both.
"""

from __future__ import annotations

import hashlib
import hmac

from bot.errors import NotAllowed

FRESH_SECONDS = 300
MIN_SECRET = 32
_MAX_SIGNATURES = 4


def sign(secret: str, body: bytes, now: float) -> str:
    """The header value for ``body`` at the time ``now`` (Unix seconds)."""
    stamp = str(int(now))
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def check(secret: str, header: str, body: bytes, now: float, fresh: int = FRESH_SECONDS) -> None:
    """Raises NotAllowed unless ``header`` signs ``body`` and is at most ``fresh`` seconds old or early."""
    if not secret:
        raise NotAllowed("没有设密钥 / no secret is set")
    stamp, signatures = "", []
    for part in header.split(",")[: _MAX_SIGNATURES + 1]:
        name, _, value = part.strip().partition("=")
        if name == "t":
            stamp = value
        elif name == "v1":
            signatures.append(value)
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or not signatures:
        raise NotAllowed("没有签名或签名写法不对 / the signature is missing or malformed")
    expected = _digest(secret, stamp, body)
    # Every candidate is compared, so that the time taken tells nothing.
    matched = [hmac.compare_digest(expected.encode(), value.encode()) for value in signatures]
    if not any(matched):
        raise NotAllowed("签名不对 / the signature does not match")
    if abs(now - int(stamp)) > fresh:
        raise NotAllowed("签名过期了,请核对两边的时钟 / the signature is stale; check both clocks")


def same(given: str, expected: str) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _digest(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
