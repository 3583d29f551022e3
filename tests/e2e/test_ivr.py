"""Whole telephone calls against the real server over HTTP, signed as a platform signs them."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import unsupported_method

from bot.channels.ivr.signing import sign
from tests.e2e.servers import ROOT, Server, endpoints_file, start_server, stop

pytestmark = pytest.mark.e2e

SECRET = "t" * 40
CALLER = "13800001234"


@pytest.fixture(scope="module")
def exchange(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose telephone is on, with its files in a folder of its own."""
    folder = tmp_path_factory.mktemp("telephone")
    credentials = folder / "credentials.yml"
    credentials.write_text(
        (ROOT / "credentials.yml").read_text(encoding="utf-8").partition("bot.channels.ivr")[0]
        + "bot.channels.ivr.channel.IvrChannel:\n"
        + "  secret: ${ONEDOOR_IVR_SECRET}\n  transfer_to: ${ONEDOOR_IVR_TRANSFER}\n  turns_per_second: 1000\n"
        + f"  store: {folder}/ivr.sqlite\n  sms_file: {folder}/sms.jsonl\n",
        encoding="utf-8",
    )
    environment = {"ONEDOOR_IVR_SECRET": SECRET, "ONEDOOR_IVR_TRANSFER": "+862212345"}
    running = start_server(folder, endpoints_file(folder), environment, arguments=("--credentials", str(credentials)))
    yield running
    stop(running.process)


class Call:
    """The platform's side of one call."""

    def __init__(self, server: Server, call: str, caller: str = CALLER) -> None:
        self.server, self.call, self.caller, self.turns = server, call, caller, 0

    def send(self, body: bytes) -> Any:
        signature = {"X-OneDoor-Signature": sign(SECRET, body, time.time())}
        return self.server.request("POST", "/webhooks/ivr/turn", body, signature)

    def body(self, event: str, **values: Any) -> bytes:
        self.turns += 1
        fields = {"call_id": self.call, "turn_id": str(self.turns), "event": event, "caller": self.caller, **values}
        return json.dumps(fields, ensure_ascii=False).encode()

    def happens(self, event: str, **values: Any) -> dict[str, Any]:
        answer = self.send(self.body(event, **values))
        assert answer.status == 200, answer.body
        assert all(len(sentence) <= 60 for sentence in answer.json["say"])
        assert not re.search(r"[0-9]|[A-Za-z]{2}", "".join(answer.json["say"])), answer.json["say"]
        found: dict[str, Any] = answer.json
        return found

    def says(self, *texts: str, confidence: float = 0.9) -> str:
        speech = [{"text": text, "confidence": round(confidence / (n + 1), 2)} for n, text in enumerate(texts)]
        return "".join(self.happens("speech", speech=speech)["say"])

    def presses(self, digits: str) -> dict[str, Any]:
        return self.happens("dtmf", digits=digits)


def users(server: Server, text: str) -> list[dict[str, Any]]:
    """What the tracker store holds of callers who said ``text``."""
    with sqlite3.connect(server.folder / "conversations.sqlite") as store:
        rows = store.execute("select data from events where type_name='user' and sender_id like 'ivr-%'").fetchall()
    found = [json.loads(row[0]) for row in rows]
    return [event for event in found if event["text"] == text]


def test_a_whole_call(exchange: Server) -> None:
    call = Call(exchange, "whole")
    greeting = call.happens("start")
    assert len(greeting["say"]) == 2 and greeting["next"] == "listen"

    asked = call.body(
        "speech",
        speech=[{"text": "护照到期换新要带什么", "confidence": 0.93}, {"text": "护照到齐", "confidence": 0.02}],
    )
    first, repeated = call.send(asked), call.send(asked)
    assert first.body == repeated.body and first.status == 200
    said = "".join(first.json["say"])
    assert said.startswith("普通护照换发,") and "请按八" in said and first.json["sms"] == "offered"
    (kept,) = users(exchange, "护照到期换新要带什么")
    assert kept["metadata"]["nbest"] == [{"text": "护照到齐", "confidence": 0.02}]
    assert kept["input_channel"] == "ivr"

    silent = call.happens("no_input")
    assert "没听到" in silent["say"][0] and silent["next"] == "listen"

    sent = call.presses("8")
    assert sent["sms"] == "sent"
    (message,) = [json.loads(line) for line in (exchange.folder / "sms.jsonl").read_text(encoding="utf-8").splitlines()]
    assert "普通护照换发" in message["text"] and "居民身份证" in message["text"] and CALLER not in json.dumps(message)

    assert "费用是每本一百二十元" in call.says("那多少钱")
    human = call.presses("0")
    assert human["next"] == "transfer" and human["transfer"] == {"to": "+862212345", "reason": "asked"}
    assert call.happens("hangup")["next"] == "hangup"


