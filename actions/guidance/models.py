"""The structured answer that channels render: design §3, ``custom`` of every reply.

Keys that do not apply are absent from the dictionaries made here; nothing is ever null unless the
contract says so (``matter`` and ``aspect``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ACTS = (
    "answer", "clarify", "refer", "emergency", "explain", "ask_back", "smalltalk", "deflect",
    "handoff", "rate", "complain", "queue", "appointment",
)  # fmt: skip
ASPECTS = (
    "documents", "window", "fee", "time", "online", "conditions", "process", "proxy", "result", "basis",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One option the person can pick. ``code`` is a matter code or a facet option id."""

    code: str
    name: str
    hint: str = ""

    def to_dict(self) -> dict[str, str]:
        """The contract's form."""
        return {"code": self.code, "name": self.name, "hint": self.hint}


@dataclass
class Guidance:
    """What one person needs for one matter, each part as the contract's dictionaries."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    windows: list[dict[str, Any]] = field(default_factory=list)
    online: dict[str, Any] = field(default_factory=dict)
    fee: dict[str, Any] = field(default_factory=dict)
    time: dict[str, Any] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    basis: list[str] = field(default_factory=list)
    tips: list[dict[str, Any]] = field(default_factory=list)
    validity: list[dict[str, Any]] = field(default_factory=list)
    unconfirmed: list[str] = field(default_factory=list)
    review: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The contract's form: only the parts that hold something."""
        return {key: value for key, value in self.__dict__.items() if value}


@dataclass
class Reply:
    """One message to the person: ``text`` is complete by itself, the rest is for richer channels.

    Attributes:
        also: the answers for further matters of the same message, whose text is part of ``text``.
        bundle: the visits of a life event; ``actions.guidance.bundle.Plan.to_dict``.
    """

    act: str
    text: str
    matter: dict[str, str] | None = None
    aspect: str | None = None
    guidance: Guidance | None = None
    choices: list[Choice] = field(default_factory=list)
    question: str | None = None
    referral: dict[str, Any] | None = None
    suggestions: list[str] = field(default_factory=list)
    also: list[Reply] = field(default_factory=list)
    bundle: dict[str, Any] | None = None

    def custom(self) -> dict[str, Any]:
        """The ``custom`` object of the message contract."""
        out: dict[str, Any] = {"act": self.act, "matter": self.matter, "aspect": self.aspect}
        if self.guidance is not None:
            out["guidance"] = self.guidance.to_dict()
        if self.question:
            out["question"] = self.question
        if self.choices:
            out["choices"] = [choice.to_dict() for choice in self.choices]
        if self.referral is not None:
            out["referral"] = self.referral
        if self.suggestions:
            out["suggestions"] = self.suggestions
        if self.also:
            out["also"] = [
                {"matter": item.matter, "guidance": item.guidance.to_dict()} for item in self.also if item.guidance
            ]
        if self.bundle is not None:
            out["bundle"] = self.bundle
        return out
