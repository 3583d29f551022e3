"""The secret that signs session tokens: from the environment, else made once and kept."""

from __future__ import annotations

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
