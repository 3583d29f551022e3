"""Which things a message names, by the editors' list: whether it asks on about the matter in focus. Pure.

A question that names no thing of its own (``过期了还能补吗``) is about the matter being talked of, whatever
it would mean alone.
"""

from __future__ import annotations

import re

from bot.text.normalise import normalise
from knowledge import yamlio
from knowledge.catalogue import Catalogue
from knowledge.models import Matter

_DOING = re.compile("[换补改迁销挂查检考]")
_HERE_OR_NOT = ("天津", "本市", "本地", "外地", "外省", "外省市", "老家", "农村", "外埠")

_BUSINESS = {
    "lost": "补领|补发|补证|丢|遗失|没了|不见",
    "renew": "期满|到期|过期|换发|换证",
    "damaged": "损坏|损毁|坏了",
    "first": "首次|初次|首发|申领$|设立|第一次|头一[回次]",
    "change": "变更|更正",
    "cancel": "注销",
    "transfer": "转让|过户",
}
"""What is done with a thing, by the words in a matter's name."""


class Things:
    """The list of things of one catalogue (``knowledge/lexicon/things.yml``)."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        loaded: dict[str, list[str]] = yamlio.read(catalogue.root / "lexicon" / "things.yml")
        self._thing = {normalise(word): thing for thing, words in loaded.items() for word in words}
        elsewhere = yamlio.read(catalogue.root / "lexicon" / "other_places.yml")
        places = "|".join(map(re.escape, (*_HERE_OR_NOT, *elsewhere["provinces"], *elsewhere["cities"])))
        self._origin = re.compile(
            f"(?:我|他|她)?(?:家)?(?:是)?(?:{places})(?:省|市)?(?:的)?(?:户口|户籍)(?![本簿页迁登])(?:的|,|,)?|在天津(?!市)"
            f"|(?:户口|户籍)(?:就|还|也)?(?:在|是|不在)(?:{places})(?:省|市)?(?:的)?"
        )
        # Longer words first: 户口本 is not 户口.
        self._words = re.compile("|".join(re.escape(word) for word in sorted(self._thing, key=len, reverse=True)))

    def of(self, text: str) -> set[str]:
        """The things that a text names."""
        return {self._thing[found] for found in self._words.findall(self.without_origin(text))}

    def without_origin(self, text: str) -> str:
        """The normalised text without where somebody's household is: 「外地户口」 says who asks, not what for."""
        return self._origin.sub("", normalise(text))

    def of_matter(self, matter: Matter) -> set[str]:
        """The things that a matter is about, by its name and what people call it."""
        return self.of(";".join((matter.name, *matter.aliases, matter.hint or "")))

    def of_record(self, matter: Matter) -> set[str]:
        """The things that a matter's record speaks of anywhere in its conditions, documents and questions."""
        said = [item.text for item in (*matter.conditions, *matter.steps)]
        said += [f"{item.name} {item.note or ''}" for item in matter.documents]
        said += [f"{item.question} {item.answer}" for item in matter.faq]
        return self.of(";".join(said)) | self.of_matter(matter)

    def of_documents(self, matter: Matter) -> set[str]:
        """The things that a matter wants to see."""
        return self.of(";".join(document.name for document in matter.documents))


_latest: list[Things] = []


def things(catalogue: Catalogue) -> Things:
    """The things of a catalogue, read once for each catalogue loaded."""
    if not _latest or _latest[0].catalogue is not catalogue:
        _latest[:] = [Things(catalogue)]
    return _latest[0]


def names_thing(catalogue: Catalogue, matter: Matter, text: str, aspects: list[str]) -> bool:
    """Whether ``text`` names a thing of its own, which may be the one of ``matter`` with another business.

    Documents of the matter do not count when it is documents that are asked for: ``身份证带复印件行吗``.
    """
    known = things(catalogue)
    named = known.of(text)
    same = business_in(text) <= business_in(matter.name) and set(_DOING.findall(text)) <= set(matter.name)
    if aspects and same and named <= known.of_matter(matter):
        # 「签注多少钱」 after the answer for one kind of 签注.
        return False
    return bool(named - things(catalogue).of_documents(matter) if aspects[:1] == ["documents"] else named)


def asks_on(catalogue: Catalogue, matter: Matter, text: str, aspects: list[str]) -> bool:
    """Whether ``text`` names no thing that ``matter`` is not about; its documents as in :func:`names_thing`."""
    known = things(catalogue)
    named = known.of(text) - known.of_matter(matter)
    if aspects[:1] == ["documents"]:
        named -= known.of_documents(matter)
    if aspects[:1] == ["proxy"] or not aspects:
        # 「户主是我奶奶」 speaks of what the record speaks of as well.
        named -= known.of_record(matter)
    return not named


def business_in(name: str) -> set[str]:
    """What is done with a thing, by the words of a matter's name or of a question."""
    return {kind for kind, words in _BUSINESS.items() if re.search(words, name)}
