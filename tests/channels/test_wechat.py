"""A WeChat service account: what it has of its own. What it has in common with others is in test_apps.py."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.channels.app_bot import running_app
from tests.channels.app_talk import App, text_of
from tests.channels.conftest import strong, wait_for
from tests.channels.wechat_talk import Wechat

WELCOME = "您好，请问要办理什么？"


@pytest.fixture(scope="module")
def wechat(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(Wechat, model, tmp_path_factory.mktemp("wechat")) as running:
        yield running


def invited(wechat: Wechat, who: str) -> Any:
    """What the page of a customer, logged in strongly, is told to show."""
    headers = {"Authorization": f"Bearer {strong(who)}"}
    answer = requests.post(f"{wechat.chat.url}/chat/links", headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("follows", [False, True])
def test_the_pages_qr_code_links_whoever_scans_it(wechat: Wechat, follows: bool) -> None:
    url = invited(wechat, f"c-scan-{follows}")["apps"]["wechat"]["url"]
    assert url.startswith("http://weixin.qq.com/q/")
    customer = wechat.customer()
    if follows:
        customer.asks("你好")
    customer.scans(url)
    assert text_of(customer.sees(2 if follows else 1)[-1]).endswith("账户已关联。")


@pytest.mark.parametrize("event", ["subscribe", "SCAN"])
def test_a_code_for_something_else_is_no_link(wechat: Wechat, event: str) -> None:
    customer = wechat.customer()
    customer.happens(event, "qrscene_shop:12" if event == "subscribe" else "shop:12")
    assert text_of(customer.sees(1)[0]).endswith(WELCOME)


def test_a_link_is_made_without_the_app_whose_platform_gives_no_address(wechat: Wechat) -> None:
    wechat.do("set", faults={"qrcode": ["429"]})
    made = invited(wechat, "c-scan-429")
    assert (bool(made["token"]), made["apps"]) == (True, {})
    assert made["token"] not in wechat.chat.bot.text()


def test_an_event_is_known_by_its_sender_time_and_name(wechat: Wechat) -> None:
    customer = wechat.customer()
    customer.enters()
    customer.repeat(3)
    customer.asks("今天天气")
    assert len(customer.seen()) == 2
    time.sleep(1.1)  # of one second it would be the same event
    customer.happens("subscribe")
    customer.sees(3)


def test_a_follower_who_scans_a_code_again_is_not_greeted_again(wechat: Wechat) -> None:
    customer = wechat.customer()
    customer.enters()
    customer.sees(1)
    customer.happens("SCAN", "shop:12")
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"
    assert len(customer.seen()) == 2


def test_an_entry_of_the_accounts_menu_is_what_it_says(wechat: Wechat) -> None:
    customer = wechat.customer()
    customer.happens("CLICK", "今天天气")
    assert text_of(customer.sees(1)[0]).endswith("收到：今天天气")
    menu = customer.asks("结清")
    customer.happens("CLICK", "1")
    customer.happens("CLICK", "确认结清")
    texts = [text_of(each) for each in customer.sees(4)]
    assert texts[2:] == ["收到：1", "收到：确认结清"], "an entry presses no button"
    assert customer.presses(menu, "先看看")


@pytest.mark.parametrize("event", ["LOCATION", "VIEW", "TEMPLATESENDJOBFINISH", ""])
def test_other_events_are_acknowledged_and_nothing_is_said(wechat: Wechat, event: str) -> None:
    customer = wechat.customer()
    customer.happens(event, "x")
    assert text_of(customer.asks("今天天气")).endswith("收到：今天天气")
    assert len(customer.seen()) == 1


def test_an_event_is_answered_outside_the_quota_and_again_while_the_platform_is_busy(wechat: Wechat) -> None:
    customer = wechat.customer()
    customer.asks("你好")
    put = [wechat.chat.put_outbox(customer.sender, "payout_done", f"P{number}") for number in range(4)]
    wait_for(lambda: set(put) <= set(wechat.chat.acked()), 30)
    customer.sees(5)  # all that a message allows
    wechat.fails("busy")
    customer.happens("SCAN", "linked-token-7")
    assert text_of(customer.sees(6)[5]) == "账户已关联。"


@pytest.mark.parametrize("allowed", [[[-1, 5]], [[60, 0]]], ids=["over the 48 hours", "over the quota"])
def test_what_the_platform_does_not_let_through_waits_for_the_customer(
    wechat: Wechat, allowed: list[list[int]]
) -> None:
    customer = wechat.customer()
    customer.asks("你好")
    wechat.do("set", user=customer.user, allowed=allowed)
    wechat.chat.put_outbox(customer.sender, "payout_done", "P1")
    waiting = f"a message to {customer.sender} waits: over the quota"
    wait_for(lambda: waiting in wechat.chat.bot.text(), 30)
    customer.write("今天天气")
    texts = [text_of(each) for each in customer.sees(3)]
    assert texts[1:] == ["通知 payout_done P1", "收到：今天天气"]


def test_who_does_not_follow_any_more_hears_nothing_that_waited(wechat: Wechat) -> None:
    customer = wechat.customer()
    customer.asks("你好")
    wechat.do("set", user=customer.user, allowed=[])
    put = wechat.chat.put_outbox(customer.sender, "payout_done", "P1")
    wait_for(lambda: put in wechat.chat.acked(), 30)
    wait_for(lambda: f"a message to {customer.sender} waits" in wechat.chat.bot.text(), 30)
    customer.happens("unsubscribe")
    time.sleep(1.1)  # events of one second come in any order
    customer.happens("subscribe")
    assert [text_of(each) for each in customer.sees(2)][1:] == [WELCOME]
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"
    assert len(customer.seen()) == 3


def test_a_send_of_which_the_answer_was_lost_is_sent_again(wechat: Wechat) -> None:
    customer = wechat.customer()
    wechat.fails("answer_lost")
    customer.write("你好")
    customer.write("今天天气")
    texts = [text.split("\n")[-1] for text in map(text_of, customer.sees(3))]
    assert texts == [WELCOME, WELCOME, "收到：今天天气"], "the platform knows no ids of ours"


def test_where_the_platform_takes_no_menu_the_choices_are_numbered(wechat: Wechat) -> None:
    customer = wechat.customer()
    customer.asks("你好")
    wechat.fails("no_menus")
    assert text_of(customer.asks("结清")) == "一次结清需付¥12.34。\n回复 1 确认结清\n回复 2 先看看"
    assert text_of(customer.asks("回复 2")) == WELCOME
    assert text_of(customer.asks("1")) == "收到：1", "another answer closes the question"


@pytest.mark.parametrize("skew_s", [-290, 290])
def test_a_clock_that_differs_by_less_than_five_minutes_does_no_harm(wechat: Wechat, skew_s: int) -> None:
    wechat.do("set", skew_s=skew_s)
    try:
        customer = wechat.customer()
        customer.enters()
        customer.sees(1)
        assert text_of(customer.asks("今天天气")) == "收到：今天天气"
    finally:
        wechat.do("set", skew_s=0)


@pytest.mark.parametrize("skew_s", [-310, 310])
def test_a_clock_that_differs_by_more_is_refused_and_said(wechat: Wechat, skew_s: int) -> None:
    wechat.do("set", skew_s=skew_s)
    customer = wechat.customer()
    refused = wechat.do("push", user=customer.user, fields={"Content": "你好"})
    wechat.do("set", skew_s=0)
    assert refused == [0]
    assert "wechat: refused a request: too old" in wechat.chat.bot.text()


def test_no_secret_and_no_token_is_in_the_log(wechat: Wechat) -> None:
    made = invited(wechat, "c-quiet")
    customer = wechat.customer()
    customer.scans(made["apps"]["wechat"]["url"])
    customer.sees(1)
    log = wechat.chat.bot.text()
    assert not any(secret in log for secret in (*wechat.account.SECRETS.values(), made["token"]))
    assert "access_token=" not in log
