"""Steps: the person steers: back, from the start, no I meant something else, and two things at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions.guidance.answering import answer, depends_on_person
from actions.guidance.correction import Correction, correction_in
from actions.guidance.matching import CLEAR, MARGIN, essence, matcher
from actions.guidance.models import Reply
from actions.guidance.picking import offer, option_given
from actions.guidance.place import asked_kind
from actions.guidance.things import business_in, things
from actions.guidance.turn import SURELY_A_MATTER, Turn, failed, replies, speaks_elsewhere
from bot.text.normalise import normalise
from knowledge.models import Matter

_BACK = re.compile(
    r"(?:回到?|回去|返回|接着说?|继续说?|再说说?|还是说?|说回)(?:去)?(?:到)?(?:我)?(?:刚才|刚刚|方才|之前|前面|上一|头先|原来|先前)"
    r"|^(?:我)?(?:刚才|刚刚|方才|之前|前面|上一|先前|头先|最开始)(?:说|问|讲)?的?(?:那|这)?(?:个|件)?(?:事|问题)?(?:呢|吧|的)?$"
    r"|(?:刚才|刚刚|方才|之前|前面|先前)(?:我)?(?:说|问|讲)?的?.{0,6}?(?:那|这)(?:个|件|张|本)"
)
_THAT_ONE = re.compile("^(?:那|对了)?(?:回到|接着说|先说|再说)?(.{1,6}?)那个")
_RHETORICAL = re.compile("^不是(?:说|都|得|要|应该).*(?:吗|么|嘛)[?？]?$")
_OF_AGE, _UNDER_AGE = re.compile("(?<!未)成年"), re.compile("未成年|儿童")
_GROWN = re.compile(
    "我自己|我本人|大人|成年了|(?:[2-9]\\d|[二三四五六七八九]十)(?:多|好几|[一二三四五六七八九])?(?:岁|了)"
)
_SLIP = re.compile("[说打写搞弄记挑选]错了?|说[反岔]了|口误")
_RESUME = re.compile("(?:接着|继续|回头|回来|还是|再|先)(?:说|讲|问|聊)|回到")
_BACK_WORDS = re.compile(
    r"(?:接着|继续|回头|回来|还是|再)说(?:说)?|回到?|回去|返回|接着说?|继续说?|再说说?|还是说?|说回|刚才|刚刚|方才|之前|前面|上一|先前|头先|原来|最开始|[那这][个件张本]|[说问讲]的?"
)
_SHORT = 8
_FEW = 4
_SURELY_DESCRIBED = 0.7
_NEAR = 0.45
"""Among the few neighbours of a matter less is enough."""
_KIN = re.compile(
    "公公|婆婆|岳父|岳母|丈人|丈母|妈|爸|娘|爹|奶奶|爷爷|姥|老伴|老公|老婆|爱人|媳妇|孩子|儿子|女儿|闺女|别人|同事|朋友|老人|亲戚"
)
_JOINED = re.compile(
    r"[,。;、](?=[^,。;、]{1,6}也)|还有|另外|顺便|顺带|再就是|再有|以及|同时|[,。;、]?(?:我)?(?:还|也|再)(?:想|要|得)(?:问|办)?|和|跟"
)
_UNDER_16, _OVER_16 = re.compile("[不未]满(?:16|十六)"), re.compile("(?<![不未])满(?:16|十六)")
_AND_THAT = re.compile("^(?:那|那么|还有|对了)?.{2,8}(?:呢|咋办|怎么办|那个)[?？]?$")
_ASKED = re.compile(
    "(?:都)?(?:要|得|用|需要)?(?:花)?"
    "(?:多少钱|几块钱|多久|几天|多长时间|[带拿](?:什么|啥|吗)|去哪(?:儿|里)?办?|怎么(?:办|补|换)|咋(?:办|补|换))$"
)
_PAUSE = re.compile(r"[\s,,。.;;??!!]+")
_SPECIAL = re.compile("港澳台|港澳|台湾|外国|军队|武警|临时|异地|跨省|电动|进口|摩托|残疾")
"""Words in a name that make it the matter of few people: not meant unless they are said."""
_WHAT_IF = re.compile(
    r"^(?:那|那么)?(?:要是|如果|假如|万一|若是|要)?(.{1,12}?)(?:了)?(?:的话|的)?(?:呢|的话|咋办|怎么办)[?？]?$"
)


def back(turn: Turn) -> Reply | None:
    """Return to a matter spoken of before."""
    memory = turn.memory
    text = normalise(turn.understood.text)
    if not _BACK.search(text):
        return _resumed(turn, text)
    aspects = turn.understood.aspects
    known = [code for code in memory.earlier if code in turn.catalogue.matters]
    if not known:
        return answer(turn, turn.understood.aspects) if turn.in_focus and (len(text) <= 12 or aspects) else None
    rest = _BACK_WORDS.sub("", text)
    among = [*known, memory.matter] if memory.matter else known
    wanted = _best(turn, rest, among) or known[-1]
    turn.focus(wanted)
    return answer(turn, aspects, replies()["back"].format(name=turn.catalogue.matter(wanted).name))


def _resumed(turn: Turn, text: str) -> Reply | None:
    """``回头说通行证``: the matter spoken of before that is about the thing named."""
    pointed = _THAT_ONE.search(text)
    if pointed and turn.understood.decision != "answer" and turn.memory.pending != "choice":
        meant = _pointed_at(turn, pointed[1])
        if len(meant) == 1:
            turn.focus(meant[0])
            lead = replies()["back"].format(name=turn.catalogue.matter(meant[0]).name)
            return answer(turn, turn.understood.aspects, lead)
    if not _RESUME.search(text):
        return None
    known = things(turn.catalogue)
    said, done = known.of(text), business_in(text)
    among = [*turn.memory.earlier, turn.memory.matter or "", turn.memory.also or ""]
    matters = [turn.catalogue.matter(code) for code in among if code in turn.catalogue.matters]
    about = [item.code for item in matters if said & known.of_matter(item)]
    about = about or [item.code for item in matters if not said and done & business_in(item.name)]
    if not about:
        return None
    aspects = turn.understood.aspects
    turn.focus(about[-1])
    return answer(turn, aspects, replies()["back"].format(name=turn.catalogue.matter(about[-1]).name))


def _pointed_at(turn: Turn, words: str) -> list[str]:
    """Codes spoken of or offered before, other than the one in focus, that the words point at."""
    known, done = things(turn.catalogue), business_in(words)
    said = known.of(words)
    focus = turn.in_focus
    if focus is not None and (done & business_in(focus.name) or said & known.of_matter(focus)):
        return []
    codes = dict.fromkeys([*turn.memory.earlier, *turn.memory.offered])
    matters = [turn.catalogue.matter(code) for code in codes if code in turn.catalogue.matters]
    meant = [item for item in matters if done & business_in(item.name) or said & known.of_matter(item)]
    spoken = [item.code for item in meant if item.code in turn.memory.earlier]
    return spoken or [item.code for item in meant]


def _best(turn: Turn, text: str, codes: list[str]) -> str | None:
    """The code the words fit best, the later one where several fit alike; None if they say nothing."""
    ranked = matcher(turn.catalogue).rank(text, list(reversed(codes)))
    return ranked[0][0] if ranked and ranked[0][1] >= CLEAR else None


def restart(turn: Turn) -> Reply | None:
    """Forget everything on request."""
    if turn.understood.intent != "start_over":
        return None
    turn.memory.__init__()  # type: ignore[misc]
    return Reply("smalltalk", replies()["restart"])


def corrected(turn: Turn) -> Reply | None:
    """The person takes back something: a matter, who it is for, where they live, why."""
    understood = turn.understood
    if _RHETORICAL.search(normalise(understood.text)):
        return None
    found = correction_in(normalise(understood.text))
    if understood.intent != "correct" and (found is None or not (found.wrong or _SLIP.search(understood.text))):
        return None
    if turn.in_focus is None and not turn.memory.choices and (found is None or understood.decision == "answer"):
        return None
    if found is None:
        turn.memory.pending = None
        return _from_parse(turn) or Reply("ask_back", replies()["what_instead"])
    return _of_age(turn) or _of_person(turn, found) or _of_matter(turn, found)


def _of_age(turn: Turn) -> Reply | None:
    """``说错了,她今年17了``: the neighbour that is for that age, where the age decides which matter it is."""
    matter = turn.in_focus
    ages = turn.understood.entity("age16")
    if matter is None:
        return None
    if _UNDER_AGE.search(matter.name) and _GROWN.search(normalise(turn.understood.text)):
        meant, other = _OF_AGE, _UNDER_AGE
    elif len(ages) == 1:
        meant, other = (_UNDER_16, _OVER_16) if ages[0] == "minor" else (_OVER_16, _UNDER_16)
    else:
        return None
    if not other.search(f"{matter.name}{matter.hint or ''}"):
        return None
    fitting = [
        item.code
        for item in matter.related
        if item.code in turn.catalogue.matters and meant.search(turn.catalogue.matter(item.code).name)
    ]
    if len(fitting) != 1:
        return None
    aspects = [turn.memory.aspect] if turn.memory.aspect else []
    turn.focus(fitting[0])
    return answer(turn, aspects, replies()["corrected"])


def _from_parse(turn: Turn) -> Reply | None:
    if turn.understood.decision != "answer" or not turn.understood.codes:
        return None
    turn.focus(turn.understood.codes[0])
    return answer(turn, turn.understood.aspects)


def _of_person(turn: Turn, found: Correction) -> Reply | None:
    """A correction of the place or of a facet of the matter in focus."""
    matter, memory, understood = turn.in_focus, turn.memory, turn.understood
    if matter is None:
        return None
    aspects = [memory.aspect] if memory.aspect and depends_on_person(memory.aspect) else []
    right = normalise(found.right)
    for entity in sorted(understood.entities, key=lambda item: item["entity"] != "street"):
        if entity["entity"] not in ("street", "district"):
            continue
        named = normalise(str(entity.get("text") or understood.text[entity["start"] : entity["end"]]))
        if named in right:
            district, _, street = str(entity["value"]).partition("/")
            kind = entity.get("role") or memory.whereabouts(matter).kind or asked_kind(matter)
            memory.settle(district, street, kind)
            return answer(turn, ["window"], replies()["corrected"])
    for item in turn.catalogue.facets_of(matter):
        inside = [e for e in understood.entities if e["entity"] == item.id and _in(understood.text, e, right)]
        if inside:
            given: str | None = str(inside[0]["value"])
        elif item.id == "applicant" and _KIN.search(right) and not _KIN.search(found.wrong):
            given = "proxy" if right.startswith(("替", "帮", "给", "代", "我")) else None
        else:
            given = option_given(item, type(understood)(right, "inform", "ask_back"))
        if given is not None and any(option.id == given for option in item.options):
            memory.situation = {**memory.situation, item.id: given}
            memory.pending = None
            return answer(turn, aspects, replies()["corrected"])
    return None


def _in(text: str, entity: dict[str, object], right: str) -> bool:
    start, end = int(str(entity["start"])), int(str(entity["end"]))
    return normalise(text[start:end]) in right


def _of_matter(turn: Turn, found: Correction) -> Reply:
    """The matter that fits what was put right, is not what was taken back, and goes on from before."""
    memory, match = turn.memory, matcher(turn.catalogue)
    before = turn.in_focus
    aspects = turn.understood.aspects or ([memory.aspect] if memory.aspect else [])
    if not found.right:
        return _without(turn, found.wrong)
    context = _minus(before.name, found.wrong) if before else ""
    candidates = turn.catalogue.matters
    scored = []
    for code in candidates:
        if found.wrong and code == memory.matter and match.fit(found.wrong, code) >= CLEAR:
            continue
        score = match.fit(found.right, code) + match.closeness(found.right + context, code)
        score += 0.5 * match.fit(context, code) if context else 0
        score += 0.35 * bool(before and candidates[code].branch == before.branch)
        if found.wrong:
            score -= 0.5 * match.fit(found.wrong, code)
        special = set(_SPECIAL.findall(candidates[code].name))
        score -= 0.3 * len(special - set(_SPECIAL.findall(found.right + context)))
        score += 0.15 * (code in turn.understood.codes)
        score += 0.15 * bool(before and any(item.code == code for item in before.related))
        scored.append((score, match.fit(found.right, code), code))
    scored.sort(key=lambda item: -item[0])
    meant = _by_thing(turn, found)
    if meant is not None:
        turn.focus(meant)
        return answer(turn, aspects, replies()["corrected"])
    best = [item for item in scored if item[1] >= CLEAR][:4]
    if not best:
        if before is not None and _KIN.search(found.right):
            # 「不是我的,是我公公」: the same matter, for somebody else.
            memory.situation = {**memory.situation, **({"applicant": "proxy"} if _may_be_proxy(turn, before) else {})}
            return answer(turn, aspects, replies()["corrected"])
        return _from_parse(turn) or failed(turn, replies()["what_instead"])
    sure = turn.understood.matters[:1]
    named = things(turn.catalogue).of(found.right)
    likely = [
        item
        for item in best
        if named and sure and item[2] == sure[0]["code"] and sure[0]["confidence"] >= SURELY_A_MATTER
    ]
    best = likely or best
    if len(best) == 1 or best[0][0] - best[1][0] >= MARGIN:
        turn.focus(best[0][2])
        return answer(turn, aspects, replies()["corrected"])
    memory.aspect = aspects[0] if aspects else None
    close = [code for score, _, code in best if score > best[0][0] - 2 * MARGIN]
    return offer(turn, close if len(close) > 1 else [code for _, _, code in best], replies()["corrected_which"])


def _by_thing(turn: Turn, found: Correction) -> str | None:
    """The one matter about the thing put right, and what is done with it: ``不是护照,是去香港用的那个本,头一回办``."""
    known, text = things(turn.catalogue), normalise(turn.understood.text)
    said = known.of(text) - (known.of(found.wrong) if found.wrong else set())
    done = business_in(text.replace(found.wrong, "") if found.wrong else text)
    if not said or not done:
        return None
    fitting = [
        code
        for code in [*turn.understood.codes, *turn.understood.options]
        if said & known.of_matter(turn.catalogue.matter(code)) and done & business_in(turn.catalogue.matter(code).name)
    ]
    return fitting[0] if fitting else None


def _may_be_proxy(turn: Turn, matter: Matter) -> bool:
    return any(item.id == "applicant" for item in turn.catalogue.facets_of(matter))


def _minus(name: str, words: str) -> str:
    """``name`` without the characters of ``words``: what stays the same when those are taken back."""
    return "".join(char for char in name if char not in words)


def _without(turn: Turn, wrong: str) -> Reply:
    """Only what is *not* meant is known: offer the neighbours that are not that."""
    before = turn.in_focus
    match = matcher(turn.catalogue)
    if before is None:
        return failed(turn, replies()["what_instead"])
    rest = [item.code for item in before.related if match.fit(wrong, item.code) < CLEAR]
    turn.memory.rejected = [*turn.memory.rejected, before.code]
    return offer(turn, rest[:4], replies()["others"]) if rest else failed(turn, replies()["what_instead"])


def shift(turn: Turn) -> Reply | None:
    """``要是丢了呢``: a neighbour of the matter in focus, named by what tells it apart."""
    matter, understood = turn.in_focus, turn.understood
    if matter is None:
        return None
    text = normalise(understood.text)
    foreign = understood.entity("hukou") == ["nonlocal"] and understood.intent in ("inform", "follow_up", "vague")
    if foreign and all(item.id != "hukou" for item in turn.catalogue.facets_of(matter)):
        codes = [item.code for item in matter.related if re.search("户口不在天津|外地户口", item.tells_apart)]
        if codes:
            turn.focus(codes[0])
            return answer(
                turn, understood.aspects, replies()["shifted"].format(name=turn.catalogue.matter(codes[0]).name)
            )
    if understood.decision in ("answer", "emergency") or speaks_elsewhere(turn):
        return None
    if understood.decision == "refer":
        return _told_apart(turn, matter, text)
    just_this = len(text) <= _SHORT and matcher(turn.catalogue).core(text, matter.code) > 0.9
    if understood.aspects and (understood.intent == "follow_up" or not just_this):
        return None
    if understood.decision == "clarify" and len(text) > _SHORT:
        return None
    facets = {item.id for item in turn.catalogue.facets_of(matter)}
    if understood.situation(facets):
        # 「我是租的房」 says more about the case in hand.
        return None
    found = _WHAT_IF.match(text)
    if found is None and understood.intent != "choose" and not business_in(text):
        return None
    described = found[1] if found else text if understood.intent == "choose" or len(text) <= _SHORT else ""
    if not re.search("[\u4e00-\u9fff]", essence(described)) or understood.intent in (
        "affirm",
        "deny",
        "skip",
        "more",
        "repeat",
        "start_over",
    ):
        return None
    codes = _neighbours(turn, matter)
    match = matcher(turn.catalogue)
    if match.core(described, matter.code) >= CLEAR:
        # 「快到期了」 for the card that expires: that is the case already being answered.
        return answer(turn, [turn.memory.aspect] if turn.memory.aspect else [])
    if not codes:
        return None
    scored = match.described(described, codes)
    if scored[0][1] < (CLEAR if found or len(essence(described)) > _FEW else _NEAR):
        return None
    best = [code for code, score in scored if score > scored[0][1] - MARGIN]
    same = sorted(best, key=lambda code: -match.fit(_minus(matter.name, described), code))
    turn.focus(same[0])
    return answer(turn, [], replies()["shifted"].format(name=turn.catalogue.matter(same[0]).name))


def _told_apart(turn: Turn, matter: Matter, text: str) -> Reply | None:
    """``他俩没领结婚证`` sounds like another body's business, and is what tells a neighbour apart."""
    if len(text) > 2 * _SHORT or re.search("[吗么呢?？]|哪|怎么|咋", text):
        return None
    codes = [item.code for item in matter.related if item.code in turn.catalogue.matters]
    ranked = matcher(turn.catalogue).rank(text, codes)
    if not ranked or ranked[0][1] < _SURELY_DESCRIBED:
        return None
    turn.focus(ranked[0][0])
    return answer(turn, [], replies()["shifted"].format(name=turn.catalogue.matter(ranked[0][0]).name))


