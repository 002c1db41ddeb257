"""Beside the chat: the account as the ledger has it, what changes in it, the tour and the switches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.webdriver.remote.webelement import WebElement

from demo.customers import ALL, VISITOR_QUESTIONS
from tests.browser.axe import violations
from tests.browser.page import ChatPage
from tests.live import LiveDemo

KINDS = ("unbilled_fen", "billed_fen", "product_plan_fen", "bill_plan_fen")
WIDTHS = {"narrow": 320, "small": 900, "wide": 1240}  # where each arrangement has the least room
CODE = re.compile(r"[a-z]{2,}[a-z_.]*")
OUTSIDE = (
    "const out = (each, left, right) => { const r = each.getBoundingClientRect();"
    " return r.width > 1 && (r.left < left - 0.5 || r.right > right + 0.5); };"
    "const cut = each => !each.children.length && each.clientWidth > 1"
    " && each.scrollWidth > each.clientWidth + 1;"
    "return [...document.querySelectorAll('#ledger .box, .top, body')].flatMap(place => {"
    " const {left, right} = place.getBoundingClientRect();"
    " return [...place.querySelectorAll('*')].filter(each => out(each, left, right) || cut(each)); })"
    ".filter(each => !each.closest('#unseen')).map(each => each.outerHTML.slice(0, 120))"
)
SHARES = (
    "return [...document.querySelector('#debts-total').closest('.box').querySelectorAll('rect[class^=kind]')]"
    ".map(each => [each.getAttribute('class'), each.getBoundingClientRect().width /"
    " each.ownerSVGElement.getBoundingClientRect().width])"
)


@pytest.fixture
def look(page: ChatPage) -> Iterator[Callable[..., None]]:
    """Makes the page as wide as said, light or dark, with or without motion."""
    driver = page.driver

    def to(width: int, scheme: str = "light", motion: str = "no-preference") -> None:
        screen = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        wished = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
        features = [{"name": name, "value": value} for name, value in wished.items()]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    yield to
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def yuan(amount_fen: int) -> str:
    return f"¥{amount_fen / 100:,.2f}"


def opened(page: ChatPage, customer: str) -> None:
    page.open(customer)
    if customer != "anon":
        page.until(lambda: page.shown("#state"), "the account")


def found(page: ChatPage, selector: str) -> list[WebElement]:
    return page.driver.find_elements("css selector", f"#ledger {selector}")


def texts(page: ChatPage, selector: str) -> list[str]:
    script = (
        "return [...document.querySelectorAll('#ledger ' + arguments[0])].map(each => each.innerText.trim())"
    )
    return list(page.driver.execute_script(script, selector))


def switch(page: ChatPage, label: str) -> WebElement:
    return next(each for each in found(page, ".switches button") if each.text == label)


def pressed(page: ChatPage) -> list[str]:
    return texts(page, ".switches [aria-pressed=true]")


def rows(page: ChatPage) -> dict[str, str]:
    """Labels and values of the whole account."""
    script = (
        "return [...document.querySelectorAll('#ledger dl > div')]"
        ".map(each => [...each.children].map(child => child.innerText.trim()))"
    )
    return dict(page.driver.execute_script(script))


@pytest.mark.parametrize("customer", [each.customer_id for each in ALL])
def test_the_account_is_shown_as_the_ledger_has_it(page: ChatPage, demo: LiveDemo, customer: str) -> None:
    held: dict[str, Any] = demo.ledger(customer)
    opened(page, customer)
    debts = held["debts"]
    assert page.shown("#debts-total") == yuan(debts["total_fen"])
    assert page.shown("#available") == yuan(held["limit"]["available_fen"])
    shares = {f"kind{n}": debts[kind] / debts["total_fen"] for n, kind in enumerate(KINDS) if debts[kind]}
    assert dict(page.driver.execute_script(SHARES)) == pytest.approx(shares, abs=0.01)
    shown = rows(page)
    if debts["overdue_fen"]:
        assert shown["其中逾期"] == yuan(debts["overdue_fen"])
        assert shown["其中逾期违约金"] == yuan(debts["penalty_fen"])
    stopped = held["state"] == "ACTIVE" and (held["freezes"] or held["open_charge"])
    usual = {"ACTIVE": "使用中", "CLOSED": "已关闭"}[held["state"]]
    assert page.shown("#state") == ("暂停使用" if stopped else usual)
    assert len(found(page, ".proof")) == len(held["freezes"]) + bool(held["open_charge"]) + bool(
        held["limit_cut"]
    )
    numbers = [int(number) for number in texts(page, ".books ol > li > p > small")]
    ids = sorted((each["id"] for each in held["journals"]), reverse=True)
    assert numbers == ids[:40]
    assert CODE.findall(" ".join(texts(page, ""))) == []  # the ledger's codes are all said in words
    assert found(page, ".changed") == []


def test_a_freeze_shows_its_evidence(page: ChatPage, demo: LiveDemo) -> None:
    opened(page, "c-risk")
    logins = demo.ledger("c-risk")["freezes"][0]["evidence"]["logins"]
    told = [[each["at"][:16].replace("T", " "), each["city"], each["device"]] for each in logins]
    shown = [row.split("\n") for row in texts(page, ".proof .table")]
    assert shown == [[cell for login in told for cell in login]]


def test_each_journal_shows_its_postings_debits_first(page: ChatPage, demo: LiveDemo) -> None:
    opened(page, "c-owing")
    newest = max(demo.ledger("c-owing")["journals"], key=lambda each: each["id"])
    fens = sorted((each["amount_fen"] for each in newest["postings"]), key=lambda fen: fen < 0)
    sides = [("贷" if fen < 0 else "借", yuan(abs(fen))) for fen in fens]
    lines = [line.split("\n") for line in texts(page, ".books ol > li:first-child ul > li")][: len(sides)]
    assert [(line[0], line[-1]) for line in lines] == sides


def test_a_change_is_marked_beside_what_was_there_before(page: ChatPage, look: Callable[..., None]) -> None:
    look(1440)
    opened(page, "c-owing")
    before = page.shown("#debts-total")
    found(page, ".tour button")[0].click()
    page.press("一次结清并关闭")
    page.press("确认结清并关闭")
    page.answer_strong_login()
    page.until(lambda: page.shown("#debts-total") == "¥0.00", "the settled debts")
    assert [text.split("\n") for text in texts(page, ".changed:has(#debts-total)")] == [
        ["¥0.00", f"原 {before}"]
    ]
    assert texts(page, ".changed:has(#state)") == ["已关闭\n原 使用中"]
    assert len(texts(page, ".books ol > li.changed")) >= 1
    assert texts(page, ".books ol > li.changed strong")[-1] == "提前结清"
    page.until(lambda: not found(page, ".changed"), "the marks to go")


def test_the_tour_asks_in_the_chat(page: ChatPage) -> None:
    opened(page, "c-owing")
    questions = list(next(each.questions for each in ALL if each.customer_id == "c-owing"))
    buttons = found(page, ".tour button")
    assert [each.text.split("\n")[-1] for each in buttons] == questions
    for button in buttons:
        button.click()
    page.until(lambda: page.texts(".user .bubble") == questions, "the questions in the chat")
    page.until(lambda: len(page.texts(".turn:not(.user) .bubble")) >= 3, "the answers")
    assert len(found(page, ".tour .asked")) == 3


def test_a_visitor_has_a_tour_and_no_account(page: ChatPage) -> None:
    opened(page, "anon")
    assert [each.split("\n")[-1] for each in texts(page, ".tour button")] == list(VISITOR_QUESTIONS)
    assert found(page, ".account, .books") == []
    assert not any(each.is_enabled() for each in found(page, ".switches button"))


def test_the_gateways_switch_shows_and_sets_how_it_answers(page: ChatPage, demo: LiveDemo) -> None:
    opened(page, "c-overdue")
    assert pressed(page) == ["成功"]
    for label, mode in (("拒绝", "decline"), ("超时", "timeout"), ("迟到", "late"), ("成功", "succeed")):
        switch(page, label).click()
        page.until(lambda wanted=label: pressed(page) == [wanted], label)
        assert demo.ledger("c-overdue")["gateway_mode"] == mode
        assert demo.ledger("c-clean")["gateway_mode"] == "succeed"
    demo.gateway("decline", "c-overdue")  # from a terminal
    page.until(lambda: pressed(page) == ["拒绝"], "the switch to follow")


def test_what_the_seed_holds_back_is_let_go_by_the_switch(page: ChatPage) -> None:
    opened(page, "c-unknown")
    assert pressed(page) == [] and "停在处理中" in texts(page, ".gateway .none")[0]
    switch(page, "成功").click()
    page.until(lambda: page.shown("#debts-total") == "¥0.00", "the settled debts", 40)
    page.card("已结清", 40)


def test_the_clock_goes_on_a_day_and_a_month(page: ChatPage, demo: LiveDemo) -> None:
    opened(page, "c-overdue")
    demo.restart_needed = True
    penalty, now = rows(page)["其中逾期违约金"], page.shown(".now")
    switch(page, "下一天").click()
    page.until(lambda: rows(page)["其中逾期违约金"] != penalty, "a day's penalty")
    assert int(page.shown(".now")[8:10]) == int(now[8:10]) + 1
    switch(page, "下个月").click()
    page.until(lambda: page.shown(".now")[5:7] != now[5:7], "the next month")
    page.until(lambda: texts(page, ".books li:first-child strong")[0] == "逾期违约金", "what it brought")
    assert page.shown("#debts-total") == yuan(demo.ledger("c-overdue")["debts"]["total_fen"])


def test_what_does_not_answer_is_said(page: ChatPage) -> None:
    page.network_fails = True
    opened(page, "c-owing")
    page.driver.execute_cdp_cmd("Network.enable", {})
    block = "Network.setBlockedURLs"
    try:
        page.driver.execute_cdp_cmd(block, {"urls": ["*/demo/gateway*"]})
        switch(page, "拒绝").click()
        page.until(lambda: texts(page, ".problem") == ["连不上服务，没有办成。"], "the refusal")
        assert pressed(page) == ["成功"]
        for lost in ("*/demo/account*", "*/demo/customers*"):
            page.driver.execute_cdp_cmd(block, {"urls": [lost]})
            page.driver.refresh()
            page.until(lambda: texts(page, ".problem") == ["账本暂时读不到，正在重试。"], f"no {lost}")
    finally:
        page.driver.execute_cdp_cmd(block, {"urls": []})
    page.until(lambda: page.shown("#state") and not texts(page, ".problem"), "the ledger again")


def test_a_phone_shows_one_part_at_a_time_and_tells_of_changes(page: ChatPage, phone: None) -> None:
    opened(page, "c-risk")
    unseen = page.driver.find_element("id", "unseen")
    assert not unseen.is_displayed() and not found(page, ".account")[0].is_displayed()
    page.ask("我的月付怎么突然不能用了")
    page.press("已改密码，申请解冻")
    page.until(unseen.is_displayed, "the mark of a change")
    page.driver.find_element("id", "tab-ledger").click()
    assert found(page, ".account")[0].is_displayed() and not found(page, ".tour")[0].is_displayed()
    assert not unseen.is_displayed()
    page.driver.find_element("id", "tab-demo").click()
    assert found(page, ".switches")[0].is_displayed() and not found(page, ".account")[0].is_displayed()
    found(page, ".tour button")[1].click()
    page.until(page.box.is_displayed, "the chat")
    page.until(lambda: page.texts(".user .bubble")[-1:] == ["暂停期间还要还款吗"], "the question")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_is_wider_than_its_place(page: ChatPage, look: Callable[..., None], width: int) -> None:
    look(width)
    for customer in [*(each.customer_id for each in ALL), "anon"]:
        opened(page, customer)
        for tab in ("chat", "ledger", "demo") if width <= 860 else ("",):
            if tab:
                page.driver.find_element("id", f"tab-{tab}").click()
            assert page.driver.execute_script(OUTSIDE) == [], (customer, tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440], ids=["phone", "wide"])
def test_axe_finds_nothing(page: ChatPage, look: Callable[..., None], width: int, scheme: str) -> None:
    look(width, scheme, "reduce")
    for customer in ("c-owing", "c-risk", "c-unknown", "c-closed", "anon"):
        opened(page, customer)
        for tab in ("chat", "ledger", "demo") if width == 390 else ("",):
            if tab:
                page.driver.find_element("id", f"tab-{tab}").click()
            assert violations(page.driver) == [], (customer, tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_changes_are_marked_and_in_the_dialogs(
    page: ChatPage, demo: LiveDemo, look: Callable[..., None], scheme: str
) -> None:
    look(1440, scheme, "reduce")
    opened(page, "c-owing")
    found(page, ".tour button")[0].click()
    page.press("一次结清并关闭")
    page.press("确认结清并关闭")
    page.until(page.driver.find_element("id", "strong-login").is_displayed, "the strong login")
    assert violations(page.driver) == []
    page.answer_strong_login()
    page.until(lambda: page.shown("#debts-total") == "¥0.00", "the settled debts")
    page.driver.execute_script("const now = Date.now(); Date.now = () => now")  # axe takes its time
    assert violations(page.driver) == []
    assert len(found(page, ".changed")) > 5
