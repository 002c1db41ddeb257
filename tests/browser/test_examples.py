"""The package's examples on an origin of their own, plain, React, WebView: each to a closed account."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.page import ChatPage
from tests.browser.shop import Shop
from tests.browser.windows import PHONE, through
from tests.live import LiveDemo

CUSTOMER = "c-owing"
LAUNCHER = ".launcher"


def go(page: ChatPage, shop: Shop, example: str) -> None:
    page.tab.goto(f"{shop.url}/{example}/index.html")
    expect(page.chat, "the widget").to_be_attached()


def open_panel(page: ChatPage) -> None:
    page.find(LAUNCHER).click()
    page.connected()


def settle_and_close(page: ChatPage) -> None:
    page.press("一次结清并关闭")
    page.press("确认结清并关闭")
    page.outcome("已结清并关闭")


def test_a_visitor_of_a_plain_page_logs_in_and_goes_on(page: ChatPage, shop: Shop, demo: LiveDemo) -> None:
    go(page, shop, "plain")
    open_panel(page)
    assert shop.asked == [], "nobody is logged in yet"
    page.type("怎么关闭月付")
    page.press("登录后办理")
    page.until(lambda: "已登录。登录前问的，可以接着问：" in page.texts(".bubble"), "the login to be told")
    assert shop.asked[0] == "/api/login"
    assert page.texts(".user .bubble") == [], "what the visitor said is not the customer's"
    assert demo.later(CUSTOMER, 0) == []
    page.press("怎么关闭月付")
    settle_and_close(page)
    assert page.texts(".user .bubble")[0] == "怎么关闭月付"
    assert page.texts(".replies button") == ["有帮助", "没帮助"]
    assert "/api/strong-login" in shop.asked
    assert demo.ledger(CUSTOMER)["state"] == "CLOSED"


def test_a_visitor_keeps_the_talk_over_a_reload_and_is_nobody_elses(page: ChatPage, shop: Shop) -> None:
    go(page, shop, "plain")
    open_panel(page)
    page.type("怎么关闭月付")
    page.button("登录后办理")
    page.tab.reload()
    open_panel(page)
    assert page.texts(".user .bubble") == ["怎么关闭月付"]
    page.tab.evaluate("sessionStorage.clear()")
    page.tab.reload()
    open_panel(page)
    assert page.texts(".user .bubble") == []


def test_in_react_a_property_is_the_token_and_an_event_the_count(
    page: ChatPage, shop: Shop, demo: LiveDemo
) -> None:
    go(page, shop, "react")
    open_panel(page)
    page.type("怎么关闭月付")
    page.button("一次结清并关闭")
    page.find("header .icon").first.click()
    demo.say(CUSTOMER, text="月付怎么还款")  # from another device
    count = page.tab.locator("#root > p")
    expect(count, "the count").to_have_text(re.compile("^未读消息：[12]$"))
    page.find(LAUNCHER).click()
    expect(count, "the count to go").to_have_text("未读消息：0")
    page.type("怎么关闭月付")
    settle_and_close(page)
    assert demo.ledger(CUSTOMER)["state"] == "CLOSED"


APP = """
window.__cancel = false;
window.yuefuHost = { post(message) {
  const { id, call, acr } = JSON.parse(message);
  if (call === "strongLogin" && window.__cancel) return window.yuefuAnswer(id);
  const address = call === "token" ? "/api/chat-token" : `/api/strong-login?acr=${acr}`;
  fetch(address, { method: "POST" }).then(answer => answer.text())
    .then(token => window.yuefuAnswer(id, token));
} };
"""


@through(phone=PHONE)
def test_in_a_webview_the_app_gives_the_tokens_and_may_cancel(
    page: ChatPage, shop: Shop, demo: LiveDemo
) -> None:
    page.tab.add_init_script(APP)
    go(page, shop, "webview")
    page.connected()
    page.tab.evaluate("window.__cancel = true")
    page.type("怎么关闭月付")
    page.press("一次结清并关闭")
    page.press("确认结清并关闭")
    assert "验证没有完成" in page.card("需要验证是您本人")
    assert demo.ledger(CUSTOMER)["settlements"] == []
    page.tab.evaluate("window.__cancel = false")
    page.press("去验证")
    page.outcome("已结清并关闭")
    assert demo.ledger(CUSTOMER)["state"] == "CLOSED"
