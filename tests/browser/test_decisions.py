"""A decision is taken once, by a press that was meant, and its card always shows what is true."""

from __future__ import annotations

import time
from collections.abc import Callable

from channels.buttons import ButtonSigner, Press
from tests.browser.page import BUTTONS, ChatPage
from tests.browser.windows import TABS, through
from tests.live import LiveDemo

CUSTOMER = "c-owing"
TAKING = ".choices[aria-busy='true'] button"


def quote_of(page: ChatPage) -> None:
    page.open(CUSTOMER)
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.card("结清并关闭报价")


def settlements(demo: LiveDemo) -> list[str]:
    return [each["state"] for each in demo.ledger(CUSTOMER)["settlements"]]


def test_confirm_and_cancel_weigh_the_same(page: ChatPage) -> None:
    quote_of(page)
    page.button("确认结清并关闭")
    page.box.hover()
    looks = page.find(".card .choices button").evaluate_all(
        "buttons => buttons.slice(-2).map(button => {"
        "const s = getComputedStyle(button), r = button.getBoundingClientRect();"
        "return [r.width, r.height, s.color, s.backgroundColor, s.borderColor, s.fontWeight, s.fontSize]})"
    )
    assert looks[0] == looks[1]


def test_a_button_that_has_just_appeared_takes_no_click(page: ChatPage, demo: LiveDemo) -> None:
    """The second click of a double click, or one that was meant for what stood there before."""
    page.open(CUSTOMER)
    page.chat.evaluate(
        "chat => { const root = chat.shadowRoot; window.__clicked = 0;"
        "new MutationObserver(() => { const button = [...root.querySelectorAll('.choices button')]"
        ".findLast(each => each.textContent.trim().startsWith('确认'));"
        "if (button && !window.__clicked) { window.__clicked = 1; button.click(); } })"
        ".observe(root, {subtree: true, childList: true, attributes: true}) }"
    )
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")
    assert page.tab.evaluate("window.__clicked") == 1
    assert not [text for text in page.texts(".user .bubble") if text.startswith("确认")]
    assert settlements(demo) == []


def test_both_buttons_sleep_while_the_answer_is_under_way(page: ChatPage) -> None:
    quote_of(page)
    page.press("确认结清并关闭")
    page.until(lambda: page.texts(TAKING), "the decision to be under way")
    assert [each.is_enabled() for each in page.find(TAKING).all()] == [False, False]
    assert "处理中" in page.texts(TAKING)[0]
    page.answer_strong_login()
    page.outcome("已结清并关闭")


def test_the_quotes_card_shows_the_receipt_a_decline_and_a_check_in_place(
    page: ChatPage, demo: LiveDemo
) -> None:
    demo.gateway("decline", CUSTOMER)
    quote_of(page)
    page.press("确认结清并关闭")
    page.answer_strong_login()
    page.outcome("付款没有成功，没有扣款")
    demo.gateway("timeout", CUSTOMER)
    page.type("我想提前全部还清")
    page.press("确认结清")
    page.outcome("付款正在核实，请不要重复付款")
    page.outcome("已结清", wait_s=40)  # the result comes by itself, and the card follows
    page.reload()
    page.outcome("已结清")
    assert [text for text in page.texts(".choices button") if text.startswith("确认")] == []
    assert sorted(settlements(demo)) == ["FAILED", "SETTLED"]


