"""The linter: every file read, every rule applied, *all* faults listed.

Run as ``python -m knowledge.validate`` or, with the training data beside it, as ``onedoor check``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from knowledge import rules
from knowledge.catalogue import ROOT, Catalogue, read_all
from knowledge.errors import Fault
from knowledge.references import References

_READ_FROM = {"matters": "matters", "online": "matters", "branches": "branches", "windows": "windows"}


def _check_totals(catalogue: Catalogue, references: References) -> Iterator[Fault]:
    counted = {
        "matters": len(catalogue.matters),
        "branches": len(catalogue.branches),
        "online": sum(matter.online.available for matter in catalogue.matters.values()),
        "windows": len(catalogue.windows),
    }
    for what, total in catalogue.totals.items():
        # What an unreadable file lacks is that file's fault already.
        if counted[what] != total.count and references.complete(_READ_FROM[what]):
            fix = "查明多了或少了哪个;真的增减了,就改 totals.yml"
            yield Fault("knowledge", what, f"{total.name}应有 {total.count},现有 {counted[what]}", fix)


def found_in(catalogue: Catalogue, faults: list[Fault] | None = None) -> Iterator[Fault]:
    """Every rule that the records break, given the format faults found while reading them."""
    references = References(catalogue, faults)
    for matter in catalogue.matters.values():
        yield from rules.check_matter(matter, catalogue, references)
    for window in catalogue.windows.values():
        yield from rules.check_window(window, catalogue, references)
    for bundle in catalogue.bundles.values():
        yield from rules.check_bundle(bundle, catalogue, references)
    yield from rules.check_bundle_names(catalogue.bundles.values())
    for referral in catalogue.referrals.values():
        yield from rules.check_referral(referral, catalogue, references)
    for kind in catalogue.documents.values():
        yield from rules.check_document_type(kind, catalogue, references)
    yield from _check_totals(catalogue, references)


def check(root: Path = ROOT) -> tuple[Catalogue, list[Fault]]:
    """Read everything below ``root`` and return it with *all* faults, sorted."""
    catalogue, faults = read_all(root)
    return catalogue, sorted([*faults, *found_in(catalogue, faults)])


def main(arguments: list[str]) -> int:
    """Print every fault whose file contains one of ``arguments`` (all without any)."""
    catalogue, faults = check()
    shown = [f for f in faults if not arguments or any(a in f.file for a in arguments)]
    for fault in shown:
        print(fault)
    complete = sum(matter.complete for matter in catalogue.matters.values())
    print(f"{len(catalogue.matters)} 个事项,其中 {complete} 个要素齐全;{len(shown)} 处问题")
    return 1 if shown else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
