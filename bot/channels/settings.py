"""What the channels read from ``credentials.yml``, and how a channel that is not set up says so.

A value written ``${NAME}`` comes from the environment. Rasa refuses to start when such a variable is
absent; here an absent one is an empty value, and a channel without values is off.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rasa.shared.utils.io import read_config_file

from bot.errors import BadInput

logger = logging.getLogger(__name__)

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def allow_absent(path: Path) -> list[str]:
    """Make every absent variable that the file names an empty one; returns their names."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"打不开渠道配置 {path}:{error.strerror} / cannot read the channel settings") from error
    absent = sorted({name for name in _VARIABLE.findall(text) if name not in os.environ})
    for name in absent:
        os.environ[name] = ""
    return absent


def read(path: Path, channel: str) -> dict[str, Any]:
    """The values of one channel, variables filled in; empty if the file does not name the channel.

    Raises:
        BadInput: the file cannot be read or is not a mapping.
    """
    allow_absent(path)
    found = read_config_file(str(path))
    if not isinstance(found, dict):
        raise BadInput(f"渠道配置 {path} 的格式不对 / the channel settings are not a mapping")
    return dict(found.get(channel) or {})


def value(credentials: Mapping[str, Any], name: str) -> str:
    """One setting as text without surrounding spaces; empty if it is not given."""
    given = credentials.get(name)
    return "" if given is None else str(given).strip()


def missing(credentials: Mapping[str, Any] | None, required: Iterable[str]) -> list[str]:
    """The required settings that have no value, in the order of ``required``."""
    return [name for name in required if not value(credentials or {}, name)]


def is_set_up(credentials: Mapping[str, Any] | None, required: Iterable[str]) -> bool:
    """Whether at least one required setting has a value: somebody meant to switch the channel on."""
    names = list(required)
    return len(missing(credentials, names)) < len(names)


def say_off(channel: str, required: Iterable[str], guide: str) -> None:
    """Say at start that a channel is off because nothing is set, and where it is explained."""
    names = "、".join(required)
    logger.warning("%s渠道没有配置,已关闭(要开就填 %s,见 %s)/ channel is off: not configured", channel, names, guide)


def say_closed(channel: str, reason: str, guide: str) -> None:
    """Say at start that a channel was meant to be on but stays closed, and what to correct."""
    logger.error("%s渠道的配置不对,已关闭:%s(见 %s)/ channel is closed: wrong settings", channel, reason, guide)
