"""Finding places and situations in a question, on characters rather than word borders.

spaCy's ``PhraseMatcher`` over a character-tokenised blank Chinese pipeline: Chinese word borders are
a guess, and a guess must not decide whether 友谊路街 is found. No downloaded model is needed.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Span

from bot.text.places import district_stem, street_stem
from knowledge import yamlio
from knowledge.catalogue import Catalogue

_LIVING = re.compile(r"(?:住|家在|家住|搬到|搬去|户口在|户籍在|单位在|公司在|店在|人在|我在|就在|位于|在)[^,,。]{0,6}$")
_AREA_WORD = re.compile(r"^(?:街道|街|镇|乡|地区|那边|那块|那片|附近|这边|派出所|小区|社区|村|里)")
_PLACES = frozenset({"district", "street", "place_option"})
_ROLES = (
    ("destination", re.compile(r"(?:迁到|迁往|迁入|迁去|落户?到|落户?在|转到|迁进|搬户口到)[^,,。]{0,4}$")),
    ("household", re.compile(r"(?:户口|户籍|户口本|户口簿)(?!不)[^,,。]{0,5}$")),
    ("business", re.compile(r"(?:公司|单位|企业|店面?|铺子|工厂|厂子?|注册|经营|营业|开业)(?!要|想)[^,,。]{0,5}$")),
    ("incident", re.compile(r"(?:案发|出事|发生|事故|被偷|被抢|被骗|丢)(?:地点?)?(?:是|在|于)[^,,。]{0,4}$")),
    ("residence", re.compile(r"(?:住|家|租房?|搬到|搬去|居住)[^,,。]{0,5}$")),
)
"""What the words before a place name make of it, the more particular ones first."""
_ORDINAL = re.compile(r"^第?[一二三四五六七八九十\d]+$")
"""Communities called 第二: whoever says so picks the second of a list."""
_NOT_ALONE = frozenset({"河北", "和平"})
"""District stems that mean something else more often than the district: taken only with 区."""


@dataclass(frozen=True)
class Entity:
    """Something found in the text: characters ``start`` to ``end`` (exclusive).

    Attributes:
        role: what a place is to the person, if the words before it say so: ``household``,
            ``residence``, ``business``, ``incident`` or ``destination``.
    """

    name: str
    value: str
    start: int
    end: int
    text: str
    role: str | None = None

    def to_dict(self) -> dict[str, str | int | float]:
        """Rasa's form of an entity."""
        return {
            "entity": self.name,
            "value": self.value,
            "start": self.start,
            "end": self.end,
            "confidence_entity": 1.0,
            "extractor": "PlaceAndSituationExtractor",
            **({"role": self.role} if self.role else {}),
        }


def expand(pattern: str) -> list[str]:
    """``(替|帮)我(妈|)`` → every phrase it stands for."""
    parts = [
        piece[1:-1].split("|") if piece.startswith("(") else [piece]
        for piece in re.findall(r"\([^)]*\)|[^()]+", pattern)
    ]
    return ["".join(combination) for combination in itertools.product(*parts)]


def _role(text: str, entity: Entity) -> str | None:
    if entity.name not in _PLACES:
        return None
    before = text[max(0, entity.start - 10) : entity.start]
    return next((role for role, pattern in _ROLES if pattern.search(before)), None)


@lru_cache(maxsize=1)
def blank_chinese() -> Language:
    """spaCy's Chinese pipeline that splits into characters and holds no weights."""
    return spacy.blank("zh")


