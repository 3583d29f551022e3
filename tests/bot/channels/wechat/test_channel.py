"""Whole deliveries over HTTP: what WeChat's server sends, and what it gets back."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from bot.channels.wechat.channel import MAX_BODY, WeChatChannel
from bot.channels.wechat.wording import sentences
from tests.bot.channels.wechat.conftest import Connect, official, work
from tests.bot.channels.wechat.weixin import OPENID, FakeApi, WeChatServer, event_xml, other_xml, text_xml


async def test_console_can_verify_the_address(connect: Connect) -> None:
    line = await connect(official())
    assert await line.get(line.wechat.check_url("5836549061")) == (200, "5836549061")


async def test_console_of_wecom_gets_the_decrypted_echo(connect: Connect) -> None:
    line = await connect(work(), work=True)
    assert await line.get(line.wechat.check_url("5836549061")) == (200, "5836549061")


@pytest.mark.parametrize("change", [{"signature": "0" * 40}, {"timestamp": "1"}, {"nonce": ""}, {"echostr": ""}])
async def test_a_forged_address_check_is_refused(connect: Connect, change: dict[str, str]) -> None:
    line = await connect(official())
    status, body = await line.get({**line.wechat.check_url("5836549061"), **change})
    assert status == 403
    assert "5836549061" not in body


async def test_plain_mode(connect: Connect) -> None:
    line = await connect(official(mode="plain", aes_key=""))
    status, body = await line.post(line.wechat.plain(text_xml("身份证丢了")))
    assert status == 200
    shown = line.wechat.read(body)
    assert (shown["Content"], shown["ToUserName"], shown["FromUserName"]) == ("带户口簿。", OPENID, "gh_onedoor")
    assert "Encrypt" not in body


async def test_compatible_mode_believes_the_encrypted_part(connect: Connect) -> None:
    line = await connect(official(mode="compatible"))
    request = line.wechat.encrypted(text_xml("身份证丢了"), with_plain=True)
    request.body = request.body.replace("身份证丢了".encode(), "随便什么".encode())
    status, body = await line.post(request)
    assert status == 200 and "Encrypt" in body
    assert line.wechat.read(body)["Content"] == "带户口簿。"
    assert [text for text, _, _ in line.bot.heard] == ["身份证丢了"]


async def test_safe_mode_encrypts_and_takes_nothing_plain(connect: Connect) -> None:
    line = await connect(official())
    assert await line.say(text_xml("身份证丢了")) == "带户口簿。"
    status, _ = await line.post(line.wechat.plain(text_xml("身份证丢了")))
    assert status == 403
    assert len(line.bot.heard) == 1


async def test_wecom(connect: Connect) -> None:
    line = await connect(work(), work=True)
    xml = text_xml("身份证丢了", more=f"<AgentID>{1000002}</AgentID>")
    assert await line.say(xml) == "带户口簿。"
    assert line.bot.heard[0][2] == "wecom"


async def test_wecom_of_another_company_is_refused(connect: Connect) -> None:
    line = await connect(work(), work=True)
    other = WeChatServer(app_id="ww-another", work=True)
    status, _ = await line.post(other.encrypted(text_xml("身份证丢了")))
    assert status == 403 and not line.bot.heard


async def test_voice_is_what_was_recognised(connect: Connect) -> None:
    line = await connect(official())
    assert await line.say(other_xml("voice", "<Recognition><![CDATA[护照到期怎么办。]]></Recognition>")) == "带户口簿。"
    assert line.bot.heard[0][0] == "护照到期怎么办。"
    assert await line.say(other_xml("voice", "<MediaId>x</MediaId>")) == sentences()["voice"]
    assert len(line.bot.heard) == 1


@pytest.mark.parametrize(
    ("xml", "key"),
    [
        (other_xml("image", "<PicUrl>http://x/y</PicUrl>"), "image"),
        (other_xml("video", "<MediaId>x</MediaId>"), "video"),
        (other_xml("shortvideo", "<MediaId>x</MediaId>"), "video"),
        (other_xml("location", "<Location_X>39.1</Location_X><Location_Y>117.2</Location_Y>"), "location"),
        (other_xml("link", "<Url>http://x</Url>"), "link"),
        (other_xml("file"), "unknown"),
        (other_xml("hologram"), "unknown"),
        (text_xml("  "), "empty"),
        (event_xml("subscribe"), "greeting"),
        (event_xml("subscribe", "qrscene_hall-3"), "greeting"),
        (event_xml("SCAN", "hall-3"), "greeting"),
        (event_xml("CLICK", "say:help"), "help"),
        (event_xml("CLICK", "left over from an old menu"), "help"),
    ],
)
async def test_what_the_channel_answers_itself(connect: Connect, xml: str, key: str) -> None:
    line = await connect(official())
    shown = await line.say(xml)
    assert shown == sentences()[key].strip()
    assert not line.bot.heard


@pytest.mark.parametrize("event", ["unsubscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "new_kind"])
async def test_events_that_want_no_answer(connect: Connect, event: str) -> None:
    line = await connect(official())
    assert await line.post(line.wechat.encrypted(event_xml(event))) == (200, "success")
    assert not line.bot.heard


async def test_wecom_is_told_nothing_with_an_empty_answer(connect: Connect) -> None:
    line = await connect(work(), work=True)
    assert await line.post(line.wechat.encrypted(event_xml("enter_agent"))) == (200, "")


@pytest.mark.parametrize(
    "xml",
    [
        event_xml("CLICK", "ask:身份证怎么办"),
        event_xml("SCAN", "ask:身份证怎么办"),
        event_xml("subscribe", "qrscene_ask:身份证怎么办"),
    ],
)
async def test_menu_and_code_can_ask(connect: Connect, xml: str) -> None:
    line = await connect(official())
    assert await line.say(xml) == "带户口簿。"
    assert line.bot.heard[0][0] == "身份证怎么办"


async def test_a_pressed_choice_arrives_as_its_name(connect: Connect) -> None:
    line = await connect(official())
    pressed = text_xml("居民身份证丢失补领:证丢了", more="<bizmsgmenuid>onedoor.HZ-059</bizmsgmenuid>")
    await line.say(pressed)
    await line.say(text_xml("满意:很好", more="<bizmsgmenuid>101</bizmsgmenuid>"))
    assert [text for text, _, _ in line.bot.heard] == ["居民身份证丢失补领", "满意:很好"]


async def test_old_smileys_are_no_commands(connect: Connect) -> None:
    line = await connect(official())
    await line.say(text_xml("/restart"))
    assert line.bot.heard[0][0] == "restart"
    assert await line.say(text_xml("/")) == sentences()["empty"]


async def test_three_deliveries_at_once_are_one_turn_and_one_answer(connect: Connect) -> None:
    line = await connect(official())
    line.bot.may_answer.clear()
    xml = text_xml("身份证丢了", msg_id=42)
    deliveries = [asyncio.create_task(line.say(xml)) for _ in range(3)]
    while not line.bot.heard:
        await asyncio.sleep(0)
    line.bot.may_answer.set()
    assert await asyncio.gather(*deliveries) == ["带户口簿。"] * 3
    assert len(line.bot.heard) == 1


async def test_a_retry_after_the_answer_gets_the_same_answer(connect: Connect) -> None:
    line = await connect(official())
    xml = text_xml("身份证丢了", msg_id=43)
    first = await line.say(xml)
    line.bot.replies = [{"text": "别的"}]
    assert [await line.say(xml), await line.say(xml)] == [first, first]
    assert len(line.bot.heard) == 1


async def test_events_are_told_apart_by_sender_and_time(connect: Connect) -> None:
    line = await connect(official())
    for created in (1, 1, 2):
        await line.say(event_xml("CLICK", "ask:身份证怎么办", created=created))
    await line.say(event_xml("CLICK", "ask:身份证怎么办", created=2, user="another"))
    assert len(line.bot.heard) == 3


async def test_a_slow_turn_is_answered_once_by_a_message(connect: Connect, api: FakeApi) -> None:
    line = await connect(official(api_url=api.url, reply_seconds=0.05))
    line.bot.may_answer.clear()
    xml = text_xml("身份证丢了", msg_id=44)
    assert [await line.say(xml) for _ in range(3)] == ["", "", ""]
    assert not api.messages
    line.bot.may_answer.set()
    await api.arrived.wait()
    assert await line.say(xml) == ""
    assert [(sent["touser"], sent["text"]["content"]) for sent in api.messages] == [(OPENID, "带户口簿。")]
    assert len(line.bot.heard) == 1


async def test_late_choices_are_a_menu(connect: Connect, api: FakeApi) -> None:
    line = await connect(official(api_url=api.url, reply_seconds=0.05))
    line.bot.may_answer.clear()
    line.bot.replies = [
        {
            "text": "您说的是哪一种?\n1. 甲证:丢了\n2. 乙证\n回复数字就行;都不是就说“都不是”。",
            "custom": {
                "choices": [
                    {"code": "HZ-1", "name": "甲证", "hint": "丢了"},
                    {"code": "HZ-2", "name": "乙证", "hint": ""},
                ]
            },
        }
    ]
    assert await line.say(text_xml("证")) == ""
    line.bot.may_answer.set()
    await api.arrived.wait()
    assert api.messages[0]["msgmenu"] == {
        "head_content": "您说的是哪一种?",
        "list": [{"id": "onedoor.HZ-1", "content": "甲证:丢了"}, {"id": "onedoor.HZ-2", "content": "乙证"}],
        "tail_content": "都不是就说“都不是”。",
    }


async def test_late_answer_of_wecom(connect: Connect, api: FakeApi) -> None:
    line = await connect(work(api_url=api.url, reply_seconds=0.05), work=True)
    line.bot.may_answer.clear()
    assert await line.say(text_xml("身份证丢了", user="zhangsan")) == ""
    line.bot.may_answer.set()
    await api.arrived.wait()
    sent = api.messages[0]
    assert (sent["touser"], sent["agentid"], sent["text"]["content"]) == ("zhangsan", 1000002, "带户口簿。")


async def test_the_rest_of_a_long_answer_follows_as_a_message(connect: Connect, api: FakeApi) -> None:
    line = await connect(official(api_url=api.url))
    whole = "".join(f"第{number}份材料要带原件和复印件。" for number in range(1, 81))
    line.bot.replies = [{"text": whole}]
    first = await line.say(text_xml("材料"))
    await api.arrived.wait()
    assert len(first.encode()) <= 2048 and first.endswith("。")
    assert first + "".join(sent["text"]["content"] for sent in api.messages) == whole


async def test_a_turn_that_fails_still_gives_a_next_step(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    line = await connect(official())
    line.bot.error = RuntimeError("我的秘密")
    assert await line.say(text_xml("我的秘密")) == sentences()["failed"]
    line.bot.error, line.bot.replies = None, []
    assert await line.say(text_xml("我的秘密")) == sentences()["failed"]
    assert "RuntimeError" in caplog.text and "我的秘密" not in caplog.text


async def test_a_late_answer_that_cannot_be_sent_is_logged_without_its_text(
    connect: Connect, api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    line = await connect(official(api_url=api.url, reply_seconds=0.05))
    line.bot.may_answer.clear()
    api.errors.append(45015)
    assert await line.say(text_xml("我的秘密")) == ""
    line.bot.may_answer.set()
    while "45015" not in caplog.text:
        await asyncio.sleep(0)
    for private in ("我的秘密", "带户口簿", OPENID, api.token):
        assert private not in caplog.text
    assert not api.messages


async def test_more_turns_than_can_be_held_are_sent_away_politely(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wechat.desk.MAX_TURNS", 1)
    line = await connect(official())
    line.bot.may_answer.clear()
    first = asyncio.create_task(line.say(text_xml("一")))
    while not line.bot.heard:
        await asyncio.sleep(0)
    assert await line.say(text_xml("二", user="another")) == sentences()["busy"]
    line.bot.may_answer.set()
    assert await first == "带户口簿。"


async def test_too_many_messages_a_minute(connect: Connect) -> None:
    line = await connect(official(per_minute=2))
    shown = [await line.say(text_xml(f"问{number}")) for number in range(4)]
    assert shown == ["带户口簿。", "带户口簿。", sentences()["too_fast"], ""]
    assert await line.say(text_xml("问", user="another")) == "带户口簿。"
    assert len(line.bot.heard) == 3


async def test_the_bot_knows_a_pseudonym_and_masked_text_only(connect: Connect) -> None:
    line = await connect(official())
    await line.say(text_xml("我身份证120101199001011234丢了"))
    text, sender, channel = line.bot.heard[0]
    assert "120101199001011234" not in text and "身份证号" in text
    assert OPENID not in sender and sender.startswith("wechat-") and len(sender) == len("wechat-") + 32
    assert channel == "wechat"
    await line.say(text_xml("还有一句"))
    await line.say(text_xml("别人", user="another"))
    assert line.bot.heard[1][1] == sender != line.bot.heard[2][1]


async def test_forged_deliveries_are_refused(connect: Connect) -> None:
    line = await connect(official())
    good = line.wechat.encrypted(text_xml("身份证丢了"))
    attacks = []
    for name in ("signature", "msg_signature"):
        attacks.append({**good.query, name: "0" * 40})
        attacks.append({**good.query, name: "不是"})
    attacks += [{**good.query, "nonce": "other"}, {**good.query, "timestamp": "²"}, {}]
    attacks.append({key: value for key, value in good.query.items() if key != "msg_signature"})
    for query in attacks:
        good.query = query
        assert (await line.post(good))[0] == 403, query
    assert (await line.post(WeChatServer("other").encrypted(text_xml("x"))))[0] == 403
    other_key = WeChatServer(aes_key="Z" * 43).encrypted(text_xml("x"))
    assert (await line.post(other_key))[0] == 403
    assert (await line.post(WeChatServer(app_id="wx-another").encrypted(text_xml("x"))))[0] == 403
    assert not line.bot.heard


@pytest.mark.parametrize("seconds", [-301, 400])
async def test_old_and_future_deliveries_are_refused(connect: Connect, seconds: int) -> None:
    line = await connect(official())
    stamp = int(time.time()) + seconds
    assert (await line.post(line.wechat.encrypted(text_xml("x"), timestamp=stamp)))[0] == 403
    assert not line.bot.heard


async def test_a_signature_is_good_for_one_message(connect: Connect) -> None:
    line = await connect(official(mode="plain"))
    request = line.wechat.plain(text_xml("身份证丢了"))
    assert (await line.post(request))[0] == 200
    request.body = text_xml("转账给我").encode()
    assert (await line.post(request))[0] == 403
    assert [text for text, _, _ in line.bot.heard] == ["身份证丢了"]


async def test_a_captured_delivery_sent_again_starts_no_turn(connect: Connect) -> None:
    line = await connect(official())
    request = line.wechat.encrypted(text_xml("身份证丢了"))
    for _ in range(3):
        assert (await line.post(request))[0] == 200
    assert len(line.bot.heard) == 1


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Content>&f;</Content></xml>'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"<xml>", b"<xml></xml>", b"<xml><a/></xml>", b"\xff\xfe", BOMB.encode(), OUTSIDE.encode(),
        b"<xml>" + b"<a>" * 3000, text_xml("x").replace("FromUserName", "Sender").encode(),
        text_xml("x").replace("<CreateTime>1348831860</CreateTime>", "").encode(),
        text_xml("x", user="u" * 200).encode(),
        other_xml("text").replace("<MsgType>", "<MsgType>a</MsgType><MsgType>").encode(),
    ],
)  # fmt: skip
async def test_what_is_no_message_is_refused(connect: Connect, body: bytes) -> None:
    line = await connect(official(mode="plain"))
    request = line.wechat.plain("")
    request.body = body
    assert (await line.post(request))[0] == 400
    assert not line.bot.heard


async def test_bombs_inside_the_encryption_are_refused_too(connect: Connect) -> None:
    line = await connect(official())
    for xml in (BOMB, OUTSIDE, "", "no xml"):
        assert (await line.post(line.wechat.encrypted(xml)))[0] == 400


async def test_what_a_person_writes_about_xml_is_fine(connect: Connect) -> None:
    line = await connect(official())
    line.bot.replies = [{"text": "a]]>b<c>&"}]
    assert await line.say(text_xml("<!DOCTYPE x [<!ENTITY a 'b'>]> &a;")) == "a]] >b<c>&"


async def test_oversized_deliveries_are_refused(connect: Connect) -> None:
    line = await connect(official(mode="plain"))
    assert (await line.post(line.wechat.plain(text_xml("长" * MAX_BODY))))[0] == 413
    assert not line.bot.heard


async def test_an_unconfigured_channel_is_off_and_says_so(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    line = await connect({"app_id": "", "app_secret": "", "token": None, "aes_key": ""})
    assert "没有配置,已关闭" in caplog.text and "not configured" in caplog.text and "app_id" in caplog.text
    assert (await line.get(line.wechat.check_url("1")))[0] == 404
    assert (await line.post(line.wechat.encrypted(text_xml("x"))))[0] == 404
    assert (await line.post(line.wechat.plain(text_xml("x"))))[0] == 404
    assert not line.bot.heard


async def test_without_a_token_nothing_is_open(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    line = await connect(official(token=""))
    assert "已关闭:缺 token" in caplog.text
    # An empty token must not make an empty-token signature a good one.
    forged = WeChatServer(token="").plain(text_xml("x"))
    assert (await line.post(forged))[0] == 404


def test_no_credentials_at_all_is_off() -> None:
    assert WeChatChannel.from_credentials(None).settings is None


async def test_a_wrong_secret_is_said_at_start(
    connect: Connect, api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    wrong = "not-the-secret-of-this-account"
    line = await connect(official(api_url=api.url, app_secret=wrong))
    while "app_secret 不对" not in caplog.text:
        await asyncio.sleep(0)
    assert "40125" in caplog.text and wrong not in caplog.text
    assert await line.say(text_xml("身份证丢了")) == "带户口簿。"
