"""Beside the chat: the account as the ledger has it, what changes in it, the tour and the switches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from demo.customers import ALL, VISITOR_QUESTIONS
from tests.browser.axe import violations
from tests.browser.page import ChatPage
from tests.browser.windows import PHONE, screen, through
from tests.live import LiveDemo

KINDS = ("unbilled_fen", "billed_fen", "product_plan_fen", "bill_plan_fen")
WIDTHS = {"narrow": 320, "small": 900, "wide": 1240}  # where each arrangement has the least room
SCHEMES = ("light", "dark")
WIDE = {f"wide-{scheme}": screen(1440, scheme, "reduce") for scheme in SCHEMES}
TABS_UP_TO_PX = 860
PARTS = ("chat", "ledger", "demo")
CODE = re.compile(r"[a-z]{2,}[a-z_.]*")
OUTSIDE = (
    "() => { const out = (each, left, right) => { const r = each.getBoundingClientRect();"
    " return r.width > 1 && (r.left < left - 0.5 || r.right > right + 0.5); };"
    "const cut = each => !each.children.length && each.clientWidth > 1"
    " && each.scrollWidth > each.clientWidth + 1;"
    "return [...document.querySelectorAll('#ledger .box, .top, body')].flatMap(place => {"
    " const {left, right} = place.getBoundingClientRect();"
    " return [...place.querySelectorAll('*')].filter(each => out(each, left, right) || cut(each)); })"
    ".filter(each => !each.closest('#unseen')).map(each => each.outerHTML.slice(0, 120)) }"
)
SHARES = (
    "[...document.querySelector('#debts-total').closest('.box').querySelectorAll('rect[class^=kind]')]"
    ".map(each => [each.getAttribute('class'), each.getBoundingClientRect().width /"
    " each.ownerSVGElement.getBoundingClientRect().width])"
)


def yuan(amount_fen: int) -> str:
    return f"¥{amount_fen / 100:,.2f}"


def opened(page: ChatPage, customer: str) -> None:
    page.open(customer)
    if customer != "anon":
        page.until(lambda: page.shown("#state"), "the account")


def found(page: ChatPage, selector: str) -> Locator:
    return page.tab.locator(f"#ledger {selector}")


def texts(page: ChatPage, selector: str) -> list[str]:
    return [text.strip() for text in found(page, selector).all_inner_texts()]


def switch(page: ChatPage, label: str) -> Locator:
    return page.tab.locator("#ledger .switches").get_by_role("button", name=label, exact=True)


def pressed(page: ChatPage) -> list[str]:
    return texts(page, ".switches [aria-pressed=true]")


def parts(page: ChatPage) -> Iterator[str]:
    """Shows each part of the page in turn; they are one where there is room for all."""
    shown = page.tab.viewport_size
    assert shown is not None
    for part in PARTS if shown["width"] <= TABS_UP_TO_PX else ("",):
        if part:
            page.tab.locator(f"#tab-{part}").click()
        yield part


def rows(page: ChatPage) -> dict[str, str]:
    """Labels and values of the whole account."""
    script = "all => all.map(each => [...each.children].map(child => child.innerText.trim()))"
    return dict(found(page, "dl > div").evaluate_all(script))


@pytest.mark.parametrize("customer", [each.customer_id for each in ALL])
def test_the_account_is_shown_as_the_ledger_has_it(page: ChatPage, demo: LiveDemo, customer: str) -> None:
    held: dict[str, Any] = demo.ledger(customer)
    opened(page, customer)
    debts = held["debts"]
    assert page.shown("#debts-total") == yuan(debts["total_fen"])
    assert page.shown("#available") == yuan(held["limit"]["available_fen"])
    shares = {f"kind{n}": debts[kind] / debts["total_fen"] for n, kind in enumerate(KINDS) if debts[kind]}
    assert dict(page.tab.evaluate(SHARES)) == pytest.approx(shares, abs=0.01)
    shown = rows(page)
    if debts["overdue_fen"]:
        assert shown["其中逾期"] == yuan(debts["overdue_fen"])
        assert shown["其中逾期违约金"] == yuan(debts["penalty_fen"])
    stopped = held["state"] == "ACTIVE" and (held["freezes"] or held["open_charge"])
    usual = {"ACTIVE": "使用中", "CLOSED": "已关闭"}[held["state"]]
    assert page.shown("#state") == ("暂停使用" if stopped else usual)
    proofs = len(held["freezes"]) + bool(held["open_charge"]) + bool(held["limit_cut"])
    assert found(page, ".proof").count() == proofs
    numbers = [int(number) for number in texts(page, ".books ol > li > p > small")]
    ids = sorted((each["id"] for each in held["journals"]), reverse=True)
    assert numbers == ids[:40]
    assert CODE.findall(" ".join(texts(page, ""))) == []  # the ledger's codes are all said in words
    assert found(page, ".changed").count() == 0


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


@through(wide=screen(1440))
def test_a_change_is_marked_beside_what_was_there_before(page: ChatPage) -> None:
    opened(page, "c-owing")
    before = page.shown("#debts-total")
    found(page, ".tour button").first.click()
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
    expect(found(page, ".changed"), "the marks to go").to_have_count(0)


def test_the_tour_asks_in_the_chat(page: ChatPage) -> None:
    opened(page, "c-owing")
    questions = list(next(each.questions for each in ALL if each.customer_id == "c-owing"))
    assert [each.split("\n")[-1] for each in texts(page, ".tour button")] == questions
    buttons = found(page, ".tour button").all()
    for button in buttons:
        button.click()
    page.until(lambda: page.texts(".user .bubble") == questions, "the questions in the chat")
    page.until(lambda: len(page.texts(".turn:not(.user) .bubble")) >= 3, "the answers")
    assert found(page, ".tour .asked").count() == 3


def test_a_visitor_has_a_tour_and_no_account(page: ChatPage) -> None:
    opened(page, "anon")
    assert [each.split("\n")[-1] for each in texts(page, ".tour button")] == list(VISITOR_QUESTIONS)
    assert found(page, ".account, .books").count() == 0
    assert not any(each.is_enabled() for each in found(page, ".switches button").all())


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


@contextmanager
def lost(page: ChatPage, path: str) -> Iterator[None]:
    """Requests to addresses with this path come to nothing meanwhile."""
    addresses = re.compile(re.escape(path))
    page.tab.route(addresses, lambda route: route.abort("connectionfailed"))
    yield
    page.tab.unroute(addresses)


def test_what_does_not_answer_is_said(page: ChatPage) -> None:
    page.network_fails = True
    opened(page, "c-owing")
    with lost(page, "/demo/gateway"):
        switch(page, "拒绝").click()
        page.until(lambda: texts(page, ".problem") == ["连不上服务，没有办成。"], "the refusal")
        assert pressed(page) == ["成功"]
    for path in ("/demo/account", "/demo/customers"):
        with lost(page, path):
            page.tab.reload()
            page.until(lambda: texts(page, ".problem") == ["账本暂时读不到，正在重试。"], f"no {path}")
    page.until(lambda: page.shown("#state") and not texts(page, ".problem"), "the ledger again")


@through(phone=PHONE)
def test_a_phone_shows_one_part_at_a_time_and_tells_of_changes(page: ChatPage) -> None:
    opened(page, "c-risk")
    unseen = page.tab.locator("#unseen")
    account, tour, switches = (found(page, each).first for each in (".account", ".tour", ".switches"))
    assert not unseen.is_visible() and not account.is_visible()
    page.ask("我的月付怎么突然不能用了")
    page.press("已改密码，申请解冻")
    expect(unseen, "the mark of a change").to_be_visible()
    page.tab.locator("#tab-ledger").click()
    assert account.is_visible() and not tour.is_visible()
    assert not unseen.is_visible()
    page.tab.locator("#tab-demo").click()
    assert switches.is_visible() and not account.is_visible()
    found(page, ".tour button").nth(1).click()
    expect(page.box, "the chat").to_be_visible()
    page.until(lambda: page.texts(".user .bubble")[-1:] == ["暂停期间还要还款吗"], "the question")


@through(**{name: screen(width_px) for name, width_px in WIDTHS.items()})
def test_nothing_is_wider_than_its_place(page: ChatPage) -> None:
    for customer in [*(each.customer_id for each in ALL), "anon"]:
        opened(page, customer)
        for part in parts(page):
            assert page.tab.evaluate(OUTSIDE) == [], (customer, part)


@through(**{f"phone-{scheme}": screen(390, scheme, "reduce") for scheme in SCHEMES}, **WIDE)
def test_axe_finds_nothing(page: ChatPage) -> None:
    for customer in ("c-owing", "c-risk", "c-unknown", "c-closed", "anon"):
        opened(page, customer)
        for part in parts(page):
            assert violations(page.tab) == [], (customer, part)


@through(**WIDE)
def test_axe_finds_nothing_while_changes_are_marked_and_in_the_dialogs(page: ChatPage) -> None:
    opened(page, "c-owing")
    found(page, ".tour button").first.click()
    page.press("一次结清并关闭")
    page.press("确认结清并关闭")
    page.strong_login()
    assert violations(page.tab) == []
    page.answer_strong_login()
    page.until(lambda: page.shown("#debts-total") == "¥0.00", "the settled debts")
    page.tab.evaluate("() => { const now = Date.now(); Date.now = () => now }")  # axe takes its time
    assert violations(page.tab) == []
    assert found(page, ".changed").count() > 5
