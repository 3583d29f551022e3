"""Finding places, situations, documents, dates, ages, licence classes and plate kinds in a question.

spaCy's ``PhraseMatcher`` over a character-tokenised blank Chinese pipeline: Chinese word borders are
a guess, and a guess must not decide whether 友谊路街 is found. No downloaded model is needed. What is a number rather
than a word is read by patterns: ``bot.text.dates``, ``bot.text.ages`` and ``bot.nlu.licences``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher

from bot.nlu.licences import licence_classes
from bot.nlu.things import DOCUMENT, Meanings, documents, expand, lexicon, plate_kinds, stands_alone
from bot.text.ages import Age, ages
from bot.text.dates import BIRTH, Mention, mentions
from bot.text.fold import fold
from bot.text.moments import Born, Moment
from bot.text.places import district_stem, street_stem
from knowledge.catalogue import Catalogue

_LIVING = re.compile(r"(?:住|家在|家住|搬到|搬去|户口在|户籍在|单位在|公司在|店在|人在|我在|就在|位于|在)[^,,。]{0,6}$")
_AREA_WORD = re.compile(r"^(?:街道|街|镇|乡|地区|那边|那块|那片|附近|这边|派出所|小区|社区|村|里)")
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
        role: what it is, if the words around say so. A place is ``household``, ``residence``, ``business``,
            ``incident`` or ``destination``; a date ``issued``, ``expires`` or ``birth``; a licence class
            ``held`` or ``target``.
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


class Phrase(NamedTuple):
    """A phrase of the catalogue that stands in characters ``start`` to ``end`` of a text."""

    start: int
    end: int
    text: str


def longest(phrases: Iterable[Phrase]) -> list[Phrase]:
    """Those of ``phrases`` that overlap none that is longer, or as long and further left; by position."""
    kept: list[Phrase] = []
    for phrase in sorted(phrases, key=lambda item: (item.start - item.end, item.start)):
        if all(phrase.end <= other.start or phrase.start >= other.end for other in kept):
            kept.append(phrase)
    return sorted(kept)


def _place(name: str, value: str, phrase: Phrase, text: str) -> Entity:
    """A place, with what the words before it make of it."""
    before = text[max(0, phrase.start - 10) : phrase.start]
    role = next((role for role, pattern in _ROLES if pattern.search(before)), None)
    return Entity(name, value, phrase.start, phrase.end, phrase.text, role)


@lru_cache(maxsize=1)
def blank_chinese() -> Language:
    """spaCy's Chinese pipeline that splits into characters and holds no weights."""
    return spacy.blank("zh")


