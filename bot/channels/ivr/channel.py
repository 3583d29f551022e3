"""The telephone as a Rasa channel: routes for the neutral form, jambonz, Aliyun and VoiceXML.

Off unless a secret is set. Every request is limited in size, signed (or keyed where the platform cannot
sign), limited in rate and only then read.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.channels.ivr import aliyun, jambonz, signing, voicexml
from bot.channels.ivr.calls import Busy, Calls, Encode, Outside
from bot.channels.ivr.dialog import Dialog, Settings
from bot.channels.ivr.settings import IvrSettings
from bot.channels.ivr.sms import FileSms, HttpSms, Sms
from bot.channels.ivr.store import CallStore
from bot.channels.ivr.turns import Answer, Event
from bot.channels.limits import Rate, TooMany
from bot.channels.messages import OneMessageOutput
from bot.errors import BadInput, NotAllowed
from bot.ops.secret import pseudonym, session_secret

logger = logging.getLogger(__name__)

SIGNATURE = "X-OneDoor-Signature"
MAX_BODY = 16 * 1024
ALL_CALLS = 100
"""All calls together may have so many times the turns of one."""
OPENAPI = Path(__file__).resolve().parents[3] / "docs" / "openapi-ivr.yml"
OFF = "电话渠道没有打开:没有设 ONEDOOR_IVR_SECRET / telephone channel off: ONEDOOR_IVR_SECRET is not set"

OnMessage = Callable[[UserMessage], Awaitable[Any]]


class IvrChannel(InputChannel):
    """Answers telephone platforms."""

    def __init__(self, settings: IvrSettings) -> None:
        self._settings = settings
        self.clock: Callable[[], float] = time.time

    @classmethod
    def name(cls) -> str:
        """Part of the path and the channel name in the tracker."""
        return "ivr"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> IvrChannel:
        """From ``credentials.yml``; says in one line whether the channel is on."""
        settings = IvrSettings.from_credentials(credentials)
        if not settings.secret:
            print(OFF, flush=True)
        elif not settings.sms_url:
            print(
                f"电话渠道已打开;短信只写进 {settings.sms_file},不会发出 / telephone on; text messages only filed",
                flush=True,
            )
        return cls(settings)

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes."""
        routes = Blueprint("onedoor_ivr")
        if not self._settings.secret:
            return _closed(routes)
        _Routes(self._settings, on_new_message, self.clock).add_to(routes)
        return routes


def _closed(routes: Blueprint) -> Blueprint:
    @routes.route("/<path:path>", methods=["GET", "POST"])
    async def off(request: Request, path: str) -> HTTPResponse:
        if request.method == "GET" and not path.strip("/"):
            return response.json({"status": "off"})
        return response.json({"error": OFF}, status=503, ensure_ascii=False)

    return routes


