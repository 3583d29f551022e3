"""Which other sites may talk to the bot from their visitors' browsers (CORS)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.errors import BadInput, NotAllowed

VARIABLE = "ONEDOOR_WEB_ORIGINS"
_METHODS = "GET, POST, OPTIONS"
_HEADERS = "Authorization, Content-Type, Last-Event-ID"


def configured(value: str | None = None) -> frozenset[str]:
    """The origins of ``ONEDOOR_WEB_ORIGINS``: ``https://host[:port]``, separated by commas.

    Raises:
        BadInput: an entry is not an origin. ``*`` is refused too: name the sites.
    """
    text = os.environ.get(VARIABLE, "") if value is None else value
    found = set()
    for item in (part.strip() for part in text.split(",")):
        if not item:
            continue
        parts = urlsplit(item)
        plain = parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc and "*" not in item
        if not plain or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise BadInput(
                f"环境变量 {VARIABLE} 里的“{item}”不对,要写成 https://域名(可带端口),多个用逗号隔开,不能用 * "
                f"/ {VARIABLE}: {item!r} is not an origin such as https://www.example.gov.cn"
            )
        found.add(f"{parts.scheme}://{parts.netloc}".lower())
    return frozenset(found)


def same_site(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether the page that asks was served by us.

    Browsers say so themselves in ``Sec-Fetch-Site``, which no page can set; older ones are judged by
    the host they asked for.
    """
    if headers.get("sec-fetch-site") in ("same-origin", "none"):
        return True
    host = headers.get("x-forwarded-host") or headers.get("host") or ""
    return urlsplit(origin).netloc.lower() == host.lower()


def cors_headers(headers: Mapping[str, str], allowed: frozenset[str]) -> dict[str, str]:
    """The headers that let the asking page read the answer; none for our own pages and for programs.

    Raises:
        NotAllowed: the page belongs to a site that is not configured.
    """
    origin = headers.get("origin")
    if not origin or same_site(origin, headers):
        return {}
    if origin.lower() not in allowed:
        raise NotAllowed(f"这个网站没有接入许可,请管理员把它加进 {VARIABLE} / this site is not listed in {VARIABLE}")
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }
