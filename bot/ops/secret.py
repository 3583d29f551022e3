"""The secret that signs session tokens and makes pseudonyms: from the environment, else made once and kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

VARIABLE = "ONEDOOR_SECRET"
MIN_LENGTH = 32


def session_secret(folder: Path = Path("var")) -> str:
    """The signing secret, at least 32 characters.

    Raises:
        ValueError: when the environment names one that is too short to be safe.
    """
    given = os.environ.get(VARIABLE)
    if given:
        if len(given) < MIN_LENGTH:
            raise ValueError(f"环境变量 {VARIABLE} 至少要 {MIN_LENGTH} 个字符")
        return given
    path = folder / "session-secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_hex(32))
    return path.read_text().strip()


def pseudonym(secret: str, realm: str, *identity: str) -> str:
    """32 hexadecimal characters that stand for somebody or something; without the secret nobody can tell for whom.

    Nobody without the secret can make one up either, so it may be given out and recognised again.

    Args:
        realm: what the identity belongs to, e.g. ``wechat:<app id>``: the same person in two realms gets
            two pseudonyms that cannot be joined.
        identity: one or several strings without NUL.
    """
    key = hmac.digest(secret.encode(), b"onedoor pseudonym", hashlib.sha256)
    return hmac.digest(key, "\0".join((realm, *identity)).encode(), hashlib.sha256).hex()[:32]
