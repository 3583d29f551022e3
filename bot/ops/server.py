"""Starting Rasa's server with our channels, actions in process, and a guard in front of its API."""

from __future__ import annotations

import hmac
import os
import socket
from pathlib import Path
from typing import Any

from bot.errors import NotReady
from bot.ops.model import ROOT

API_TOKEN = "ONEDOOR_API_TOKEN"  # noqa: S105 - the name of the variable
PUBLIC = ("/webhooks/", "/static/", "/health")
MAX_BODY = 64 * 1024
_LOCAL = frozenset({"127.0.0.1", "::1"})


def check_port(host: str, port: int) -> None:
    """Raises NotReady, in plain words, when the port cannot be used."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotReady(
                f"端口 {port} 用不了({error.strerror})。换一个:onedoor run --port {port + 1},"
                f"或 make run PORT={port + 1} / port {port} is not available"
            ) from error


def may_use_api(path: str, peer: str, forwarded: bool, token: str) -> bool:
    """Whether a request may pass: public paths always, Rasa's API only from here or with the token.

    Args:
        peer: address of the other end of the connection.
        forwarded: whether a proxy says that somebody else stands behind the peer.
        token: what the request carries as its bearer token or ``?token=``.
    """
    if path == "/" or path.startswith(PUBLIC):
        return True
    expected = os.environ.get(API_TOKEN, "")
    if expected and hmac.compare_digest(token.encode(), expected.encode()):
        return True
    return peer in _LOCAL and not forwarded


def _guard(app: Any) -> None:
    from sanic import Request, response
    from sanic.response import HTTPResponse

    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.FALLBACK_ERROR_FORMAT = "json"

    async def guard(request: Request) -> HTTPResponse | None:
        token = (request.headers.get("authorization") or "").removeprefix("Bearer ").strip()
        token = token or request.args.get("token") or ""
        forwarded = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
        if may_use_api(request.path, request.ip, forwarded, token):
            return None
        return response.json({"error": "不能从外面访问 / not reachable from outside"}, status=403)

    app.register_middleware(guard, "request")

    @app.get("/health")
    async def health(request: Request) -> HTTPResponse:
        ready = getattr(app.ctx, "agent", None) is not None and app.ctx.agent.is_ready()
        return response.json({"status": "ok" if ready else "starting"}, status=200 if ready else 503)


def endpoints(path: Path = ROOT / "endpoints.yml") -> Any:
    """Rasa's endpoints, with the actions in process unless the file names an action server."""
    from rasa.core.utils import AvailableEndpoints

    from bot.ops import rasa_fixes
    from bot.ops.inprocess import InProcessActions

    rasa_fixes.apply()
    found = AvailableEndpoints.read_endpoints(str(path))
    if found.action is None:
        found.action = InProcessActions()
    return found


def serve(
    model: Path,
    host: str,
    port: int,
    credentials: Path = ROOT / "credentials.yml",
    endpoints_file: Path = ROOT / "endpoints.yml",
) -> None:
    """Serve until stopped.

    Raises:
        NotReady: the port is taken.
        BadInput: the channel settings cannot be read.
    """
    check_port(host, port)
    os.environ.setdefault("SANIC_BACKLOG", "256")
    (ROOT / "var").mkdir(exist_ok=True)
    import rasa.core.run as rasa_run
    import rasa.server

    from bot.channels.settings import allow_absent

    allow_absent(credentials)
    original = rasa.server.create_app

    def create_app(*args: Any, **kwargs: Any) -> Any:
        app = original(*args, **kwargs)
        _guard(app)
        return app

    rasa_run.server.create_app = create_app

    async def announce(app: Any, loop: Any) -> None:
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104 - only compared
        print(f"一扇门已经打开 / ready: http://{shown}:{port}/", flush=True)

    rasa_run.serve_application(
        model_path=str(model),
        interface=host,
        port=port,
        credentials=str(credentials),
        endpoints=endpoints(endpoints_file),
        enable_api=True,
        cors=None,
        server_listeners=[(announce, "after_server_start")],
    )
