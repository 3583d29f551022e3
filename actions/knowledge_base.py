"""The knowledge base as the actions see it: loaded once, and again when an editor changed a file."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from pathlib import Path
from threading import Lock

from knowledge.catalogue import ROOT, Catalogue, knowledge_files, load
from knowledge.errors import FaultsFound

logger = logging.getLogger(__name__)

RELOAD_SECONDS = 5.0
"""How long a changed file may go unnoticed: looking at 350 files costs a few milliseconds."""


class KnowledgeBase:
    """A catalogue that follows its files.

    Args:
        root: the folder of the knowledge base.
        every: seconds between two looks at the files.
    """

    def __init__(self, root: Path = ROOT, every: float = RELOAD_SECONDS) -> None:
        self._root = root
        self._every = every
        self._lock = Lock()
        self._catalogue = load(root)
        self._seen = self._newest_change()
        self._checked = time.monotonic()

    def _newest_change(self) -> tuple[int, int]:
        files = knowledge_files(self._root)
        return max((path.stat().st_mtime_ns for path in files), default=0), len(files)

    def current(self) -> Catalogue:
        """The knowledge base as the files say now.

        A change that breaks a rule is logged and not taken over: the last good state goes on answering.
        """
        with self._lock:
            now = time.monotonic()
            if now - self._checked < self._every:
                return self._catalogue
            self._checked = now
            newest = self._newest_change()
            if newest != self._seen:
                self._seen = newest
                self._reload()
            return self._catalogue

    def _reload(self) -> None:
        try:
            self._catalogue = load(self._root)
        except FaultsFound as error:
            logger.error("knowledge not reloaded, %d faults: %s", len(error.faults), error.faults[0])
        else:
            logger.info("knowledge reloaded: version %s", self._catalogue.version)


@lru_cache(maxsize=1)
def _shared() -> KnowledgeBase:
    return KnowledgeBase()


def current() -> Catalogue:
    """The knowledge base all actions share. Raises FaultsFound if its very first load fails."""
    return _shared().current()
