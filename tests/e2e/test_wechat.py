"""The real server with a WeChat account: whole turns, three deliveries, and what the store keeps."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

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
    text_xml,
)
from tests.e2e.servers import ROOT, Answer, Server, endpoints_file, free_port, stop, wait_until_ready

pytestmark = pytest.mark.e2e

WECHAT = WeChatServer()


@pytest.fixture(scope="module")
def api() -> Iterator[FakeApi]:
    """WeChat's API on a loop of its own, in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    fake = FakeApi()
    asyncio.run_coroutine_threadsafe(fake.start(), loop).result(10)
    yield fake
    asyncio.run_coroutine_threadsafe(fake.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def serve(folder: Path, channel: str, **environment: str) -> Server:
    """The real server with a credentials file of its own."""
    credentials = folder / "credentials.yml"
    credentials.write_text(f"bot.channels.rest.RestChannel:\n{channel}", encoding="utf-8")
    port, log = free_port(), folder / "server.log"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "bot.cli", "run", "--no-train", "--port", str(port),
            "--endpoints", str(endpoints_file(folder)), "--credentials", str(credentials),
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


def test_choices_by_number_and_by_pressing(server: Server) -> None:
    asked = say(server, event_xml("CLICK", "ask:驾驶证怎么办", user="chooser"))
    line = next(line for line in asked.split("\n") if line.startswith("1. "))
    name, _, _ = line.removeprefix("1. ").partition(":")
    pressed = text_xml(line.removeprefix("1. "), user="chooser", more="<bizmsgmenuid>onedoor.X</bizmsgmenuid>")
    by_pressing = say(server, pressed)
    assert name in by_pressing.split("\n")[0]
    say(server, event_xml("CLICK", "ask:驾驶证怎么办", user="counter"))
    assert say(server, text_xml("1", user="counter")).split("\n")[0] == by_pressing.split("\n")[0]


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


def test_a_slow_turn_arrives_as_one_message(model: Path, api: FakeApi, tmp_path: Path) -> None:
    running = serve(tmp_path, channel(0.05), T_APP=APP_ID, T_SECRET=SECRET, T_TOKEN=TOKEN, T_AES=AES_KEY, T_API=api.url)
    try:
        # The lock of the conversation is held by many questions at once: the last ones cannot be in time.
        questions = [text_xml(f"护照到期换新多少钱{'?' * number}", user="slow") for number in range(12)]
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda xml: deliver(running, WECHAT.encrypted(xml)), questions))
        late = sum(answer.body == b"success" for answer in answers)
        assert late > 0
        deliver(running, WECHAT.encrypted(questions[-1]))
    finally:
        stop(running.process)  # lets turns under way end and their messages go out
    sent = [message for message in api.messages if message["touser"] == "slow"]
    assert len(sent) == late
    assert all("120" in message["text"]["content"] for message in sent)


def test_a_channel_without_settings_is_off_and_says_so(model: Path, tmp_path: Path) -> None:
    running = serve(tmp_path, channel(4.5))
    try:
        assert deliver(running, WECHAT.encrypted(text_xml("身份证丢了"))).status == 404
        assert running.say("身份证丢了怎么补")["custom"]["act"] == "answer"
    finally:
        stop(running.process)
    log = (tmp_path / "server.log").read_text(encoding="utf-8", errors="replace")
    assert "微信公众号渠道没有配置,已关闭" in log and "not configured" in log
