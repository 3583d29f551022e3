"""The routes over HTTP, with a bot that the test plays: who may ask, how often, and once is once."""

from __future__ import annotations

import asyncio
import json
import socket
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.ivr.channel import MAX_BODY, OFF, OPENAPI, IvrChannel
from bot.channels.ivr.settings import IvrSettings
from bot.channels.ivr.signing import FRESH_SECONDS, sign

SECRET, KEY = "s" * 40, "k" * 40
NOW = 1_800_000_000.0


class Phone:
    """A telephone platform's side of one channel, and the bot behind it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, folder: Path) -> None:
        self.url, self.session, self.folder = url, session, folder
        self.messages: list[UserMessage] = []
        self.now = NOW
        self.hold: asyncio.Event | None = None
        self.broken = False

    async def bot(self, message: UserMessage) -> None:
        self.messages.append(message)
        if self.hold is not None:
            await self.hold.wait()
        if self.broken:
            raise RuntimeError("the bot is down")
        custom = {"act": "refer", "matter": None, "aspect": None}
        await message.output_channel.send_response("x", {"text": f"您说了{message.text}。", "custom": custom})

    async def post(
        self, path: str, body: bytes, signature: str | None = None, header: str = "X-OneDoor-Signature", **headers: str
    ) -> tuple[int, bytes]:
        signed = sign(SECRET, body, self.now) if signature is None else signature
        async with self.session.post(
            self.url + path, data=body, headers={header: signed, "Content-Type": "application/json", **headers}
        ) as answer:
            return answer.status, await answer.read()

    async def turn(self, turn: str, event: str, call: str = "call-1", **values: Any) -> dict[str, Any]:
        body = json.dumps({"call_id": call, "turn_id": turn, "event": event, **values}).encode()
        status, answer = await self.post("/turn", body)
        assert status == 200, answer
        found: dict[str, Any] = json.loads(answer)
        return found

    async def say(self, turn: str, text: str, **values: Any) -> dict[str, Any]:
        return await self.turn(turn, "speech", speech=[{"text": text, "confidence": 0.9}], **values)


@pytest.fixture(autouse=True)
def several_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sanic allows them in one process, one after another, only so."""
    monkeypatch.setattr(Sanic, "test_mode", True)


async def serve(channel: IvrChannel, bot: Any) -> tuple[str, Any]:
    app = Sanic(f"ivr_{uuid.uuid4().hex}", configure_logging=False)
    app.blueprint(channel.blueprint(bot), url_prefix="/webhooks/ivr")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/ivr", server


@pytest.fixture
def settings(tmp_path: Path) -> IvrSettings:
    return IvrSettings(
        secret=SECRET, path_key=KEY, transfer_to="human", sms_file=tmp_path / "sms.jsonl", store=tmp_path / "ivr.sqlite"
    )


@pytest.fixture
async def phone(settings: IvrSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Phone]:
    monkeypatch.setenv("ONEDOOR_SECRET", "x" * 40)
    async with aiohttp.ClientSession() as session:
        made = Phone("", session, tmp_path)
        channel = IvrChannel(settings)
        channel.clock = lambda: made.now
        made.url, server = await serve(channel, made.bot)
        yield made
        server.close()
        await server.wait_closed()


async def test_a_turn_reaches_the_bot_masked_and_under_a_pseudonym(phone: Phone) -> None:
    speech = [
        {"text": "身份证120101199001011234丢了", "confidence": 0.9},
        {"text": "我电话13812345678", "confidence": 0.2},
    ]
    answer = await phone.turn("1", "speech", speech=speech, caller="+8613800000000")
    assert answer["say"][0].startswith("您说了身份证")
    (message,) = phone.messages
    assert "1990" not in message.text and message.input_channel == "ivr"
    assert message.metadata == {"nbest": [{"text": "我电话<电话>", "confidence": 0.2}]}
    assert message.sender_id.startswith("ivr-") and "13800000000" not in message.sender_id
    kept = b"".join(path.read_bytes() for path in phone.folder.iterdir())
    assert b"13800000000" not in kept and b"1990" not in kept and b"12345678" not in kept


async def test_the_same_caller_is_the_same_and_every_call_its_own(phone: Phone) -> None:
    for call, caller in (("a", "13800000001"), ("b", "13800000001"), ("c", "13800000002"), ("d", "")):
        await phone.say("1", "护照", call=call, **({"caller": caller} if caller else {}))
    who = [message.sender_id.split("-")[1] for message in phone.messages]
    assert who[0] == who[1] != who[2] and who[3] == "unknown"
    assert len({message.sender_id for message in phone.messages}) == 4


