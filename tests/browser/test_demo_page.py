"""A customer closes 月付 in the page; what the ledger's side shows is what the ledger holds."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.page import BUTTONS, ChatPage
from tests.live import LiveDemo

CUSTOMER = "c-owing"


def quote_of(page: ChatPage) -> None:
    page.open(CUSTOMER)
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.card("结清并关闭报价")


def test_settles_and_closes_after_one_confirmation_and_a_strong_login(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    total = page.until(lambda: page.texts(".card .total strong"), "the total")[-1]
    page.press("确认结清并关闭")
    page.answer_strong_login()
    receipt = page.card("已结清并关闭")
    assert not [text for text in page.texts(".bubble") if "再点一次" in text]  # the widget does it by itself
    assert total in receipt
    page.until(lambda: page.shown("#state") == "已关闭", "the closed state beside the chat")
    assert page.shown("#debts-total") == "¥0.00"
    held = demo.ledger(CUSTOMER)
    assert held["state"] == "CLOSED"
    assert not any(held["receivables"].values())
    settled = [each for each in held["settlements"] if each["state"] == "SETTLED"]
    assert len(settled) == 1
    assert settled[0]["receipt"] in receipt and settled[0]["close_receipt"] in receipt


def test_a_double_click_settles_once(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    page.double_click("确认结清并关闭")
    page.answer_strong_login()
    page.card("已结清并关闭")
    held = demo.ledger(CUSTOMER)
    assert len(held["settlements"]) == 1
    assert [each["state"] for each in held["charges"] if each["purpose"] == "settle"] == ["SUCCEEDED"]
    assert len([text for text in page.texts(".user .bubble") if text.startswith("确认结清并关闭")]) == 1


def test_a_cancelled_strong_login_moves_nothing_and_can_be_tried_again(
    page: ChatPage, demo: LiveDemo
) -> None:
    quote_of(page)
    before = demo.ledger(CUSTOMER)
    page.press("确认结清并关闭")
    page.answer_strong_login(yes=False)
    assert "没有扣款，也没有关闭" in page.card("需要验证是您本人")
    assert demo.ledger(CUSTOMER)["receivables"] == before["receivables"]
    page.press("去验证")
    page.answer_strong_login()
    page.card("已结清并关闭")


def test_a_reload_shows_what_was_decided_and_no_old_button(page: ChatPage) -> None:
    quote_of(page)
    page.press("先不关")
    page.until(lambda: page.texts(".card .outcome")[-1:] == ["您已选择：先不关"], "what was chosen")
    page.open(CUSTOMER)
    assert "您已选择：先不关" in page.texts(".card .outcome")
    assert not [text for text in page.texts(".choices button") if text.startswith("确认")]


def test_hostile_text_stays_text(page: ChatPage) -> None:
    page.open("c-clean")
    hostile = "<img src=x onerror=alert(1)> javascript:alert(1) 额度<500_[1]"
    page.type(hostile)
    page.until(lambda: hostile in page.texts(".user .bubble"), "the text as it was typed")
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "an answer")
    assert page.texts(".bubble img, .bubble script, .bubble a") == []
    page.open("c-clean")
    assert hostile in page.texts(".user .bubble")


def test_a_visitor_logs_in_from_the_chat(page: ChatPage) -> None:
    page.open("anon")
    page.type("怎么关闭月付")
    page.button("登录后办理")
    assert [text for text in page.texts(BUTTONS) if "登录" in text] == ["登录后办理"]
    page.press("登录后办理")
    dialog = page.tab.locator("#login")
    expect(dialog, "the login").to_be_visible()
    dialog.locator("select").select_option("c-risk")
    dialog.locator("button[value=yes]").click()
    page.until(lambda: page.shown("#state") == "暂停使用", "the account beside the chat")
    assert page.texts(".user .bubble") == []
