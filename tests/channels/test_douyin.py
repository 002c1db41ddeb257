"""Douyin's private messages, from the platform's event to what the customer sees, with a real bot between."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.channels.conftest import START_TIMEOUT_S, wait_for
from tests.channels.douyin_talk import Douyin
from tests.channels.talk import PAGE, running_talk

HELLO = "您好，请问要办理什么？"


@pytest.fixture(scope="module")
def douyin(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Douyin]:
    with running_talk(Douyin, model, tmp_path_factory.mktemp("douyin")) as running:
        yield running


def test_the_address_is_proven_to_the_platform_alone(douyin: Douyin) -> None:
    assert douyin.do("verify", challenge=12345) == {"status": 200, "text": '{"challenge": 12345}'}
    for how in ("forged", "unsigned"):
        assert douyin.do("verify", challenge=12345, how=how) == {"status": 403, "text": ""}


def test_a_message_is_answered_and_the_first_answer_says_who_speaks(douyin: Douyin) -> None:
    customer = douyin.customer()
    first = customer.asks("你好")
    assert (first["text"], first["scene"]) == (f"我是智能客服。\n{HELLO}", "im_reply_msg")
    assert customer.asks("今天天气")["text"] == "收到：今天天气"


@pytest.mark.parametrize(
    "how",
    [
        "forged",
        "unsigned",
        "changed",
        "other_app",
        "large",
        "no_json",
        "gbk",
        "a_list",
        "deep",
        "no_content",
        "no_id",
    ],
)
def test_what_is_not_the_platforms_or_not_for_us_is_refused(douyin: Douyin, how: str) -> None:
    customer = douyin.customer()
    customer.write("你好", deliver=False)
    assert douyin.deliver(how) == [403]
    assert douyin.chat.bot.text().count("Traceback") == 0
    assert douyin.deliver() == [200]  # what was refused does not count as delivered
    customer.sees(1)


def test_four_deliveries_of_a_message_give_one_answer(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.write("你好", deliver=False)
    assert douyin.deliver("", "", "") == [200, 200, 200]
    customer.sees(1)
    assert douyin.deliver() == [200]
    customer.asks("结清")
    assert [text.split("\n")[1] for text in customer.texts()] == [HELLO, "回复 1 确认结清"]


def test_answers_come_in_the_order_of_the_questions(douyin: Douyin) -> None:
    customer = douyin.customer()
    for number in range(5):
        customer.write(f"第{number}个问题")
    customer.sees(5)
    assert [text.split("\n")[-1] for text in customer.texts()] == [
        f"收到：第{number}个问题" for number in range(5)
    ]


def test_a_number_is_the_button_of_the_question_that_is_open(douyin: Douyin) -> None:
    customer = douyin.customer()
    asked = customer.asks("结清")
    assert asked["text"].endswith("一次结清需付¥12.34。\n回复 1 确认结清\n回复 2 先看看")
    assert customer.asks("回复２")["text"] == HELLO
    assert customer.asks("1")["text"] == "收到：1", "that question is closed"
    asked = customer.asks("结清")
    assert customer.asks("确认结清")["text"] == "收到：确认结清", "words never charge"
    page = f"{PAGE}?of={customer.sender}"
    assert customer.presses(customer.asks("结清"), "确认结清")["text"] == f"没有扣款。请点 {page}"


def test_a_number_that_was_typed_before_the_question_chooses_nothing(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.asks("结清")
    assert customer.asks("2", at=time.time() - 60)["text"] == "收到：2"


@pytest.mark.parametrize("kind", ["image", "user_local_video", "emoji", "retain_consult_card", "other"])
def test_what_is_no_text_is_answered_by_asking_for_words(douyin: Douyin, kind: str) -> None:
    assert douyin.customer().asks("", message_type=kind)["text"].endswith("请用文字说。")


def test_what_we_sent_and_what_another_account_hears_is_not_answered(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.write("别的账号的消息", deliver=False)
    assert douyin.deliver("other_account") == [200]
    customer.write("群里的消息", conversation_type=2)
    douyin.do("event", kind="im_send_msg", user=customer.user, message_type="text", text="我们自己发的")
    assert douyin.deliver() == [200]
    assert customer.asks("你好")["text"].endswith(HELLO)
    assert len(customer.seen()) == 1


def test_who_enters_is_greeted_once_and_not_again_when_looking_in(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.enters()
    (greeting,) = customer.sees(1)
    assert (greeting["text"].split("\n")[-1], greeting["scene"]) == (HELLO, "im_enter_direct_msg")
    customer.enters()
    assert customer.asks("今天天气")["text"] == "收到：今天天气"
    assert len(customer.seen()) == 2


@pytest.mark.parametrize(
    ("who", "token", "told"),
    [
        ("wm", "linked-token-1", "账户已关联。"),
        ("wm", "expired-token-1", "链接已过期。"),
        ("c-nobody", "used-token-1", "链接已用过。"),
        ("wm", "used-token-1", "账户已关联。"),
        ("wm", "unknown-token-1", "链接不能用。"),
    ],
)
def test_who_comes_by_a_link_is_told_what_it_did(douyin: Douyin, who: str, token: str, told: str) -> None:
    customer = douyin.customer(who)
    customer.comes_by_link(token)
    assert customer.sees(1)[0]["text"] == f"我是智能客服。\n{told}"


def test_a_token_may_be_pasted_and_is_kept_nowhere(douyin: Douyin) -> None:
    customer = douyin.customer()
    token = "linked-" + secrets.token_urlsafe(24) + "Aa-1"
    assert len(token) == 43
    assert customer.asks(f"【月付】我的关联码：{token}，请关联")["text"].endswith("账户已关联。")
    unknown = "unknown-" + token[8:]
    assert customer.asks(f"这是 {unknown}")["text"] == "链接不能用。"
    with closing(sqlite3.connect(douyin.folder / "chat.db")) as chat:
        names = [row[0] for row in chat.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [chat.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]  # noqa: S608 - our own
    logs = "".join(each.read_text("utf-8", "replace") for each in douyin.folder.glob("*.log"))
    assert customer.sender in str(kept) and customer.sender in logs
    assert token[8:] not in str(kept) and token[8:] not in logs


def test_a_token_that_ends_is_fetched_once_and_nothing_is_lost(douyin: Douyin) -> None:
    douyin.customer().asks("你好")
    before = douyin.get("calls")["business_token"]
    douyin.do("set", revoke=True)
    customers = [douyin.customer() for _ in range(5)]
    for customer in customers:
        customer.write("你好")
    for customer in customers:
        customer.sees(1)
    assert douyin.get("calls")["business_token"] == before + 1


@pytest.mark.parametrize("kind", ["429", "busy", "often", "answer_lost"])
def test_a_send_that_failed_is_sent_again_and_arrives_once(douyin: Douyin, kind: str) -> None:
    customer = douyin.customer()
    douyin.do("set", faults={"send_msg": [kind]})
    customer.write("你好")
    customer.write("今天天气")
    customer.sees(2)
    assert [text.split("\n")[-1] for text in customer.texts()] == [HELLO, "收到：今天天气"]


def test_without_an_access_token_an_answer_waits(douyin: Douyin) -> None:
    customer = douyin.customer()
    douyin.do("set", revoke=True, faults={"business_token": ["429"]})
    assert customer.asks("你好")["text"].endswith(HELLO)


def test_news_leave_by_the_channel_of_their_customer_within_the_quota(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.asks("你好")
    put = [douyin.chat.put_outbox(customer.sender, "payout_done", f"P{number}") for number in range(7)]
    wait_for(lambda: set(put) <= set(douyin.chat.acked()), 30)
    customer.sees(6)
    customer.write("今天天气")
    customer.sees(9)
    told = [*(f"通知 payout_done P{number}" for number in range(7)), "收到：今天天气"]
    assert customer.texts()[1:] == told
    assert "waits: the customer has to write first" in douyin.chat.bot.text()


@pytest.mark.parametrize("kind", ["quota", "old"])
def test_the_platform_is_believed_that_the_customer_has_to_write_first(douyin: Douyin, kind: str) -> None:
    customer = douyin.customer()
    douyin.do("set", faults={"send_msg": [kind]})
    customer.write("你好")
    wait_for(lambda: f"a message to {customer.sender} waits: over the quota" in douyin.chat.bot.text(), 10)
    customer.write("今天天气")
    customer.sees(2)
    assert [text.split("\n")[-1] for text in customer.texts()] == [HELLO, "收到：今天天气"]


def test_a_message_that_the_platform_refuses_is_told_to_the_operator(douyin: Douyin) -> None:
    customer = douyin.customer()
    douyin.do("set", faults={"send_msg": ["refused"]})
    customer.write("你好")
    line = f"to {customer.sender} was never delivered: errcode 28001038"
    wait_for(lambda: line in douyin.chat.bot.text(), 10)
    assert customer.asks("今天天气")["text"] == "收到：今天天气"


def test_a_configuration_can_be_checked(douyin: Douyin, monkeypatch: pytest.MonkeyPatch) -> None:
    douyin.as_operator(monkeypatch)
    lines = douyin.check_lines()
    for word in ("of the right form", "platform is reached", "an access token", "answers a signed check"):
        assert any(line.startswith("ok     douyin: ") and word in line for line in lines), lines
    monkeypatch.setenv("YUEFU_DOUYIN_SECRET", "another-secret-0123456789")
    wrong = [line for line in douyin.check_lines() if line.startswith("WRONG")]
    for word in ("no access token", "answered a signed check with 403"):
        assert any(word in line for line in wrong), wrong
    assert not any("another" in line for line in wrong), "no key is printed"


def test_killed_between_acknowledgement_and_reply_it_answers_after_the_restart(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.asks("你好")
    customer.write("慢慢")
    for text in ("今天天气", "今天几号"):
        customer.write(text)
    douyin.chat.bot.kill()
    douyin.chat.bot.start()
    wait_for(douyin.chat.ready, START_TIMEOUT_S)
    customer.sees(4, timeout_s=60)
    assert customer.texts()[1:] == ["久等了。", "收到：今天天气", "收到：今天几号"]
    assert customer.asks("最后")["text"] == "收到：最后"


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_many_who_write_at_once_are_each_answered_once(douyin: Douyin, count: int) -> None:
    douyin.many_are_answered_once(count)