def test_a_reload_before_the_press_leaves_the_decision_open(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    page.reload()
    page.press("确认结清并关闭")
    page.answer_strong_login()
    page.outcome("已结清并关闭")
    assert settlements(demo) == ["SETTLED"]


def test_a_reload_during_the_strong_login_says_so_and_goes_on(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    page.press("确认结清并关闭")
    page.strong_login()
    page.reload()
    page.outcome("等待验证，没有扣款，也没有关闭")
    assert settlements(demo) == []
    page.press("去验证")
    page.answer_strong_login()
    page.outcome("已结清并关闭")
    assert settlements(demo) == ["SETTLED"]


def test_going_on_with_something_else_drops_the_strong_login(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    page.press("确认结清并关闭")
    page.answer_strong_login(yes=False)
    page.type("算了")
    page.until(lambda: "已验证" not in "".join(page.texts(".turn")), "no word of a login made")
    assert "没有扣款，也没有关闭" in page.card("需要验证是您本人")
    assert settlements(demo) == []


@through(tabs=TABS)
def test_a_second_tab_shows_the_same_and_settles_nothing_more(page: ChatPage, demo: LiveDemo) -> None:
    quote_of(page)
    second = page.another_tab()
    second.open(CUSTOMER)
    second.button("确认结清并关闭")
    page.tab.bring_to_front()
    page.press("确认结清并关闭")
    page.strong_login()
    second.tab.bring_to_front()
    second.outcome("等待验证，没有扣款，也没有关闭")
    page.tab.bring_to_front()
    page.answer_strong_login()
    page.outcome("已结清并关闭")
    second.tab.bring_to_front()
    second.outcome("已结清并关闭")
    assert page.texts(".bubble") == second.texts(".bubble")
    assert settlements(demo) == ["SETTLED"]


def test_an_expired_quote_is_shown_as_such_and_can_only_be_asked_anew(
    page: ChatPage, clock: Callable[[float], None]
) -> None:
    quote_of(page)
    page.button("确认结清并关闭")
    clock(15 * 60 + 5)
    page.until(lambda: page.texts(".expired"), "the quote to expire")
    assert page.texts(".expired") == ["报价已过期，没有扣款"]
    assert [text for text in page.texts(BUTTONS) if text.startswith("确认")] == []
    page.press("重新报价")
    page.button("确认结清并关闭")
    assert page.texts(".countdown time")[-1].startswith(("15:", "14:"))


def test_a_decision_to_close_goes_with_its_button(page: ChatPage, clock: Callable[[float], None]) -> None:
    page.open("c-clean")
    page.type("怎么关闭月付")
    page.button("确认关闭")
    clock(15 * 60 + 5)
    page.outcome("这个选项已失效，没有办理")
    assert page.texts(BUTTONS) == []


def test_words_that_a_button_says_close_nothing(page: ChatPage, demo: LiveDemo) -> None:
    page.open("c-clean")
    page.type("怎么关闭月付")
    title = page.button("确认关闭").inner_text()
    page.type(title)
    page.outcome("这个选项已失效，没有办理")
    page.button("确认关闭")
    assert demo.ledger("c-clean")["state"] == "ACTIVE"


def test_a_button_pressed_too_late_has_done_nothing_and_says_so(page: ChatPage, demo: LiveDemo) -> None:
    page.open("c-clean")
    page.type("怎么关闭月付")
    page.button("确认关闭")
    late = Press("confirm_close", "确认关闭")
    token = ButtonSigner(demo.keys["button"]).sign("web-c-clean", late, time.time() - 16 * 60)
    page.tab.evaluate(
        "late => { const send = WebSocket.prototype.send; WebSocket.prototype.send = function (data) {"
        'send.call(this, data.replace(/"button":"[^"]*/, `"button":"${late}`)) }; }',
        token,
    )
    page.press("确认关闭")
    page.outcome("这个选项已失效，没有办理")
    said = page.texts(".bubble")
    assert said[2] == "确认关闭"
    page.reload()
    page.outcome("这个选项已失效，没有办理")
    assert page.texts(".bubble") == said
    assert demo.ledger("c-clean")["state"] == "ACTIVE"


def test_countdowns_run_on_the_servers_clock(page: ChatPage, clock: Callable[[float], None]) -> None:
    page.open(CUSTOMER)
    clock(3600)
    page.reload()
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.card("结清并关闭报价")
    for _ in range(2):
        left = page.until(lambda: page.texts(".countdown time"), "the countdown")[-1]
        assert left.startswith(("15:", "14:")), left
        page.reload()  # before anything new has told what time it is there


def test_a_new_tab_with_a_wrong_clock_knows_the_servers_at_once(
    page: ChatPage, clock: Callable[[float], None]
) -> None:
    quote_of(page)
    clock(3600)
    page.tab.evaluate(
        "() => { for (const key of Object.keys(sessionStorage))"
        " if (key !== 'wrong_s') sessionStorage.removeItem(key) }"
    )
    page.reload()
    left = page.until(lambda: page.texts(".countdown time"), "the countdown")[-1]
    assert left.startswith(("15:", "14:")), left


def test_a_changed_amount_is_shown_and_nothing_is_charged(page: ChatPage, demo: LiveDemo) -> None:
    page.open("c-overdue")
    page.type("我想提前全部还清")
    page.card("提前结清报价")
    before = page.texts(".card .total strong")[-1]
    demo.clock("1d")  # a day's penalty more
    page.press("确认结清")
    page.answer_strong_login()
    page.until(lambda: len(page.texts(".card .total strong")) == 2, "the new quote")
    after = page.texts(".card .total strong")[-1]
    assert after != before
    assert f"金额有变化：{before} → {after}" in page.texts(".expired")
    assert page.texts(".card .outcome") == ["金额有变化，没有扣款，请看下面的新报价"]
    assert demo.ledger("c-overdue")["settlements"] == []
