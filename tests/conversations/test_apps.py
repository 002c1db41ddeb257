"""The journeys in every messaging app: its platform, the real bot, service and ledger, the host's page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts.processes import free_port
from tests.channels.app_talk import App, Customer, running_platform, text_of, write_credentials
from tests.channels.apps import APPS
from tests.channels.processes import wait_for
from tests.channels.wechat_talk import Follower, Wechat
from tests.conversations.watch import CLOSING, SETTLING, Watch
from tests.live import LiveDemo, Message, button, cards_of, running_demo

SETTLE, CLOSE, UNUSABLE = "我要全部提前还清", "怎么关闭月付？", "为什么我的月付用不了？"


@pytest.fixture(scope="module")
def apps() -> dict[type[App], App]:
    """By kind, the platforms of the running demo."""
    return {}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, apps: dict[type[App], App]) -> Iterator[LiveDemo]:
    """One bot with all the channels."""
    folder = tmp_path_factory.mktemp("apps")
    with ExitStack() as stack:

        def connect(live: LiveDemo) -> None:
            for kind in APPS:
                apps[kind] = stack.enter_context(running_platform(kind, free_port(), live.bot_url, folder))
                live.bot_settings |= kind.account.SECRETS
            live.bot_settings["YUEFU_HOST_PAGE_URL"] = f"{live.bot_url}/"
            live.credentials = str(folder / "credentials.yml")
            write_credentials(folder / "credentials.yml", apps.values())

        yield stack.enter_context(running_demo(folder, connect))


@pytest.fixture(params=APPS, ids=lambda kind: kind.account.CHANNEL)
def app(request: pytest.FixtureRequest, demo: LiveDemo, apps: dict[type[App], App]) -> App:
    return apps[request.param]


def on_page(
    demo: LiveDemo, customer: str, path: str, body: dict[str, str] | None = None, method: str = "POST"
) -> dict[str, Any]:
    """What the host's page is answered for a customer who has just logged in strongly."""
    headers = {"Authorization": f"Bearer {demo.token(customer, 'payment')}"}
    answer = demo.bot.request(method, path, json=body or {}, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def linked(demo: LiveDemo, app: App, customer_id: str) -> Customer:
    """Somebody in the app who came by the page's one-time link."""
    customer = app.customer()
    customer.enters(on_page(demo, customer_id, "/chat/links")["token"])
    assert "您的月付账户已关联" in text_of(customer.sees(1)[0])
    return customer


def opened(demo: LiveDemo, customer_id: str, message: dict[str, Any]) -> list[Message]:
    """What the page shows for the one-time link in a message of the app."""
    (url,) = re.findall(rf"{demo.bot_url}/\?decision=\S+", text_of(message))
    token = parse_qs(urlsplit(url).query)["decision"][0]
    return list(on_page(demo, customer_id, "/chat/decisions", {"token": token})["messages"])


def hears(customer: Customer, what: str, since: int) -> str:
    """The message that is told later and says so."""
    until = time.monotonic() + 60
    while not (found := [text for text in customer.texts()[since:] if what in text]):
        assert time.monotonic() < until, customer.texts()
        time.sleep(0.2)
    return found[0]


def test_prepay_all_is_asked_in_the_app_settled_on_the_page_and_told_in_the_app(
    demo: LiveDemo, app: App
) -> None:
    customer = linked(demo, app, "c-owing")
    watch = Watch(demo)
    quote = customer.asks(SETTLE)
    owed = demo.ledger("c-owing")["debts"]["total_fen"]
    by_link = customer.presses(quote, "确认结清")
    assert "现在没有扣款" in text_of(by_link)
    assert watch.changed() == {}, "nothing is charged in an app"
    heard = len(customer.seen())
    shown = opened(demo, "c-owing", by_link)
    assert cards_of(shown, "quote") and opened(demo, "c-owing", by_link) == shown
    done = demo.say("c-owing", button=button(shown, "确认结清"), acr="payment")
    receipt = cards_of(done, "receipt")[0]
    after = demo.ledger("c-owing")
    assert owed and after["debts"]["total_fen"] == 0 and not any(after["receivables"].values())
    assert after["state"] == "ACTIVE"
    assert set(watch.changed()) == {"c-owing"} and watch.changed()["c-owing"] >= {"settlements", "journals"}
    assert watch.changed()["c-owing"] <= SETTLING | {"plans"}
    assert receipt["amount"] in text_of(quote)
    assert receipt["amount"] in hears(customer, receipt["receipt"], heard)


def test_how_to_close_is_asked_in_the_app_closed_on_the_page_and_told_in_the_app(
    demo: LiveDemo, app: App
) -> None:
    customer = linked(demo, app, "c-clean")
    watch = Watch(demo)
    decision = customer.asks(CLOSE)
    assert "征信和还款记录不会因此消除" in text_of(decision)
    by_link = customer.presses(decision, "确认关闭")
    assert "也没有关闭" in text_of(by_link) and watch.changed() == {}
    heard = len(customer.seen())
    shown = opened(demo, "c-clean", by_link)
    done = demo.say("c-clean", button=button(shown, "确认关闭"), acr="payment")
    assert demo.ledger("c-clean")["state"] == "CLOSED"
    assert set(watch.changed()) == {"c-clean"} and watch.changed()["c-clean"] <= CLOSING
    hears(customer, cards_of(done, "receipt")[0]["close_receipt"], heard)


def test_why_unusable_is_answered_in_the_app_and_its_remedy_leads_to_the_page(
    demo: LiveDemo, app: App
) -> None:
    customer = linked(demo, app, "c-overdue")
    watch = Watch(demo)
    why = customer.asks(UNUSABLE)
    assert "违约金" in text_of(why)
    quote = customer.presses(why, "现在全部结清")
    by_link = customer.presses(quote, "确认结清")
    assert watch.changed() == {}
    shown = opened(demo, "c-overdue", by_link)
    assert cards_of(demo.say("c-overdue", button=button(shown, "确认结清"), acr="payment"), "receipt")
    assert demo.ledger("c-overdue")["debts"]["total_fen"] == 0


def unlinks(customer: Customer) -> None:
    said = customer.presses(customer.asks("解绑"), "解除关联")
    assert "已解除关联" in text_of(said)


def test_a_linked_sender_asks_about_the_own_account_until_it_is_unlinked(demo: LiveDemo, app: App) -> None:
    customer = app.customer()
    assert "关联" in text_of(customer.asks("我这个月要还多少"))
    customer.enters(on_page(demo, "c-owing", "/chat/links")["token"])
    customer.sees(2)
    assert "¥" in text_of(customer.asks("我这个月要还多少"))
    assert len(demo.service.get("/links", params={"sender": customer.sender}).json()["links"]) == 1
    assert len(on_page(demo, "c-owing", "/chat/links", method="GET")["links"]) == 1
    unlinks(customer)
    assert on_page(demo, "c-owing", "/chat/links", method="GET")["links"] == []
    said = text_of(customer.asks("我这个月要还多少"))
    assert "关联" in said and "¥" not in said
    assert demo.service.get("/links", params={"sender": customer.sender}).status_code == 404


def test_a_link_is_good_once(demo: LiveDemo, app: App) -> None:
    token = on_page(demo, "c-owing", "/chat/links")["token"]
    first, second = app.customer(), app.customer()
    first.enters(token)
    assert "您的月付账户已关联" in text_of(first.sees(1)[0])
    second.enters(token)
    second.sees(1)
    assert "¥" not in text_of(second.asks("我这个月要还多少"))
    assert demo.service.get("/links", params={"sender": second.sender}).status_code == 404


def test_a_pasted_token_links_once_and_is_in_no_log(demo: LiveDemo, app: App) -> None:
    token = on_page(demo, "c-owing", "/chat/links")["token"]
    first, second = app.customer(), app.customer()
    assert "您的月付账户已关联" in text_of(first.asks(f"关联码：{token}"))
    assert "¥" in text_of(first.asks("我这个月要还多少"))
    assert "用过" in text_of(second.asks(token))
    assert "¥" not in text_of(second.asks("我这个月要还多少"))
    assert token not in demo.logs()


def test_the_code_on_the_page_links_a_follower_and_unfollowing_unlinks(
    demo: LiveDemo, apps: dict[type[App], App]
) -> None:
    wechat = apps[Wechat]
    customer = wechat.customer()
    assert isinstance(customer, Follower)
    customer.scans(on_page(demo, "c-owing", "/chat/links")["apps"]["wechat"]["url"])
    assert "您的月付账户已关联" in text_of(customer.sees(1)[0])
    assert "¥" in text_of(customer.asks("我这个月要还多少"))
    customer.happens("unsubscribe")
    found = {"sender": customer.sender}
    wait_for(lambda: demo.service.get("/links", params=found).status_code == 404, 30)
    customer.happens("subscribe")
    said = text_of(customer.asks("我这个月要还多少"))
    assert "关联" in said and "¥" not in said
