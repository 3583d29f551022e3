"""What the operator sets for the telephone, read from the channel's entry in ``credentials.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.channels.ivr.dialog import LOW_CONFIDENCE
from bot.channels.ivr.signing import MIN_SECRET
from bot.errors import BadInput


@dataclass(frozen=True)
class IvrSettings:
    """All settings.

    Attributes:
        secret: signs requests; empty switches the channel off.
        path_key: ends the address of platforms that cannot sign; empty switches those off.
        transfer_to: where a human answers; empty when there is none.
        sms_url: gateway for text messages; empty writes them to ``sms_file``.
        turns_per_second: for one call, and a hundred times that for all calls together.
    """

    secret: str = ""
    path_key: str = ""
    transfer_to: str = ""
    sms_url: str = ""
    sms_token: str = ""
    sms_file: Path = Path("var/sms.jsonl")
    store: Path = Path("var/ivr.sqlite")
    low_confidence: float = LOW_CONFIDENCE
    turns_per_second: float = 2.0
    base_path: str = "/webhooks/ivr"
    aliyun_bridge_field: str = "bridge_number"

    @classmethod
    def from_credentials(cls, given: Mapping[str, Any] | None) -> IvrSettings:
        """From the YAML entry. Raises BadInput naming the setting that cannot be used."""
        values = {name: value for name, value in (given or {}).items() if value not in (None, "")}
        unknown = sorted(set(values) - set(cls.__dataclass_fields__))
        if unknown:
            raise BadInput(f"credentials.yml 电话渠道没有这个设置:{'、'.join(unknown)} / unknown telephone setting")
        for name in ("secret", "path_key"):
            if name in values and len(str(values[name])) < MIN_SECRET:
                raise BadInput(f"电话渠道的 {name} 至少要 {MIN_SECRET} 个字符 / the telephone's {name} is too short")
        numbers = {}
        for name, low, high in (("low_confidence", 0.0, 1.0), ("turns_per_second", 0.1, 1000.0)):
            if name in values:
                numbers[name] = _number(name, values[name], low, high)
        texts = {name: str(value) for name, value in values.items() if name not in numbers}
        paths = {name: Path(texts.pop(name)) for name in ("sms_file", "store") if name in texts}
        return cls(**texts, **paths, **numbers)  # type: ignore[arg-type]


def _number(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not low <= number <= high:
        raise BadInput(f"电话渠道的 {name} 要在 {low:g} 到 {high:g} 之间 / {name} must be between {low:g} and {high:g}")
    return number
