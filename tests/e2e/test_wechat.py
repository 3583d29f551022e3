"""The real server with a WeChat account: whole turns, three deliveries, and what the store keeps."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web

from bot.channels.wechat.render import Menu, customer
from tests.bot.channels.wechat.weixin import (
    AES_KEY,
    APP_ID,
    OPENID,
    SECRET,
    TOKEN,
    FakeApi,
    Request,
    WeChatServer,
    event_xml,
    redis_server,
    text_xml,
)
from tests.e2e.servers import ROOT, Answer, Server, endpoints_file, free_port, stop, wait_until_ready

pytestmark = pytest.mark.e2e

WECHAT = WeChatServer()


class Loop:
    """An event loop in a thread, for the servers of the other side."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class SlowActions:
    """An action server that answers when it is told to."""

    def __init__(self) -> None:
        self.calls, self.url, self._may_answer = 0, "", asyncio.Event()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/webhook", self._run)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}/webhook"

    async def _run(self, request: web.Request) -> web.Response:
        self.calls += 1
        await self._may_answer.wait()
        return web.json_response({"events": [], "responses": [{"text": "慢慢来的回答"}]})

    async def finish(self) -> None:
        self._may_answer.set()

    async def stop(self) -> None:
        await self._runner.cleanup()


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    running = Loop()
    yield running
    running.close()


@pytest.fixture(scope="module")
def api(loop: Loop) -> Iterator[FakeApi]:
    """WeChat's API."""
    fake = FakeApi()
    loop.run(fake.start())
    yield fake
    loop.run(fake.stop())


def serve(
    folder: Path, channel: str, actions: str | None = None, redis: int | None = None, **environment: str
) -> Server:
    """The real server with a credentials file of its own, and Redis for its locks if a port is given."""
    endpoints = endpoints_file(folder, actions)
    if redis is not None:
        memory = "type: bot.ops.locks.QuickInMemoryLockStore"
        text = endpoints.read_text(encoding="utf-8")
        assert memory in text
        shared = f"type: redis\n  url: 127.0.0.1\n  port: {redis}"
        endpoints.write_text(text.replace(memory, shared), encoding="utf-8")
    credentials = folder / "credentials.yml"
    credentials.write_text(f"bot.channels.rest.RestChannel:\n{channel}", encoding="utf-8")
    port, log = free_port(), folder / "server.log"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "bot.cli", "run", "--no-train", "--port", str(port),
            "--endpoints", str(endpoints), "--credentials", str(credentials),
        ],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "ONEDOOR_SECRET": "x" * 40, **environment},
        stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    wait_until_ready(f"http://127.0.0.1:{port}/health", process, log)
    return Server(f"http://127.0.0.1:{port}", process, folder)


def channel(seconds: float) -> str:
    return (
        "bot.channels.wechat.channel.WeChatChannel:\n  app_id: ${T_APP}\n  app_secret: ${T_SECRET}\n"
        f"  token: ${{T_TOKEN}}\n  aes_key: ${{T_AES}}\n  api_url: ${{T_API}}\n  reply_seconds: {seconds}\n"
    )


