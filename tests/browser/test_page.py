"""The chat page as a person uses it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import Open

ANSWERED = "身份证丢了怎么补"
WITH_CHOICES = "我要换身份证"


def test_documents_are_a_list_to_tick(chat: Chat) -> None:
    reply = chat.say(ANSWERED)
    boxes = reply.locator("input[type=checkbox]")
    assert boxes.count() >= 2
    expect(reply).to_contain_text("居民户口簿")
    boxes.first.check()
    expect(reply.locator(".head")).to_contain_text("备好 1 样")
    # The list in the text and the list to tick are one list.
    assert reply.inner_text().count("居民身份证申领登记表") <= 1
    # Ticks belong to the matter: the same list further down shows them too.
    again = chat.say(ANSWERED)
    expect(again.locator("input[type=checkbox]").first).to_be_checked()


def test_the_list_can_be_copied(chat: Chat) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reply = chat.say(ANSWERED)
    reply.locator("input[type=checkbox]").first.check()
    reply.locator(".copy").click()
    expect(chat.find(".toast")).to_contain_text("已经复制")
    text = chat.page.evaluate("() => navigator.clipboard.readText()")
    assert "☑ " in text and "☐ " in text and "居民户口簿" in text and "12345" in text


def test_the_list_can_be_saved_as_a_picture(chat: Chat) -> None:
    reply = chat.say(ANSWERED)
    with chat.page.expect_download() as saved:
        reply.locator(".picture").click()
    assert saved.value.suggested_filename.endswith(".png")
    content = saved.value.path().read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) > 10_000


def test_the_list_is_printed_on_a_page_of_its_own(open_chat: Open) -> None:
    chat = open_chat(init="window.print = () => { top.printed = (top.printed || 0) + 1; }")
    reply = chat.say(ANSWERED)
    reply.locator("input[type=checkbox]").first.check()
    reply.locator(".print").click()
    sheet = chat.page.frames[-1].locator("body")
    expect(sheet).to_contain_text("☑ ")
    expect(sheet).to_contain_text("居民户口簿")
    assert "发送" not in sheet.inner_text()
    assert sheet.locator("h1").inner_text()


def test_choices_are_buttons(chat: Chat) -> None:
    reply = chat.say(WITH_CHOICES)
    buttons = reply.locator(".choices button")
    assert buttons.count() >= 3
    name = buttons.first.locator("span").inner_text()
    assert reply.inner_text().count(name) == 1
    answer = chat.answer_to(buttons.first.click)
    expect(chat.mine.last).to_contain_text(name)
    expect(answer).not_to_be_empty()


def test_suggestions_more_and_a_human_are_one_click_away(chat: Chat) -> None:
    chat.answer_to(chat.find(".greeting .offers button").first.click)
    more = chat.answer_to(chat.replies.last.locator(".more").click)
    expect(more).not_to_be_empty()
    human = chat.answer_to(chat.find(".human").click)
    expect(human).to_contain_text("12345")


def test_a_confirmed_window_has_a_map_an_unconfirmed_one_has_none(chat: Chat) -> None:
    card = chat.say("护照到期换新去哪办").locator(".card.window")
    expect(card.first).to_contain_text("的资料")
    link = card.first.locator(".map")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert "uri.amap.com" in str(link.get_attribute("href"))
    chat.say("身份证丢了去哪补")
    other = chat.say("我住河西区友谊路").locator(".card.window")
    expect(other.first).to_contain_text("友谊路派出所")
    expect(other.first.locator(".map")).to_have_count(0)


def test_an_answer_can_be_rated_once(chat: Chat) -> None:
    reply = chat.say(ANSWERED)
    useful = reply.locator(".useful")
    thanks = chat.answer_to(useful.click)
    expect(useful).to_have_attribute("aria-pressed", "true")
    expect(reply.locator(".useless")).to_be_disabled()
    expect(thanks).to_contain_text("谢谢")
    chat.page.reload()
    expect(chat.find(".useful").first).to_have_attribute("aria-pressed", "true")


def test_emergency_stands_out_and_can_be_called(chat: Chat) -> None:
    reply = chat.say("有人正在打我")
    expect(reply).to_have_class(re.compile("emergency"))
    expect(reply.locator("a[href='tel:110']")).to_be_visible()


def test_who_else_is_responsible_can_be_called(chat: Chat) -> None:
    expect(chat.say("社保卡怎么补").locator("a[href='tel:12333']")).to_be_visible()


def test_starting_over_asks_first(chat: Chat) -> None:
    chat.say("你好")
    chat.find(".restart").click()
    chat.find("dialog .stay").click()
    expect(chat.replies).to_have_count(1)
    chat.find(".restart").click()
    chat.find("dialog .sure").click()
    expect(chat.replies).to_have_count(0)
    expect(chat.find(".greeting")).to_be_visible()
    chat.page.reload()
    expect(chat.find(".greeting")).to_be_visible()
    expect(chat.replies).to_have_count(0)


def test_private_numbers_disappear_from_the_screen_too(chat: Chat) -> None:
    chat.say("我电话13812345678,护照丢了")
    expect(chat.mine).to_contain_text("<电话>")
    expect(chat.mine).to_contain_text("没有保存")
    assert "13812345678" not in chat.page.content()


def test_enter_picks_a_word_while_an_input_method_is_composing(chat: Chat) -> None:
    chat.input.fill("shenfenzheng")
    chat.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(chat.mine).to_have_count(0)
    expect(chat.input).to_have_value("shenfenzheng")


# ------------------------------------------------------------------------------------ hostile input

ATTACKS = [
    "<img src=x onerror=alert(1)>身份证",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
]


def assert_inert(chat: Chat) -> None:
    for selector in ("img", "script", "svg[onload]", "[onerror]", "iframe", "a[href^='javascript' i]"):
        expect(chat.find(selector)).to_have_count(0)


def test_markup_in_messages_stays_text(chat: Chat) -> None:
    for attack in ATTACKS:
        chat.say(attack)
        expect(chat.mine.last.locator("p").first).to_contain_text(attack)
    assert_inert(chat)
    chat.page.reload()
    expect(chat.mine).to_have_count(len(ATTACKS))
    assert_inert(chat)


def hostile_reply(attack: str) -> dict[str, Any]:
    return {
        "id": 2, "from": "bot", "text": f"{attack},要带:\n1. {attack}\n去哪办:{attack}\n网上办:{attack}",
        "custom": {
            "act": "answer", "matter": {"code": attack, "name": attack}, "aspect": None,
            "guidance": {
                "documents": [dict.fromkeys(("name", "form", "exempt_by", "when", "note", "where"), attack)],
                "windows": [dict.fromkeys(("id", "name", "address", "phone", "hours"), attack) | {"verified": True}],
                "online": {"available": True, "platform": attack, "entry": attack},
                "review": {"status": attack},
            },
            "choices": [{"code": attack, "name": attack, "hint": attack + "!"}],
            "suggestions": [attack], "referral": {"body": attack, "phone": attack},
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    "attack", [*ATTACKS, 'https://x.example/"onmouseover=alert(1)', "javascript:alert(1)//https://"]
)
def test_markup_in_answers_stays_text(chat: Chat, attack: str) -> None:
    said = {"id": 1, "from": "user", "text": "你好"}
    chat.page.route("**/webhooks/web/stream", lambda route: route.abort())
    chat.page.route(
        "**/webhooks/web/messages",
        lambda route: route.fulfill(json={"messages": [said, hostile_reply(attack)]}),
    )
    reply = chat.say("你好")
    reply.locator(".copy").click()
    reply.locator("input[type=checkbox]").first.check()
    expect(reply).to_contain_text(attack)
    assert_inert(chat)
    for link in reply.locator("a").all():
        assert str(link.get_attribute("href")).startswith(("https://", "tel:"))


def test_a_wording_nobody_foresaw_loses_nothing(chat: Chat) -> None:
    guidance = {"documents": [{"name": "居民户口簿", "form": "原件"}, {"name": "照片", "copies": 2}]}
    replies = iter(
        [
            "您需要准备好户口簿和照片,别的不用。",
            "要带:\n① 居民户口簿(原件)\n② 照片(2份)\n费用:不收费。",
            "要带居民户口簿和照片。\n费用:不收费。",
            "怎么办:\n1. 居民户口簿到窗口登记\n2. 照片现场拍",
        ]
    )
    numbers = iter(range(1, 100))

    def answer(route: Any) -> None:
        custom = {"act": "answer", "matter": {"code": "HZ-001", "name": "测试"}, "aspect": None, "guidance": guidance}
        message_id = json.loads(route.request.post_data)["id"]
        route.fulfill(
            json={
                "messages": [
                    {"id": next(numbers), "from": "user", "text": "问", "message_id": message_id},
                    {"id": next(numbers), "from": "bot", "text": next(replies), "custom": custom},
                ]
            }
        )

    chat.page.route("**/webhooks/web/stream", lambda route: route.abort())
    chat.page.route("**/webhooks/web/messages", answer)
    unforeseen, listed, sentence, steps = (chat.say("问") for _ in range(4))
    for reply in (unforeseen, listed, sentence, steps):
        expect(reply.locator("input[type=checkbox]")).to_have_count(2)
    expect(unforeseen).to_contain_text("别的不用")
    assert listed.inner_text().count("居民户口簿") == 1
    assert sentence.inner_text().count("居民户口簿") == 1
    expect(sentence).to_contain_text("不收费")
    expect(steps).to_contain_text("居民户口簿到窗口登记")
