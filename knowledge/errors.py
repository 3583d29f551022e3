"""Errors and faults of the knowledge base.

KnowledgeError
├── FaultsFound      the files were read but break a rule; carries every fault
└── UnknownCode      a matter, window or branch that does not exist was asked for
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one place of one file.

    Attributes:
        file: path relative to the repository root, with ``/``.
        field: dotted path of the field inside the file, e.g. ``documents[2].name``.
        problem: what is wrong, in Chinese, for an editor.
        fix: what to do about it, in Chinese.
    """

    file: str
    field: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.problem} → {self.fix}"


class KnowledgeError(Exception):
    """Anything that keeps the knowledge base from being used."""


class FaultsFound(KnowledgeError):
    """The knowledge base breaks at least one of its own rules."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnknownCode(KnowledgeError, KeyError):
    """No record carries this code or id."""

    def __str__(self) -> str:
        return str(self.args[0])
