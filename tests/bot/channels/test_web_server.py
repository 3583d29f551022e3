"""The web channel's routes in the real server, spoken to without a browser."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from bot.channels.web.sessions import AUDIENCE
from tests.e2e.servers import Answer, Server, endpoints_file, start_server, stop

pytestmark = pytest.mark.e2e

SITE = "https://www.example.gov.cn"
SECRET = "x" * 40  # what start_server sets


@pytest.fixture(scope="module")
def web(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A bot that one other site may use."""
    folder = tmp_path_factory.mktemp("web")
    running = start_server(folder, endpoints_file(folder), {"ONEDOOR_WEB_ORIGINS": SITE})
    yield running
    stop(running.process)


class Browser:
    """One session."""

    def __init__(self, server: Server, token: str | None = None) -> None:
        self.server = server
        self.token = token or server.request("POST", "/webhooks/web/session").json["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: Any, headers: dict[str, str] | None = None) -> Answer:
        return self.server.request("POST", "/webhooks/web/messages", body, {**self.headers, **(headers or {})})

    def ask(self, text: str, **more: Any) -> list[dict[str, Any]]:
        answer = self.post({"message": text, **more})
        assert answer.status == 200, answer.body
        return answer.json["messages"]

    def history(self, query: str = "") -> dict[str, Any]:
        return self.server.request("GET", f"/webhooks/web/history{query}", headers=self.headers).json

    def stream(self, last: int = 0) -> Stream:
        return Stream(self, last)


class Stream:
    """An open stream; ``read`` waits for the next event of a kind."""

    def __init__(self, browser: Browser, last: int) -> None:
        host = browser.server.url.removeprefix("http://")
        self.connection = http.client.HTTPConnection(host, timeout=30)
        self.connection.request("GET", "/webhooks/web/stream", headers={**browser.headers, "Last-Event-ID": str(last)})
        self.answer = self.connection.getresponse()

    def read(self, name: str = "message") -> dict[str, Any]:
        kind = ""
        while line := self.answer.readline():
            key, _, value = line.decode().strip().partition(": ")
            if key == "event":
                kind = value
            elif key == "data" and kind == name:
                return json.loads(value)
        raise EOFError

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


@pytest.fixture
def browser(web: Server) -> Browser:
    return Browser(web)


def test_a_reply_comes_with_the_post_and_over_the_stream(browser: Browser) -> None:
    stream = browser.stream()
    posted = browser.ask("身份证丢了怎么补")
    assert [(entry["id"], entry["from"]) for entry in posted] == [(1, "user"), (2, "bot")]
    assert posted[1]["custom"]["act"] and posted[1]["text"]
    assert [stream.read(), stream.read()] == posted
    stream.close()


def test_a_lost_connection_is_made_up_for(browser: Browser) -> None:
    first = browser.stream()
    browser.ask("你好")
    assert first.read()["id"] == 1 and first.read()["id"] == 2
    first.close()
    browser.ask("身份证丢了怎么补")
    second = browser.stream(last=2)
    assert [second.read()["id"], second.read()["id"]] == [3, 4]
    second.close()
    assert [entry["id"] for entry in browser.history("?after=3")["messages"]] == [4]


def test_a_number_the_conversation_never_had_starts_from_the_beginning(browser: Browser) -> None:
    browser.ask("你好")
    stream = browser.stream(last=77)
    assert stream.read("reset") == {}
    assert stream.read()["id"] == 1
    stream.close()


def test_sending_twice_asks_once(browser: Browser) -> None:
    message_id = uuid.uuid4().hex
    assert browser.ask("你好", id=message_id) == browser.ask("你好", id=message_id)
    assert browser.history()["last"] == 2


def test_a_browser_that_goes_away_gets_its_answer_later(browser: Browser) -> None:
    stream = browser.stream()
    hasty = http.client.HTTPConnection(browser.server.url.removeprefix("http://"), timeout=30)
    hasty.request("POST", "/webhooks/web/messages", json.dumps({"message": "身份证丢了怎么补"}), browser.headers)
    hasty.close()
    said, reply = stream.read(), stream.read()
    assert (said["id"], reply["id"]) == (1, 2)
    stream.close()
    assert browser.history()["messages"] == [said, reply]


def test_private_numbers_come_back_masked(browser: Browser) -> None:
    said, _ = browser.ask("我电话13812345678")
    assert "13812345678" not in said["text"] and "<电话>" in said["text"]
    assert "13812345678" not in json.dumps(browser.history(), ensure_ascii=False)


def test_a_slash_gives_no_orders_to_rasa(browser: Browser) -> None:
    said, reply = browser.ask('/restart{"a": 1}')
    assert said["text"].startswith("restart")
    assert reply["custom"]["act"]
    assert browser.post({"message": " // "}).status == 400


def test_a_rating_is_kept_with_the_reply_and_acknowledged(browser: Browser) -> None:
    _, reply = browser.ask("身份证丢了怎么补")
    answer = browser.post({"rating": {"reply": reply["id"], "useful": False}})
    said, thanks = answer.json["messages"]
    assert said["rating"] == {"reply": reply["id"], "useful": False}
    assert thanks["custom"]["act"] == "rate"
    assert browser.history()["messages"][2]["rating"]["useful"] is False


@pytest.mark.parametrize(
    "rating", [None, 5, {}, {"reply": 1}, {"reply": 1, "useful": "yes"}, {"reply": 1, "useful": True},
               {"reply": 99, "useful": True},
               {"reply": True, "useful": True}]
)  # fmt: skip
def test_a_rating_of_nothing_is_refused(browser: Browser, rating: Any) -> None:
    browser.ask("你好")
    answer = browser.post({"rating": rating})
    assert answer.status == 400 and "rating" in answer.json["error"]


def test_sessions_do_not_see_each_other(web: Server) -> None:
    one, other = Browser(web), Browser(web)
    one.ask("你好")
    assert other.history() == {"messages": [], "last": 0}


@pytest.mark.parametrize("path", ["messages", "history", "stream"])
@pytest.mark.parametrize(
    "claims",
    [
        None,
        {"secret": "y" * 40},
        {"exp": int(time.time()) - 5},
        {"aud": "something-else"},
        {"sid": "test"},
    ],
    ids=["none", "wrong signature", "expired", "made for something else", "no id of ours"],
)
def test_forged_and_expired_sessions_are_refused(web: Server, path: str, claims: dict[str, Any] | None) -> None:
    headers = {}
    if claims is not None:
        made = {"sid": uuid.uuid4().hex, "aud": AUDIENCE, "exp": int(time.time()) + 600, **claims}
        token = jwt.encode(made, made.pop("secret", SECRET), algorithm="HS256")
        headers = {"Authorization": f"Bearer {token}"}
    method = "POST" if path == "messages" else "GET"
    answer = web.request(method, f"/webhooks/web/{path}", {"message": "你好"} if method == "POST" else None, headers)
    assert answer.status == 401
    assert answer.json["code"] == "session" and "会话" in answer.json["error"]


def test_the_token_of_this_test_is_otherwise_good(web: Server) -> None:
    claims = {"sid": uuid.uuid4().hex, "aud": AUDIENCE, "exp": int(time.time()) + 600}
    assert Browser(web, jwt.encode(claims, SECRET, algorithm="HS256")).ask("你好")


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"{", 400, "JSON"),
        ([1], 400, "JSON"),
        ({}, 400, "message"),
        ({"message": ""}, 400, "message"),
        ({"message": 5}, 400, "message"),
        ({"message": "你好", "id": "not a uuid"}, 400, "id"),
        ({"message": "长" * 4000}, 413, "太长"),
        ({"message": "长" * 30_000}, 413, ""),
    ],
)
def test_bad_bodies_name_the_field(browser: Browser, body: Any, status: int, word: str) -> None:
    answer = browser.post(body)
    assert answer.status == status
    assert word in answer.body.decode()


