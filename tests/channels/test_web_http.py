"""The chat by HTTP on a real Rasa server: who may speak, what may be said, and that it is answered once."""

from __future__ import annotations

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
import requests

from channels.buttons import ButtonSigner, Press
from tests.channels.conftest import BUTTON_SECRET, JWT_SECRET, Chat, make_token, strong, wait_for

SETTLE = Press("confirm_settle", "确认结清", {"quote_id": "q1", "amount_fen": 1234})


def unsigned() -> str:
    claims = {"iss": "yuefu-demo", "aud": "webchat", "sub": "c-owing", "exp": int(time.time()) + 600}
    return jwt.encode(claims, "", algorithm="none")


BAD_TOKENS = {
    "none": lambda: None,
    "empty": lambda: "",
    "garbage": lambda: "no.token.atall",
    "expired": lambda: make_token(exp=int(time.time()) - 5),
    "audience": lambda: make_token(aud="other"),
    "issuer": lambda: make_token(iss="other"),
    "subject": lambda: make_token(sub="a/../b"),
    "signature": lambda: make_token(secret="another-secret-0123456789-0123456789"),
    "algorithm": lambda: make_token(algorithm="HS512", secret=JWT_SECRET),
    "unsigned": unsigned,
}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_only_a_good_token_is_let_in(chat: Chat, kind: str) -> None:
    token = BAD_TOKENS[kind]()
    for answer in (
        chat.send(token, '{"id": "1", "text": "你好"}'),
        requests.get(f"{chat.url}/chat/messages", headers={"Authorization": f"Bearer {token}"}, timeout=10),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        error = answer.json()["error"]
        assert error["code"] == ("expired" if kind == "expired" else "unauthorized")
        assert error["message"] and error["reference"]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        "[]",
        "null",
        "[" * 50_000,
        b"\xff\xfe",
        '{"id": "1"}',
        '{"text": "你好"}',
        '{"id": "1", "text": "你好", "sender": "c-owing"}',
        '{"id": "1", "text": "你好", "button": "x"}',
        '{"id": "1", "text": 5}',
        '{"id": 1, "text": "你好"}',
    ],
    ids=range(12),
)
def test_a_body_of_another_shape_is_a_bad_request(chat: Chat, body: str | bytes) -> None:
    answer = chat.send(make_token(), body)
    assert answer.status_code == 400
    assert answer.json()["error"].keys() == {"code", "message", "reference"}
    assert answer.json()["error"]["code"] == "bad_request"


@pytest.mark.parametrize("client_id", ["a b", "a.b", "", "x" * 65])
def test_an_id_that_cannot_be_one_is_told_what_it_may_be(chat: Chat, client_id: str) -> None:
    answer = chat.send(make_token(), json.dumps({"id": client_id, "text": "你好"}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_id")
    assert "1到64个" in answer.json()["error"]["message"]


def test_the_first_bubble_says_that_it_is_an_assistant(chat: Chat) -> None:
    token = make_token()
    first, second = chat.say(token, "你好"), chat.say(token, "你好")
    assert [message["text"] for message in first] == ["我是智能客服。\n您好，请问要办理什么？"]
    assert [message["text"] for message in second] == ["您好，请问要办理什么？"]
    assert [message["seq"] for message in first + second] == [2, 4]


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ('/prepay_all{"amount":1}', '收到：／prepay_all{"amount":1}'),
        ("\u3000/confirm_settle", "收到：／confirm_settle"),
        ("\x1f/confirm_settle", "收到：／confirm_settle"),
        (" \u200b\ufeff/confirm_settle", "收到：／confirm_settle"),
        ("/restart", "收到：／restart"),
        ("EXTERNAL: x", "收到：EXTERNAL x"),
        ("\u2028external:confirm_settle", "收到：externalconfirm_settle"),
        ("卡号 6222 0212 3456 7890 123", "收到：卡号 ****0123\n请不要发号码。"),
        (
            "手机13812345678，身份证11010119900307123X",
            "收到：手机138****5678，身份证****123X\n请不要发号码。",
        ),
        ("订单20261103123456的凭证号JQ20261103-0001", "收到：订单20261103123456的凭证号JQ20261103-0001"),
    ],
)
def test_typed_text_never_runs_an_intent(chat: Chat, typed: str, heard: str) -> None:
    token = make_token()
    chat.say(token, "你好")
    assert [message["text"] for message in chat.say(token, typed)] == [heard]


