"""Pseudonyms: the same for the same, nothing in common otherwise."""

from __future__ import annotations

from bot.ops.secret import pseudonym

KEY = "k" * 40


def test_pseudonyms() -> None:
    one = pseudonym(KEY, "wechat:app", "openid")
    assert len(one) == 32 and int(one, 16) >= 0
    assert one == pseudonym(KEY, "wechat:app", "openid")
    others = {
        pseudonym("j" * 40, "wechat:app", "openid"),
        pseudonym(KEY, "wechat:other", "openid"),
        pseudonym(KEY, "wechat:app", "openie"),
        pseudonym(KEY, "wechat", ":appopenid"),
    }
    assert len(others) == 4 and one not in others


def test_a_pseudonym_lasts_as_long_as_the_secret() -> None:
    """People keep their conversations over an upgrade."""
    assert pseudonym(KEY, "wechat:app", "openid") == "9511866e5a9ef8acef6a85bbb9052bb5"


def test_parts_do_not_run_into_each_other() -> None:
    assert len({pseudonym(KEY, "turn", "a", "b"), pseudonym(KEY, "turn", "ab"), pseudonym(KEY, "turn", "b", "a")}) == 3