def same_for(turn: Turn) -> Reply | None:
    """``那行驶证呢``: another thing, the same business as the one in focus."""
    matter, understood = turn.in_focus, turn.understood
    if matter is None or understood.decision != "clarify" or not _AND_THAT.search(normalise(understood.text)):
        return None
    wanted = business_in(matter.name)
    fitting = [code for code in understood.options if wanted & business_in(turn.catalogue.matter(code).name)]
    if len(fitting) != 1:
        return None
    aspects = understood.aspects or ([turn.memory.aspect] if turn.memory.aspect else [])
    turn.focus(fitting[0])
    return answer(turn, aspects, replies()["shifted"].format(name=turn.catalogue.matter(fitting[0]).name))


def _neighbours(turn: Turn, matter: Matter) -> list[str]:
    """Matters that this one names as related, and those that name it."""
    there = [item.code for item in matter.related if item.code in turn.catalogue.matters]
    back_here = [
        other.code
        for other in turn.catalogue.matters.values()
        if any(item.code == matter.code for item in other.related)
    ]
    return list(dict.fromkeys([*there, *back_here]))


def two_matters(turn: Turn) -> Reply | None:
    """Two matters in one message: the one is answered after the other."""
    understood = turn.understood
    if understood.decision not in ("answer", "clarify"):
        return None
    for left, right in _halves(turn):
        pair = _pair(turn, left, right)
        if pair is not None:
            turn.focus(pair[0])
            turn.memory.also = pair[1]
            return answer(turn, understood.aspects)
    return None