async def test_the_sender_stays_when_the_platform_tells_the_caller_only_once(phone: Phone) -> None:
    await phone.turn("1", "start", caller="13800000001")
    await phone.say("2", "护照")
    await phone.say("3", "那多少钱")
    assert len({message.sender_id for message in phone.messages}) == 1
    assert "unknown" not in phone.messages[0].sender_id


async def test_a_repeated_turn_gives_the_same_bytes_and_one_message(phone: Phone) -> None:
    body = json.dumps({"call_id": "c", "turn_id": "1", "event": "speech", "speech": [{"text": "护照"}]}).encode()
    first = await phone.post("/turn", body)
    phone.now += 5  # signed again, as a platform that repeats does
    assert await phone.post("/turn", body) == first
    assert len(phone.messages) == 1


async def test_a_repeat_while_the_first_is_being_answered_waits_for_it(phone: Phone) -> None:
    phone.hold = asyncio.Event()
    body = json.dumps({"call_id": "c", "turn_id": "1", "event": "speech", "speech": [{"text": "护照"}]}).encode()
    repeats = [asyncio.create_task(phone.post("/turn", body)) for _ in range(3)]
    while not phone.messages:
        await asyncio.sleep(0)
    phone.hold.set()
    answers = await asyncio.gather(*repeats)
    assert len(set(answers)) == 1 and answers[0][0] == 200
    assert len(phone.messages) == 1


async def test_a_broken_bot_is_admitted_to_the_caller(phone: Phone) -> None:
    phone.broken = True
    answer = await phone.say("1", "护照")
    assert "系统有点问题" in answer["say"][0] and answer["next"] == "listen"
    phone.broken = False
    assert (await phone.say("2", "护照"))["say"][0] == "您说了护照。"


@pytest.mark.parametrize(
    "signature", ["", "t=1,v1=00", "nonsense", sign("t" * 40, b"{}", NOW), sign(SECRET, b"{}", NOW - FRESH_SECONDS - 1)]
)
async def test_unsigned_wrongly_signed_and_stale_requests_are_refused(phone: Phone, signature: str) -> None:
    for path in ("/turn", "/jambonz", "/aliyun"):
        status, body = await phone.post(path, b"{}", signature)
        assert status == 401 and json.loads(body)["error"]
    assert phone.messages == []


async def test_many_failures_are_slowed_down_and_good_requests_are_not(phone: Phone) -> None:
    statuses = {(await phone.post("/turn", b"{}", "bad"))[0] for _ in range(40)}
    assert statuses == {401, 429}
    assert (await phone.say("1", "护照"))["next"] == "listen"


async def test_one_call_cannot_take_all(phone: Phone) -> None:
    body = {"call_id": "c", "event": "no_input"}
    statuses = [
        (await phone.post("/turn", json.dumps({**body, "turn_id": str(number)}).encode()))[0] for number in range(40)
    ]
    assert 429 in statuses and statuses[:10] == [200] * 10
    assert (await phone.turn("1", "start", call="other"))["next"] == "listen"


async def test_big_bodies_and_bad_ones_are_refused(phone: Phone) -> None:
    assert (await phone.post("/turn", b"x" * (MAX_BODY + 1)))[0] == 413
    for body in (b"", b"{", b"[]", b"\xff", b"null", b"[" * 15_000):
        status, answer = await phone.post("/turn", body)
        assert status == 400 and "JSON" in json.loads(answer)["error"]
    status, answer = await phone.post("/turn", b'{"call_id":"c","turn_id":"1","event":"noise"}')
    assert status == 400 and "event" in json.loads(answer)["error"]


async def test_jambonz_from_the_first_webhook_to_the_transfer(phone: Phone) -> None:
    call = {"call_sid": "sid-1", "from": "+8613800000000", "call_status": "in-progress"}

    async def webhook(hook: str, **values: Any) -> Any:
        body = json.dumps({**call, **values}).encode()
        status, answer = await phone.post(hook.removeprefix("/webhooks/ivr"), body, header="Jambonz-Signature")
        assert status == 200, answer
        return json.loads(answer)

    (gather,) = await webhook("/jambonz", call_status="trying")
    assert "按零" in gather["say"]["text"]
    said = {"speech": {"alternatives": [{"transcript": "护照", "confidence": 0.9}]}, "reason": "speechDetected"}
    first = await webhook(gather["actionHook"], **said)
    assert await webhook(gather["actionHook"], **said) == first
    assert len(phone.messages) == 1
    silent = await webhook(first[0]["actionHook"], reason="timeout")
    assert silent[0]["actionHook"] != first[0]["actionHook"]
    say, dial = await webhook(silent[0]["actionHook"], digits="0", reason="dtmfDetected")
    assert say["verb"] == "say" and dial["target"][0]["number"] == "human"
    assert await webhook("/jambonz", call_status="completed") == [{"verb": "hangup"}]