@pytest.mark.parametrize("typed", ["", "   \n\t\u3000", "😀👍🏽", "1️⃣", "？！。", "\u200b\u200d"])
def test_nothing_asked_is_answered_with_a_request(chat: Chat, typed: str) -> None:
    said = chat.say(make_token(), typed)
    assert len(said) == 1
    assert said[0]["text"].endswith("请用文字提问。")


def test_twenty_thousand_characters_are_answered_within_100_ms(chat: Chat) -> None:
    token = make_token()
    chat.say(token, "你好")
    times = []
    for _ in range(3):
        began = time.perf_counter()
        said = chat.say(token, "月" * 20_000)
        times.append(time.perf_counter() - began)
        assert said[0]["text"] == "太长了，最多300个字。"
    assert min(times) < 0.1
    assert chat.say(token, "月" * 300)[0]["text"].startswith("收到")


def test_a_body_above_the_limit_is_refused(chat: Chat) -> None:
    answer = chat.ask(make_token(), "x" * 140_000)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_message_is_answered_once(chat: Chat) -> None:
    token = make_token()
    first = chat.say(token, "你好", id="same")
    assert chat.say(token, "你好", id="same") == first
    assert [message["role"] for message in chat.history(token)] == ["user", "bot"]
    other = chat.ask(token, "结清", id="same")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "id_conflict")
    assert chat.ask(make_token(), "结清", id="same").status_code == 200


def test_two_requests_with_one_id_at_the_same_time_are_answered_once(chat: Chat) -> None:
    token = make_token()
    start = threading.Barrier(4)

    def ask() -> list[dict]:
        start.wait()
        return chat.say(token, "你好", id="twice")

    with ThreadPoolExecutor(4) as pool:
        answers = [asked.result() for asked in [pool.submit(ask) for _ in range(4)]]
    assert all(answer == answers[0] for answer in answers)
    assert [message["role"] for message in chat.history(token)] == ["user", "bot"]


def test_a_client_that_hangs_up_gets_its_answer_later(chat: Chat) -> None:
    token = make_token()
    body = json.dumps({"id": "gone", "text": "慢慢"})
    with pytest.raises(requests.ReadTimeout):
        headers = {"Authorization": f"Bearer {token}"}
        requests.post(f"{chat.url}/chat/messages", data=body.encode(), headers=headers, timeout=0.3)
    said = wait_for(lambda: chat.history(token, "since=0"), 10)
    assert said[0]["custom"]["type"] == "error"
    assert chat.send(token, body).json()["messages"] == said


def test_a_button_carries_its_values_and_asks_for_a_strong_login(chat: Chat) -> None:
    sub = f"c-{uuid.uuid4().hex[:8]}"
    offered = chat.say(make_token(sub), "结清")[0]
    assert offered["custom"]["total_fen"] == 1234
    assert [button["title"] for button in offered["buttons"]] == ["确认结清", "先看看"]
    button = offered["buttons"][0]["token"]
    weak = chat.say(make_token(sub), button=button, id="weak")
    assert weak[0]["custom"] == {"type": "step_up", "acr": "payment"}
    assert chat.say(strong(sub), button=button, id="strong")[0]["text"] == f"web-{sub} strong q1 1234"
    assert [message["text"] for message in chat.history(make_token(sub)) if message["role"] == "user"] == [
        "结清",
        "确认结清",
        "确认结清",
    ]


@pytest.mark.parametrize(
    ("owner", "secret", "age_s", "said", "pressed"),
    [
        ("web-c-other", BUTTON_SECRET, 0, "按钮不能使用", ""),
        ("web-c-mine", "another-button-secret", 0, "按钮不能使用", ""),
        ("web-c-mine", BUTTON_SECRET, 16 * 60, "按钮已失效", "确认结清"),
    ],
)
def test_a_button_that_is_not_good_does_nothing(
    chat: Chat, owner: str, secret: str, age_s: int, said: str, pressed: str
) -> None:
    button = ButtonSigner(secret).sign(owner, SETTLE, time.time() - age_s)
    answer = chat.say(strong("c-mine"), button=button)
    assert said in answer[0]["text"]
    assert answer[0]["buttons"] == []
    assert answer[0]["custom"] == {"type": "lapsed"}
    asked = [each["text"] for each in chat.history(make_token("c-mine")) if each["role"] == "user"]
    assert asked[-1] == pressed, "a title that somebody else signed is not ours to repeat"


