from __future__ import annotations

import pytest

from bot.text.ordinals import position


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("2", 3, 1),
        ("第二个", 3, 1),
        ("我要第三个", 3, 2),
        ("选1", 2, 0),
        ("b", 2, 1),
        ("最后一个", 4, 3),
        ("倒数第二个", 4, 2),
        ("后面那个", 2, 1),
        ("中间那个", 3, 1),
        ("头一个", 3, 0),
        ("4", 3, None),
        ("丢了的那个", 3, None),
        ("身份证2006年办的", 3, None),
        ("一个孩子", 3, None),
    ],
)
def test_position(text: str, size: int, expected: int | None) -> None:
    assert position(text, size) == expected
