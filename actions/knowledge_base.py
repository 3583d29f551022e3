"""The knowledge base as the actions see it: loaded once, and again when an editor changed a file."""

from __future__ import annotations

import logging
import time
from threading import Lock

from knowledge.catalogue import ROOT, Catalogue, knowledge_files, load
from knowledge.errors import FaultsFound

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 5.0
"""How long a changed file may go unnoticed: looking at 350 files costs a few milliseconds."""

_lock = Lock()
_catalogue: Catalogue | None = None
_newest: tuple[int, int] = (0, 0)
_checked = 0.0


def _newest_change() -> tuple[int, int]:
    files = knowledge_files(ROOT)
    return max((path.stat().st_mtime_ns for path in files), default=0), len(files)


def current() -> Catalogue:
    """The knowledge base as the files say now.

    A change that breaks a rule is logged and not taken over: the last good state goes on answering.

    Raises:
        FaultsFound: only when the very first load fails.
    """
    global _catalogue, _newest, _checked
    with _lock:
        now = time.monotonic()
        if _catalogue is not None and now - _checked < RELOAD_SECONDS:
            return _catalogue
        _checked = now
        newest = _newest_change()
        if _catalogue is None:
            _catalogue, _newest = load(), newest
        elif newest != _newest:
            _newest = newest
            try:
                _catalogue = load()
                logger.info("knowledge reloaded: version %s", _catalogue.version)
            except FaultsFound as error:
                logger.error("knowledge not reloaded, %d faults: %s", len(error.faults), error.faults[0])
        return _catalogue