class EntityFinder:
    """Finds districts, streets, communities, place names and situations of a catalogue.

    Streets are reported as ``district/street``. A name that stands for several places, and that no
    district in the same text settles, is reported as ``place_option`` once for each.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._nlp = blank_chinese()
        self._places: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._needs_cue: set[str] = set()
        path = catalogue.root / "lexicon" / "other_places.yml"
        lexicon = yamlio.read(path) if path.exists() else {}
        self._no_places = {name for key in ("provinces", "cities", "words") for name in lexicon.get(key, ())}
        self._collect_places(catalogue)
        self._situations = self._collect_situations(catalogue)
        self._matcher = PhraseMatcher(self._nlp.vocab)
        phrases = [*self._places, *self._situations]
        self._matcher.add("phrase", [self._nlp.make_doc(phrase) for phrase in phrases])

    def _collect_places(self, catalogue: Catalogue) -> None:
        self._stems = tuple(district_stem(district) for district in catalogue.districts)
        for district in catalogue.districts:
            self._places[district].add((district, ""))
            stem = district_stem(district)
            if stem not in _NOT_ALONE and len(stem) >= 2:
                self._places[stem].add((district, ""))
        self._places["蓟县"].add(("蓟州区", ""))
        for street in catalogue.streets:
            stem = street_stem(street.name)
            self._places[street.name].add((street.district, street.name))
            if street.name.endswith("街道"):
                self._places[stem + "街"].add((street.district, street.name))
            if len(stem) >= 2:
                self._places[stem].add((street.district, street.name))
                if stem != street.name:
                    self._needs_cue.add(stem)
        streets_by_stem = set(self._needs_cue)
        for community in catalogue.communities:
            for name in {community.name, community.short_name}:
                if len(name) < 2 or name in streets_by_stem | self._no_places or _ORDINAL.match(name):
                    continue
                self._places[name].add((community.district, community.street))
                if len(name) < 4:
                    self._needs_cue.add(name)
        official = {street.name for street in catalogue.streets}
        for place in catalogue.places:
            if place.alias in official:
                continue
            # The everyday meaning of a place name outweighs a community that happens to share it.
            self._places[place.alias] = {(place.district, place.street)}
            if len(place.alias) < 3:
                self._needs_cue.add(place.alias)
            else:
                self._needs_cue.discard(place.alias)

    @staticmethod
    def _collect_situations(catalogue: Catalogue) -> dict[str, set[tuple[str, str]]]:
        path = catalogue.root / "lexicon" / "situations.yml"
        out: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for facet, options in (yamlio.read(path) if path.exists() else {}).items():
            for option, patterns in options.items():
                for pattern in patterns:
                    for phrase in expand(pattern):
                        out[phrase].add((facet, option))
        return out

    def find(self, text: str) -> list[Entity]:
        """All entities of ``text``, by position; overlapping places keep the longest."""
        doc = self._nlp.make_doc(text)
        spans = [doc[start:end] for _, start, end in self._matcher(doc)]
        found = [
            Entity(facet, option, span.start_char, span.end_char, span.text)
            for span in spacy.util.filter_spans([s for s in spans if s.text in self._situations])
            for facet, option in sorted(self._situations[span.text])
        ]
        places = [span for span in spans if span.text in self._places and self._is_place(text, span)]
        found += self._resolve(spacy.util.filter_spans(places))
        found = [replace(entity, role=_role(text, entity)) for entity in found]
        return sorted(found, key=lambda entity: (entity.start, entity.name))

    def _is_place(self, text: str, span: Span) -> bool:
        if span.text not in self._needs_cue:
            return True
        before, after = text[: span.start_char], text[span.end_char :]
        alone = len(text) <= len(span.text) + 3
        after_place = before.endswith(("区", "镇", "街道", "市", *self._stems))
        return bool(alone or after_place or _AREA_WORD.match(after) or _LIVING.search(before))

    def _resolve(self, spans: list[Span]) -> list[Entity]:
        named = {district for span in spans for district, street in self._places[span.text] if not street}
        streets: dict[tuple[str, str], Span] = {}
        options: dict[tuple[str, str], Span] = {}
        for span in spans:
            candidates = {item for item in self._places[span.text] if item[1]}
            if named & {district for district, _ in candidates}:
                candidates = {item for item in candidates if item[0] in named}
            target = streets if len(candidates) == 1 else options
            for candidate in candidates:
                target.setdefault(candidate, span)
        if streets:
            named = {district for district, _ in streets}
            options = {}
        out = []
        for span in spans:
            for district, street in sorted(self._places[span.text]):
                if not street and district in named:
                    out.append(Entity("district", district, span.start_char, span.end_char, span.text))
        for (district, street), span in streets.items():
            value = f"{district}/{street}"
            out.append(Entity("street", value, span.start_char, span.end_char, span.text))
        for (district, street), span in sorted(options.items()):
            value = f"{district}/{street}"
            out.append(Entity("place_option", value, span.start_char, span.end_char, span.text))
        return out
