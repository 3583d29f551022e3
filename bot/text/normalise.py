"""One written form for what people type and what speech recognisers write.

``normalise`` folds width, case, traditional and variant characters and takes out fillers and repeats,
so that the matcher sees fewer forms of the same question. The person's own words are kept elsewhere;
nothing here is shown to anybody.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_VARIANTS = str.maketrans(
    {
        "証": "证", "裏": "里", "祇": "只", "妳": "你", "袮": "你", "俺": "我", "咱": "我", "您": "你",
        "恁": "你", "嘛": "吗", "麽": "么", "啥": "啥", "〇": "零", "～": "~", "—": "-",
    }
)  # fmt: skip

# Hesitations and polite padding that carry nothing; longest first.
_FILLERS = re.compile(
    r"(?:^|(?<=[\s,，。.!！?？、~]))(?:那个那个|就是说|那什么|那个啥|这个那个|嗯+|呃+|额+|啊+|哎+|唉+|诶+|喂+|哦+|噢+)(?=[\s,，。.!！?？、]|(?=.))"
)
_REPEATED = re.compile(r"(.)\1{2,}")
_SPACES = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")

_CHINESE_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"幺": "1", "两": "2"}
_SPOKEN_NUMBER = re.compile("[零一二三四五六七八九幺]{3,}")
_COUNTED = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)(?=[周岁年天日个月块元号多])")


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _has_traditional(text: str) -> bool:
    # GB 2312 holds the simplified characters: cheap test before the costly conversion.
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def _tens(match: re.Match[str]) -> str:
    tens = _CHINESE_DIGITS.get(match[1], "1")
    return tens + _CHINESE_DIGITS.get(match[2], "0")


def simplify(text: str) -> str:
    """Half-width, simplified characters, lower case; nothing is left out."""
    text = unicodedata.normalize("NFKC", text)
    if _has_traditional(text):
        text = _converter().convert(text)
    return text.lower()


def normalise(text: str) -> str:
    """The form the matcher works on. Never longer than a few characters more than ``text``."""
    text = simplify(text).translate(_VARIANTS)
    text = _FILLERS.sub("", text)
    text = _REPEATED.sub(r"\1\1", text)
    text = _SPOKEN_NUMBER.sub(lambda m: "".join(_CHINESE_DIGITS[c] for c in m[0]), text)
    text = _COUNTED.sub(_tens, text)
    text = _BETWEEN_HAN.sub("", text)
    return _SPACES.sub(" ", text).strip()