def _halves(turn: Turn) -> Iterator[tuple[str, str]]:
    """The ways to read a message as two: two questions about two things side by side, or joined by a word."""
    said, known = turn.understood.text, things(turn.catalogue)
    pieces = [piece for piece in _PAUSE.split(said.strip()) if piece]
    for count in range(1, len(pieces)):
        left, right = "".join(pieces[:count]), "".join(pieces[count:])
        first, second = known.of(left), known.of(right)
        if first and second and not first & second:
            yield _ASKED.sub("", normalise(left)), _ASKED.sub("", normalise(right))
    text = normalise(said)
    for cut in _JOINED.finditer(text):
        yield text[: cut.start()], text[cut.end() :]


def _pair(turn: Turn, left: str, right: str) -> tuple[str, str] | None:
    match = matcher(turn.catalogue)
    if not (match.speaks_of(left) and match.speaks_of(right)):
        return None
    candidates = list(dict.fromkeys([*turn.understood.options, *turn.understood.codes]))
    first = _half(turn, left, right, candidates)
    second = _half(turn, right, left, candidates)
    if first is None or second is None or first == second:
        return None
    apart = (
        match.fit(left, first) - match.fit(left, second) >= MARGIN
        and match.fit(right, second) - match.fit(right, first) >= MARGIN
    )
    return (first, second) if apart else None


