"""Reloads, lost lines, restarts and two tabs: nothing is lost, nothing is asked twice."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import Bot, Open


def test_a_reload_brings_the_conversation_back_and_it_goes_on(chat: Chat) -> None:
    reply = chat.say("身份证丢了怎么补")
    reply.locator("input[type=checkbox]").first.check()
    before = reply.inner_text()
    chat.page.reload()
    expect(chat.replies).to_have_count(1)
    assert chat.replies.first.inner_text() == before
    expect(chat.replies.first.locator("input[type=checkbox]").first).to_be_checked()
    # The bot still knows what the conversation is about.
    expect(chat.say("那多少钱")).to_contain_text("身份证")


def test_offline_is_said_and_what_was_written_is_sent_later(chat: Chat) -> None:
    chat.say("你好")
    chat.context.set_offline(True)
    expect(chat.find(".banner")).to_contain_text("网断了")
    chat.write("身份证丢了怎么补")
    expect(chat.find(".unsent")).to_contain_text("身份证丢了怎么补")
    chat.find(".resend").click()
    expect(chat.find(".unsent")).to_have_count(1)
    chat.context.set_offline(False)
    expect(chat.replies).to_have_count(2)
    expect(chat.find(".unsent")).to_have_count(0)
    expect(chat.find(".banner")).to_be_hidden()
    expect(chat.mine).to_have_count(2)


def test_an_answer_lost_on_the_way_is_not_asked_for_twice(chat: Chat) -> None:
    chat.say("你好")
    lost: list[str] = []

    def lose(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
        else:
            lost.append(route.fetch().text())  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

    chat.page.route("**/webhooks/web/messages", lose)
    chat.write("身份证丢了怎么补")
    expect(chat.replies).to_have_count(2)  # over the stream
    chat.say("你好")
    assert len(lost) == 1
    chat.page.reload()
    expect(chat.mine).to_have_count(3)
    expect(chat.replies).to_have_count(3)


def test_two_tabs_of_one_browser_show_one_conversation(chat: Chat, bot: Bot) -> None:
    other = Chat.in_context(chat.context, bot.url)
    chat.say("你好")
    expect(other.replies).to_have_count(1)
    expect(other.mine).to_contain_text("你好")
    other.say("身份证丢了怎么补")
    expect(chat.replies).to_have_count(2)
    assert chat.replies.nth(1).inner_text() == other.replies.nth(1).inner_text()
    other.find(".restart").click()
    other.find("dialog .sure").click()
    expect(chat.replies).to_have_count(0)
    chat.say("你好")
    expect(other.replies).to_have_count(1)
    assert other.problems == []


def test_two_browsers_do_not_share_a_conversation(open_chat: Open) -> None:
    one, other = open_chat(), open_chat()
    one.say("你好")
    other.say("身份证丢了怎么补")
    expect(one.replies).to_have_count(1)
    expect(other.replies).to_have_count(1)


def test_a_page_opened_while_the_bot_is_away_catches_up_without_announcing_old_messages(chat: Chat) -> None:
    chat.say("你好")
    down = ["history", "stream", "messages"]
    for name in down:
        chat.page.route(f"**/webhooks/web/{name}*", lambda route: route.abort())
    chat.page.reload()
    expect(chat.find(".banner")).to_contain_text("正在重新连接")
    chat.write("身份证丢了怎么补")
    for name in down:
        chat.page.unroute(f"**/webhooks/web/{name}*")
    expect(chat.replies).to_have_count(2)
    expect(chat.find(".old [data-number]")).to_have_count(1)
    expect(chat.find("[role=log] [data-number]")).to_have_count(1)
    expect(chat.find(".banner")).to_be_hidden()


def test_a_session_that_is_no_longer_valid_starts_anew_without_losing_the_question(chat: Chat) -> None:
    chat.say("你好")
    chat.page.evaluate(
        "() => Object.keys(localStorage).filter((key) => key.startsWith('onedoor-session'))"
        ".forEach((key) => { localStorage[key] = 'a.b.c'; })"
    )
    chat.page.reload()
    chat.write("身份证丢了怎么补")
    expect(chat.find(".earlier")).to_contain_text("过期")
    expect(chat.replies).to_have_count(1)
    expect(chat.mine).to_have_count(1)


def test_a_bot_that_is_down_for_a_while_changes_nothing(chat: Chat, bot: Bot) -> None:
    first = chat.say("身份证丢了怎么补").inner_text()
    bot.stop()
    expect(chat.find(".banner")).to_contain_text("正在重新连接")
    chat.write("那多少钱")
    expect(chat.find(".unsent")).to_contain_text("那多少钱")
    bot.start()
    # Without reloading: the line comes back and the question goes out by itself.
    expect(chat.replies).to_have_count(2, timeout=30_000)
    expect(chat.replies.nth(1)).to_contain_text("身份证")
    expect(chat.find(".banner")).to_be_hidden()
    chat.page.reload()
    expect(chat.replies).to_have_count(2)
    assert chat.replies.first.inner_text() == first
