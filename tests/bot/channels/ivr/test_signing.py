from __future__ import annotations

import hashlib
import hmac

import pytest

from bot.channels.ivr.signing import FRESH_SECONDS, check, same, sign
from bot.errors import NotAllowed

SECRET = "s" * 40
BODY = '{"a":"中文"}'.encode()
NOW = 1_800_000_000.7


def test_a_signature_of_ones_own_is_good_and_is_the_documented_hmac() -> None:
    header = sign(SECRET, BODY, NOW)
    check(SECRET, header, BODY, NOW)
    expected = hmac.new(SECRET.encode(), b"1800000000." + BODY, hashlib.sha256).hexdigest()
    assert header == f"t=1800000000,v1={expected}"


@pytest.mark.parametrize("age", [-FRESH_SECONDS + 1, 0, FRESH_SECONDS])
def test_fresh_enough(age: int) -> None:
    check(SECRET, sign(SECRET, BODY, int(NOW) - age), BODY, int(NOW))


@pytest.mark.parametrize("age", [-FRESH_SECONDS - 1, FRESH_SECONDS + 1, 10**9])
def test_stale_or_from_the_future(age: int) -> None:
    with pytest.raises(NotAllowed, match="过期"):
        check(SECRET, sign(SECRET, BODY, int(NOW) - age), BODY, int(NOW))


@pytest.mark.parametrize(
    "header",
    [
        "", "t=1800000000", "v1=00", "t=,v1=", "t=18,v1=zz", "t=-1800000000,v1=00", "t=1e9,v1=00", ",,,", "t=1" * 99,
        f"t={chr(0x661)}{chr(0x668)},v1=00",  # digits, but not ours
    ],
)  # fmt: skip
def test_malformed_headers(header: str) -> None:
    with pytest.raises(NotAllowed):
        check(SECRET, header, BODY, NOW)


def test_another_body_secret_or_time_is_refused() -> None:
    header = sign(SECRET, BODY, NOW)
    for secret, head, body in (
        (SECRET, header, BODY + b" "),
        ("t" * 40, header, BODY),
        (SECRET, header.replace("t=1800000000", "t=1800000001"), BODY),
    ):
        with pytest.raises(NotAllowed, match="签名不对"):
            check(secret, head, body, NOW)


def test_any_of_several_signatures_will_do() -> None:
    good = sign(SECRET, BODY, NOW)
    check(SECRET, good.replace(",v1=", f",v1={'0' * 64},v1="), BODY, NOW)


def test_without_a_secret_nothing_is_good() -> None:
    with pytest.raises(NotAllowed, match="密钥"):
        check("", sign("", BODY, NOW), BODY, NOW)


def test_values_are_compared_whatever_their_characters() -> None:
    assert same("abc", "abc") and not same("abc", "abd") and not same("甲", "abc")