@pytest.mark.parametrize("words", ["先看看", " 先看看！"])
def test_typing_what_a_shown_button_says_presses_it(chat: Chat, words: str) -> None:
    token = make_token(f"c-{uuid.uuid4().hex}")
    assert "收到：先看看" in chat.say(token, text="先看看")[0]["text"], "no button says so yet"
    chat.say(token, text="报价")
    assert chat.say(token, text=words)[0]["text"] == "您好，请问要办理什么？"


def test_typing_what_a_button_of_money_says_does_not_press_it(chat: Chat) -> None:
    token = strong(f"c-{uuid.uuid4().hex}")
    chat.say(token, text="报价")
    assert "q1" not in chat.say(token, text="确认结清")[0]["text"]


def test_a_title_is_good_only_in_its_own_conversation(chat: Chat) -> None:
    chat.say(make_token("c-shown"), text="报价")
    assert "收到：先看看" in chat.say(make_token("c-not-shown"), text="先看看")[0]["text"]


def test_a_button_of_an_intent_that_is_gone_has_expired(chat: Chat) -> None:
    button = ButtonSigner(BUTTON_SECRET).sign("web-c-gone", Press("removed", "旧按钮"), time.time())
    assert "按钮已失效" in chat.say(make_token("c-gone"), button=button)[0]["text"]


def test_the_eleventh_message_in_ten_seconds_waits(chat: Chat) -> None:
    token = make_token()
    codes = [chat.ask(token, "").status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    refused = chat.ask(token, "")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert refused.json()["error"]["code"] == "rate_limited"
    assert chat.ask(make_token(), "").status_code == 200


def test_at_most_two_bubbles_and_no_blank_line(chat: Chat) -> None:
    token = make_token()
    chat.say(token, "你好")
    assert [message["text"] for message in chat.say(token, "三条")] == ["一\n二", "三\n四"]


@pytest.mark.parametrize("typed", ["沉默", "崩溃", "拒绝", "慢慢"])
def test_no_turn_ends_in_silence(chat: Chat, typed: str) -> None:
    token = make_token()
    chat.say(token, "你好")
    began = time.monotonic()
    said = chat.say(token, typed)
    assert time.monotonic() - began < 3.5
    assert len(said) == 1
    reference = said[0]["custom"]["reference"]
    assert said[0]["text"] == f"暂时查不到，请稍后再试，编号{reference}。"
    assert f"[{reference}]" in chat.bot.text()
    assert chat.say(token, "你好")[0]["text"] == "您好，请问要办理什么？"


def test_silence_that_is_meant_is_kept(chat: Chat) -> None:
    token = make_token()
    assert chat.say(token, "有人", id="hush") == chat.say(token, "有人", id="hush") == []
    assert [message["role"] for message in chat.history(token)] == ["user"]


def test_history_is_paged_by_number(chat: Chat) -> None:
    token = make_token()
    chat.say(token, "你好")
    chat.say(token, "结清")
    assert [message["seq"] for message in chat.history(token, "since=2")] == [4]
    assert [message["seq"] for message in chat.history(token, "since=1&all=1")] == [2, 3, 4]
    assert chat.history(make_token(), "since=0") == []
    bad = requests.get(
        f"{chat.url}/chat/messages?since=-1", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert bad.status_code == 400


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://shop.example", True), ("https://evil.example", False)]
)
def test_only_listed_origins_may_call(chat: Chat, origin: str, allowed: bool) -> None:
    preflight = requests.options(f"{chat.url}/chat/messages", headers={"Origin": origin}, timeout=10)
    answer = requests.get(f"{chat.url}/chat/messages", headers={"Origin": origin}, timeout=10)
    assert preflight.ok
    for seen in (preflight, answer):
        assert seen.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    assert ("Authorization" in preflight.headers.get("Access-Control-Allow-Headers", "")) is allowed


def test_the_log_has_no_secret_and_no_full_number(chat: Chat) -> None:
    token = make_token()
    chat.say(token, "我的手机 13812345678 卡 6222021234567890123")
    offered = chat.say(token, "结清")[0]
    log = chat.bot.text()
    for hidden in (token, offered["buttons"][0]["token"], "13812345678", "6222021234567890123", JWT_SECRET):
        assert hidden not in log


def test_alive_and_ready(chat: Chat) -> None:
    assert requests.get(f"{chat.url}/healthz", timeout=10).json() == {"status": "ok"}
    assert requests.get(f"{chat.url}/readyz", timeout=10).json() == {
        "status": "ok",
        "model": True,
        "service": True,
        "fleet": True,
        "staying": True,
    }
