"""Whole turns through the real Rasa server over HTTP."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.servers import Server

pytestmark = pytest.mark.e2e

DECISIONS = {
    "answer", "clarify", "refer", "emergency", "explain", "ask_back", "smalltalk", "deflect", "handoff",
    "rate", "complain", "queue", "appointment",
}  # fmt: skip
ASPECTS = {"documents", "window", "fee", "time", "online", "conditions", "process", "proxy", "result", "basis", None}


def test_lost_id_card_with_documents_and_street(server: Server) -> None:
    reply = server.say("身份证丢了怎么补, 要带什么, 我住河西区友谊路街去哪办", "id-card")
    assert reply["custom"]["act"] == "answer"
    assert reply["custom"]["matter"]["code"] == "HZ-059"
    documents = [item["name"] for item in reply["custom"]["guidance"]["documents"]]
    assert "居民户口簿" in documents
    assert all(item["source"] for item in reply["custom"]["guidance"]["documents"])
    assert reply["custom"]["guidance"]["windows"][0]["street"] == "友谊路街道"
    assert "友谊路派出所" in reply["text"] and "居民户口簿" in reply["text"]


@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        ("护照到期换新多少钱", "CRJ-002", ["120"]),
        ("公司开保安公司要什么材料", "NB-001", ["材料"]),
        ("二手车过户去哪", "JG-004", ["去哪办"]),
    ],
)
def test_questions_of_the_issue(server: Server, question: str, code: str, words: list[str]) -> None:
    reply = server.say(question, f"issue-{code}")
    assert reply["custom"]["act"] == "answer", reply
    assert reply["custom"]["matter"]["code"] == code
    for word in words:
        assert word in reply["text"]


def test_not_a_police_matter_is_referred(server: Server) -> None:
    reply = server.say("社保卡怎么补", "refer")
    assert reply["custom"]["act"] == "refer"
    assert "12333" in reply["text"]


def test_emergency_number_first(server: Server) -> None:
    reply = server.say("有人正在打我", "danger")
    assert reply["custom"]["act"] == "emergency"
    assert "110" in reply["text"][:20]


def test_context_over_turns(server: Server) -> None:
    server.say("护照到期换新要带什么", "context")
    reply = server.say("那多少钱", "context")
    assert reply["custom"]["matter"]["code"] == "CRJ-002"
    assert reply["custom"]["aspect"] == "fee"


def test_parse_contract(server: Server) -> None:
    parsed = server.parse("补身份证多少钱")
    assert parsed["text"] == "补身份证多少钱"
    assert {"name", "confidence"} <= set(parsed["intent"])
    assert isinstance(parsed["entities"], list)
    assert 0 < len(parsed["matters"]) <= 5
    assert all(set(item) == {"code", "name", "confidence"} for item in parsed["matters"])
    confidences = [item["confidence"] for item in parsed["matters"]]
    assert confidences == sorted(confidences, reverse=True)
    assert parsed["decision"] in DECISIONS
    assert parsed["aspect"] == "fee"
    assert "referral" in parsed


@pytest.mark.parametrize("text", ["。。。", "a", "😀", "1", "x" * 400, "身份证" * 60, "\u200b", "SELECT * FROM users"])
def test_odd_texts_are_parsed_too(server: Server, text: str) -> None:
    parsed = server.parse(text)
    assert parsed["decision"] in DECISIONS
    assert parsed["aspect"] in ASPECTS


def test_reply_contract(server: Server) -> None:
    reply = server.say("护照换发", "contract")
    assert set(reply) == {"recipient_id", "text", "custom"}
    assert {"act", "matter", "aspect"} <= set(reply["custom"])
    guidance = reply["custom"]["guidance"]
    assert guidance["review"]["status"] == "draft"
    assert None not in guidance.values()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sender": "a"}, "message"),
        ({"sender": "a", "message": ""}, "message"),
        ({"sender": "a", "message": 5}, "message"),
        ({"message": "你好"}, "sender"),
        ({"sender": "a" * 200, "message": "你好"}, "sender"),
        ([1], "JSON"),
    ],
)
def test_bad_requests_name_the_field(server: Server, body: object, field: str) -> None:
    answer = server.request("POST", "/webhooks/rest/webhook", body)
    assert answer.status == 400
    assert field in answer.json["error"]


def test_broken_json_and_huge_bodies_are_refused(server: Server) -> None:
    assert server.request("POST", "/webhooks/rest/webhook", b"{").status == 400
    assert server.request("POST", "/webhooks/rest/webhook", b"x" * 200_000).status == 413


def test_private_numbers_never_reach_the_store(server: Server) -> None:
    server.say("我身份证120101199001011234丢了,电话13812345678,车牌津A12345", "private")
    with sqlite3.connect(server.folder / "conversations.sqlite") as store:
        rows = " ".join(row[0] for row in store.execute("select data from events"))
    log = (server.folder / "server.log").read_text(encoding="utf-8", errors="replace")
    for number in ("120101199001011234", "13812345678", "A12345"):
        assert number not in rows
        assert number not in log
    assert "身份证号" in rows.encode().decode("unicode_escape", errors="ignore") or "<" in rows


def test_management_api_is_closed_to_the_outside(server: Server) -> None:
    outside = {"X-Forwarded-For": "203.0.113.9"}
    for method, path in (
        ("POST", "/model/parse"),
        ("GET", "/conversations/test/tracker"),
        ("PUT", "/model"),
        ("GET", "/status"),
    ):
        assert server.request(method, path, {"text": "x"}, outside).status == 403, path
    assert server.request("POST", "/webhooks/rest/webhook", {"sender": "p", "message": "你好"}, outside).status == 200


def test_web_page_and_session(server: Server) -> None:
    page = server.request("GET", "/")
    assert page.status == 200 and "一扇门" in page.body.decode()
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    for name in ("onedoor.js", "door.svg"):
        assert server.request("GET", f"/static/{name}").status == 200
    for path in ("/static/../rest.py", "/static/nothing.js", "/static/%2e%2e/__init__.py"):
        assert server.request("GET", path).status == 404
    assert server.request("POST", "/webhooks/web/messages", {"message": "你好"}).status == 401
    bad = {"Authorization": "Bearer " + "a.b.c"}
    assert server.request("POST", "/webhooks/web/messages", {"message": "你好"}, bad).status == 401
    token = server.request("POST", "/webhooks/web/session").json["token"]
    answer = server.request(
        "POST", "/webhooks/web/messages", {"message": "护照换发"}, {"Authorization": f"Bearer {token}"}
    )
    assert answer.status == 200
    assert [message["from"] for message in answer.json["messages"]] == ["user", "bot"]
    assert answer.json["messages"][1]["custom"]["act"]


def test_two_quick_messages_are_both_answered_in_order(server: Server) -> None:
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda text: server.say(text, "quick"), ["护照换发要带什么", "你好"]))
    assert [reply["custom"]["act"] for reply in replies] == ["answer", "smalltalk"]


def test_many_people_at_once_do_not_mix(server: Server) -> None:
    questions = {
        "a": ("护照换发多少钱", "CRJ-002"),
        "b": ("二手车过户去哪", "JG-004"),
        "c": ("身份证丢了怎么补", "HZ-059"),
    }

    def turn(number: int) -> bool:
        key = "abc"[number % 3]
        text, code = questions[key]
        return server.say(text, f"crowd-{key}-{number}")["custom"]["matter"]["code"] == code

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(turn, range(24)))
