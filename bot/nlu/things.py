"""Words for documents and kinds of number plates, resolved to the names and ids of the knowledge base."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.text.fold import fold
from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.errors import Fault

DOCUMENT, PLATE_KIND = "document", "plate_kind"
Meanings = dict[str, set[tuple[str, str]]]
"""Phrase, folded → what it stands for, each as (entity, value)."""

_ELSE_AFTER = re.compile(r"证(?:明|件|号)|[照本]片")


def expand(pattern: str) -> list[str]:
    """``(替|帮)我(妈|)`` → every phrase it stands for."""
    parts = [
        piece[1:-1].split("|") if piece.startswith("(") else [piece]
        for piece in re.findall(r"\([^)]*\)|[^()]+", pattern)
    ]
    return ["".join(combination) for combination in itertools.product(*parts)]


def lexicon(root: Path, name: str) -> dict[str, Any]:
    """One file of ``knowledge/lexicon``; empty if a catalogue has none."""
    path = root / "lexicon" / f"{name}.yml"
    return (yamlio.read(path) if path.exists() else {}) or {}


def documents(catalogue: Catalogue) -> Meanings:
    """Every name, alias and everyday word of a document; what only looks like one stands for nothing."""
    out: Meanings = defaultdict(set)
    for kind in catalogue.documents.values():
        for name in (kind.name, *kind.aliases):
            if len(name) >= 2:
                out[fold(name)].add((DOCUMENT, kind.name))
    words = lexicon(catalogue.root, "documents")
    for kind_name, patterns in (words.get("words") or {}).items():
        for pattern in patterns:
            for phrase in expand(pattern):
                out[fold(phrase)].add((DOCUMENT, kind_name))
    for phrase in words.get("not_documents") or ():
        out[fold(phrase)] = set()
    return out


def plate_kinds(root: Path) -> Meanings:
    """Every word for a kind of number plate."""
    out: Meanings = defaultdict(set)
    for kind, patterns in (lexicon(root, "vehicles").get(PLATE_KIND) or {}).items():
        for pattern in patterns:
            for phrase in expand(pattern):
                out[fold(phrase)].add((PLATE_KIND, kind))
    return out


def stands_alone(phrase: str, after: str) -> bool:
    """Whether a phrase is not the beginning of a longer word: 身份证 of 身份证明."""
    return not _ELSE_AFTER.match(phrase[-1:] + after[:1])


def check_lexicon(catalogue: Catalogue) -> Iterator[Fault]:
    """Faults of the words for documents: a document that does not exist, a word that is there twice."""
    file = "knowledge/lexicon/documents.yml"
    seen: dict[str, str] = {
        fold(n): kind.name for kind in catalogue.documents.values() for n in (kind.name, *kind.aliases)
    }
    for name, patterns in (lexicon(catalogue.root, "documents").get("words") or {}).items():
        if name not in catalogue.documents:
            yield Fault(file, f"words.{name}", "材料词表里没有这个名称", "写 knowledge/documents 里的名称")
        for phrase in (phrase for pattern in patterns for phrase in expand(pattern)):
            if seen.get(fold(phrase)) == name:
                yield Fault(file, f"words.{name}", f"“{phrase}”已经是它的名称或别名", "删掉这一个")
