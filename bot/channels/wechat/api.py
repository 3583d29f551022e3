"""WeChat's own server, as far as we call it: access token, customer-service messages, menu.

Over aiohttp, with the token kept until it runs out, one refresh at a time, and patience where WeChat asks
for it. No message text, OpenID, token or secret is ever logged or part of an error.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import aiohttp

from bot.channels.wechat.render import Menu, bodies
from bot.channels.wechat.settings import WORK, Settings
from bot.errors import OneDoorError

logger = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)
EARLY_SECONDS = 300
"""A token is renewed this long before it ends, which is when WeChat begins to hand out the next one."""
TOKEN_ERROR_SECONDS = 5
ATTEMPTS = 4
FIRST_PAUSE = 1.0
BUSY_PAUSES = (5.0, 30.0, 120.0, 600.0)
"""How long nothing is sent after 45009, longer each time in a row."""

_OLD_TOKEN = frozenset({40001, 40014, 42001})
_BUSY = frozenset({45009, 45011})
_NO_MENUS = frozenset({40008, 40200, 48001})
"""This account may not send menus: test accounts among others."""

MEANINGS = {
    -1: "微信系统繁忙",
    40001: "AppSecret 不对,或 access_token 已失效",
    40003: "OpenID 不对(消息和密钥不是同一个公众号的?)",
    40008: "不支持这种消息",
    40013: "app_id 或 corp_id 不对",
    40014: "access_token 不对",
    40056: "agent_id 不对",
    40125: "app_secret 不对,请到后台核对或重置",
    40164: "服务器的 IP 不在后台的 IP 白名单里",
    40200: "这种公众号不能发菜单消息",
    42001: "access_token 已过期",
    43004: "对方没有关注公众号",
    45009: "今天的接口调用次数用完了(可在后台清零)",
    45011: "接口调用太频繁",
    45015: "对方超过 48 小时没有说话,不能再发客服消息",
    45047: "对方没有再说话之前,客服消息条数已到上限",
    48001: "公众号没有这个接口的权限(客服消息要认证的服务号)",
    50002: "账号被限制",
    60020: "服务器的 IP 不在企业可信 IP 里",
    81013: "接收人不在应用的可见范围里",
}


class ApiError(OneDoorError):
    """WeChat refused or could not be reached. ``code`` is WeChat's errcode, or None without an answer."""

    exit_code = 3

    def __init__(self, what: str, code: int | None, reason: str = "") -> None:
        meaning = reason or MEANINGS.get(code or 0, "请按错误码查微信文档")
        number = "" if code is None else f" {code}"
        super().__init__(f"微信接口 {what} 没有成功{number}:{meaning} / WeChat refused or did not answer")
        self.code = code


