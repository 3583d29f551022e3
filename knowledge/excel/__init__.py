"""The editors' Excel: every guide as rows with Chinese labels, out and back in.

``export_workbook`` writes one sheet a table. ``import_workbook`` reads such a file, checks everything
first, and writes nothing at all if one cell is wrong. What was not edited comes back byte for byte.
"""

from knowledge.excel.changes import Change
from knowledge.excel.export import export_workbook
from knowledge.excel.faults import SheetFault, SheetFaults
from knowledge.excel.importing import import_workbook

__all__ = ["Change", "SheetFault", "SheetFaults", "export_workbook", "import_workbook"]
