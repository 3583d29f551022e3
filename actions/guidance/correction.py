"""Corrections in what people say: what they take back and what they put in its place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLAUSE = r"[^,。!?、;]"
_NOT_BUT = re.compile(
    rf"不是(?:说|问|办|要)?({_CLAUSE}+?)[,。、;\s]*(?:而|我)?(?:是|说的是|问的是|要的是|要)(?:说|问|办|要)?({_CLAUSE}+)"
)
_BUT_NOT = re.compile(
    rf"(?:我)?(?:指的?是|说的?是|问的?是|要的?是|应该是|是|要)({_CLAUSE}+?)[,。、;\s]+不是(?:说|问|办|要)?({_CLAUSE}+)"
)
_NOT = re.compile(rf"^(?:不对[,。]?|不[,。])?(?:我)?(?:不是|没)(?:说|问|办|要)({_CLAUSE}+)$")
_MEANT = re.compile(
    rf"(?:说错了?|打错(?:字)?了?|写错了?|搞错了?|弄错了?|记错了?|说反了?|挑错了?|选错了?|说岔了|口误|更正(?:一下)?|改一下|改口|不对)[,。::\s]*(?:了)?"
    rf"(?:应该|其实)?(?:我)?(?:是|要|说的是|问的是|想问的?是)?({_CLAUSE}{{2,}})"
)


@dataclass(frozen=True)
class Correction:
    """What a correction takes back and what it puts in its place, in the person's words."""

    wrong: str = ""
    right: str = ""


def correction_in(text: str) -> Correction | None:
    """The correction a normalised text makes, e.g. ``不是护照,是港澳通行证``; None if it makes none."""
    if match := _NOT_BUT.search(text):
        return Correction(match[1], match[2])
    if match := _BUT_NOT.search(text):
        return Correction(match[2], match[1])
    if match := _NOT.search(text):
        return Correction(match[1])
    if match := _MEANT.search(text):
        return Correction("", match[1])
    return None
