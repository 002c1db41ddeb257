"""Douyin's private messages: what they have of their own. What they have in common is in test_apps.py."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.app_bot import running_app
from tests.channels.app_talk import App, text_of
from tests.channels.conftest import wait_for
from tests.channels.douyin_talk import Douyin

HELLO = "您好，请问要办理什么？"


@pytest.fixture(scope="module")
def douyin(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(Douyin, model, tmp_path_factory.mktemp("douyin")) as running:
        yield running


def last_lines(texts: list[str]) -> list[str]:
    return [text.split("\n")[-1] for text in texts]


def test_a_check_of_the_address_without_a_signature_is_refused(douyin: Douyin) -> None:
    assert douyin.do("echo", text="12345", how="unsigned") == {"status": 403, "text": ""}


def test_what_was_refused_does_not_count_as_delivered(douyin: Douyin) -> None:
    customer = douyin.customer()
    assert customer.spoilt("changed") == 403
    assert douyin.deliver() == [200]
    customer.sees(1)


def test_a_number_is_the_button_of_the_question_that_is_open(douyin: Douyin) -> None:
    customer = douyin.customer()
    asked = customer.asks("结清")
    assert text_of(asked).endswith("一次结清需付¥12.34。\n回复 1 确认结清\n回复 2 先看看")
    assert text_of(customer.asks("回复２")) == HELLO
    assert text_of(customer.asks("1")) == "收到：1", "that question is closed"


def test_a_number_that_was_typed_before_the_question_chooses_nothing(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.asks("结清")
    assert text_of(customer.asks("2", at=time.time() - 60)) == "收到：2"


def test_somebody_elses_number_does_nothing(douyin: Douyin) -> None:
    one, other = douyin.customer(), douyin.customer()
    number = one.items(one.asks("结清"))["先看看"]
    assert text_of(other.asks(number)).endswith(f"收到：{number}")


@pytest.mark.parametrize("kind", ["user_local_video", "emoji", "retain_consult_card", "other"])
def test_what_is_no_text_is_answered_by_asking_for_words(douyin: Douyin, kind: str) -> None:
    assert text_of(douyin.customer().asks("", message_type=kind)).endswith("请用文字说。")


def test_what_we_sent_and_what_another_account_hears_is_not_answered(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.say("别的账号的消息")
    assert douyin.deliver("other_account") == [200]
    customer.write("群里的消息", conversation_type=2)
    customer.happens("im_send_msg", message_type="text", text="我们自己发的")
    assert text_of(customer.asks("你好")).endswith(HELLO)
    assert len(customer.seen()) == 1


def test_who_enters_is_greeted_once_and_not_again_when_looking_in(douyin: Douyin) -> None:
    customer = douyin.customer()
    customer.enters()
    assert customer.sees(1)[0]["scene"] == "im_enter_direct_msg"
    customer.enters()
    answer = customer.asks("今天天气")
    assert (text_of(answer), answer["scene"]) == ("收到：今天天气", "im_reply_msg")
    assert len(customer.seen()) == 2


@pytest.mark.parametrize("kind", ["often", "answer_lost"])
def test_what_may_have_arrived_or_came_too_often_arrives_once(douyin: Douyin, kind: str) -> None:
    customer = douyin.customer()
    douyin.fails(kind)
    customer.write("你好")
    customer.write("今天天气")
    customer.sees(2)
    assert last_lines(customer.texts()) == [HELLO, "收到：今天天气"]


def test_without_an_access_token_an_answer_waits(douyin: Douyin) -> None:
    customer = douyin.customer()
    douyin.do("set", revoke=True, faults={"business_token": ["429"]})
    assert text_of(customer.asks("你好")).endswith(HELLO)


@pytest.mark.parametrize("kind", ["quota", "old"])
def test_the_platform_is_believed_that_the_customer_has_to_write_first(douyin: Douyin, kind: str) -> None:
    customer = douyin.customer()
    douyin.fails(kind)
    customer.write("你好")
    wait_for(lambda: f"a message to {customer.sender} waits: over the quota" in douyin.chat.bot.text(), 30)
    customer.write("今天天气")
    customer.sees(2)
    assert last_lines(customer.texts()) == [HELLO, "收到：今天天气"]


def test_a_message_that_the_platform_refuses_is_told_to_the_operator(douyin: Douyin) -> None:
    customer = douyin.customer()
    douyin.fails("refused")
    customer.write("你好")
    line = f"to {customer.sender} was never delivered: errcode 28001038"
    wait_for(lambda: line in douyin.chat.bot.text(), 30)
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"
