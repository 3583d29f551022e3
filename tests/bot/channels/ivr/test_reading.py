from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.ivr.reading import MAX_SENTENCE, amount, digit_by_digit, sentences, speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请打 12345 问", "请打幺二三四五问"),
        ("马上打110!", "马上打幺幺零!"),
        ("打122;有人伤打120。", "打幺二二;有人伤打幺二零。"),
        ("短信发到12110", "短信发到幺二幺幺零"),
        ("96110专线", "九六幺幺零专线"),
        ("电话022-24458825", "电话零二二二四四五八八二五"),
        ("40 元/证", "每证四十元"),
        ("120元/本", "每本一百二十元"),
        ("110元", "一百一十元"),
        ("120天", "一百二十天"),
        ("20000元", "两万元"),
        ("10005元", "一万零五元"),
        ("2.5元", "二点五元"),
        ("10个工作日内", "十个工作日内"),
        ("2个月、2张、2寸、2份", "两个月、两张、两寸、两份"),
        ("第2条和12个", "第二条和十二个"),
        ("满16周岁", "满十六周岁"),
        ("1-3个工作日", "一到三个工作日"),
        ("2026-11-28", "二零二六年十一月二十八日"),
        ("2006年办的", "二零零六年办的"),
        ("9:00-17:30", "九点到十七点半"),
        ("8:05", "八点零五分"),
        ("减免50%", "减免百分之五十"),
        ("用“天津公安APP”", "用天津公安手机应用"),
        ("C1驾照", "C一驾照"),
        ("ETC卡", "E T C卡"),
        ("登录https://zwfw.tj.gov.cn/x?a=1办理", "登录官方网站办理"),
        ("登录zwfw.tj.gov.cn办理", "登录官方网站办理"),
        ("登录 https://zwfw.tj.gov.cn/x?a=1 办理", "登录官方网站办理"),
        ("国(境)外", "国境外"),
        ("过户(二手车)", "过户,二手车"),
        ("发改价格〔2003〕2322号", "发改价格,二零零三年第二千三百二十二号"),
        ("户政→证件制发", "户政,证件制发"),
        ("电话<电话>", "电话这个号码"),
        ("1. 居民户口簿(原件)", "居民户口簿,原件"),
        ("“身份证”“户口”", "身份证、户口"),
        ("是吗?1人", "是吗?一人"),
    ],
)
def test_written_becomes_spoken(written: str, said: str) -> None:
    assert speakable(written) == said


def test_a_number_in_full_width_is_a_number_too() -> None:
    assert speakable("\uff11\uff12\uff13\uff14\uff15") == "幺二三四五"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "零"), (10, "十"), (11, "十一"), (20, "二十"), (101, "一百零一"), (110, "一百一十"), (1010, "一千零一十"),
     (10_000, "一万"), (10_100, "一万零一百"), (110_000, "十一万"), (100_000_000, "一亿"), (0.5, "零点五")],
)  # fmt: skip
def test_amounts(value: float, said: str) -> None:
    assert amount(value) == said


def test_digit_by_digit_leaves_out_what_is_no_digit() -> None:
    assert digit_by_digit("022-1345") == "零二二幺三四五"


def test_long_sentences_are_cut_at_pauses() -> None:
    text = (
        "承诺十个工作日内,从户籍地公安机关审核签发那天算起,法定六十日内;"
        "交通不便的地区,最多再延长三十日,请您提前打电话问清楚了再去窗口。"
    )
    parts = sentences(text)
    assert len(parts) == 2
    assert all(len(part) <= MAX_SENTENCE and part.endswith("。") for part in parts)
    assert "".join(parts).replace("。", "") == text.replace("。", "").replace(";", "")


def test_a_sentence_without_pauses_loses_nothing() -> None:
    parts = sentences("很" * 150)
    assert all(len(part) <= MAX_SENTENCE for part in parts)
    assert "".join(parts).count("很") == 150


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("身份证办理0123456789APPct./:-—()〔〕%,;。!?“”《》元个 \n12345→·<>"), max_size=200)
)
def test_whatever_is_written_is_sayable(text: str) -> None:
    for part in sentences(text):
        assert len(part) <= MAX_SENTENCE
        assert not re.search(r"[0-9]|[A-Za-z]{2}|[()〔〕%“”《》→<>/:]", part), part
        assert part[-1] in "。!?"
