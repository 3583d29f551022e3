"""Holding a conversation with ``respond`` without a server: made-up understandings, real memory."""

from __future__ import annotations

from datetime import date
from typing import Any

from actions.guidance.context import Memory, Understood
from actions.guidance.models import Reply
from actions.guidance.respond import respond
from knowledge.catalogue import Catalogue

TODAY = date(2026, 11, 28)


class Conversation:
    """Feeds made-up understandings to ``respond`` and keeps the memory between turns as slots would."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.memory = Memory()

    def say(self, text: str, intent: str = "vague", decision: str = "ask_back", **fields: Any) -> Reply:
        codes = fields.pop("codes", [])
        sure = fields.pop("confidence", 0.9 / max(1, len(codes)))
        matters = [{"code": code, "name": code, "confidence": sure} for code in codes]
        understood = Understood(text, intent, decision, matters, **fields)
        reply, self.memory = respond(self.catalogue, understood, Memory.from_slots(self.memory.to_slots()), TODAY)
        return reply

    def answer(self, code: str = "HZ-901", text: str = "测试证丢了", **fields: Any) -> Reply:
        return self.say(text, "ask", "answer", codes=[code], **fields)

    def clarify(self, *codes: str, text: str = "测试证", **fields: Any) -> Reply:
        return self.say(text, "ask", "clarify", codes=list(codes), options=list(codes), **fields)


def code(reply: Reply) -> str | None:
    return reply.matter["code"] if reply.matter else None


def place(street: str, role: str | None = None) -> list[dict[str, Any]]:
    """The entities of a street named as ``district/street``."""
    district = street.partition("/")[0]
    found = [{"entity": "district", "value": district}, {"entity": "street", "value": street}]
    return [{**item, "role": role} if role else item for item in found]
