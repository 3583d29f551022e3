"""Driving licence classes that a person names, as the answer to a question of a matter about classes."""

from __future__ import annotations

import re

from actions.guidance.context import Understood
from knowledge.models import Facet

_CLASS = re.compile(r"(?<![A-Z])(?:[ABC]\d|[DEFMNP])(?![A-Z0-9])")
_HELD = "held"


def class_option(asked: Facet, understood: Understood) -> str | None:
    """The one option whose label holds the class that the person names (``重型牵引挂车(A2)``), or None.

    「我有C1,想增驾A2」 answers what they want to add with A2, and what they hold with C1: a facet with the id
    ``held`` asks for what they hold, every other one for what they want.
    """
    options = {option.id: set(_CLASS.findall(option.label)) for option in asked.options}
    if not any(options.values()):
        return None
    named = [item for item in understood.entities if item["entity"] == "licence_class"]
    unwanted = "target" if asked.id == _HELD else "held"
    roles = {item.get("role") for item in named} - {unwanted}
    role = next((role for role in ("held", "target", None) if role in roles), None)
    meant = {str(item["value"]) for item in named if item.get("role") == role and role != unwanted}
    fitting = [option for option, classes in options.items() if classes & meant]
    return fitting[0] if len(fitting) == 1 else None
