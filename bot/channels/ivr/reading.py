"""Written Chinese made sayable: numbers, telephone numbers, amounts, dates, Latin letters, brackets.

A synthesiser reads what it gets. ``12345`` as an amount, a web address letter by letter or a bracket as
"bracket" is noise to a caller, so everything becomes Chinese characters and pauses here.
"""

from __future__ import annotations

import re
import unicodedata

MAX_SENTENCE = 60
"""Characters of one spoken sentence at most: what one keeps in mind on the telephone."""

_DIGITS = "零一二三四五六七八九"
_SPOKEN_DIGITS = "零幺二三四五六七八九"
"""As in a Tianjin telephone number: 幺 for 1, so that it is not heard as 七."""
_UNITS = ("", "十", "百", "千")

_MEASURES = (
    "个|年|天|日|张|份|次|件|套|本|名|周|人|家|种|项|样|位|辆|岁|寸|块|元|角|分|小时|月|号|条|款|楼|层|路|万|千|百|亿|"
    "米|公里|吨|公斤|克|升|级|期|册|副|片|点|枚|把|支|户|处|道|批|倍|场|间|只|台|届|栋|室|门"
)
_TWO_IS_LIANG = re.compile(
    r"二(?=个|年|天|张|份|次|件|套|本|名|周|人|家|种|项|样|位|辆|岁|寸|块|小时|百|千|万|枚|把|支|片|副|只|台|处)"
)
_SERVICE = {"110", "114", "119", "120", "122", "12110", "96110", "12345"}

