"""One bot, one Chromium and one foreign site for all browser tests."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chat import Chat, launch
from tests.e2e.servers import Server, endpoints_file, start_server, stop

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; where there is no Chromium it is skipped, and says so."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.e2e)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed (apt-get install chromium)"))


@dataclass
class Site:
    """Somebody else's web site: pages that tests put there."""

    url: str
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def put(self, path: str, html: str, headers: dict[str, str] | None = None) -> str:
        self.pages[path] = (html, headers or {})
        return self.url + path


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, headers = found.pages.get(self.path, ("", {}))
            self.send_response(200 if html else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args: Any) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{httpd.server_port}")
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield found
    httpd.shutdown()
    httpd.server_close()


class Bot:
    """A server that can be restarted under the same address."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._server: Server | None = None
        self.start()

    @property
    def url(self) -> str:
        assert self._server is not None
        return self._server.url

    def start(self) -> None:
        port = int(self.url.rpartition(":")[2]) if self._server else None
        self._server = start_server(self._folder, endpoints_file(self._folder), self._environment, port)

    def stop(self) -> None:
        assert self._server is not None
        stop(self._server.process)


@pytest.fixture(scope="session")
def bot(model: Path, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    running = Bot(tmp_path_factory.mktemp("bot"), {"ONEDOOR_WEB_ORIGINS": site.url})
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """For one file at a time: while it runs, no asynchronous test can."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # machines that run tests are busy
    with sync_playwright() as playwright:
        running = launch(playwright, str(CHROMIUM))
        yield running
        running.close()


Open = Callable[..., Chat]


@pytest.fixture
def open_chat(chromium: Any, bot: Bot) -> Iterator[Open]:
    """Opens the page in a new browser profile. A script error fails the test that caused it."""
    opened: list[Chat] = []

    def open_it(path: str = "/", **options: Any) -> Chat:
        chat = Chat.open(chromium, bot.url + path if path.startswith("/") else path, **options)
        opened.append(chat)
        return chat

    yield open_it
    for chat in opened:
        chat.context.close()
    for chat in opened:
        assert chat.problems == []


@pytest.fixture
def chat(open_chat: Open) -> Chat:
    return open_chat()
