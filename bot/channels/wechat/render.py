"""A reply as WeChat can show it: plain text of at most 2,048 bytes, and menus of pressable lines.

The text of a reply is complete by itself, so rendering is cutting and, where the answer goes out as a
customer-service message, turning numbered choices into a ``msgmenu``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.wechat.wording import sentences

MAX_BYTES = 2048
MAX_MENU_BYTES = 1024
"""Head and tail of a menu. WeChat documents this limit for 微信客服 only; it is kept everywhere."""
MAX_ITEM_BYTES = 128
MENU_PREFIX = "onedoor."
"""Marks the ids of our own menu items."""
HINT_MARK = ":"
PRESS = "点一下您要的:"

# The best place to cut that still fits: after a line, else a sentence, else a part of one.
_BORDERS = (
    re.compile(r"\n+"),
    re.compile("[。!?\uff01\uff1f…]+[”」』)\uff09]*"),
    re.compile("[;,、:\uff1b\uff0c\uff1a]"),
)


@dataclass(frozen=True)
class Menu:
    """Choices to press. ``items`` are (id, line) pairs; ``text`` says the same for those who cannot press."""

    head: str
    items: tuple[tuple[str, str], ...]
    tail: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """WeChat's ``msgmenu`` object."""
        rows = [{"id": number, "content": line} for number, line in self.items]
        return {"head_content": self.head, "list": rows, "tail_content": self.tail}


def size(text: str) -> int:
    """Bytes in UTF-8, which is what WeChat counts."""
    return len(text.encode())


def split(text: str, limit: int = MAX_BYTES) -> list[str]:
    """``text`` in parts of at most ``limit`` bytes, cut at the best border that fits.

    Nothing but white space at the cuts is lost. ``limit`` must hold at least one character (4 bytes).
    """
    parts = []
    rest = text.strip()
    while size(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]


def _cut(text: str, limit: int) -> int:
    head = text.encode()[:limit].decode("utf-8", errors="ignore")
    for border in _BORDERS:
        ends = [match.end() for match in border.finditer(head)]
        # A cut that leaves a tiny part and a long rest helps nobody: then a lesser border is better.
        if ends and size(head[: ends[-1]]) * 3 >= limit:
            return ends[-1]
    return len(head)


def text_of(replies: Iterable[Mapping[str, Any]]) -> str:
    """All replies of a turn as one text."""
    return "\n".join(text for reply in replies if (text := str(reply.get("text") or "").strip()))


def or_failed(replies: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The replies, or what is said when the bot had nothing to say."""
    return replies if text_of(replies) else [{"text": sentences()["failed"]}]


def passive(replies: Iterable[Mapping[str, Any]]) -> list[str]:
    """The parts of an answer given in the response itself; choices stay numbered lines."""
    return split(text_of(replies))


def customer(replies: Iterable[Mapping[str, Any]], menus: bool = True) -> list[str | Menu]:
    """The customer-service messages of an answer, in order: texts, and a menu where there are choices."""
    out: list[str | Menu] = []
    for reply in replies:
        text = str(reply.get("text") or "").strip()
        choices = (reply.get("custom") or {}).get("choices") or []
        if menus and choices:
            before, menu = _menu(text, choices)
            out += [*split(before), menu]
        else:
            out += split(text)
    return out


def bodies(message: str | Menu, menus: bool) -> list[dict[str, Any]]:
    """The customer-service message as WeChat's interface takes it; a menu as texts where ``menus`` cannot be sent."""
    if not isinstance(message, Menu):
        return [text_body(part) for part in split(message)]
    if not menus:
        return [text_body(part) for part in split(message.text)]
    return [{"msgtype": "msgmenu", "msgmenu": message.to_dict()}]


def text_body(content: str) -> dict[str, Any]:
    """A text message as WeChat's interface takes it."""
    return {"msgtype": "text", "text": {"content": content}}


def _menu(text: str, choices: list[Mapping[str, Any]]) -> tuple[str, Menu]:
    """What comes before the menu, and the menu."""
    names = [str(choice.get("name") or "") for choice in choices]
    before, head, tail = _around_lines(text, names) or _around_labels(text, names) or (text, PRESS, "")
    if size(head) > MAX_MENU_BYTES or not head:
        before, head = "\n".join(part for part in (before, head) if part), PRESS
    items = tuple((f"{MENU_PREFIX}{choice.get('code')}", _item(choice)) for choice in choices)
    numbered = [f"{index}. {line}" for index, (_, line) in enumerate(items, 1)]
    return before, Menu(head, items, tail, "\n".join(part for part in (head, *numbered, tail) if part))


def _around_lines(text: str, names: list[str]) -> tuple[str, str, str] | None:
    """Choices on numbered lines of their own: the line before is the question."""
    lines = text.split("\n")
    numbered = [f"{index}. {name}" for index, name in enumerate(names, 1)]
    for start in range(len(lines) - len(names) + 1):
        block = lines[start : start + len(names)]
        if all(line.startswith(number) for line, number in zip(block, numbered, strict=True)):
            before, head = lines[: max(start - 1, 0)], lines[max(start - 1, 0) : start]
            tail = "\n".join(lines[start + len(names) :])
            # Nothing to number in a menu: what is said about numbers would only confuse.
            return "\n".join(before), "".join(head), tail.replace("回复数字就行;", "")
    return None


def _around_labels(text: str, names: list[str]) -> tuple[str, str, str] | None:
    """Choices in brackets after a question on the last line: ``…?(1. 本人;2. 代办;不想说就回“跳过”)``."""
    before, _, last = text.rpartition("\n")
    labels = ";".join(f"{index}. {name}" for index, name in enumerate(names, 1))
    head, found, tail = last.partition(f"({labels}")
    if not found:
        return None
    return before, head, tail.strip(";)")


def _item(choice: Mapping[str, Any]) -> str:
    name, hint = str(choice.get("name") or ""), str(choice.get("hint") or "")
    line = f"{name}{HINT_MARK}{hint}" if hint and hint != name else name
    return line if size(line) <= MAX_ITEM_BYTES else split(line, MAX_ITEM_BYTES)[0]


def said(content: str, menu_id: str) -> str:
    """What a text message means: a pressed item of our menus arrives as its whole line, its name is meant."""
    if menu_id.startswith(MENU_PREFIX):
        return content.partition(HINT_MARK)[0]
    # A leading slash is Rasa's sign for a command; WeChat's oldest smileys begin with one.
    return content.lstrip("/ ")