_URL = re.compile(
    r"(?:https?://|www\.)[!-+\--~]+|[A-Za-z0-9][A-Za-z0-9.\-]*\.(?:cn|com|net|org|gov|top)(?![A-Za-z0-9])(?:/[!-+\--~]*)?"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+")
_MASKED = re.compile(r"<(?:身份证号|卡号|电话|车牌|号码|证件号)>")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_PAPER = re.compile(r"[(\[〔]((?:19|20)\d\d)[)\]〕](\d+)号")
_ONE_IN_BRACKETS = re.compile(r"(?<=[\u4e00-\u9fff])\(([\u4e00-\u9fff])\)(?=[\u4e00-\u9fff])")
"""``国(境)外``, ``区(县)级``: read without a pause."""
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|〕|\))")
_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d\d)(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[-—\s]?\d{7,8}(?!\d)|(?<!\d)400[-\s]?\d{3}[-\s]?\d{4}(?!\d)")
_EACH = re.compile(r"(\d+(?:\.\d+)?)\s*元/(证|本|人次|人|次|副|张|份|车|件|年|枚|套|页|例|项|天|日|台|辆|月|吨|平方米)")
_RANGE = re.compile(r"(\d)\s*[-~—–至]\s*(?=\d)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_SERVICE_NUMBER = re.compile(
    r"(?<![\d.])(" + "|".join(sorted(_SERVICE, key=len, reverse=True)) + rf")(?![\d.])(?!\s*(?:{_MEASURES}))"
)
_NUMBER = re.compile(r"(?<!\d)(\d+)(?:\.(\d+))?")
_NUMBERED = re.compile(r"^\s*\d{1,2}(?:[.)]\s+|、\s*|[.)](?!\d))")

_SAID = {
    "app": "手机应用", "wifi": "无线网", "pdf": "电子文档", "excel": "电子表格", "word": "电子文档", "vip": "贵宾",
    "ngo": "非政府组织", "gps": "卫星定位", "ktv": "歌厅", "id": "账号", "ai": "人工智能", "sim": "电话卡",
    "usb": "优盘", "jpg": "照片", "jpeg": "照片", "pos": "刷卡机", "ppt": "演示文稿", "ok": "好", "email": "电子邮箱",
}  # fmt: skip
_LATIN = re.compile(r"[A-Za-z]+")
_BRACKETS = re.compile(r"[(\[【〔〈<{]")
_CLOSING = re.compile(r"[)\]】〕〉>}]")
_QUOTES = re.compile(r"[“”\"'‘’「」『』《》`*_#|]")
_PAUSES = re.compile(r"\s*[→·•・/\\:—–\-~+=&]+\s*|\s+")
_COMMAS = re.compile(r"[,、]*([,、;。!?])[,、;。]*")
_STRAY = re.compile(r"[^\u4e00-\u9fffA-Za-z,。!?;、]")


def digit_by_digit(digits: str) -> str:
    """``12345`` → ``幺二三四五``; characters that are no digits are left out."""
    return "".join(_SPOKEN_DIGITS[int(char)] for char in digits if char.isdigit())


def year(digits: str) -> str:
    """``2026`` → ``二零二六``."""
    return "".join(_DIGITS[int(char)] for char in digits)


def _below_ten_thousand(value: int) -> str:
    out, zero = "", False
    for power in range(3, -1, -1):
        digit = value // 10**power % 10
        if digit:
            out += ("零" if zero and out else "") + _DIGITS[digit] + _UNITS[power]
            zero = False
        else:
            zero = True
    return out


def amount(value: float) -> str:
    """``120`` → ``一百二十``, ``2.5`` → ``二点五``, ``10000`` → ``一万``."""
    whole, _, fraction = f"{value:.10g}".partition(".")
    number = int(whole)
    if number == 0:
        out = "零"
    else:
        out = ""
        for power, unit in ((8, "亿"), (4, "万"), (0, "")):
            part = number // 10**power % (10**4 if power < 8 else 10**8)
            if part:
                gap = "零" if out and part < 1000 else ""
                out += gap + _below_ten_thousand(part) + unit
        out = re.sub(r"^一十", "十", out)
    return out + ("点" + "".join(_DIGITS[int(char)] for char in fraction) if fraction else "")


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if minute == 0:
        return f"{amount(hour)}点"
    return f"{amount(hour)}点" + ("半" if minute == 30 else ("零" if minute < 10 else "") + f"{amount(minute)}分")


def _number(match: re.Match[str]) -> str:
    digits, fraction = match[1], match[2]
    if fraction is None:
        followed = re.match(rf"\s*(?:{_MEASURES}|多)", match.string[match.end() :])
        if (len(digits) >= 5 and not followed) or (digits[0] == "0" and len(digits) > 1):
            return digit_by_digit(digits)
        return amount(int(digits))
    return amount(float(f"{digits}.{fraction}"))


def _letters(match: re.Match[str]) -> str:
    word = match[0]
    known = _SAID.get(word.lower())
    # One letter after another with a pause between, so that a synthesiser spells it.
    return known or " ".join(word.upper())


def speakable(text: str) -> str:
    """``text`` as it is said aloud: no digits, brackets, addresses of the web or unread abbreviations."""
    text = _NUMBERED.sub("", unicodedata.normalize("NFKC", text))
    text = _URL.sub("官方网站", _MAIL.sub("电子邮箱", text))
    text = _MASKED.sub("这个号码", text)
    text = _PAPER.sub(lambda m: f",{year(m[1])}年第{m[2]}号", text)
    text = _ONE_IN_BRACKETS.sub(r"\1", text)
    text = _DATE.sub(lambda m: f"{year(m[1])}年{amount(int(m[2]))}月{amount(int(m[3]))}日", text)
    text = _YEAR.sub(lambda m: year(m[1]), text)
    text = _TIME.sub(_clock, text)
    text = _LANDLINE.sub(lambda m: digit_by_digit(m[0]), text)
    text = _EACH.sub(lambda m: f"每{m[2]}{amount(float(m[1]))}元", text)
    text = re.sub(r"([点半分])\s*[-~—–至]+\s*(?=[上下零一二三四五六七八九十])", r"\1到", text)
    text = _RANGE.sub(r"\1到", text)
    text = _PERCENT.sub(lambda m: "百分之" + amount(float(m[1])), text)
    text = _SERVICE_NUMBER.sub(lambda m: digit_by_digit(m[1]), text)
    text = _NUMBER.sub(_number, text)
    text = re.sub(r"(?<=[零幺一二三四五六七八九十百千万])\s+(?=[\u4e00-\u9fff])", "", text)
    text = re.sub(r"(?<![一二三四五六七八九十百千万点第零])" + _TWO_IS_LIANG.pattern, "两", text)
    text = _LATIN.sub(_letters, text)
    spelt = re.compile(r"(?<=[A-Z]) (?=[A-Z])")
    text = spelt.sub("\x00", text)
    text = _QUOTES.sub("", re.sub(r"[”’」』》\"]([“‘「『《\"])", r"、\1", text))
    text = _CLOSING.sub("", _BRACKETS.sub(",", text))
    text = _PAUSES.sub(_pause, text)
    text = text.replace("\x00", " ")
    text = "".join(char if char == " " or not _STRAY.match(char) else "" for char in text)
    # Letters that a sign stood between until now are spelt as well.
    return _tidy(re.sub(r"(?<=[A-Z])(?=[A-Z])", " ", text))


def _pause(match: re.Match[str]) -> str:
    if match[0].isspace():
        # A blank between Chinese characters is layout; at the edge of a letter it is layout too.
        return ""
    return ","


def _tidy(text: str) -> str:
    text = _COMMAS.sub(lambda m: m[1], text)
    text = re.sub(r"[,、;]+(?=[。!?])", "", text)
    text = re.sub(r"([。!?])[。,、;]+", r"\1", text)
    return text.strip(",、; ")


def sentences(text: str, limit: int = MAX_SENTENCE) -> list[str]:
    """``text`` made speakable and cut at sentence ends, then at pauses, into parts of at most ``limit``."""
    out: list[str] = []
    for line in text.splitlines():
        for sentence in re.findall(r"[^。!?]+[。!?]?", speakable(line)):
            out += _cut(sentence.strip(",、;"), limit)
    return [item for item in out if re.search(r"[\u4e00-\u9fffA-Z]", item)]


def _cut(sentence: str, limit: int) -> list[str]:
    end = sentence[-1] if sentence and sentence[-1] in "。!?" else "。"
    body = sentence.rstrip("。!?")
    if len(body) + 1 <= limit:
        return [body + end] if body else []
    parts: list[str] = []
    # At a semicolon first: it separates whole statements.
    for mark in (";", ",", "、"):
        if mark in body:
            pieces, current = body.split(mark), ""
            for piece in pieces:
                joined = f"{current}{mark}{piece}" if current else piece
                if len(joined) + 1 <= limit:
                    current = joined
                    continue
                if current:
                    parts.append(current)
                current = piece
            parts.append(current)
            break
    else:
        # No pause at all: nobody speaks so, but nothing may be lost either.
        parts = [body[index : index + limit - 1] for index in range(0, len(body), limit - 1)]
    out = [item for part in parts[:-1] for item in _cut(part.strip(",、;"), limit)]
    return out + (_cut(parts[-1].strip(",、;") + end, limit) if parts[-1].strip(",、;") else [])