def test_one_session_cannot_flood_the_bot(browser: Browser) -> None:
    answers = [browser.post({"message": ""}) for _ in range(40)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused and answers[0].status == 400
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert "太快" in refused[0].json["error"]
    Browser(browser.server).ask("你好")  # others go on


def test_one_address_cannot_take_all_sessions(web: Server) -> None:
    def ask(address: str) -> int:
        return web.request("POST", "/webhooks/web/session", headers={"X-Forwarded-For": address}).status

    assert [ask("203.0.113.9") for _ in range(130)].count(429) > 0
    assert ask("203.0.113.10") == 200


def test_streams_of_a_session_are_limited_and_given_back(browser: Browser) -> None:
    streams = [browser.stream() for _ in range(9)]
    assert [stream.answer.status for stream in streams] == [200] * 8 + [429]
    for stream in streams:
        stream.close()
    deadline = time.monotonic() + 20
    while (again := browser.stream()).answer.status != 200:
        assert time.monotonic() < deadline, "closed streams were not given back"
        again.close()
    again.close()


def test_a_configured_site_may_ask_and_read(web: Server) -> None:
    origin = {"Origin": SITE}
    preflight = web.request(
        "OPTIONS", "/webhooks/web/messages", headers={**origin, "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == SITE
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    session = web.request("POST", "/webhooks/web/session", headers=origin)
    assert session.headers["Access-Control-Allow-Origin"] == SITE
    browser = Browser(web, session.json["token"])
    for answer in (browser.post({"message": "你好"}, origin), browser.post({"message": ""}, origin)):
        assert answer.headers["Access-Control-Allow-Origin"] == SITE


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://www.example.gov.cn"])
def test_other_sites_are_refused(web: Server, browser: Browser, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    for answer in (
        web.request("OPTIONS", "/webhooks/web/messages", headers=headers),
        web.request("POST", "/webhooks/web/session", headers=headers),
        browser.post({"message": "你好"}, headers),
        web.request("GET", "/webhooks/web/stream", headers={**browser.headers, **headers}),
    ):
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "接入许可" in answer.json["error"]
    assert browser.history()["last"] == 0


def test_files_are_kept_by_browsers_until_they_change(web: Server) -> None:
    first = web.request("GET", "/static/onedoor.js")
    again = web.request("GET", "/static/onedoor.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert first.headers["content-type"].startswith("text/javascript")
    page = web.request("GET", "/")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert b"<style" not in page.body and b"style=" not in page.body and page.body.count(b"<script") == 1


def test_the_widget_asks_nobody_else(web: Server) -> None:
    script = web.request("GET", "/static/onedoor.js").body.decode()
    for word in (
        "eval(",
        "new Function",
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "importScripts",
        "import(",
    ):
        assert word not in script


def test_the_server_stops_while_somebody_watches_and_goes_on_afterwards(web: Server) -> None:
    browser = Browser(web)
    stream = browser.stream()
    before = [*browser.ask("我电话13812345678,身份证丢了怎么补"), *browser.ask("那多少钱")]
    rated = browser.post({"rating": {"reply": 2, "useful": True}}).json["messages"]
    assert [stream.read() for _ in range(6)] == [*before, *rated]
    web.process.terminate()
    with pytest.raises((EOFError, http.client.IncompleteRead, ConnectionError)):
        stream.read()
    web.process.wait(30)
    port = int(web.url.rpartition(":")[2])
    again = start_server(web.folder, endpoints_file(web.folder), {"ONEDOOR_WEB_ORIGINS": SITE}, port)
    web.process = again.process
    # What was sent live is, word for word and number for number, what the store gives back.
    assert browser.history()["messages"] == [*before, *rated]
    assert [entry["id"] for entry in browser.ask("你好")] == [7, 8]
