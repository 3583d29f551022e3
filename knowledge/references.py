"""What one record may name of another: the vocabulary against which references are checked.

A file that cannot be read is one fault, not also a fault in every record that refers to it. So the
names of a folder that could not be read whole are taken on trust until that file is repaired.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from knowledge import citations
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault


class References:
    """Answers whether a reference leads anywhere.

    Args:
        catalogue: what could be read.
        faults: the format faults found while reading it; their files are what could not be read.
    """

    def __init__(self, catalogue: Catalogue, faults: list[Fault] | None = None) -> None:
        self._catalogue = catalogue
        self._pages = frozenset(catalogue.pages)
        unread = [PurePosixPath(fault.file) for fault in faults or []]
        self._unread_folders = {path.parts[1].removesuffix(".yml") for path in unread if len(path.parts) > 1}
        self._unread_matters = {path.stem for path in unread if "matters" in path.parts}

    def complete(self, folder: str) -> bool:
        """Whether every file of this folder (or this file, named without ending) could be read."""
        return folder not in self._unread_folders

    def branch(self, branch_id: str) -> bool:
        """Whether there is a branch with this id."""
        return branch_id in self._catalogue.branches or not self.complete("branches")

    def branch_name(self, name: str) -> bool:
        """Whether there is a branch with this Chinese name."""
        return any(branch.name == name for branch in self._catalogue.branches.values()) or not self.complete("branches")

    def matter(self, code: str) -> bool:
        """Whether there is a matter with this code."""
        return code in self._catalogue.matters or code in self._unread_matters

    def facet(self, facet_id: str) -> bool:
        """Whether there is a shared facet with this id."""
        return facet_id in self._catalogue.facets or not self.complete("facets")

    def document(self, name: str) -> bool:
        """Whether the vocabulary of documents has this name."""
        return name in self._catalogue.documents or not self.complete("documents")

    def referral(self, referral_id: str) -> bool:
        """Whether there is a referral with this id."""
        return referral_id in self._catalogue.referrals or not self.complete("referrals")

    def citation(self, text: str) -> str | None:
        """Why a citation does not resolve, in Chinese for an editor; None if it does."""
        wrong = citations.problem(text, self._catalogue.laws, self._pages)
        if wrong is None:
            return None
        unread = "laws" if citations.law_title(text) else "sources"
        return wrong if self.complete(unread) else None
