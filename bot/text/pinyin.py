"""Toneless, dialect-tolerant pinyin: what a speech recogniser confuses folds onto the same letters."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, pinyin

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


def fold(syllable: str) -> str:
    """One syllable without the differences that recognisers and northern speech lose."""
    for long, short in _INITIALS:
        if syllable.startswith(long):
            syllable = short + syllable[2:]
            break
    for long, short in _FINALS:
        if syllable.endswith(long):
            return syllable[: -len(long)] + short
    return syllable


@lru_cache(maxsize=8192)
def of_character(character: str) -> str:
    """Folded pinyin of one character by its most common reading; other characters stand for themselves."""
    found = pinyin(character, style=Style.NORMAL, errors="default")
    return fold(found[0][0]) if found else character


def syllables(text: str) -> list[str]:
    """Folded pinyin, one item a character."""
    return [of_character(character) for character in text]
