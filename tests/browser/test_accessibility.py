"""WCAG 2.2 AA by axe and by hand: keyboard, announcements, large print, small screens, paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.chat import PHONE, Chat
from tests.browser.conftest import Bot, Open

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
AAA_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}, "resultTypes": ["violations"]}
SETTINGS = "localStorage['onedoor-settings'] = JSON.stringify(%s)"
LOOKS = {
    "normal": "{}",
    "elder": "{elder: true}",
    "elder-30": "{elder: true, size: 30}",
    "dark": "{theme: 'dark'}",
    "elder-dark": "{elder: true, theme: 'dark'}",
    "english": "{language: 'en'}",
    "english-dark-elder": "{language: 'en', theme: 'dark', elder: true}",
}


def talk(chat: Chat) -> None:
    """A conversation with everything on screen: lists, windows, choices, emergency, rating, settings."""
    chat.say("身份证丢了怎么补").locator("input[type=checkbox]").first.check()
    chat.say("护照到期换新去哪办")
    chat.say("我要换身份证")
    chat.replies.first.locator(".useful").click()
    expect(chat.replies).to_have_count(4)
    chat.say("有人正在打我")
    chat.say("社保卡怎么补")


def violations(chat: Chat, options: dict[str, Any]) -> list[str]:
    found = Axe().run(chat.page, options=options).response["violations"]
    return [f"{item['id']}: {node['html'][:120]} {node['failureSummary']}" for item in found for node in item["nodes"]]


@pytest.fixture(scope="module")
def talked(chromium: Any, bot: Bot) -> Iterator[Chat]:
    """One conversation, looked at in every way."""
    chat = Chat.open(chromium, bot.url, reduced_motion="reduce")
    talk(chat)
    yield chat
    chat.context.close()
    assert chat.problems == []


def dressed(chat: Chat, settings: str) -> Chat:
    chat.page.evaluate(SETTINGS % settings)
    chat.page.reload()
    expect(chat.replies).to_have_count(6)
    return chat


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(talked: Chat, look: str) -> None:
    chat = dressed(talked, LOOKS[look])
    assert violations(chat, RULES) == []
    chat.find(".settings-button").click()
    chat.find(".restart").click()
    expect(chat.find("dialog")).to_be_visible()
    assert violations(chat, RULES) == []


def test_axe_would_find_something(open_chat: Open) -> None:
    chat = open_chat()
    chat.page.evaluate(
        "() => document.querySelector('one-door').shadowRoot.querySelector('label[for=message]').remove()"
    )
    chat.page.evaluate(
        "() => { const field = document.querySelector('one-door').shadowRoot.querySelector('textarea');"
        " field.removeAttribute('placeholder'); }"
    )
    assert any(item.startswith("label") for item in violations(chat, RULES))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_elder_contrast_is_seven_to_one(talked: Chat, theme: str) -> None:
    chat = dressed(talked, f"{{elder: true, theme: '{theme}'}}")
    chat.find(".settings-button").click()
    assert violations(chat, AAA_CONTRAST) == []


def test_elder_version_is_large_everywhere(talked: Chat) -> None:
    chat = dressed(talked, "{}")
    chat.find(".elder-button").click()
    expect(chat.find(".elder-button")).to_have_attribute("aria-pressed", "true")
    chat.find(".settings-button").click()
    small = chat.page.evaluate(
        """() => {
          const root = document.querySelector('one-door').shadowRoot;
          const shown = (node) => node.getClientRects().length && !node.closest('.hidden');
          const targets = [...root.querySelectorAll('button, a, select, textarea, label:has(input)')].filter(shown)
            .map((node) => [node.className || node.id || node.textContent, node.getBoundingClientRect()])
            .filter(([, box]) => box.height < 60 || box.width < 60)
            .map(([name, box]) => `${name} ${box.width}x${box.height}`);
          const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
          const texts = [];
          while (walker.nextNode()) {
            const node = walker.currentNode;
            const parent = node.parentElement;
            if (!node.textContent.trim() || !shown(parent)) continue;
            if (parseFloat(getComputedStyle(parent).fontSize) < 18) texts.push(node.textContent);
          }
          return { targets, texts };
        }"""
    )
    assert small == {"targets": [], "texts": []}


def test_elder_type_goes_from_18_to_30_and_is_remembered(chat: Chat) -> None:
    def size() -> str:
        return str(
            chat.page.evaluate(
                "() => getComputedStyle(document.querySelector('one-door').shadowRoot.querySelector('.frame')).fontSize"
            )
        )

    chat.find(".elder-button").click()
    chat.find(".settings-button").click()
    assert size() == "22px"
    for _ in range(6):
        chat.find(".larger").click()
    assert size() == "30px"
    chat.page.reload()
    chat.find(".frame").wait_for()
    assert size() == "30px"
    chat.find(".settings-button").click()
    for _ in range(10):
        chat.find(".smaller").click()
    assert size() == "18px"


def test_an_answer_can_be_read_aloud(open_chat: Open) -> None:
    chat = open_chat(
        init=SETTINGS
        % "{elder: true}"
        + "; speechSynthesis.speak = (speech) => { window.spoken = [speech.lang, speech.text]; };"
        " speechSynthesis.getVoices = () => [];"
    )
    button = chat.say("身份证丢了怎么补").locator(".read")
    button.click()
    language, text = chat.page.evaluate("() => window.spoken")
    assert language == "zh-CN" and "居民户口簿" in text
    expect(button).to_have_text("别读了")
    button.click()
    expect(button).to_have_text("读给我听")


def test_everything_works_with_the_keyboard_alone(open_chat: Open) -> None:
    chat = open_chat(init=SETTINGS % "{}", reduced_motion="reduce")
    press = chat.page.keyboard.press
    order = []
    for _ in range(11):
        press("Tab")
        order.append(chat.focused())
    assert order[:3] == ["elder-button", "settings-button", "scroll"]
    assert order[-4:] == ["human", "restart", "message", "send primary"]
    # Settings open, close with Escape, and give the focus back.
    for _ in range(9):
        press("Shift+Tab")
    assert chat.focused() == "settings-button"
    press("Enter")
    expect(chat.find(".settings")).to_be_visible()
    assert chat.focused() == "theme"
    press("Escape")
    expect(chat.find(".settings")).to_be_hidden()
    assert chat.focused() == "settings-button"
    # Ask, tick, choose, rate.
    for _ in range(8):
        press("Tab")
    assert chat.focused() == "message"
    chat.page.keyboard.type("身份证丢了怎么补")
    press("Enter")
    expect(chat.replies).to_have_count(1)
    assert chat.focused() == "message"
    box = chat.replies.first.locator("input[type=checkbox]").first
    box.focus()
    press("Space")
    expect(box).to_be_checked()
    chat.input.focus()
    chat.page.keyboard.type("我要换身份证")
    press("Enter")
    expect(chat.replies).to_have_count(2)
    chat.replies.nth(1).locator(".choices button").first.focus()
    press("Enter")
    expect(chat.replies).to_have_count(3)
    assert chat.focused() == "message"
    # Start over: the dialog holds the focus, Escape leaves it.
    press("Shift+Tab")
    assert chat.focused() == "restart"
    press("Enter")
    expect(chat.find("dialog")).to_be_visible()
    press("Escape")
    expect(chat.find("dialog")).to_be_hidden()
    assert chat.focused() == "restart"
    press("Enter")
    press("Tab")
    press("Enter")
    expect(chat.replies).to_have_count(0)
    assert chat.focused() == "message"


def test_only_new_messages_are_announced(chat: Chat) -> None:
    log = chat.find("[role=log]")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_be_empty()  # the greeting is not news
    chat.say("你好")
    expect(log.locator(".message")).to_have_count(2)
    chat.page.reload()
    expect(chat.replies).to_have_count(1)
    expect(log).to_be_empty()  # what was said before is shown, not read out again
    chat.say("身份证丢了怎么补")
    expect(log.locator(".message")).to_have_count(2)
    expect(chat.replies).to_have_count(2)


def test_nothing_moves_for_those_who_want_it_still(open_chat: Open) -> None:
    moving = "() => { const node = document.querySelector('one-door').shadowRoot; return node.getAnimations().length; }"
    held: list[Any] = []
    for setting, moves in (("reduce", False), ("no-preference", True)):
        chat = open_chat(reduced_motion=setting)
        chat.page.route("**/webhooks/web/messages", lambda route: held.append(route))  # noqa: PLW0108
        chat.write("你好")
        expect(chat.find(".typing")).to_contain_text("正在查")
        assert bool(chat.page.evaluate(moving)) is moves
    for route in held:
        route.abort()


def test_dark_mode_follows_the_device_until_told_otherwise(open_chat: Open) -> None:
    chat = open_chat(color_scheme="dark")
    expect(chat.find(".frame")).to_have_class(re.compile(r"\bdark\b"))
    chat.page.emulate_media(color_scheme="light")
    expect(chat.find(".frame")).not_to_have_class(re.compile(r"\bdark\b"))
    chat.find(".settings-button").click()
    chat.find("#theme").select_option("dark")
    expect(chat.find(".frame")).to_have_class(re.compile(r"\bdark\b"))


def test_interface_in_english_keeps_conversation_and_says_its_language(chat: Chat) -> None:
    chat.say("身份证丢了怎么补")
    chat.input.fill("还没写完")
    chat.find(".settings-button").click()
    chat.find("#language").select_option("en")
    expect(chat.find(".send")).to_have_text("Send")
    expect(chat.find(".frame")).to_have_attribute("lang", "en")
    expect(chat.replies.first).to_have_attribute("lang", "zh-CN")
    expect(chat.replies.first.locator(".head")).to_contain_text("Documents to bring")
    expect(chat.input).to_have_value("还没写完")
    chat.input.fill("")
    chat.say("那多少钱")
    expect(chat.replies).to_have_count(2)


@pytest.mark.parametrize("settings", ["{}", "{elder: true, size: 30}"])
def test_a_phone_of_320_pixels_needs_no_sideways_scrolling(talked: Chat, settings: str) -> None:
    talked.page.set_viewport_size({"width": 320, "height": 568})
    chat = dressed(talked, settings)
    chat.find(".settings-button").click()
    wide = chat.page.evaluate(
        """() => [...document.querySelector('one-door').shadowRoot.querySelectorAll('*')]
          .filter((node) => node.getClientRects().length && !node.closest('.hidden'))
          .filter((node) => node.getBoundingClientRect().right > 320.5)
          .map((node) => `${node.tagName}.${node.className} ${node.getBoundingClientRect().right}`)"""
    )
    assert wide == []
    chat.find(".settings-button").click()
    for selector in ("#message", ".send", ".human", ".restart"):
        expect(chat.find(selector)).to_be_in_viewport()
    assert chat.find(".scroll").bounding_box()["height"] >= 80
    talked.page.set_viewport_size(PHONE)


def test_on_paper_the_conversation_is_whole_and_alone(chat: Chat) -> None:
    for _ in range(2):
        chat.say("身份证丢了怎么补")
    chat.page.emulate_media(media="print")
    for selector in (".foot", ".bar button", ".tools", ".card .row"):
        expect(chat.find(selector).first).to_be_hidden()
    inner, outer = chat.find(".scroll").evaluate("(node) => [node.scrollHeight, node.clientHeight]")
    assert inner == outer > 860
    document = chat.page.pdf()
    assert document.startswith(b"%PDF") and document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") >= 2