def _half(turn: Turn, half: str, other: str, candidates: list[str]) -> str | None:
    """The matter of one half of the sentence; what was said in the other half fills what it leaves out."""
    match, known = matcher(turn.catalogue), things(turn.catalogue)
    said = known.of(half)
    about = [code for code in turn.understood.options if said & known.of_matter(turn.catalogue.matter(code))]
    if len(about) > 1:
        # 「身份证和驾驶证都丢了」: what happened is said once for both.
        done = business_in(half) or business_in(other)
        about = [code for code in about if done & business_in(turn.catalogue.matter(code).name)]
    if said and len(about) == 1 and not said & known.of(other):
        return about[0]
    fitting = [code for code in turn.understood.options if match.fit(half, code) >= 0.9]
    if fitting and match.fit(other, fitting[0]) < CLEAR:
        # The options stand in the order of their probability.
        return fitting[0]
    for among in (turn.understood.options, candidates):
        found = match.clear(half, among) if len(among) > 1 else None
        if found is not None and match.fit(half, found) >= 0.7:
            return found
    ranked = match.rank(half)
    if ranked[0][1] >= 0.8 and ranked[0][1] - ranked[1][1] >= MARGIN:
        return ranked[0][0]
    nearest = sorted(((score + match.closeness(half, code), code) for code, score in ranked[:20]), reverse=True)
    if ranked[0][1] >= 0.7 and nearest[0][0] - nearest[1][0] >= MARGIN:
        return nearest[0][1]
    close = [code for code, score in ranked if score >= 0.7 and score > ranked[0][1] - MARGIN]
    if not 1 < len(close) <= 12:
        return None
    again = sorted(((match.fit(half + other, code), code) for code in close), reverse=True)
    return again[0][1] if again[0][0] - again[1][0] >= MARGIN / 2 else None
