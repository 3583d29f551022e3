"""Life events: several matters in the order of the visits, with one list of documents for all.

The bundles themselves are knowledge (``knowledge/bundles``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.guidance.compose import Situation, compose
from actions.guidance.place import Whereabouts
from knowledge.catalogue import Catalogue
from knowledge.models import Bundle, BundleStep, Matter, Referral


@dataclass
class Wanted:
    """One document of the merged list and the visits (numbers from 1) that need it.

    Attributes:
        exempt: visit → the e-certificate that is taken there instead, None where none is.
    """

    name: str
    steps: list[int] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    exempt: dict[int, str | None] = field(default_factory=dict)
    when: dict[int, str] = field(default_factory=dict)

    @property
    def exempt_by(self) -> str | None:
        """The e-certificate that every visit takes; None if any of them wants the document itself."""
        taken = set(self.exempt.values())
        return taken.pop() if len(taken) == 1 else None

    def to_dict(self, codes: Sequence[str]) -> dict[str, Any]:
        """The contract's form of a document, with the codes of the matters that need it."""
        out: dict[str, Any] = {"name": self.name, "for": [codes[number - 1] for number in self.steps]}
        if self.forms:
            out["form"] = "、".join(self.forms)
        if self.exempt_by:
            out["exempt_by"] = self.exempt_by
        return out


@dataclass
class Plan:
    """A bundle for one person.

    Attributes:
        online: numbers (from 1) of the visits that the catalogue says can be made online.
    """

    bundle: Bundle
    matters: list[Matter]
    steps: list[BundleStep]
    documents: list[Wanted]
    online: list[int]
    unconfirmed: list[int]
    referrals: list[Referral]

    def to_dict(self) -> dict[str, Any]:
        """``custom.bundle``."""
        codes = [matter.code for matter in self.matters]
        steps = []
        for number, (matter, step) in enumerate(zip(self.matters, self.steps, strict=True), 1):
            entry: dict[str, Any] = {"code": matter.code, "name": matter.name, "online": number in self.online}
            entry |= {key: getattr(step, key) for key in ("when", "note") if getattr(step, key)}
            steps.append(entry)
        return {
            "id": self.bundle.id,
            "name": self.bundle.name,
            "steps": steps,
            "documents": [item.to_dict(codes) for item in self.documents],
            "referrals": [{"topic": item.topic, "body": item.body} for item in self.referrals],
        }


def plan(catalogue: Catalogue, bundle: Bundle, situation: Situation, at: Whereabouts) -> Plan:
    """The visits of a bundle in order and everything to bring, each document once.

    Steps whose matter no longer exists are left out.
    """
    steps = [step for step in bundle.steps if step.matter in catalogue.matters]
    matters = [catalogue.matter(step.matter) for step in steps]
    merged: dict[str, Wanted] = {}
    unconfirmed = []
    for number, matter in enumerate(matters, 1):
        guidance = compose(catalogue, matter, situation, at)
        if not guidance.documents:
            unconfirmed.append(number)
        for document in guidance.documents:
            wanted = merged.setdefault(document["name"], Wanted(document["name"]))
            if number not in wanted.steps:
                wanted.steps.append(number)
            if document.get("form") and document["form"] not in wanted.forms:
                wanted.forms.append(document["form"])
            exempt = document.get("exempt_by")
            # One visit may want it twice, in different cases.
            wanted.exempt[number] = exempt if wanted.exempt.get(number, exempt) == exempt else None
            if document.get("when"):
                wanted.when[number] = document["when"]
    return Plan(
        bundle=bundle,
        matters=matters,
        steps=steps,
        documents=list(merged.values()),
        online=[number for number, matter in enumerate(matters, 1) if matter.online.available],
        unconfirmed=unconfirmed,
        referrals=[catalogue.referrals[item] for item in bundle.referrals if item in catalogue.referrals],
    )