def test_digits_pick_an_option_and_the_answer_is_for_it(exchange: Server) -> None:
    call = Call(exchange, "digits")
    menu = call.says("我要换身份证")
    assert menu.startswith("您说的是哪一种?") and menu.count("请按") == 4
    picked = "".join(call.presses("1")["say"])
    assert picked.startswith("居民身份证") and "换领" in picked


def test_speech_picks_as_a_digit_does(exchange: Server) -> None:
    said, pressed = Call(exchange, "speech"), Call(exchange, "digit")
    assert said.says("我要换身份证") == pressed.says("我要换身份证")
    assert said.says("第二个") == "".join(pressed.presses("2")["say"])


def test_a_badly_heard_question_is_confirmed_by_name(exchange: Server) -> None:
    call = Call(exchange, "doubt")
    assert "您说的是居民身份证丢失补领吗?" in call.says("身份证丢了怎么补", confidence=0.3)
    assert users(exchange, "身份证丢了怎么补") == [], "nothing was asked yet"
    assert call.says("对").startswith("居民身份证丢失补领,")
    assert len(users(exchange, "身份证丢了怎么补")) == 1


def test_danger_is_answered_with_the_number_however_badly_it_was_heard(exchange: Server) -> None:
    call = Call(exchange, "danger")
    call.says("孩子上户口")
    said = call.says("有人正在打我", confidence=0.2)
    assert said.startswith("请马上打幺幺零!") and "请按零" in said
    assert call.presses("0")["transfer"]["emergency"] == "110"


def test_three_silences_are_a_human(exchange: Server) -> None:
    call = Call(exchange, "silence")
    call.happens("start")
    nexts = [call.happens("no_input")["next"] for _ in range(3)]
    assert nexts == ["listen", "listen", "transfer"]


def test_unsigned_requests_never_reach_the_bot(exchange: Server) -> None:
    body = b'{"call_id":"x","turn_id":"1","event":"speech","speech":[{"text":"unsigned"}]}'
    for headers in (
        {},
        {"X-OneDoor-Signature": sign("w" * 40, body, time.time())},
        {"X-OneDoor-Signature": sign(SECRET, body, 1)},
    ):
        assert exchange.request("POST", "/webhooks/ivr/turn", body, headers).status == 401
    assert users(exchange, "unsigned") == []


def test_callers_numbers_are_in_no_file(exchange: Server) -> None:
    Call(exchange, "private").says("我电话13987654321,身份证120101199001011234丢了")
    for path in exchange.folder.iterdir():
        data = path.read_bytes()
        for number in (CALLER, "13987654321", "120101199001011234"):
            assert number.encode() not in data, path.name


def test_the_channel_is_off_in_a_server_without_a_secret(server: Server) -> None:
    assert server.request("GET", "/webhooks/ivr/").json == {"status": "off"}
    answer = server.request("POST", "/webhooks/ivr/turn", b"{}")
    assert answer.status == 503 and "ONEDOOR_IVR_SECRET" in answer.json["error"]
    assert "telephone channel off" in (server.folder / "server.log").read_text(encoding="utf-8")


def test_ask_prints_what_the_telephone_would_say(model: Path) -> None:
    asked = [sys.executable, "-m", "bot.cli", "ask", "护照换发多少钱", "--channel", "ivr"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    said = found.stdout.splitlines()
    assert said[0] == "普通护照换发,费用是每本一百二十元。"
    assert all(len(line) <= 60 and not re.search(r"[0-9]", line) for line in said)


class Signed(requests.auth.AuthBase):
    """Signs whatever is about to be sent."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        raw = body.encode() if isinstance(body, str) else body
        request.headers["X-OneDoor-Signature"] = sign(SECRET, raw, time.time())
        return request


@pytest.fixture(scope="module")
def published(exchange: Server) -> Any:
    """The published description. Signatures are ours to make, so the fuzzer is not told of them."""
    document = exchange.request("GET", "/webhooks/ivr/openapi.json").json
    del document["security"]
    return schemathesis.openapi.from_dict(document)


schema = schemathesis.pytest.from_fixture("published")


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_request_gets_what_the_description_says(case: schemathesis.Case, exchange: Server) -> None:
    with requests.Session() as session:
        session.auth = Signed()
        # Other methods never come to us: the server itself answers them.
        case.call_and_validate(exchange.url, session, excluded_checks=[unsupported_method])
