"""Short forms of place names: what people drop when they say where they live."""

from __future__ import annotations

_STREET_ENDINGS = ("街道", "地区", "镇", "乡", "街")


def street_stem(name: str) -> str:
    """``友谊路街道`` → ``友谊路``, ``咸水沽镇`` → ``咸水沽``; a name without such an ending stays."""
    for ending in _STREET_ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name[: -len(ending)]
    return name


def district_stem(name: str) -> str:
    """``河西区`` → ``河西``, ``滨海新区`` → ``滨海``."""
    return name.removesuffix("新区").removesuffix("区")