class WeChatApi:
    """One account's calls. Use within one event loop; ``close()`` at the end."""

    def __init__(
        self,
        settings: Settings,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._settings = settings
        self._work = settings.kind is WORK
        self._sleep, self._now, self._timeout = sleep, now, timeout
        self._session: aiohttp.ClientSession | None = None
        self._token, self._token_ends = "", 0.0
        self._token_error: tuple[ApiError | None, float] = (None, 0.0)
        self._refreshing = asyncio.Lock()
        self._quiet_until, self._busy = 0.0, 0
        self._menus = not self._work

    async def send(self, user: str, messages: Iterable[str | Menu]) -> None:
        """Send an answer as customer-service messages, in order.

        Raises:
            ApiError: one of them could not be sent; those after it were not tried.
        """
        for message in messages:
            if isinstance(message, Menu) and self._menus:
                try:
                    for body in bodies(message, menus=True):
                        await self._send_one(user, body)
                    continue
                except ApiError as error:
                    if error.code not in _NO_MENUS:
                        raise
                    self._menus = False
            for body in bodies(message, menus=False):
                await self._send_one(user, body)

    async def create_menu(self, menu: dict[str, Any]) -> None:
        """Replace the account's menu.

        Raises:
            ApiError: WeChat refused it or did not answer.
        """
        query = {"agentid": str(self._settings.agent_id)} if self._work else {}
        await self._call("/cgi-bin/menu/create", menu, query, safe_to_repeat=True)

    async def check(self) -> None:
        """Get a token: shows at start whether account, secret and address are right. Raises ApiError."""
        await self._current_token()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send_one(self, user: str, message: dict[str, Any]) -> None:
        if self._work:
            body = {"touser": user, "agentid": self._settings.agent_id, "enable_duplicate_check": 1, **message}
            # 企业微信 drops a repeated message itself, so a lost answer may be asked for again.
            await self._call("/cgi-bin/message/send", body, {}, safe_to_repeat=True)
        else:
            await self._call("/cgi-bin/message/custom/send", {"touser": user, **message}, {}, safe_to_repeat=False)

    async def _call(self, path: str, body: dict[str, Any], query: dict[str, str], safe_to_repeat: bool) -> None:
        rejected = ""
        for attempt in range(1, ATTEMPTS + 1):
            await self._wait_while_busy(path)
            token = await self._current_token(rejected)
            try:
                answer = await self._request("POST", path, body, {**query, "access_token": token}, safe_to_repeat)
            except _Again:
                answer = {"errcode": None}
            code = answer.get("errcode", 0)
            if code == 0:
                self._busy = 0
                return
            if code in _OLD_TOKEN:
                if rejected:
                    raise ApiError(path, code)
                rejected = token
            elif code in _BUSY:
                self._be_quiet()
            elif code in (-1, None):
                await self._sleep(FIRST_PAUSE * 2 ** (attempt - 1))
            else:
                raise ApiError(path, code)
        raise ApiError(path, code, "" if code is not None else "连不上微信服务器,或它没有按时回答")

    def _be_quiet(self) -> None:
        """Longer each time in a row; those already under way when it began do not make it longer."""
        if self._now() >= self._quiet_until:
            pause = BUSY_PAUSES[min(self._busy, len(BUSY_PAUSES) - 1)]
            self._quiet_until, self._busy = self._now() + pause, self._busy + 1

    async def _wait_while_busy(self, path: str) -> None:
        left = self._quiet_until - self._now()
        if left <= 0:
            return
        # A citizen may wait for half a minute, not for a quarter of an hour.
        if left > BUSY_PAUSES[1]:
            raise ApiError(path, 45009)
        await self._sleep(left)

    async def _current_token(self, rejected: str = "") -> str:
        """The token; a new one if it ran out or is the one WeChat just rejected."""
        async with self._refreshing:  # one refresh at a time; whoever waited takes the result
            if self._token and self._token != rejected and self._now() < self._token_ends:
                return self._token
            error, until = self._token_error
            if error is not None and self._now() < until:
                raise error
            try:
                token, seconds = await self._fetch_token(force=False)
                if token == rejected and not self._work:
                    # WeChat would go on handing out the one it rejected; forcing is allowed 20 times a day.
                    token, seconds = await self._fetch_token(force=True)
            except ApiError as failed:
                # Whoever waited for this refresh fails with it instead of trying one after another.
                self._token_error = (failed, self._now() + TOKEN_ERROR_SECONDS)
                raise
            self._token = token
            self._token_ends = self._now() + max(seconds - EARLY_SECONDS, min(seconds, 60))
            return token

    async def _fetch_token(self, force: bool) -> tuple[str, float]:
        account, secret = self._settings.account, self._settings.secret
        for attempt in range(1, ATTEMPTS + 1):
            try:
                if self._work:
                    path = "/cgi-bin/gettoken"
                    answer = await self._request("GET", path, None, {"corpid": account, "corpsecret": secret}, True)
                else:
                    # The stable token is the same for all processes, and the secret stays out of the address.
                    path = "/cgi-bin/stable_token"
                    body = {"grant_type": "client_credential", "appid": account, "secret": secret}
                    answer = await self._request("POST", path, {**body, "force_refresh": force}, {}, True)
            except _Again:
                answer = {"errcode": None}
            if isinstance(token := answer.get("access_token"), str) and token:
                return token, float(answer.get("expires_in") or 0)
            code = answer.get("errcode")
            if code not in (-1, None):
                raise ApiError(path, code)
            await self._sleep(FIRST_PAUSE * 2 ** (attempt - 1))
        raise ApiError(path, code, "" if code is not None else "连不上微信服务器,或它没有按时回答")

    async def _request(
        self, method: str, path: str, body: Any, query: dict[str, str], safe_to_repeat: bool
    ) -> dict[str, Any]:
        """One request. Raises _Again if it may be repeated, ApiError if it may have been carried out."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        # Not as \u escapes: WeChat shows those as they are.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._session.request(
                method, self._settings.api_url + path, params=query, data=data,
                headers={"Content-Type": "application/json; charset=utf-8"}, allow_redirects=False,
            ) as response:  # fmt: skip
                content = await response.read()
                status = response.status
        except aiohttp.ClientConnectorError:
            raise _Again from None
        except (aiohttp.ClientError, TimeoutError) as error:
            if safe_to_repeat:
                raise _Again from None
            # The address in the error holds the token: only the kind of error is told.
            raise ApiError(path, None, f"没有按时回答({type(error).__name__})") from None
        if status >= 500:
            raise _Again
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if status != 200 or not isinstance(answer, dict):
            raise ApiError(path, None, f"回答看不懂(HTTP {status})")
        return answer


class _Again(Exception):
    """The request was not carried out, or may be carried out twice without harm."""
