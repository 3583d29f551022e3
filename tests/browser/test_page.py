"""The chat page in a real browser, as a person uses it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.servers import Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"),
]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SHOTS = os.environ.get("ONEDOOR_SCREENSHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser, server: Server) -> Iterator[object]:
    context = browser.new_context(viewport={"width": 420, "height": 860}, locale="zh-CN")
    opened = context.new_page()
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto(server.url)
    opened.wait_for_selector("#log .message")
    yield opened
    assert problems == []
    context.close()


def say(page, text: str) -> str:
    """Send a question and return the text of the reply."""
    replies = page.locator("#log .message:not(.mine)")
    before = replies.count()
    page.fill("#message", text)
    page.press("#message", "Enter")
    replies.nth(before).wait_for()
    return str(replies.last.inner_text())


def shot(page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=False)


def test_answer_with_documents_to_tick(page) -> None:
    reply = say(page, "身份证丢了怎么补, 要带什么, 我住河西区友谊路街去哪办")
    assert "居民户口簿" in reply and "友谊路派出所" in reply
    boxes = page.locator("#log input[type=checkbox]")
    assert boxes.count() >= 2
    boxes.first.check()
    shot(page, "answer")


def test_choices_are_buttons(page) -> None:
    say(page, "我要换身份证")
    buttons = page.locator("#log .choices button")
    assert buttons.count() >= 2
    shot(page, "choices")
    name = buttons.first.inner_text().split("\n")[0]
    buttons.first.click()
    page.locator("#log .message:not(.mine)").nth(2).wait_for()
    assert name in page.locator("#log .message:not(.mine)").last.inner_text()


def test_emergency_stands_out(page) -> None:
    assert "110" in say(page, "有人正在打我")
    assert page.locator("#log .message.emergency").count() == 1
    shot(page, "emergency")


def test_markup_in_a_message_stays_text(page) -> None:
    say(page, "<img src=x onerror=alert(1)>身份证")
    assert page.locator("#log img").count() == 0
    assert "<img" in page.locator("#log .mine").last.inner_text()


def test_nothing_typed_is_lost_without_a_connection(page) -> None:
    say(page, "你好")
    page.context.set_offline(True)
    page.fill("#message", "护照换发")
    page.press("#message", "Enter")
    page.wait_for_selector("#problem:not([hidden])")
    assert page.input_value("#message") == "护照换发"
    page.context.set_offline(False)
    page.press("#message", "Enter")
    page.locator("#log .message:not(.mine)").nth(2).wait_for()


def test_large_type_and_restart(page) -> None:
    page.click("#larger")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "22px"
    say(page, "你好")
    shot(page, "large")
    page.click("#restart")
    assert page.locator("#log .message").count() == 1
    page.click("#larger")
