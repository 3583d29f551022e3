"""Whole conversations as data: reading them, holding them with a server, and saying what was wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge import yamlio

FOLDER = Path(__file__).resolve().parents[1] / "data" / "conversations"
_TURN_KEYS = {
    "user", "act", "matter", "aspect", "must", "must_not", "choices", "slots", "complete",
}  # fmt: skip
_KEYS = {"name", "turns", "known_failure"}
REASONS = ("parse", "knowledge", "dialogue")


@dataclass(frozen=True)
class Turn:
    """What is said and what is expected.

    Attributes:
        act: one act, or several that are all right.
        matter: code; ``-`` for none; a list where several are right.
        must, must_not: texts that the reply must (not) contain; ``a|b`` in ``must``: one of them.
        choices: codes that must be among those offered.
        slots: slot → value that must be stored, or a part of it.
        complete: the person has what they came for after this turn.
    """

    user: str
    act: list[str] = field(default_factory=list)
    matter: list[str] = field(default_factory=list)
    aspect: str | None = None
    must: list[str] = field(default_factory=list)
    must_not: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    complete: bool = False


@dataclass(frozen=True)
class Conversation:
    """One conversation; ``known_failure`` names whose fault it is: parse, knowledge or dialogue."""

    id: str
    turns: list[Turn]
    known_failure: str | None = None


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def load(folder: Path = FOLDER) -> list[Conversation]:
    """All conversations. Raises ValueError naming the file and what is wrong in it."""
    out: list[Conversation] = []
    for path in sorted(folder.glob("*.yml")):
        for item in yamlio.read(path):
            where = f"{path.name}: {item.get('name')}"
            if set(item) - _KEYS or not item.get("turns"):
                raise ValueError(f"{where}: unknown keys {set(item) - _KEYS} or no turns")
            if item.get("known_failure") not in (None, *REASONS):
                raise ValueError(f"{where}: known_failure must be one of {REASONS}")
            turns = []
            for turn in item["turns"]:
                if set(turn) - _TURN_KEYS or not turn.get("user"):
                    raise ValueError(f"{where}: unknown keys {set(turn) - _TURN_KEYS} or no user")
                lists = {key: _list(turn.get(key)) for key in ("act", "matter", "must", "must_not", "choices")}
                rest = {key: turn[key] for key in ("aspect", "slots", "complete") if key in turn}
                turns.append(Turn(str(turn["user"]), **lists, **rest))
            out.append(Conversation(f"{path.stem}/{item['name']}", turns, item.get("known_failure")))
    names = [conversation.id for conversation in out]
    if len(set(names)) != len(names):
        raise ValueError(f"names used twice: {sorted({name for name in names if names.count(name) > 1})}")
    return out


Say = Callable[[str], dict[str, Any]]
Slots = Callable[[], dict[str, Any]]


def wrongs(turn: Turn, reply: dict[str, Any], slots: Slots) -> list[str]:
    """What is wrong with a reply; empty if it is as expected."""
    custom, text, out = reply["custom"], reply["text"], []
    if turn.act and custom["act"] not in turn.act:
        out.append(f"act {custom['act']}, expected {turn.act}")
    code = (custom["matter"] or {}).get("code", "-")
    if turn.matter and code not in turn.matter:
        out.append(f"matter {code}, expected {turn.matter}")
    if turn.aspect and custom["aspect"] != turn.aspect:
        out.append(f"aspect {custom['aspect']}, expected {turn.aspect}")
    out += [f"misses {item!r}" for item in turn.must if not any(part in text for part in item.split("|"))]
    out += [f"says {item!r}" for item in turn.must_not if item in text]
    offered = [item["code"] for item in custom.get("choices", [])]
    out += [f"does not offer {item}" for item in turn.choices if item not in offered]
    if turn.slots:
        stored = slots()
        for name, value in turn.slots.items():
            found = json.dumps(stored.get(name), ensure_ascii=False)
            wanted = json.dumps(value, ensure_ascii=False)
            if wanted != found and wanted.strip('"{}') not in found:
                out.append(f"slot {name} is {found}, expected {wanted}")
    return out


@dataclass(frozen=True)
class Outcome:
    """How a conversation went: for each turn what was wrong, and the replies."""

    conversation: Conversation
    wrong: list[list[str]]
    replies: list[dict[str, Any]]

    @property
    def right(self) -> bool:
        """Whether every turn was as expected."""
        return not any(self.wrong)

    def turns_to_answer(self) -> int | None:
        """Number of the turn after which the person has what they came for; None if never expected or reached."""
        for number, (turn, faults) in enumerate(zip(self.conversation.turns, self.wrong, strict=True), 1):
            if (turn.complete or "answer" in turn.act) and not faults:
                return number
        return None

    def report(self) -> str:
        """The conversation with its faults, to read."""
        lines = [self.conversation.id]
        for turn, faults, reply in zip(self.conversation.turns, self.wrong, self.replies, strict=True):
            lines += [f"  用户: {turn.user}", "  回答: " + reply["text"].replace("\n", "\n        ")]
            lines += [f"  !! {fault}" for fault in faults]
        return "\n".join(lines)


def hold(conversation: Conversation, say: Say, slots: Slots) -> Outcome:
    """Hold a conversation to its end, whatever goes wrong on the way."""
    wrong, replies = [], []
    for turn in conversation.turns:
        reply = say(turn.user)
        replies.append(reply)
        wrong.append(wrongs(turn, reply, slots))
    return Outcome(conversation, wrong, replies)
