"""The widget in somebody else's site."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import Bot, Open, Site

HOSTILE_CSS = """<style>
  * { font-size: 50px !important; color: red !important; line-height: 3 !important; }
  button { display: none !important; } div { transform: rotate(3deg); } .frame { visibility: hidden !important; }
</style>"""


def page_of(bot: Bot, more: str = "", element: str = "<one-door></one-door>") -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><title>某局网站</title>{more}</head><body><h1>某局网站</h1>'
        f'<button id="theirs">他们的按钮</button>{element}<script src="{bot.url}/static/onedoor.js"></script>'
        "</body></html>"
    )


def test_a_floating_button_opens_a_dialog_and_escape_closes_it(open_chat: Open, bot: Bot, site: Site) -> None:
    chat = open_chat(site.put("/float", page_of(bot)), viewport={"width": 1000, "height": 700})
    launcher = chat.find(".launcher")
    expect(chat.find(".panel")).to_be_hidden()
    launcher.click()
    expect(chat.find("[role=dialog]")).to_be_visible()
    assert chat.focused() == "message"
    expect(chat.say("身份证丢了怎么补")).to_contain_text("居民户口簿")
    chat.page.keyboard.press("Escape")
    expect(chat.find(".panel")).to_be_hidden()
    assert chat.focused() == "launcher primary"
    # What another tab asked meanwhile comes after it, not before.
    other = Chat.in_context(chat.context, chat.page.url)
    other.find(".launcher").click()
    other.say("护照到期换新多少钱")
    launcher.click()
    expect(chat.replies).to_have_count(2)
    expect(chat.find(".earlier")).to_have_count(0)
    expect(chat.mine.last).to_contain_text("护照")
    chat.say("你好")
    # On the next page of the site the conversation is still there.
    chat.page.reload()
    chat.find(".launcher").click()
    expect(chat.replies).to_have_count(3)


def test_it_can_be_moved_about_in_the_page(open_chat: Open, bot: Bot, site: Site) -> None:
    chat = open_chat(site.put("/move", page_of(bot, element='<one-door layout="inline"></one-door>')))
    chat.say("你好")
    chat.page.evaluate("() => { document.body.prepend(document.querySelector('one-door')); }")
    expect(chat.replies).to_have_count(1)
    chat.say("身份证丢了怎么补")


def test_the_site_and_the_widget_do_not_touch_each_other(open_chat: Open, bot: Bot, site: Site) -> None:
    plain = open_chat(site.put("/plain", page_of(bot)))
    styled = open_chat(site.put("/styled", page_of(bot, HOSTILE_CSS.replace("button {", "main button {"))))
    look = """() => {
      const style = getComputedStyle(document.querySelector('one-door').shadowRoot.querySelector('.launcher'));
      return [style.fontSize, style.color, style.lineHeight, style.visibility];
    }"""
    assert plain.page.evaluate(look) == styled.page.evaluate(look)
    theirs = """() => {
      const style = getComputedStyle(document.querySelector('#theirs'));
      return [style.minHeight, style.borderRadius, style.fontSize];
    }"""
    bare = open_chat(site.put("/bare", page_of(bot, element="<one-door hidden></one-door>")))
    assert plain.page.evaluate(theirs) == bare.page.evaluate(theirs)
    assert plain.page.evaluate("() => [document.styleSheets.length, document.head.children.length]") == [0, 1]


def test_it_runs_under_a_strict_content_policy(open_chat: Open, bot: Bot, site: Site) -> None:
    policy = f"default-src 'none'; script-src {bot.url}; connect-src {bot.url}"
    page = site.put("/strict", page_of(bot), {"Content-Security-Policy": policy})
    chat = open_chat(page)
    chat.find(".launcher").click()
    reply = chat.say("身份证丢了怎么补")
    reply.locator(".print").click()
    expect(chat.page.frames[-1].locator("body")).to_contain_text("居民户口簿")
    with chat.page.expect_download():
        reply.locator(".picture").click()


def test_nobody_else_is_asked(open_chat: Open, bot: Bot, site: Site) -> None:
    asked: list[str] = []
    chat = open_chat(site.put("/quiet", page_of(bot)))
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.page.reload()
    chat.find(".launcher").click()
    chat.say("护照到期换新去哪办")
    assert asked and all(url.startswith((bot.url, site.url)) for url in asked)


def test_inline_it_fills_the_place_it_is_given(open_chat: Open, bot: Bot, site: Site) -> None:
    door = '<one-door layout="inline" theme="dark" elder lang="en"></one-door>'
    element = f'<div style="height: 500px; width: 400px">{door}</div>'
    chat = open_chat(site.put("/inline", page_of(bot, element=element)), viewport={"width": 1000, "height": 800})
    box: Any = chat.find(".panel").bounding_box()
    assert box["width"] == 400 and box["height"] <= 500
    expect(chat.find(".send")).to_have_text("Send")
    expect(chat.find(".frame")).to_have_class("frame inline dark elder")
    chat.say("你好")


def test_a_shared_computer_can_forget_with_the_tab(open_chat: Open, bot: Bot, site: Site) -> None:
    element = '<one-door layout="inline" storage="session"></one-door>'
    chat = open_chat(site.put("/kiosk", page_of(bot, element=element)))
    chat.say("你好")
    chat.page.reload()
    expect(chat.replies).to_have_count(1)
    other = Chat.in_context(chat.context, chat.page.url)
    expect(other.find(".greeting")).to_be_visible()
    expect(other.replies).to_have_count(0)
    assert chat.page.evaluate("() => localStorage.length") == 0


def test_a_site_that_is_not_listed_is_told_so(open_chat: Open, bot: Bot, site: Site) -> None:
    site.put("/unlisted", page_of(bot))
    elsewhere = site.url.replace("127.0.0.1", "localhost") + "/unlisted"
    chat = open_chat(elsewhere)
    chat.find(".launcher").click()
    chat.write("你好")
    expect(chat.find(".banner")).to_be_visible()
    expect(chat.replies).to_have_count(0)
    chat.problems.clear()  # the browser's own words about CORS
