"""Noise for training: what typing, dialect and speech recognisers do to a question.

Added by code at training time and never stored, so that editors only ever see clean questions.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import lru_cache

from bot.text.pinyin import of_character

_FILLERS = ("嗯", "呃", "那个", "就是", "这个", "喂你好", "我想问一下", "您好", "请问一下", "就是说", "啊", "然后")
_BEFORE = (
    "您好,", "你好,", "请问", "请问一下,", "麻烦问一下,", "您好,请问", "你好我想问一下,", "想咨询一下,", "咨询一下",
    "老师您好,", "同志,", "警官您好,", "不好意思,打扰了,", "打扰您了,想问问,", "麻烦您帮我看看,", "劳驾,",
    "我想了解一下,", "有个事想问下,", "是这样的,", "那个什么,", "唉,", "跟您打听个事儿,", "大姐,", "师傅,",
    "在吗?", "有人吗,",
    "我着急问一下,", "对了,", "还有个事,", "顺便问下,", "另外,", "那", "那我", "再问一个,",
    "好的知道了,", "行,明白了,", "换个事儿,",
)  # fmt: skip
_AFTER = (
    ",谢谢", ",谢谢您了", "啊", "呢", "呀", ",麻烦了", ",谢谢老师", ",急", ",在线等", "?谢谢!", ",您给说说",
    ",我不太懂", ",给指个路", ",求告知", ",辛苦了", "吧", ",您受累", ",怎么弄啊", ",该怎么办呢", ",咋办", ",找谁啊",
)  # fmt: skip
_ENDS = re.compile("[。?!?!,]+$")
_PUNCTUATION = str.maketrans("", "", ",。?!、;:,.?!;: ")
_READ_OUT = str.maketrans("0123456789", "零一二三四五六七八九")

# Frequent characters, so that homophones are ones a recogniser would write.
_COMMON = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看"
    "起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世"
    "什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走将月十实向声车全信重三机工物气每并别真打太"
    "新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色更拉东神记处让母父应"
    "直字场平报友关放至张认接告入笑内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四失满战远格士音轻目条呢病始"
    "达深完今提求清王化空业思切怎非找片罗钱吗语元喜曾离飞科言干流欢约各即指合反题必该论交终林请医晚制球决窥传画保读运及则房早院"
    "量苦火布品近坐产答星精视五连司巴奇管类未朋且婚台夜青北队久乎越观落尽形影红爸百令周吧识步希亚术留市半热送兴造谈容极随演收首"
    "根讲整式取照办强石古华谅拿计您装似足双妻尼转诉米称丽客南领节衣站黑刻统断福城故历惊脸选包紧争另建维绝树系伤示愿持千史谁准联"
    "妇纪基买志静阿诗独复痛消社算义竟确酒需单治卡幸兰念举仅钟怕共毛句息功官待究跟穿室易游程号居考突皮哪费倒价图具刚脑永歌响商礼"
    "细专黄块脚味灵改据般破引食仍存众注笔甚某沉血备习校默务土微娘须试怀料调广苏显赛查密议底列富梦错座参八除跑亮假印设线温虽掉京"
    "初养香停际致阳纸李纳验助激够严证帝饭忘趣支春集丈木研班普导顿睡展跳获艺六波察群皇段急庭创区奥器谢弟店否害草排背止组州朝封睛"
    "板角况曲馆育忙质河续哥呼若推境遇雨标姐充围案伦护冷警贝著雪索剧啊船险烟依斗值帮汉慢佛肯闻唱沙局伯族低玩资屋击速顾泪洲团圣旁"
    "堂兵七露园牛哭旅街劳型烈姑陈莫鱼异抱宝权鲁简态级票怪寻杀律胜份汽右洋范床舞秘午登楼贵吸责例追较职属渐左录丝牙党继托赶章智冲"
    "叶胡吉卖坚喝肉遗救修松临藏担戏善卫药悲敢靠伊村戴词森耳差短祖云规窗散迷油旧适乡架恩投弹铁博雷府压超负勒杂醒洗采毫嘴毕九冰既"
    "状乱景席珍童顶派素脱农疑练野按犯拍征坏骨余承置臂彩灯巨琴免环姆暗换技翻束增忍餐洛塞缺忆判欧层付阵玛批岛项狗休懂武革良恶恋委"
    "签证驾驶照护港澳台湾迁移登记补领遗失损毁注销户籍"
)


@lru_cache(maxsize=1)
def _homophones() -> dict[str, tuple[str, ...]]:
    by_sound: dict[str, list[str]] = defaultdict(list)
    for character in dict.fromkeys(_COMMON):
        by_sound[of_character(character)].append(character)
    return {sound: tuple(group) for sound, group in by_sound.items() if len(group) > 1}


def homophone(character: str, rng: random.Random) -> str:
    """Another common character of the same folded sound, or the character itself."""
    group = _homophones().get(of_character(character), ())
    others = [other for other in group if other != character]
    return rng.choice(others) if others else character


def recogniser(text: str, rng: random.Random) -> str:
    """As a phone speech recogniser writes it: no punctuation, fillers, homophones, digits in words."""
    text = text.translate(_PUNCTUATION).translate(_READ_OUT)
    rate = rng.choice((0.06, 0.12, 0.2))
    characters = [homophone(c, rng) if rng.random() < rate else c for c in text]
    if rng.random() < 0.6:
        characters.insert(0, rng.choice(_FILLERS))
    if rng.random() < 0.5 and len(characters) > 4:
        characters.insert(rng.randrange(1, len(characters)), rng.choice(_FILLERS))
    return "".join(characters)


def typing(text: str, rng: random.Random) -> str:
    """As hasty fingers type it: a character lost, doubled, swapped or mistaken for its homophone."""
    characters = list(text)
    for _ in range(rng.choice((1, 1, 2))):
        if len(characters) < 4:
            break
        at = rng.randrange(len(characters) - 1)
        kind = rng.random()
        if kind < 0.3:
            del characters[at]
        elif kind < 0.5:
            characters[at], characters[at + 1] = characters[at + 1], characters[at]
        else:
            characters[at] = homophone(characters[at], rng)
    return "".join(characters)


def polite(text: str, rng: random.Random) -> str:
    """With what people say around a question: greetings, apologies, thanks."""
    before = rng.choice(_BEFORE) if rng.random() < 0.75 else ""
    after = rng.choice(_AFTER) if not before or rng.random() < 0.4 else ""
    return before + _ENDS.sub("", text) + after


def noisy(text: str, rng: random.Random) -> str:
    """One noisy form of ``text``."""
    kind = rng.random()
    if kind < 0.45:
        return recogniser(text, rng)
    return typing(text, rng) if kind < 0.7 else polite(text, rng)
