"""The three journeys that customers come for, each by mouse, by keyboard alone and by touch on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.hands import Hand, Keyboard, Mouse, Touch
from tests.browser.page import ChatPage
from tests.browser.windows import DESKTOP, PHONE
from tests.live import LiveDemo

HANDS = {"mouse": (DESKTOP, Mouse()), "keyboard": (DESKTOP, Keyboard()), "touch": (PHONE, Touch())}
by_each_hand = pytest.mark.parametrize(("window", "hand"), HANDS.values(), indirect=["window"], ids=HANDS)


@pytest.fixture
def by_hand(page: ChatPage, hand: Hand) -> ChatPage:
    """The page, used by one of the hands."""
    page.hand = hand
    return page


@by_each_hand
def test_how_to_close(by_hand: ChatPage, demo: LiveDemo) -> None:
    by_hand.open("c-owing")
    by_hand.ask("怎么关闭月付")
    by_hand.press("一次结清并关闭")
    by_hand.card("结清并关闭报价")
    by_hand.press("确认结清并关闭")
    by_hand.answer_strong_login()
    by_hand.card("已结清并关闭")
    by_hand.outcome("已结清并关闭")
    assert demo.ledger("c-owing")["state"] == "CLOSED"


def test_the_focus_stays_in_the_chat_when_a_pressed_button_goes(page: ChatPage) -> None:
    page.hand = Keyboard()
    page.open("c-risk")
    for title in ("月付为什么不能用", "有帮助", "完成"):
        page.press(title)
        expect(page.box, f"the focus after {title}").to_be_focused()


@by_each_hand
def test_why_it_cannot_be_used(by_hand: ChatPage, demo: LiveDemo) -> None:
    by_hand.open("c-risk")
    by_hand.ask("月付为什么不能用")
    assert "怎么办" in by_hand.card("登录环境异常")
    by_hand.press("已改密码，申请解冻")
    by_hand.hears("解冻申请已提交")
    assert [each["state"] for each in demo.ledger("c-risk")["applications"]] == ["FILED"]


@by_each_hand
def test_pay_everything_off_and_then_close(by_hand: ChatPage, demo: LiveDemo) -> None:
    by_hand.open("c-overdue")
    by_hand.ask("我想提前全部还清")
    by_hand.press("确认结清")
    by_hand.answer_strong_login()
    by_hand.card("已结清")
    assert not any(demo.ledger("c-overdue")["receivables"].values())
    by_hand.ask("关闭月付")
    by_hand.card("关闭前请确认")
    by_hand.press("确认关闭")
    by_hand.card("月付已关闭")
    by_hand.outcome("月付已关闭")
    assert demo.ledger("c-overdue")["state"] == "CLOSED"
