"""Which sites may embed the widget."""

from __future__ import annotations

import pytest

from bot.channels.web.origins import VARIABLE, configured, cors_headers
from bot.errors import BadInput, NotAllowed

OURS = {"host": "bot.example:5005"}
ALLOWED = frozenset({"https://www.example.gov.cn"})


def test_origins_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert configured() == frozenset()
    monkeypatch.setenv(VARIABLE, " https://WWW.example.gov.cn/, http://localhost:8000 ,")
    assert configured() == {"https://www.example.gov.cn", "http://localhost:8000"}


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "https://*.example.cn",
        "www.example.cn",
        "https://a.cn/page",
        "ftp://a.cn",
        "https://u@a.cn",
        "https://a.cn?x",
    ],
)
def test_what_is_no_origin_is_named(value: str) -> None:
    with pytest.raises(BadInput, match=VARIABLE) as error:
        configured(f"https://fine.example,{value}")
    assert value in str(error.value)


@pytest.mark.parametrize(
    "headers",
    [
        OURS,
        {**OURS, "origin": "http://bot.example:5005"},
        {**OURS, "origin": "https://BOT.example:5005"},
        {"host": "inner:1", "x-forwarded-host": "bot.example", "origin": "https://bot.example"},
        {"host": "inner:1", "sec-fetch-site": "same-origin", "origin": "https://bot.example"},
    ],
)
def test_our_own_pages_and_programs_need_no_permission(headers: dict[str, str]) -> None:
    assert cors_headers(headers, frozenset()) == {}


def test_a_configured_site_is_named_never_a_star() -> None:
    headers = cors_headers({**OURS, "origin": "https://www.example.gov.cn"}, ALLOWED)
    assert headers["Access-Control-Allow-Origin"] == "https://www.example.gov.cn"
    assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://www.example.gov.cn", "https://www.example.gov.cn.evil.example", "null",
     "https://www.example.gov.cn:8443"],
)  # fmt: skip
def test_every_other_site_is_refused(origin: str) -> None:
    with pytest.raises(NotAllowed, match=VARIABLE):
        cors_headers({**OURS, "origin": origin}, ALLOWED)
    with pytest.raises(NotAllowed):
        cors_headers({**OURS, "origin": origin, "sec-fetch-site": "cross-site"}, ALLOWED)