class EntityFinder:
    """Finds the entities of a text that a catalogue knows, and dates, ages and licence classes.

    Streets are reported as ``district/street``, a community that lies in one street also as
    ``district/street/community``. A name that stands for several places, and that no district in the same
    text settles, is reported as ``place_option`` once for each. A document is reported by its name in the
    knowledge base, once for each where a word may mean several. Dates are ISO 8601 as exact as they were said
    (``2006``, ``2027-05``), ages (``years_old``) numbers or ranges (``68``, ``60-69``).
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._nlp = blank_chinese()
        self._places: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._needs_cue: set[str] = set()
        self._communities: dict[tuple[str, str, str], str] = {}
        others = lexicon(catalogue.root, "other_places")
        self._no_places = {name for key in ("provinces", "cities", "words") for name in others.get(key, ())}
        self._collect_places(catalogue)
        self._places = {fold(name): meant for name, meant in self._places.items()}
        self._needs_cue = {fold(name) for name in self._needs_cue}
        self._words: tuple[Meanings, ...] = (
            self._collect_situations(catalogue),
            documents(catalogue),
            plate_kinds(catalogue.root),
        )
        self._matcher = PhraseMatcher(self._nlp.vocab)
        phrases = {*self._places, *(phrase for words in self._words for phrase in words)}
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
                self._communities[fold(name), community.district, community.street] = community.name
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
    def _collect_situations(catalogue: Catalogue) -> Meanings:
        out: Meanings = defaultdict(set)
        for facet, options in lexicon(catalogue.root, "situations").items():
            for option, patterns in options.items():
                for pattern in patterns:
                    for phrase in expand(pattern):
                        out[fold(phrase)].add((facet, option))
        return out

    def find(self, text: str, today: date | None = None) -> list[Entity]:
        """All entities of ``text``, by position; overlapping ones of a kind keep the longest.

        Args:
            today: the day that 去年 and 还有俩月 are counted from; the current one by default.
        """
        plain = fold(text)
        doc = self._nlp.make_doc(plain)
        phrases = []
        for _, first, last in self._matcher(doc):
            start, end = doc[first].idx, doc[last - 1].idx + 1
            phrases.append(Phrase(start, end, plain[start:end]))
        found = [entity for words in self._words for entity in _named(words, phrases, plain)]
        places = [phrase for phrase in phrases if phrase.text in self._places and self._is_place(plain, phrase)]
        found += self._resolve(longest(places), plain)
        found += _numbers(plain, today or date.today(), found)
        if plain != text:
            found = [replace(entity, text=text[entity.start : entity.end]) for entity in found]
        return sorted(found, key=lambda entity: (entity.start, entity.name))

    def _is_place(self, text: str, phrase: Phrase) -> bool:
        if phrase.text not in self._needs_cue:
            return True
        before, after = text[: phrase.start], text[phrase.end :]
        alone = len(text) <= len(phrase.text) + 3
        after_place = before.endswith(("区", "镇", "街道", "市", *self._stems))
        return bool(alone or after_place or _AREA_WORD.match(after) or _LIVING.search(before))

    def _resolve(self, phrases: list[Phrase], text: str) -> list[Entity]:
        if not phrases:
            return []
        named = {district for phrase in phrases for district, street in self._places[phrase.text] if not street}
        streets: dict[tuple[str, str], Phrase] = {}
        options: dict[tuple[str, str], Phrase] = {}
        for phrase in phrases:
            candidates = {item for item in self._places[phrase.text] if item[1]}
            if named & {district for district, _ in candidates}:
                candidates = {item for item in candidates if item[0] in named}
            target = streets if len(candidates) == 1 else options
            for candidate in candidates:
                target.setdefault(candidate, phrase)
        if streets:
            named = {district for district, _ in streets}
            options = {}
        out = []
        for phrase in phrases:
            for district, street in sorted(self._places[phrase.text]):
                if not street and district in named:
                    out.append(_place("district", district, phrase, text))
        for (district, street), phrase in streets.items():
            out.append(_place("street", f"{district}/{street}", phrase, text))
            community = self._communities.get((phrase.text, district, street))
            if community:
                out.append(_place("community", f"{district}/{street}/{community}", phrase, text))
        for (district, street), phrase in sorted(options.items()):
            out.append(_place("place_option", f"{district}/{street}", phrase, text))
        return out


def _named(words: Meanings, phrases: list[Phrase], text: str) -> list[Entity]:
    """What the longest of the matched phrases stand for; a phrase that stands for nothing hides shorter ones."""
    return [
        Entity(name, value, phrase.start, phrase.end, phrase.text)
        for phrase in longest(phrase for phrase in phrases if phrase.text in words)
        for name, value in sorted(words[phrase.text])
        if name != DOCUMENT or stands_alone(phrase.text, text[phrase.end :])
    ]


_CHILD = re.compile("(?:孩子|小孩|儿子|女儿|闺女|孙子|孙女|外孙|宝宝|娃)[^,。;]{0,4}$")
_GROWN = {"age": 18, "age16": 16}
"""Facet → the age from which its option is ``adult``."""


def _numbers(text: str, today: date, found: list[Entity]) -> list[Entity]:
    """Dates, ages, licence classes, and the facets that an age settles."""
    dates, years, classes = mentions(text, today), ages(text), licence_classes(text)
    said = [("date", item.moment.iso(), item.start, item.end, item.role) for item in dates]
    said += [("years_old", item.text(), item.start, item.end, None) for item in years if not item.then]
    said += [("licence_class", item.value, item.start, item.end, item.role) for item in classes]
    out = [Entity(name, value, start, end, text[start:end], role) for name, value, start, end, role in said]
    if not (dates or years):
        return out
    settled = _settled_by_age(text, years, dates, today)
    # 「孩子二十岁」: the number says more than the word for a child, which is taken for a minor otherwise.
    for entity in list(found):
        if entity.name in _GROWN and any(_of_same_child(text, entity, item) for item in settled):
            found.remove(entity)
    words = {entity.name for entity in found}
    return out + [item for item in settled if item.name not in words]


def _of_same_child(text: str, word: Entity, by_age: Entity) -> bool:
    """Whether a word for a child stands straight before the age that settles the same facet."""
    before = _CHILD.search(text[: by_age.start])
    return before is not None and word.name == by_age.name and before.start() <= word.start < by_age.start


def _settled_by_age(text: str, years: list[Age], dates: list[Mention], today: date) -> list[Entity]:
    known = [(item.start, item.end, item.lowest, item.highest) for item in years if not item.then]
    for item in dates:
        if item.role == BIRTH:
            possible = Born.on(item.moment).ages_at(Moment.of(today))
            known.append((item.start, item.end, possible[0], possible[-1]))
    out = []
    for start, end, lowest, highest in known:
        for facet, grown in _GROWN.items():
            if lowest >= grown or highest < grown:
                out.append(Entity(facet, "adult" if lowest >= grown else "minor", start, end, text[start:end]))
    return out