@pytest.fixture(scope="module")
def server(model: Path, api: FakeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = serve(
        tmp_path_factory.mktemp("wechat"), channel(4.5),
        T_APP=APP_ID, T_SECRET=SECRET, T_TOKEN=TOKEN, T_AES=AES_KEY, T_API=api.url,
    )  # fmt: skip
    yield running
    stop(running.process)


def deliver(server: Server, request: Request) -> Answer:
    return server.request("POST", f"/webhooks/wechat/webhook?{urlencode(request.query)}", request.body)


def say(server: Server, xml: str) -> str:
    answer = deliver(server, WECHAT.encrypted(xml))
    assert answer.status == 200, answer.body
    return WECHAT.read(answer.body.decode())["Content"]


def stored(server: Server) -> tuple[str, list[str]]:
    """Everything in the tracker store, and what people said."""
    with sqlite3.connect(server.folder / "conversations.sqlite") as store:
        rows = store.execute("select sender_id, type_name, data from events").fetchall()
    everything = "\n".join(" ".join(map(str, row)) for row in rows).encode().decode("unicode_escape", "ignore")
    return everything, [data for _, kind, data in rows if kind == "user"]


def test_address_check(server: Server) -> None:
    answer = server.request("GET", f"/webhooks/wechat/webhook?{urlencode(WECHAT.check_url('12345'))}")
    assert (answer.status, answer.body) == (200, b"12345")


def test_a_question_is_answered_with_the_documents(server: Server) -> None:
    shown = say(server, text_xml("身份证丢了怎么补"))
    assert "居民户口簿" in shown and len(shown.encode()) <= 2048


AMBIGUOUS = ("驾驶证怎么办", "身份证怎么办", "户口怎么办", "护照怎么办", "居住证怎么办", "给孩子上户口要什么材料")
WITH_FACETS = ("护照到期换新要带什么", "普通护照换发要带什么", "非婚生育子女出生登记要带什么", "驾驶证期满换证要带什么")


def reply_with_choices(server: Server, act: str, questions: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """The first of these questions that the bot answers with choices to pick from, and its reply."""
    for question in questions:
        reply = server.say(question, f"finding-{question}")
        if reply["custom"]["act"] == act and reply["custom"].get("choices"):
            return question, reply
    pytest.fail(f"none of {questions} was answered by {act} with choices")


def test_choices_by_number_and_by_pressing(server: Server) -> None:
    question, reply = reply_with_choices(server, "clarify", AMBIGUOUS)
    (menu,) = customer([reply])
    assert isinstance(menu, Menu)
    for user in ("presser", "counter"):
        say(server, event_xml("CLICK", f"ask:{question}", user=user))
    menu_id, line = menu.items[0]
    pressed = say(server, text_xml(line, user="presser", more=f"<bizmsgmenuid>{menu_id}</bizmsgmenuid>"))
    counted = say(server, text_xml("1", user="counter"))
    assert pressed.split("\n")[0] == counted.split("\n")[0]
    assert reply["custom"]["choices"][0]["name"] in pressed.split("\n")[0]


def test_choices_of_the_bot_fit_a_menu(server: Server) -> None:
    """The renderer reads the bot's own wording; this notices when that changes."""
    _, reply = reply_with_choices(server, "clarify", AMBIGUOUS)
    (menu,) = customer([reply])
    assert isinstance(menu, Menu) and menu.head.endswith("?") and "1." not in menu.head + menu.tail
    _, reply = reply_with_choices(server, "answer", WITH_FACETS)
    *answer, menu = customer([reply])
    assert isinstance(menu, Menu) and len(menu.items) == len(reply["custom"]["choices"])
    assert menu.head.startswith("想说得更准") and "1." not in menu.head and menu.tail
    assert answer and all(isinstance(part, str) and "想说得更准" not in part for part in answer)


def test_three_deliveries_are_one_turn(server: Server) -> None:
    xml = text_xml("护照到期换新多少钱", user="three")
    before = len(stored(server)[1])
    with ThreadPoolExecutor(3) as pool:
        shown = list(pool.map(lambda _: say(server, xml), range(3)))
    assert len(set(shown)) == 1 and "120" in shown[0]
    assert len(stored(server)[1]) == before + 1


def test_forged_and_oversized_deliveries(server: Server) -> None:
    before = len(stored(server)[1])
    good = WECHAT.encrypted(text_xml("身份证丢了怎么补"))
    assert deliver(server, Request({**good.query, "msg_signature": "0" * 40}, good.body)).status == 403
    assert deliver(server, Request(good.query, good.body + b" " * 17_000)).status == 413
    assert server.request("POST", "/webhooks/wechat/webhook", good.body).status == 403
    assert len(stored(server)[1]) == before


def test_the_store_knows_no_openid_and_no_private_number(server: Server) -> None:
    say(server, text_xml("我身份证120101199001011234丢了,电话13812345678"))
    everything, _ = stored(server)
    log = (server.folder / "server.log").read_text(encoding="utf-8", errors="replace")
    for private in (OPENID, "120101199001011234", "13812345678", SECRET, TOKEN, AES_KEY):
        assert private not in everything, private
        assert private not in log, private
    assert "wechat-" in everything and "身份证号" in everything


def test_a_slow_turn_arrives_as_one_message(model: Path, api: FakeApi, loop: Loop, tmp_path: Path) -> None:
    """The action does not end before WeChat has been told to wait."""
    actions = SlowActions()
    loop.run(actions.start())
    running = serve(
        tmp_path, channel(0.3), actions.url,
        T_APP=APP_ID, T_SECRET=SECRET, T_TOKEN=TOKEN, T_AES=AES_KEY, T_API=api.url,
    )  # fmt: skip
    try:
        xml = text_xml("护照到期换新多少钱", user="slow")
        assert [deliver(running, WECHAT.encrypted(xml)).body for _ in range(3)] == [b"success"] * 3
        assert not api.messages
        loop.run(actions.finish())
        loop.run(api.arrived.wait())
        assert deliver(running, WECHAT.encrypted(xml)).body == b"success"
    finally:
        stop(running.process)
        loop.run(actions.stop())
    assert [(sent["touser"], sent["text"]["content"]) for sent in api.messages] == [("slow", "慢慢来的回答")]
    assert actions.calls == 1


def test_two_processes_give_one_answer(model: Path, api: FakeApi, tmp_path: Path) -> None:
    with redis_server() as redis:
        running = serve(
            tmp_path, channel(4.5), redis=redis, SANIC_WORKERS="2",
            T_APP=APP_ID, T_SECRET=SECRET, T_TOKEN=TOKEN, T_AES=AES_KEY, T_API=api.url,
        )  # fmt: skip
        try:
            for number in range(5):
                xml = text_xml("护照到期换新多少钱", user=f"user{number}")
                with ThreadPoolExecutor(3) as pool:
                    shown = list(pool.map(lambda _, xml=xml: say(running, xml), range(3)))
                assert len(set(shown)) == 1 and "120" in shown[0]
            assert len(stored(running)[1]) == 5
        finally:
            stop(running.process)


def test_a_channel_without_settings_is_off_and_says_so(model: Path, tmp_path: Path) -> None:
    running = serve(tmp_path, channel(4.5))
    try:
        assert deliver(running, WECHAT.encrypted(text_xml("身份证丢了"))).status == 404
        assert running.say("身份证丢了怎么补")["custom"]["act"] == "answer"
    finally:
        stop(running.process)
    log = (tmp_path / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "微信公众号渠道没有配置,已关闭" in log and "not configured" in log
