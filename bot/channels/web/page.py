"""The files browsers load: the full page and the widget, with headers that allow no foreign script."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sanic import Request, response
from sanic.response import HTTPResponse

FILES = Path(__file__).resolve().parents[2] / "web"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Browsers keep the files but ask each time whether they changed.
    "Cache-Control": "no-cache",
    # Sites that embed the widget may isolate themselves from everything that does not say this.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def file_for(request: Request) -> HTTPResponse | None:
    """The answer to a request for ``/`` or ``/static/…``; None for everything else."""
    if request.method not in ("GET", "HEAD"):
        return None
    if request.path == "/":
        return _answer(request, FILES / "index.html")
    name = request.path.removeprefix("/static/")
    path = FILES / name
    if name == request.path or path.parent != FILES or path.suffix not in _TYPES or not path.is_file():
        return None
    return _answer(request, path)


def _answer(request: Request, path: Path) -> HTTPResponse:
    content = path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    headers = {**_HEADERS, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return response.empty(status=304, headers=headers)
    # sanic sends no body for HEAD, but counts it, as it should.
    return response.raw(content, headers=headers, content_type=_TYPES[path.suffix])
