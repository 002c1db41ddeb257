"""Every state of the widget, wide, dark, on a narrow phone, at 200 %: axe finds nothing, all of it fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import WCAG, violations
from tests.browser.looks import faults
from tests.browser.network import wire
from tests.browser.page import ChatPage
from tests.live import LiveDemo

CHAT = "document.querySelector('yuefu-chat')"


@pytest.fixture
def looks(page: ChatPage) -> Callable[[str], None]:
    """Says nothing when the present state is as it should be."""

    def check(state: str) -> None:
        wrong = faults(page)
        assert not wrong, f"{state}: {wrong}"

    return check


def test_axe_would_find_something(page: ChatPage) -> None:
    """Inside the shadow tree, too: white on white, and a button without a name."""
    page.open("c-clean")
    page.find("header button").evaluate("button => { button.textContent = ''; button.title = ''; }")
    found = "\n".join(violations(page.tab, WCAG, "yuefu-chat"))
    assert "button-name" in found and "yuefu-chat" in found
    page.find("header h2").evaluate("title => { title.style.color = '#eee' }")
    assert "color-contrast" in "\n".join(violations(page.tab, WCAG, "yuefu-chat"))


def test_from_the_welcome_to_a_closed_account(page: ChatPage, looks: Callable[[str], None]) -> None:
    page.open("c-owing")
    looks("welcome")
    page.type("这个月账单多少钱")
    page.card("20")
    looks("bill")
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")
    looks("debts answered, quote open")
    page.press("确认结清并关闭")
    page.answer_strong_login(yes=False)
    page.card("需要验证是您本人")
    looks("strong login called off")
    page.press("去验证")
    page.answer_strong_login()
    page.outcome("已结清并关闭")
    looks("receipt, and whether it helped")
    page.press("没帮助")
    expect(page.find(".rating textarea"), "the words").to_be_visible()
    looks("words")
    page.press("完成")
    page.until(lambda: any("您的评价" in text for text in page.texts(".rating")), "thanks")
    looks("rated")


def test_a_decision_and_what_is_typed_wrongly(page: ChatPage, looks: Callable[[str], None]) -> None:
    page.open("c-clean")
    page.type("<b>额度</b> https://example.com/a?b=1 " + "长" * 60)
    page.type("怎么关闭月付")
    page.button("确认关闭")
    page.paste("月付" * 151)
    looks("closing to be decided, the next message too long")


def test_a_payment_that_fails_and_one_that_is_checked(
    page: ChatPage, demo: LiveDemo, looks: Callable[[str], None]
) -> None:
    demo.gateway("decline", "c-overdue")
    page.open("c-overdue")
    page.type("我想提前全部还清")
    page.press("确认结清")
    page.answer_strong_login()
    page.outcome("付款没有成功，没有扣款")
    demo.gateway("timeout", "c-overdue")
    page.press("再试一次")
    page.press("确认结清")
    page.outcome("付款正在核实，请不要重复付款")
    looks("declined, then checked")


def test_a_freeze_and_a_person(page: ChatPage, demo: LiveDemo, looks: Callable[[str], None]) -> None:
    page.open("c-risk")
    page.type("月付为什么不能用")
    page.press("已改密码，申请解冻")
    page.card("解冻申请已提交")
    looks("diagnosis and application")
    page.type("人工")
    page.card("人工客服工单")
    number = demo.staff("GET", "tickets")["tickets"][-1]["id"]
    demo.staff("POST", f"tickets/{number}/take")
    page.until(lambda: "人工客服为您服务" in page.texts(".label"), "the person")
    looks("with a person")
    demo.staff("POST", f"tickets/{number}/close")
    page.until(lambda: "AI 智能助手" in page.texts(".label"), "the assistant again")
    looks("back with the assistant")


def test_a_visitor_before_and_after_the_login(page: ChatPage, looks: Callable[[str], None]) -> None:
    page.open("anon")
    page.type("怎么关闭月付")
    page.press("登录后办理")
    dialog = page.tab.locator("#login")
    dialog.locator("button[value=no]").click()
    page.card("登录后可以查看您的账户")
    looks("visitor")
    page.press("登录")
    dialog.locator("button[value=yes]").click()
    page.until(lambda: any("登录前问的" in text for text in page.texts(".bubble")), "what was asked before")
    looks("just logged in")


def test_without_a_service_and_without_a_network(
    page: ChatPage, seeded: LiveDemo, looks: Callable[[str], None]
) -> None:
    page.network_fails = True
    with wire(seeded.bot_port) as line:
        page.url = line.url
        page.open("c-clean")
        seeded.stop_service()
        page.type("怎么关闭月付")
        page.card("暂时没有办成")
        line.cut()
        page.until(lambda: page.texts(".link"), "the lost network to be told")
        page.type("最低还款是什么")
        looks("an error, offline, one message waiting")
        line.mend()


def test_closed_and_with_news(page: ChatPage, demo: LiveDemo, looks: Callable[[str], None]) -> None:
    page.open("c-clean")
    page.chat.evaluate("chat => { chat.inline = false }")
    expect(page.find(".launcher"), "the closed panel").to_be_visible()
    demo.say("c-clean", text="月付怎么还款")  # from another device
    page.until(lambda: page.texts(".badge") == ["1"], "the count")
    looks("closed, one message unread")
    page.find(".launcher").click()
    page.until(lambda: page.texts(".turn:not(.user) .bubble"), "the message")
    looks("open over the page")


def test_in_english(page: ChatPage, looks: Callable[[str], None]) -> None:
    page.open("c-owing")
    page.chat.evaluate("chat => { chat.lang = 'en'; chat.requestUpdate() }")
    page.until(lambda: "How do I close it?" in page.texts(".replies button"), "English")
    looks("English welcome")
    page.press("How do I close it?")
    page.press("一次结清并关闭")
    page.card("Settle and close quote")
    looks("English quote")


def test_the_page_around_it_changes_neither_its_looks_nor_its_language(page: ChatPage) -> None:
    page.open("c-owing")
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")
    seen = (
        "chat => [...chat.shadowRoot.querySelectorAll('.bubble, .lines dd, .choices button')].map(each => {"
        "const {x, width, height} = each.getBoundingClientRect(), at = chat.getBoundingClientRect();"
        "return [x - at.x, width, height, each.textContent, getComputedStyle(each).textAlign] })"
    )
    usual = page.chat.evaluate(seen)
    page.tab.evaluate(
        "() => { document.documentElement.lang = 'zh_CN'; document.documentElement.dir = 'rtl';"
        "document.body.style.cssText = 'text-align: center; letter-spacing: 4px; text-indent: 20px;"
        "white-space: nowrap; text-transform: uppercase; font-weight: 700; font-style: italic' }"
    )
    left = page.texts(".countdown time")
    page.until(lambda: page.texts(".countdown time") != left, "it to be drawn again")
    assert page.chat.evaluate(seen) == usual
    page.chat.evaluate("chat => { document.styleSheets[0].disabled = true; chat.hidden = true }")
    assert page.chat.evaluate("chat => chat.getBoundingClientRect().height") == 0


def moving(page: ChatPage) -> int:
    """How many animations run in the chat."""
    return int(page.chat.evaluate("chat => chat.shadowRoot.getAnimations().length"))


def test_who_wants_less_motion_sees_none(page: ChatPage, seeded: LiveDemo) -> None:
    page.tab.emulate_media(reduced_motion="reduce")
    page.network_fails = True
    with wire(seeded.bot_port) as line:
        page.url = line.url
        page.open("c-clean")
        line.cut()
        page.until(lambda: page.texts(".link"), "the lost network to be told")
        assert moving(page) == 0
        page.chat.evaluate("chat => { chat.typing = true }")
        expect(page.find(".typing i").first, "the dots").to_be_visible()
        assert moving(page) == 0
        page.tab.emulate_media(reduced_motion="no-preference")
        page.until(lambda: moving(page) >= 3, "the dots to move for others")
        line.mend()


READ_OUT = """
log => {
  window.__read = [];
  new MutationObserver(changes => {
    for (const {target, addedNodes, type} of changes) {
      const at = target.nodeType === 1 ? target : target.parentElement;
      if (!at || at.closest("[aria-live=off]")) continue;
      if (type === "characterData") window.__read.push(target.data.trim());
      for (const node of addedNodes) if (node.textContent.trim()) window.__read.push(node.textContent.trim());
    }
  }).observe(log, {subtree: true, childList: true, characterData: true});
}
"""


def test_a_screen_reader_hears_each_message_once_and_no_ticking(page: ChatPage) -> None:
    """History is not read out, an open quote does not tick, and what is said is read when it is said."""
    page.open("c-owing")
    log = page.find("[role=log][aria-live=polite]")
    expect(log, "the end of the history").to_be_visible()
    log.evaluate(READ_OUT)
    page.type("怎么关闭")
    page.press("一次结清并关闭")
    page.button("确认结清并关闭")
    heard = page.tab.evaluate("window.__read")
    assert len([text for text in heard if text.startswith("怎么关闭")]) == 1
    left = page.texts(".countdown time")
    page.until(lambda: page.texts(".countdown time") != left, "the countdown to run")
    page.tab.evaluate("window.__read = []")
    left = page.texts(".countdown time")
    page.until(lambda: page.texts(".countdown time") != left, "the countdown to run on")
    assert page.tab.evaluate("window.__read") == []
    page.tab.goto("about:blank")
    page.tab.add_init_script(
        "window.__live = []; addEventListener('DOMContentLoaded', () => setInterval(() => {"
        f"const log = {CHAT}?.shadowRoot?.querySelector('[role=log]');"
        "if (log) window.__live.push([!!log.querySelector('.turn'), log.getAttribute('aria-live')]) }, 10))"
    )
    page.open("c-owing")
    page.until(lambda: page.tab.evaluate("window.__live.at(-1)[1]") == "polite", "to listen")
    seen = page.tab.evaluate("window.__live")
    drawn = next(live for there, live in seen if there)
    assert drawn == "off", "history was read out"
