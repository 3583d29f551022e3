"""Words of the trade, taken from the knowledge base, for jieba's dictionary."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from knowledge.catalogue import Catalogue

_SPLIT = re.compile(r"[()()、,,|《》“”\s]+")


def domain_words(catalogue: Catalogue) -> Iterator[str]:
    """Names and aliases of documents, and the nouns inside matter names, with repeats."""
    for kind in catalogue.documents.values():
        yield kind.name
        yield from kind.aliases
    for matter in catalogue.matters.values():
        for piece in _SPLIT.split(matter.name):
            if 2 <= len(piece) <= 6:
                yield piece


def training_version(catalogue: Catalogue) -> str:
    """Hash over the part of the knowledge that training reads.

    A changed fee needs no new model; a changed name or alias does.
    """
    digest = hashlib.sha256()
    for matter in catalogue.matters.values():
        digest.update("|".join((matter.code, matter.name, matter.summary, *matter.aliases)).encode())
    for word in sorted(set(domain_words(catalogue))):
        digest.update(word.encode())
    for referral in catalogue.referrals.values():
        digest.update("|".join((referral.id, referral.topic, *referral.keywords)).encode())
    for bundle in catalogue.bundles.values():
        digest.update("|".join((bundle.id, bundle.name, *bundle.aliases)).encode())
    return digest.hexdigest()[:16]
