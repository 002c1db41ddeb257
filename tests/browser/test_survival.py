"""The talk survives a lost network, a killed server, an expired token and a page in the background."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from playwright.sync_api import expect

from scripts.console import end_group
from tests.browser.network import Wire, wire
from tests.browser.page import ChatPage
from tests.browser.windows import TABS, through
from tests.live import READY_TIMEOUT_S, LiveDemo

WAITING = "等待网络，恢复后自动发送"


@pytest.fixture
def line(seeded: LiveDemo, page: ChatPage) -> Iterator[Wire]:
    """The page behind a wire that can be cut."""
    page.network_fails = True
    with wire(seeded.bot_port) as made:
        page.url = made.url
        yield made
        made.mend()


def process_of(demo: LiveDemo, name: str) -> int:
    return next(each.process.pid for each in demo.household.programs if each.name == name)


def kill(demo: LiveDemo, name: str) -> None:
    """Ends a program at once, as a crash or a lost machine would."""
    program = next(each for each in demo.household.programs if each.name == name)
    os.killpg(program.process.pid, signal.SIGKILL)
    program.process.wait()
    end_group(program.process)
    demo.household.programs.remove(program)


def settling(demo: LiveDemo) -> list[dict[str, Any]]:
    return [each for each in demo.ledger("c-owing")["charges"] if each["purpose"] == "settle"]


def sent_once(page: ChatPage, asked: list[str]) -> None:
    """Each text has arrived and been answered, here and, after a reload, in what the server keeps."""
    page.until(lambda: not page.texts(".state.failed") and WAITING not in page.texts(".state"), "sending")
    page.until(lambda: len(page.texts(".turn:not(.user)")) >= len(asked), "an answer to each")
    page.until(lambda: not page.texts(".typing"), "the end of the last turn")
    assert page.texts(".user .bubble") == asked
    page.reload()
    assert page.texts(".user .bubble") == asked


def test_what_is_typed_without_a_network_waits_and_is_sent_once(page: ChatPage, line: Wire) -> None:
    page.open("c-clean")
    page.type("月付怎么还款")
    page.until(lambda: page.texts(".turn:not(.user)"), "the first answer")
    line.cut()
    page.until(lambda: "网络已断开，正在重新连接" in page.texts(".link"), "the lost network to be told")
    page.type("最低还款是什么")
    page.type("怎么关闭月付")
    assert page.texts(".state") == [WAITING, WAITING]
    line.mend()
    sent_once(page, ["月付怎么还款", "最低还款是什么", "怎么关闭月付"])


def test_what_waited_for_the_network_survives_a_reload(page: ChatPage, line: Wire) -> None:
    page.open("c-clean")
    line.cut()
    page.until(lambda: page.texts(".link"), "the lost network to be told")
    page.type("最低还款是什么")
    line.mend()
    page.reload()
    sent_once(page, ["最低还款是什么"])


def test_a_device_that_goes_offline_and_comes_back_does_not_wait(page: ChatPage) -> None:
    page.network_fails = True
    page.open("c-clean")
    page.tab.context.set_offline(True)
    page.until(lambda: page.texts(".link"), "the lost network to be told")
    page.type("最低还款是什么")
    page.tab.wait_for_timeout(4000)  # by now the pause between two attempts has grown
    page.tab.context.set_offline(False)
    page.connected(wait_s=2)
    sent_once(page, ["最低还款是什么"])


def test_an_expired_token_is_replaced_and_the_talk_goes_on(page: ChatPage, demo: LiveDemo) -> None:
    page.open("c-clean")
    now = int(time.time())
    claims = {"iss": "yuefu-demo", "aud": "webchat", "sub": "c-clean", "iat": now}
    tokens = [jwt.encode({**claims, "exp": now + s}, demo.keys["jwt"], "HS256") for s in (4, 600)]
    page.chat.evaluate(
        "(chat, tokens) => { window.__asked = 0; chat.tokenProvider = async () => tokens[window.__asked++] }",
        tokens,
    )
    page.type("月付怎么还款")
    page.until(lambda: page.tab.evaluate("window.__asked") == 2, "a new token to be asked")
    page.type("最低还款是什么")
    page.until(lambda: len(page.texts(".turn:not(.user)")) >= 2, "an answer to each")
    assert page.texts(".user .bubble") == ["月付怎么还款", "最低还款是什么"]
    assert page.texts(".link") == []


def test_a_token_that_cannot_be_had_just_now_is_asked_for_again(page: ChatPage) -> None:
    page.open("c-clean")
    page.chat.evaluate(
        "chat => { const good = chat.tokenProvider; let failures = 4;"
        "chat.tokenProvider = async () => { if (failures-- > 0) throw new Error('503'); return good(); } }"
    )
    page.type("月付怎么还款")
    page.until(lambda: page.texts(".turn:not(.user)"), "an answer", 40)
    assert page.texts(".user .bubble") == ["月付怎么还款"]


def test_a_token_that_names_nobody_loses_no_words(page: ChatPage) -> None:
    page.open("c-clean")
    page.chat.evaluate(
        "chat => { const good = chat.tokenProvider; let asked = 0;"
        "const later = ms => new Promise(done => setTimeout(done, ms));"
        "chat.tokenProvider = async () => { if (asked++) return good(); await later(500); return ''; };"
        "chat.updateComplete.then(() => chat.say('月付怎么还款')) }"
    )
    page.until(lambda: page.texts(".turn:not(.user)"), "an answer")
    assert page.texts(".user .bubble") == ["月付怎么还款"]


def test_nothing_is_typed_for_whoever_logs_in_next(page: ChatPage) -> None:
    page.open("c-clean")
    page.chat.evaluate("chat => { chat.tokenProvider = undefined }")
    expect(page.find("yuefu-composer[inert]"), "the box to sleep").to_be_visible()
    assert [each.is_enabled() for each in page.find("header button").all()] == [False]


def test_a_login_that_is_over_says_so_and_takes_no_message_for_sent(page: ChatPage) -> None:
    page.open("c-clean")
    page.chat.evaluate("chat => { chat.tokenProvider = async () => 'over' }")
    page.until(lambda: any("重新登录" in text for text in page.texts(".link")), "the login to be over", 30)
    page.type("月付怎么还款")
    assert page.texts(".state") == ["还没有发送，需要先登录"]


def test_the_bot_killed_in_mid_payment_charges_once_and_tells_the_result(
    page: ChatPage, demo: LiveDemo
) -> None:
    page.network_fails = True
    demo.gateway("timeout", "c-owing")  # the charge is on its way and its answer does not come back
    quote(page)
    confirm(page)
    page.answer_strong_login()
    page.until(lambda: settling(demo), "the payment to be under way")
    kill(demo, "bot")
    page.until(lambda: page.texts(".link"), "the lost server to be noticed")
    demo.start_bot("bot-again.log")
    demo.household.wait_ready(READY_TIMEOUT_S, lambda program: None)
    page.card("已结清并关闭", wait_s=120)
    page.outcome("已结清并关闭")
    held = demo.ledger("c-owing")
    assert [each["state"] for each in held["settlements"]] == ["SETTLED"]
    assert [each["state"] for each in settling(demo)] == ["SUCCEEDED"]
    receipts = [text for text in page.texts(".card") if text.startswith("已结清并关闭")]
    page.reload()
    assert [text for text in page.texts(".card") if text.startswith("已结清并关闭")] == receipts[:1]


def test_the_ledger_killed_in_mid_payment_is_told_and_charges_once(page: ChatPage, demo: LiveDemo) -> None:
    page.network_fails = True
    quote(page)
    confirm(page)
    os.kill(process_of(demo, "service"), signal.SIGSTOP)
    page.answer_strong_login()
    page.until(lambda: page.texts(".typing"), "the payment to be under way")
    kill(demo, "service")
    page.until(lambda: page.texts(".card .outcome.bad"), "the failure to be told", 60)
    demo.start_service()
    demo.household.wait_ready(READY_TIMEOUT_S, lambda program: None)
    page.type("我要关闭月付")
    title = page.until(lambda: next(iter(open_choices(page)), None), "what goes on from here")
    page.press(title)
    page.until(lambda: open_choices(page) or page.texts(".receipt"), "the decision or the receipt")
    if not page.texts(".receipt"):
        page.press("确认结清并关闭")
        page.card("已结清并关闭")
    assert [each["state"] for each in demo.ledger("c-owing")["settlements"]] == ["SETTLED"]


def open_choices(page: ChatPage) -> list[str]:
    return [text for text in page.texts(".choices button:enabled") if "结清并关闭" in text]


def quote(page: ChatPage) -> None:
    page.open("c-owing")
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")


def confirm(page: ChatPage) -> None:
    page.press("确认结清并关闭")
    page.strong_login()


@through(tabs=TABS)
def test_a_result_that_comes_in_the_background_is_counted_until_it_is_seen(
    page: ChatPage, demo: LiveDemo
) -> None:
    demo.gateway("timeout", "c-owing")
    quote(page)
    page.press("确认结清并关闭")
    page.answer_strong_login()
    page.outcome("付款正在核实，请不要重复付款")
    title = page.tab.title()
    page.another_tab()
    assert page.tab.evaluate("document.visibilityState") == "hidden"
    page.until(lambda: demo.ledger("c-owing")["state"] == "CLOSED", "the settlement", 40)
    expect(page.tab, "the count").to_have_title(f"(1) {title}")
    page.tab.bring_to_front()
    page.card("已结清并关闭")
    expect(page.tab, "the count to go").to_have_title(title)


def test_the_closed_panel_counts_what_came_until_it_is_opened(page: ChatPage, demo: LiveDemo) -> None:
    page.open("c-clean")
    page.chat.evaluate("chat => { chat.inline = false }")
    expect(page.find(".launcher"), "the closed panel").to_be_visible()
    demo.say("c-clean", text="月付怎么还款")  # from another device
    page.until(lambda: page.texts(".badge") == ["1"], "the count")
    assert page.texts("[role=status]") == ["1 条新消息"]
    page.find(".launcher").click()
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "the message")
    page.find("header .icon").first.click()
    expect(page.find(".launcher"), "the closed panel").to_be_visible()
    assert page.texts(".badge") == []
