"""Which matter a few words describe, by the words of the records themselves. Pure.

The question as a whole is understood before it gets here; this is for the small change of a
conversation: picking by description (``丢了的那个``), corrections (``不是护照,是港澳通行证``), two
matters in one sentence. Characters and pairs of characters are weighted by how few matters use them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.text.normalise import normalise
from knowledge.catalogue import Catalogue
from knowledge.models import Matter

_EMPTY = re.compile(
    r"[^\u4e00-\u9fffa-z0-9]|[这那哪][个种项条件样]|就是|我要|我选|我说|我问|应该|可能|大概|一下|怎么办?|怎样|如何"
    r"|什么|多少|可以|能不能|需要|材料|请问|想问|帮我|给我|办理|材料|手续|去哪|在哪|[带都的了呢吧啊呀嘛吗是要想去我你它个]"
)
_SAME = (
    (re.compile("驾照|驾本|车本|驾驶本"), "驾驶证"),
    (re.compile("户口簿"), "户口本"),
    (re.compile("弄丢|丢失|遗失|找不着|找不到|不见了?|没影儿?|被偷|掉了"), "丢"),
    (re.compile("弄坏|损坏|损毁|摔坏|破损|看不清|折了|断了|消磁|烂了"), "坏"),
    (re.compile("期满|有效期满|过期"), "到期"),
    (re.compile("宝宝|娃娃?|小孩儿?|儿子|闺女|女儿"), "孩子"),
    (re.compile("头一[次回]|初次|第一次|首次"), "头次"),
)
CLEAR = 0.55
"""How much of what was said a matter must account for to be meant."""
MARGIN = 0.12
"""How much more than the next one."""


def essence(text: str) -> str:
    """What is left of a text without filler, spellings of the same thing made one."""
    plain = normalise(text)
    for pattern, word in _SAME:
        plain = pattern.sub(word, plain)
    return _EMPTY.sub("", plain)


def _grams(text: str) -> Counter[str]:
    plain = essence(text)
    return Counter([*plain, *(plain[i : i + 2] for i in range(len(plain) - 1))])


class Matcher:
    """An index over the matters of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        described: dict[str, list[str]] = {
            matter.code: [matter.name, *matter.aliases, matter.hint or "", matter.summary]
            for matter in catalogue.matters.values()
        }
        for matter in catalogue.matters.values():
            for item in matter.related:
                described.get(item.code, []).append(item.tells_apart)
        self._bags = {code: set().union(*(_grams(text) for text in texts)) for code, texts in described.items()}
        self._names = {
            matter.code: [set(_grams(text)) for text in (matter.name, *matter.aliases)]
            for matter in catalogue.matters.values()
        }
        self._cores = {
            matter.code: set(_grams(matter.name)) | set(_grams(matter.hint or matter.summary))
            for matter in catalogue.matters.values()
        }
        self._things = {gram for names in self._names.values() for name in names for gram in name if len(gram) == 2}
        counted = Counter(gram for bag in self._bags.values() for gram in bag)
        total = len(self._bags)
        self._weights = {gram: math.log((total + 1) / count) * len(gram) for gram, count in counted.items()}
        self._unknown = math.log(total + 1)

    def fit(self, text: str, code: str) -> float:
        """Share of ``text`` that the matter's own description accounts for, 0 to 1."""
        return self._share(text, self._bags.get(code, set()))

    def core(self, text: str, code: str) -> float:
        """Share of ``text`` that the matter's name and hint alone account for, 0 to 1."""
        return self._share(text, self._cores.get(code, set()))

    def closeness(self, text: str, code: str) -> float:
        """How near ``text`` and one of the matter's names are to each other, 0 to 1.

        Unlike :meth:`fit` it counts against a matter what its name says besides.
        """
        said = set(_grams(text))
        weight = sum(self._weight(gram) for gram in said)
        best = 0.0
        for name in self._names.get(code, ()):
            shared = sum(self._weight(gram) for gram in said & name)
            best = max(best, 2 * shared / (weight + sum(self._weight(gram) for gram in name)))
        return best

    def _share(self, text: str, bag: set[str]) -> float:
        grams = _grams(text)
        whole = sum(self._weight(gram) * count for gram, count in grams.items())
        return sum(self._weight(g) * n for g, n in grams.items() if g in bag) / whole if whole else 0.0

    def _weight(self, gram: str) -> float:
        return self._weights.get(gram, self._unknown * len(gram) * 0.5)

    def rank(self, text: str, codes: Iterable[str] | None = None) -> list[tuple[str, float]]:
        """Codes with their fit, best first."""
        scored = [(code, self.fit(text, code)) for code in (self._bags if codes is None else codes)]
        return sorted(scored, key=lambda item: -item[1])

    def described(self, text: str, codes: Sequence[str]) -> list[tuple[str, float]]:
        """Like :meth:`rank`, name and hint counting as much as all the rest."""
        scored = [(code, (self.fit(text, code) + self.core(text, code)) / 2) for code in codes]
        return sorted(scored, key=lambda item: -item[1])

    def clear(self, text: str, codes: Sequence[str]) -> str | None:
        """The one of ``codes`` that the words mean, or None if none or several do."""
        ranked = self.described(text, codes)
        if not ranked or ranked[0][1] < CLEAR:
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MARGIN:
            return None
        return ranked[0][0]

    def narrowed(self, text: str, codes: Sequence[str]) -> list[str]:
        """Those of ``codes`` that the words fit about equally well; empty if they fit none."""
        ranked = self.described(text, codes)
        if not ranked or ranked[0][1] < CLEAR:
            return []
        return [code for code in codes if dict(ranked)[code] > ranked[0][1] - MARGIN]

    def speaks_of(self, text: str) -> bool:
        """Whether ``text`` names a thing that some matter is called by, rather than only asking on."""
        return any(gram in self._things for gram in _grams(text))


_latest: list[Matcher] = []


def matcher(catalogue: Catalogue) -> Matcher:
    """The matcher of a catalogue, built once for each catalogue loaded."""
    if not _latest or _latest[0].catalogue is not catalogue:
        _latest[:] = [Matcher(catalogue)]
    return _latest[0]


def named(catalogue: Catalogue, text: str, codes: Iterable[str]) -> str | None:
    """The one of ``codes`` whose code, name, hint or alias is exactly ``text``."""
    plain = normalise(text)
    for code in codes:
        matter: Matter = catalogue.matter(code)
        if plain and plain in {
            code.lower(),
            *(normalise(item) for item in (matter.name, matter.hint or "", *matter.aliases)),
        }:
            return code
    return None
