"""WeCom customer service: what it has of its own. What it has in common with others is in test_apps.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.app_bot import running_app
from tests.channels.app_talk import App, text_of
from tests.channels.conftest import wait_for
from tests.channels.kf_talk import Kf


@pytest.fixture(scope="module")
def kf(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(Kf, model, tmp_path_factory.mktemp("kf")) as running:
        yield running


def test_a_check_of_the_address_for_another_company_is_refused(kf: Kf) -> None:
    assert kf.do("echo", text="4371842890", company="wwffffffffffffffff") == {"status": 403, "text": ""}


def test_what_a_refused_poke_announced_is_read_with_the_next(kf: Kf) -> None:
    customer = kf.customer()
    customer.say("你好")
    assert kf.poke("forged") == [403]
    customer.asks("你好")  # the platform's own poke brings both
    assert len(customer.sees(2)) == 2


def test_pages_are_read_in_order(kf: Kf) -> None:
    customer = kf.customer()
    kf.do("set", page=2)
    for number in range(5):
        customer.say(f"第{number}个问题")
    kf.poke("", "", "")
    texts = [text_of(message).split("\n")[-1] for message in customer.sees(5)]
    kf.do("set", page=1000)
    assert texts == [f"收到：第{number}个问题" for number in range(5)]


def test_who_enters_again_is_not_greeted_where_the_platform_does_not_let_us(kf: Kf) -> None:
    customer = kf.customer()
    customer.enters()
    customer.sees(1)
    customer.happens("enter_session")
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"
    assert len(customer.seen()) == 2


def test_a_send_of_which_the_answer_was_lost_arrives_once(kf: Kf) -> None:
    customer = kf.customer()
    kf.do("set", faults={"send_msg": ["answer_lost"] * 2, "sync_msg": ["busy"]})
    customer.say("你好")
    customer.write("今天天气")
    customer.sees(2)
    texts = [text.split("\n")[-1] for text in customer.texts()]
    assert texts == ["您好，请问要办理什么？", "收到：今天天气"]


def test_while_a_person_has_the_conversation_the_bot_is_silent(kf: Kf) -> None:
    customer = kf.customer()
    customer.asks("你好")
    kf.do("set", user=customer.user, state=3)
    kf.do("event", kind="session_status_change", user=customer.user, change_type=1)
    customer.write("今天天气")
    kf.do("set", user=customer.user, state=0)
    kf.do("event", kind="session_status_change", user=customer.user, change_type=3)
    assert text_of(customer.asks("结清")).endswith("一次结清需付¥12.34。")
    assert len(customer.seen()) == 2


def test_a_message_that_the_platform_could_not_deliver_is_told_to_the_operator(kf: Kf) -> None:
    customer = kf.customer()
    lost = customer.asks("你好")["msgid"]
    fields = {"user": customer.user, "fail_msgid": lost, "fail_type": 10}
    kf.do("event", kind="msg_send_fail", **fields)
    kf.poke()
    line = f"message {lost} to {customer.sender} was never delivered: refused by the user"
    wait_for(lambda: line in kf.chat.bot.text(), 30)
