"""Faults of a workbook, in the editor's terms: sheet, row, column."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.errors import KnowledgeError


@dataclass(frozen=True, order=True)
class SheetFault:
    """One wrong cell: sheet, row (0: the whole sheet), column by its label, what is wrong, what to do."""

    sheet: str
    row: int
    column: str
    problem: str
    fix: str

    def __str__(self) -> str:
        row = f"第 {self.row} 行" if self.row else ""
        return f"表“{self.sheet}”{row}“{self.column}”:{self.problem} → {self.fix}"


class SheetFaults(KnowledgeError):
    """The workbook breaks at least one rule; nothing was written."""

    def __init__(self, faults: list[SheetFault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))
