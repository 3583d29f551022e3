"""``onedoor wechat menu push``: the menu file, checked, to WeChat's server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.channels.settings import read
from bot.channels.wechat.api import WeChatApi
from bot.channels.wechat.menu import FILE, read_menu
from bot.channels.wechat.settings import OFFICIAL, WORK, Settings, read_settings
from bot.errors import NotReady
from bot.ops.model import ROOT

CLASSES = {
    OFFICIAL.name: (OFFICIAL, "bot.channels.wechat.channel.WeChatChannel"),
    WORK.name: (WORK, "bot.channels.wechat.channel.WeComChannel"),
}


def push_menu(account: str, file: Path | None, credentials: Path | None, dry_run: bool) -> Iterator[str]:
    """Check the file, send it unless ``dry_run``; yields what to print.

    Raises:
        BadInput: the file or the settings are wrong.
        NotReady: the account is not set up.
        ApiError: WeChat refused it.
    """
    kind, channel = CLASSES[account]
    menu = read_menu(file or FILE, kind is WORK)
    if dry_run:
        yield json.dumps(menu, ensure_ascii=False, indent=2)
        yield "菜单文件没有问题,没有发送 / checked, nothing was sent"
        return
    settings = read_settings(kind, read(credentials or ROOT / "credentials.yml", channel))
    if settings is None:
        raise NotReady(f"{kind.title}还没有配置:先填 {'、'.join(kind.required)},见 {kind.guide} / not configured")
    asyncio.run(_send(settings, menu))
    yield f"{kind.title}的菜单已换成新的,手机上过五分钟重新进来就能看到 / menu replaced"


async def _send(settings: Settings, menu: dict[str, Any]) -> None:
    api = WeChatApi(settings)
    try:
        await api.create_menu(menu)
    finally:
        await api.close()
