"""Which file a changed record is written to. All files are prepared first and put in place together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from knowledge import yamlio
from knowledge.models import Bundle, Matter, Record, Window

EDITORS_FILE = "editors.yml"
"""Where new sources and documents go: the files of the branches keep their own layout."""
NEW_HEADING = "# 编辑从 Excel 加的。\n"


def write_records(root: Path, changed: Mapping[str, Sequence[Record]]) -> list[Path]:
    """Write the changed records below ``root``; returns the files. Either all are written or none."""
    texts: dict[Path, str] = {}
    for name, records in changed.items():
        if name in ("matters", "bundles"):
            texts.update((_own_file(root, record), yamlio.canonical(record)) for record in records)
        else:
            texts.update(_list_files(root, name, records))
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in texts}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary[path].write_text(text, encoding="utf-8")
        for path in texts:
            temporary[path].replace(path)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    return list(texts)


def _own_file(root: Path, record: Record) -> Path:
    if isinstance(record, Matter):
        return root / "matters" / record.branch / f"{record.code}.yml"
    return root / "bundles" / f"{cast(Bundle, record).id}.yml"


def _list_files(root: Path, name: str, records: Sequence[Record]) -> dict[Path, str]:
    """The new texts of the files that hold lists of records; headings are kept."""
    key = {"documents": "name", "totals": "what"}.get(name, "id")
    if name in ("documents", "pages"):
        files = [root / ("sources" if name == "pages" else name) / EDITORS_FILE]
    else:
        files = sorted((root / "windows").glob("*.yml")) if name == "windows" else [root / f"{name}.yml"]
    texts = {path: path.read_text(encoding="utf-8") if path.exists() else NEW_HEADING for path in files}
    rows = {path: yamlio.parse(text) or [] for path, text in texts.items()}
    touched = set()
    for record in records:
        plain = yamlio.plain(record)
        path = _file_of(record, key, rows)
        places = [index for index, row in enumerate(rows[path]) if row[key] == plain[key]]
        if places:
            rows[path][places[0]] = plain
        else:
            rows[path].append(plain)
        touched.add(path)
    return {path: _heading(texts[path]) + yamlio.dump(rows[path]) for path in files if path in touched}


def _file_of(record: Record, key: str, rows: Mapping[Path, list[dict[str, Any]]]) -> Path:
    """The file that has the record already, or that a new one belongs to: a window goes to its district."""
    for path, listed in rows.items():
        if any(row[key] == getattr(record, key) for row in listed):
            return path
    if isinstance(record, Window):
        for path, listed in rows.items():
            if any(row.get("district") == record.district for row in listed):
                return path
    return next(iter(rows))


def _heading(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
