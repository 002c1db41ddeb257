"""The package's examples on an origin of their own, plain, React, WebView: each to a closed account."""

from __future__ import annotations

from tests.browser.page import ONLINE, ChatPage
from tests.browser.shop import Shop
from tests.live import LiveDemo

CUSTOMER = "c-owing"
LAUNCHER = ".launcher"


def go(page: ChatPage, shop: Shop, example: str) -> None:
    page.driver.get(f"{shop.url}/{example}/index.html")
    page.until(lambda: page.driver.find_elements("css selector", "yuefu-chat"), "the widget")


def open_panel(page: ChatPage) -> None:
    page.until(lambda: page.all(LAUNCHER), "the launcher")
    page.all(LAUNCHER)[0].click()
    page.until(lambda: page.all(ONLINE), "the chat to be connected")


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
    page.driver.refresh()
    open_panel(page)
    assert page.texts(".user .bubble") == ["怎么关闭月付"]
    page.driver.execute_script("sessionStorage.clear()")
    page.driver.refresh()
    open_panel(page)
    assert page.texts(".user .bubble") == []


def test_in_react_a_property_is_the_token_and_an_event_the_count(
    page: ChatPage, shop: Shop, demo: LiveDemo
) -> None:
    go(page, shop, "react")
    open_panel(page)
    page.type("怎么关闭月付")
    page.button("一次结清并关闭")
    page.all("header .icon")[0].click()
    demo.say(CUSTOMER, text="月付怎么还款")  # from another device
    count = page.driver.find_element("css selector", "#root > p")
    page.until(lambda: count.text in ("未读消息：1", "未读消息：2"), "the count")
    page.all(LAUNCHER)[0].click()
    page.until(lambda: count.text == "未读消息：0", "the count to go")
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


def test_in_a_webview_the_app_gives_the_tokens_and_may_cancel(
    page: ChatPage, shop: Shop, demo: LiveDemo, phone: None
) -> None:
    forget = page.before_each_load(APP)
    try:
        go(page, shop, "webview")
        page.until(lambda: page.all(ONLINE), "the chat to be connected")
        page.driver.execute_script("window.__cancel = true")
        page.type("怎么关闭月付")
        page.press("一次结清并关闭")
        page.press("确认结清并关闭")
        assert "验证没有完成" in page.card("需要验证是您本人")
        assert demo.ledger(CUSTOMER)["settlements"] == []
        page.driver.execute_script("window.__cancel = false")
        page.press("去验证")
        page.outcome("已结清并关闭")
        assert demo.ledger(CUSTOMER)["state"] == "CLOSED"
    finally:
        forget()
