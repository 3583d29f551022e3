from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels.ivr.sms import FAILED, RECORDED, SENT, FileSms, HttpSms, mobile


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("13812345678", "13812345678"), ("+8613812345678", "13812345678"), ("86 138-1234-5678", "13812345678"),
        ("02212345678", None), ("anonymous", None), ("", None), ("12812345678", None), ("+852 5123 4567", None),
    ],
)  # fmt: skip
def test_only_mobile_numbers_get_text_messages(number: str, found: str | None) -> None:
    assert mobile(number) == found


async def test_the_file_has_the_message_and_no_number(tmp_path: Path) -> None:
    path = tmp_path / "var" / "sms.jsonl"
    assert await FileSms(path).send("13812345678", "要带:居民户口簿") == RECORDED
    await FileSms(path).send("13812345678", "打13987654321")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[0]["text"] == "要带:居民户口簿"
    assert "12345678" not in path.read_text() and "87654321" not in path.read_text()


async def test_a_file_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    assert await FileSms(tmp_path).send("13812345678", "甲") == FAILED


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[str, list[Any], list[int]]]:
    got: list[Any] = []
    status = [200]

    async def receive(request: web.Request) -> web.Response:
        got.append((request.headers.get("Authorization"), await request.json()))
        return web.Response(status=status[0], headers={"Location": "/other"})

    app = web.Application()
    app.router.add_post("/sms", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/sms", got, status
    await runner.cleanup()


async def test_the_gateway_gets_number_text_and_token(gateway: tuple[str, list[Any], list[int]]) -> None:
    url, got, _ = gateway
    assert await HttpSms(url, "token").send("13812345678", "甲") == SENT
    assert got == [("Bearer token", {"to": "13812345678", "text": "甲"})]


@pytest.mark.parametrize("code", [302, 400, 500])
async def test_a_refusal_is_a_failure_and_is_not_tried_again(
    gateway: tuple[str, list[Any], list[int]], code: int, caplog: pytest.LogCaptureFixture
) -> None:
    url, got, status = gateway
    status[0] = code
    assert await HttpSms(url).send("13812345678", "甲") == FAILED
    assert len(got) == 1 and "13812345678" not in caplog.text


async def test_a_gateway_that_is_not_there_is_a_failure() -> None:
    assert await HttpSms("http://127.0.0.1:9/").send("13812345678", "甲") == FAILED
