"""Training questions as the matcher sees them, read from Rasa's YAML or from Rasa's messages.

A training file is plain Rasa NLU data. What an intent cannot say stands in its metadata:
``matter`` (a code), ``referral``, ``topic``, ``aspect``, ``voice``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge import yamlio
from knowledge.errors import Fault, FaultsFound

VOICES = ("plain", "story", "elder", "clerk", "asr", "aspect")


@dataclass(frozen=True)
class Example:
    """One training question.

    Attributes:
        label: what the ranker learns: ``ask/<code>``, ``refer/<id>``, ``explain/<topic>`` or the intent.
        matters: codes of all matters that an ambiguous question fits, empty for all other questions.
        aspect: the aspect asked for, ``none`` for a follow-up without one, None where not annotated.
    """

    text: str
    intent: str
    label: str
    aspect: str | None = None
    voice: str | None = None
    file: str = ""
    matters: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels the question is an example of: several where it fits several matters."""
        return tuple(f"{self.intent}/{code}" for code in self.matters) or (self.label,)


def label_of(intent: str, metadata: dict[str, Any]) -> str:
    """The ranker's label of an example: the intent and what it is about."""
    topic = metadata.get("matter") or metadata.get("referral") or metadata.get("topic")
    return f"{intent}/{topic}" if topic else intent


def _example(text: str, intent: str, metadata: dict[str, Any], file: str = "") -> Example:
    matters = tuple(metadata.get("matters") or ())
    label = label_of(intent, metadata)
    return Example(text, intent, label, metadata.get("aspect"), metadata.get("voice"), file, matters)


def _lines(block: dict[str, Any]) -> Iterator[str]:
    for line in (block.get("examples") or "").splitlines():
        if line.strip().startswith("- "):
            yield line.strip()[2:].strip()


def read_blocks(path: Path, root: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Text, intent and metadata of every question of one file.

    Raises:
        FaultsFound: it is not YAML, or a block has no intent.
    """
    data = yamlio.read(path, root)
    for block in (data or {}).get("nlu") or []:
        intent, metadata = block.get("intent"), block.get("metadata") or {}
        if not intent:
            name = path.relative_to(root).as_posix()
            raise FaultsFound([Fault(name, "nlu", "有一段没有写 intent", "补上 intent")])
        for text in _lines(block):
            yield text, intent, metadata


def read_file(path: Path, root: Path) -> Iterator[Example]:
    """All examples of one file. Raises FaultsFound as :func:`read_blocks` does."""
    name = path.relative_to(root).as_posix()
    for text, intent, metadata in read_blocks(path, root):
        yield _example(text, intent, metadata, name)


def read_folder(folder: Path) -> list[Example]:
    """All examples below ``folder`` (``data/nlu``), in the order of the file names."""
    return [example for path in sorted(folder.rglob("*.yml")) for example in read_file(path, folder.parent.parent)]


def from_messages(messages: Iterable[Any]) -> list[Example]:
    """From Rasa's ``TrainingData.training_examples``."""
    out = []
    for message in messages:
        intent = message.get("intent")
        text = message.get("text")
        if not intent or not text:
            continue
        given = message.get("metadata") or {}
        metadata = {**(given.get("intent") or {}), **(given.get("example") or {})}
        out.append(_example(text, intent, metadata))
    return out