async def test_a_jambonz_turn_cannot_be_made_up(phone: Phone) -> None:
    body = json.dumps({"call_sid": "sid-1", "digits": "1"}).encode()
    assert (await phone.post("/jambonz?turn=7.00", body))[0] == 401
    assert (await phone.post("/jambonz", body))[0] == 400


async def test_aliyun_with_the_key_in_the_address(phone: Phone) -> None:
    async def callback(kind: str, content: object, key: str = KEY, stamp: float | None = None) -> tuple[int, Any]:
        form = {
            "call_id": "1^2", "content_type": kind, "content": json.dumps(content),
            "timestamp": str(int((phone.now if stamp is None else stamp) * 1000)),
        }  # fmt: skip
        async with phone.session.post(f"{phone.url}/aliyun/{key}", data=form) as answer:
            return answer.status, await answer.json(content_type=None)

    status, first = await callback("callin", {"caller": "13800000000"})
    assert status == 200 and first["data"]["action"] == "answer"
    said = {"words": "护照", "dynamic_id": first["data"]["dynamic_id"]}
    _, second = await callback("normal", said)
    assert second["data"]["action"] == "play" and "护照" in second["data"]["action_code_param"]
    assert (await callback("normal", said))[1] == second and len(phone.messages) == 1
    assert (await callback("normal", said, key="x" * 40))[0] == 401
    assert (await callback("normal", said, stamp=phone.now - FRESH_SECONDS - 1))[0] == 401
    _, bridged = await callback("dtmf", {"dtmf": "0", "dynamic_id": second["data"]["dynamic_id"]})
    assert bridged["data"]["action"] == "bridge"


async def test_aliyun_may_put_everything_into_the_query(phone: Phone) -> None:
    query = {"call_id": "1^3", "content_type": "callin", "content": '{"caller": "13800000000"}'}
    async with phone.session.post(f"{phone.url}/aliyun/{KEY}", params=query) as answer:
        assert (await answer.json(content_type=None))["data"]["action"] == "answer"


async def test_voicexml_pages(phone: Phone) -> None:
    async with phone.session.get(f"{phone.url}/voicexml/{KEY}", params={"call_id": "v1"}) as answer:
        assert answer.content_type == "application/voicexml+xml"
        assert "找人工请按零" in await answer.text()
    form = {"call_id": "v1", "turn": "1", "said": "护照", "mode": "voice", "confidence": "0.9"}
    async with phone.session.post(f"{phone.url}/voicexml/{KEY}", data=form) as answer:
        assert "您说了护照" in await answer.text()
    async with phone.session.get(f"{phone.url}/voicexml/{'x' * 40}", params={"call_id": "v1"}) as answer:
        assert answer.status == 401


async def test_the_description_is_published_as_it_is_in_the_file(phone: Phone) -> None:
    async with phone.session.get(f"{phone.url}/openapi.json") as answer:
        assert await answer.json() == yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))


async def test_without_a_secret_every_route_is_closed() -> None:
    url, server = await serve(IvrChannel(IvrSettings()), None)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/") as answer:
            assert await answer.json() == {"status": "off"}
        for path in ("turn", "jambonz", "aliyun", "aliyun/x", "voicexml/x"):
            async with session.post(f"{url}/{path}", data=b"{}") as answer:
                assert answer.status == 503 and (await answer.json())["error"] == OFF
    server.close()
    await server.wait_closed()


async def test_without_a_path_key_the_unsigned_platforms_are_closed(
    settings: IvrSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDOOR_SECRET", "x" * 40)
    url, server = await serve(IvrChannel(IvrSettings(secret=SECRET, store=settings.store)), None)
    async with aiohttp.ClientSession() as session:
        for path in ("aliyun/x", "voicexml/x"):
            async with session.post(f"{url}/{path}", data=b"{}") as answer:
                assert answer.status == 401
    server.close()
    await server.wait_closed()