class _Routes:
    def __init__(self, settings: IvrSettings, on_new_message: OnMessage, clock: Callable[[], float]) -> None:
        self._settings, self._on_new_message, self._clock = settings, on_new_message, clock
        dialog = Dialog(Settings(settings.transfer_to, settings.low_confidence))
        self._calls = Calls(dialog, CallStore(settings.store), session_secret())
        self._sms: Sms = (
            HttpSms(settings.sms_url, settings.sms_token) if settings.sms_url else FileSms(settings.sms_file)
        )
        rate = settings.turns_per_second
        self._per_call = Rate(rate * 60, max(10, int(rate * 10)))
        self._all_calls = Rate(rate * 60 * ALL_CALLS, max(200, int(rate * ALL_CALLS * 2)), max_keys=1)
        self._failures = Rate(60, 20)
        self._openapi = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))

    def add_to(self, routes: Blueprint) -> None:
        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.get("/openapi.json")
        async def openapi(request: Request) -> HTTPResponse:
            return response.json(self._openapi, ensure_ascii=False)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            return await self._handle(request, self._turn)

        @routes.post("/jambonz")
        async def from_jambonz(request: Request) -> HTTPResponse:
            return await self._handle(request, self._jambonz)

        @routes.post("/aliyun")
        async def from_gateway(request: Request) -> HTTPResponse:
            return await self._handle(request, self._aliyun)

        @routes.post("/aliyun/<key:str>", name="aliyun_keyed")
        async def from_aliyun(request: Request, key: str) -> HTTPResponse:
            return await self._handle(request, self._aliyun, key)

        @routes.route("/voicexml/<key:str>", methods=["GET", "POST"])
        async def from_voicexml(request: Request, key: str) -> HTTPResponse:
            return await self._handle(request, self._voicexml, key)

    async def _handle(
        self, request: Request, work: Callable[[Request], Awaitable[HTTPResponse]], key: str | None = None
    ) -> HTTPResponse:
        try:
            if len(request.body) > MAX_BODY:
                return _error(413, f"请求最大 {MAX_BODY} 字节 / the body is larger than {MAX_BODY} bytes")
            self._check(request, key)
            self._all_calls.take("")
            return await work(request)
        except BadInput as error:
            return _error(400, str(error))
        except NotAllowed as error:
            return self._refused(request, error)
        except TooMany:
            return _error(429, "请求太快了,请慢一点 / too many requests", {"Retry-After": "1"})
        except Busy:
            return _error(503, "这一轮正在处理,请再试 / this turn is being answered, try again", {"Retry-After": "1"})

    def _refused(self, request: Request, error: NotAllowed) -> HTTPResponse:
        try:
            self._failures.take(request.ip or "")
        except TooMany:
            return _error(429, "试得太多了,请稍后再来 / too many attempts", {"Retry-After": "20"})
        return _error(401, str(error))

    def _check(self, request: Request, key: str | None) -> None:
        if key is not None:
            expected = self._settings.path_key
            if not expected or not signing.same(key, expected):
                raise NotAllowed("地址里的密钥不对 / the key in the address is wrong")
            return
        header = request.headers.get(SIGNATURE) or request.headers.get(jambonz.SIGNATURE) or ""
        signing.check(self._settings.secret, header, request.body, self._clock())

    async def _turn(self, request: Request) -> HTTPResponse:
        event = Event.from_dict(_json(request))
        return _raw(await self._take(request, event, lambda answer, _: _bytes(answer.to_dict(event))))

    async def _jambonz(self, request: Request) -> HTTPResponse:
        data = _json(request)
        given = request.args.get("turn") or ""
        number, _, mac = given.partition(".")
        event = jambonz.event(data, number)
        if given and not signing.same(mac, self._hook_token(event.call, number)):
            raise NotAllowed("这一轮的标记不对 / the turn in the address is wrong")
        if not given and event.kind not in ("start", "hangup"):
            raise BadInput("地址里没有 turn / the address lacks 'turn'; use the actionHook that was given")

        def encode(answer: Answer, following: str) -> bytes:
            mark = f"{following}.{self._hook_token(event.call, following)}"
            return _bytes(jambonz.verbs(answer, f"{self._settings.base_path}/jambonz?turn={mark}"))

        return _raw(await self._take(request, event, encode))

    def _hook_token(self, call: str, number: str) -> str:
        return pseudonym(self._settings.secret, "turn", call, number)

    async def _aliyun(self, request: Request) -> HTTPResponse:
        fields = _fields(request)
        self._check_fresh(fields)
        event = aliyun.event(fields)

        def encode(answer: Answer, following: str) -> bytes:
            first = event.kind == "start"
            field = self._settings.aliyun_bridge_field
            return _bytes(aliyun.reply(answer, event.call, first, following, field))

        return _raw(await self._take(request, event, encode))

    def _check_fresh(self, fields: Mapping[str, str]) -> None:
        stamp = fields.get("timestamp", "")
        if not stamp and fields.get("content_type") == "callin":
            return  # The platform's first callback may come without.
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
            raise BadInput("参数 timestamp 要是毫秒数 / parameter 'timestamp' must be milliseconds")
        if abs(self._clock() - int(stamp) / 1000) > signing.FRESH_SECONDS:
            raise NotAllowed("请求过期了,请核对两边的时钟 / the request is stale; check both clocks")

    async def _voicexml(self, request: Request) -> HTTPResponse:
        event = voicexml.event(_fields(request))

        def encode(answer: Answer, following: str) -> bytes:
            address = f"{self._settings.base_path}/voicexml/{self._settings.path_key}"
            return voicexml.page(answer, address, event.call, following)

        return _raw(await self._take(request, event, encode), "application/voicexml+xml")

    async def _take(self, request: Request, event: Event, encode: Encode) -> bytes:
        self._per_call.take(event.call)
        return await self._calls.take(event, self._outside(request), encode)

    def _outside(self, request: Request) -> Outside:
        async def ask(text: str, sender: str, nbest: list[dict[str, Any]]) -> dict[str, Any] | None:
            output = OneMessageOutput()
            await self._on_new_message(
                UserMessage(text, output, sender, input_channel=IvrChannel.name(), metadata={"nbest": nbest})
            )
            return output.messages[0] if output.messages else None

        async def parse(text: str) -> dict[str, Any] | None:
            agent = getattr(request.app.ctx, "agent", None)
            parsed: dict[str, Any] | None = await agent.parse_message(text) if agent is not None else None
            return parsed

        return Outside(ask, parse, self._sms)


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadInput("请求要是 JSON / the body must be JSON") from None


def _fields(request: Request) -> dict[str, str]:
    """Query and form together: platforms differ in where they put parameters."""
    out: dict[str, str] = {}
    for source in (request.args, request.form or {}):
        for name, values in source.items():
            out[name] = str(values[0] if isinstance(values, list) else values)
    return out


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _raw(body: bytes, content_type: str = "application/json") -> HTTPResponse:
    return response.raw(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    return response.json({"error": message}, status=status, headers=headers, ensure_ascii=False)
