"""The channel's own sentences, from ``replies.yml`` beside this file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("replies.yml")


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """Key → sentence."""
    loaded: dict[str, str] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded
