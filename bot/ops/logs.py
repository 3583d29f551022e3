"""Quiet, private logs: Rasa's debug lines hold what citizens wrote, so they are never switched on."""

from __future__ import annotations

import logging
import os

import structlog

VARIABLE = "ONEDOOR_LOG_LEVEL"
_ALLOWED = ("INFO", "WARNING", "ERROR", "CRITICAL")


def configure() -> None:
    """Set level and filters from the environment; anything below INFO is refused."""
    name = os.environ.get(VARIABLE, "WARNING").upper()
    if name not in _ALLOWED:
        raise ValueError(f"环境变量 {VARIABLE} 只能是 {'、'.join(_ALLOWED)}:更细的日志会记下市民说的话")
    level = getattr(logging, name)
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger("sanic.access").setLevel(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    # Rasa's libraries warn about each other; whoever needs that sets PYTHONWARNINGS and runs pytest.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.CRITICAL)
