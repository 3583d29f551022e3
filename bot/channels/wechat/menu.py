"""The menu at the bottom of the account's chat: an editors' file, checked and turned into WeChat's form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.channels.wechat.desk import ASK, SAY
from bot.channels.wechat.render import size
from bot.channels.wechat.wording import sentences
from bot.errors import BadInput

FILE = Path(__file__).with_name("menu.yml")
MAX_TOP, MAX_SUB = 3, 5
MAX_NAME, MAX_SUB_NAME, MAX_KEY, MAX_URL = 16, 60, 128, 1024
"""Bytes, as WeChat counts."""
ACTIONS = ("ask", "say", "url", "program", "buttons")


def read_menu(path: Path = FILE, work: bool = False) -> dict[str, Any]:
    """WeChat's menu object from the editors' file.

    Args:
        work: for 企业微信, whose mini-program buttons are written differently.

    Raises:
        BadInput: lists every fault with the button it is in.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"打不开菜单文件 {path}:{error.strerror} / cannot read the menu file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"菜单文件 {path} 不是可用的 YAML / the menu file is not YAML:{error}") from error
    faults: list[str] = []
    found = content.get("buttons") if isinstance(content, dict) else None
    buttons = _buttons(found, "buttons", MAX_TOP, faults, work, top=True)
    if faults:
        raise BadInput(f"菜单文件 {path} 有 {len(faults)} 处问题:\n" + "\n".join(faults))
    return {"button": buttons}


def _buttons(found: Any, where: str, most: int, faults: list[str], work: bool, *, top: bool) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not 1 <= len(found) <= most:
        faults.append(f"{where} 要有 1 到 {most} 个按钮")
        return []
    return [_button(item, f"{where}[{index}]", faults, work, top) for index, item in enumerate(found, 1)]


def _button(item: Any, where: str, faults: list[str], work: bool, top: bool) -> dict[str, Any]:
    if not isinstance(item, dict):
        faults.append(f"{where} 要写成 name 加一个动作")
        return {}
    name = str(item.get("name") or "").strip()
    where = f"{where} “{name}”"
    limit = MAX_NAME if top else MAX_SUB_NAME
    if not 0 < size(name) <= limit:
        faults.append(f"{where}:name 要写,最长 {limit} 字节(一个汉字 3 字节)")
    if unknown := sorted(set(item) - {"name", *ACTIONS}):
        faults.append(f"{where}:不认识 {'、'.join(unknown)},只能用 name、{'、'.join(ACTIONS)}")
    actions = [action for action in ACTIONS if item.get(action)]
    if len(actions) != 1:
        faults.append(f"{where}:{'、'.join(ACTIONS)} 要写一个,也只能写一个")
        return {}
    action = actions[0]
    if action == "buttons":
        if not top:
            faults.append(f"{where}:下一级菜单里不能再有菜单")
            return {}
        return {"name": name, "sub_button": _buttons(item["buttons"], where, MAX_SUB, faults, work, top=False)}
    return {"name": name, **_action(action, item[action], where, faults, work)}


def _action(action: str, given: Any, where: str, faults: list[str], work: bool) -> dict[str, Any]:
    if action == "program":
        return _program(given, where, faults, work)
    text = str(given).strip()
    if action == "url":
        _check_url(text, where, faults)
        return {"type": "view", "url": text}
    if action == "say" and text not in sentences():
        faults.append(f"{where}:say 要是 replies.yml 里有的一句,现在是“{text}”")
    key = {"ask": ASK, "say": SAY}[action] + text
    if size(key) > MAX_KEY:
        faults.append(f"{where}:{action} 太长,最多 {MAX_KEY - len(ASK)} 字节")
    return {"type": "click", "key": key}


def _check_url(url: str, where: str, faults: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or size(url) > MAX_URL:
        faults.append(f"{where}:网址要以 https:// 开头,最长 {MAX_URL} 字节")


def _program(given: Any, where: str, faults: list[str], work: bool) -> dict[str, Any]:
    """A mini program: ``{appid, page}``, and for 公众号 ``url`` for phones that cannot open it."""
    values = given if isinstance(given, Mapping) else {}
    needed = ("appid", "page") if work else ("appid", "page", "url")
    if absent := [name for name in needed if not values.get(name)]:
        faults.append(f"{where}:program 缺 {'、'.join(absent)}")
        return {}
    out = {"appid": str(values["appid"]), "pagepath": str(values["page"])}
    if work:
        return {"type": "view_miniprogram", **out}
    _check_url(str(values["url"]), where, faults)
    return {"type": "miniprogram", "url": str(values["url"]), **out}
