"""What every messaging app does alike, from its platform to what the customer sees, by a real bot."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests

from channels import check
from tests.channels.app_bot import PAGE, running_app
from tests.channels.app_talk import App, text_of
from tests.channels.apps import APPS
from tests.channels.conftest import START_TIMEOUT_S, wait_for

WITH_MENUS = [kind for kind in APPS if kind.menus]


def name_of(kind: type[App]) -> str:
    return str(kind.account.CHANNEL)


@pytest.fixture(scope="module", params=APPS, ids=name_of)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    model = request.getfixturevalue("model")
    with running_app(request.param, model, tmp_path_factory.mktemp("app")) as running:
        yield running


def last_lines(texts: list[str]) -> list[str]:
    """Without the word of who speaks, above the first."""
    return [text.split("\n")[-1] for text in texts]


def test_the_address_is_proven_to_the_platform_alone(app: App) -> None:
    assert app.do("echo", text="4371842890") == {"status": 200, "text": "4371842890"}
    assert app.do("echo", text="4371842890", how="forged") == {"status": 403, "text": ""}
    assert requests.get(app.callback(app.chat.url), timeout=10).status_code == 403


def test_a_message_is_answered_and_the_first_answer_says_who_speaks(app: App) -> None:
    customer = app.customer()
    assert text_of(customer.asks("你好")) == "我是智能客服。\n您好，请问要办理什么？"
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"


def test_what_is_not_the_platforms_or_not_for_us_is_refused(app: App) -> None:
    customer = app.customer()
    assert {how: customer.spoilt(how) for how in app.unfit} == dict.fromkeys(app.unfit, 403)
    assert app.chat.bot.text().count("Traceback") == 0
    assert text_of(customer.asks("今天天气")).endswith("收到：今天天气")
    assert len(customer.seen()) == 1


def test_three_deliveries_at_once_and_repeats_give_one_answer(app: App) -> None:
    customer = app.customer()
    customer.write("你好", at_once=3)
    customer.sees(1)
    customer.repeat(3)
    customer.write("今天天气")
    customer.sees(2)
    assert last_lines(customer.texts()) == ["您好，请问要办理什么？", "收到：今天天气"]


def test_answers_come_in_the_order_of_the_questions(app: App) -> None:
    customer = app.customer()
    for number in range(5):
        customer.write(f"第{number}个问题")
    customer.sees(5)
    assert last_lines(customer.texts()) == [f"收到：第{number}个问题" for number in range(5)]


def test_what_is_chosen_is_the_button_and_typing_it_never_is(app: App) -> None:
    customer = app.customer()
    asked = customer.asks("结清")
    assert list(customer.items(asked)) == ["确认结清", "先看看"]
    assert text_of(customer.presses(asked, "先看看")) == "您好，请问要办理什么？"
    customer.asks("结清")
    assert text_of(customer.asks("确认结清")) == "收到：确认结清"
    page = f"{PAGE}?of={customer.sender}"
    assert text_of(customer.presses(customer.asks("结清"), "确认结清")) == f"没有扣款。请点 {page}"


@pytest.mark.parametrize("app", WITH_MENUS, ids=name_of, indirect=True)
def test_a_menu_is_not_numbered_and_an_earlier_one_is_good(app: App) -> None:
    customer = app.customer()
    menu = customer.asks("结清")
    assert text_of(customer.asks("1")) == "收到：1"
    assert text_of(customer.presses(menu, "先看看")) == "您好，请问要办理什么？"


@pytest.mark.parametrize("app", WITH_MENUS, ids=name_of, indirect=True)
def test_somebody_elses_menu_does_nothing(app: App) -> None:
    one, other = app.customer(), app.customer()
    item = one.items(one.asks("结清"))["先看看"]
    assert text_of(other.asks("先看看", choice=item)).endswith("按钮已失效。")
    assert text_of(other.asks("先看看", choice="x")) == "按钮已失效。"


def test_a_picture_is_answered_by_asking_for_words(app: App) -> None:
    customer = app.customer()
    customer.shows_a_picture()
    assert text_of(customer.sees(1)[0]).endswith("请用文字说。")


@pytest.mark.parametrize(
    ("who", "token", "told"),
    [
        ("wm", "linked-token-1", "账户已关联。"),
        ("wm", "expired-token-1", "链接已过期。"),
        ("c-nobody", "used-token-1", "链接已用过。"),
        ("wm", "used-token-1", "链接已用过。"),
        ("wm", "unknown-token-1", "链接不能用。"),
    ],
)
def test_who_comes_by_a_link_is_told_what_it_did(app: App, who: str, token: str, told: str) -> None:
    customer = app.customer(who)
    customer.enters(token)
    assert text_of(customer.sees(1)[0]) == f"我是智能客服。\n{told}"


def test_a_token_may_be_pasted_and_is_kept_nowhere(app: App) -> None:
    customer = app.customer()
    token = "linked-" + secrets.token_urlsafe(24) + "Aa-1"
    assert len(token) == 43
    assert text_of(customer.asks(f"【月付】我的关联码：{token}，请关联")).endswith("账户已关联。")
    unknown = "unknown-" + token[8:]
    assert text_of(customer.asks(f"这是 {unknown}")) == "链接不能用。"
    with closing(sqlite3.connect(app.folder / "chat.db")) as chat:
        names = [row[0] for row in chat.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [chat.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]  # noqa: S608 - our own
    logs = "".join(each.read_text("utf-8", "replace") for each in app.folder.glob("*.log"))
    assert customer.sender in str(kept) and customer.sender in logs
    assert token[8:] not in str(kept) and token[8:] not in logs


def test_who_enters_is_greeted(app: App) -> None:
    customer = app.customer()
    customer.enters()
    assert text_of(customer.sees(1)[0]).endswith("您好，请问要办理什么？")
    assert text_of(customer.asks("今天天气")) == "收到：今天天气"
    assert len(customer.seen()) == 2


def test_a_token_that_ends_is_fetched_once_and_nothing_is_lost(app: App) -> None:
    app.customer().asks("你好")
    customers = [app.customer() for _ in range(5)]
    before = app.tokens_given()
    app.do("set", revoke=True)
    for customer in customers:
        customer.write("你好")
    for customer in customers:
        customer.sees(1)
    assert app.tokens_given() == before + 1


@pytest.mark.parametrize("kind", ["429", "busy"])
def test_a_send_that_failed_is_sent_again_and_arrives_once(app: App, kind: str) -> None:
    customer = app.customer()
    app.fails(kind, kind)
    customer.write("你好")
    customer.write("今天天气")
    customer.sees(2)
    assert last_lines(customer.texts()) == ["您好，请问要办理什么？", "收到：今天天气"]


def test_news_leave_by_the_channel_of_their_customer_within_the_quota(app: App) -> None:
    customer = app.customer()
    customer.asks("你好")
    news = [f"P{number}" for number in range(app.quota + 1)]
    put = [app.chat.put_outbox(customer.sender, "payout_done", each) for each in news]
    wait_for(lambda: set(put) <= set(app.chat.acked()), 30)
    customer.sees(app.quota)
    wait_for(lambda: f"a message to {customer.sender} waits: the customer has to" in app.chat.bot.text(), 30)
    customer.write("今天天气")
    texts = [text_of(message) for message in customer.sees(1 + len(news) + 1)]
    assert texts[1:] == [*(f"通知 payout_done {each}" for each in news), "收到：今天天气"]


def check_lines(app: App, url: str) -> list[str]:
    lines: list[str] = []
    right = asyncio.run(check.check_all(str(app.folder / "credentials.yml"), url, lines.append))
    assert right == all(line.startswith("ok") for line in lines)
    return lines


def test_a_configuration_can_be_checked(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    channel, keys = app.account.CHANNEL, app.account.SECRETS
    for name, value in {**keys, "YUEFU_HOST_PAGE_URL": PAGE}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("YUEFU_CHAT_DB", str(app.folder / "chat.db"))
    lines = check_lines(app, app.chat.url)
    for word in ("keys are of the right form", f"log in at {PAGE}", "platform is reached", "an access token"):
        assert any(line.startswith("ok") and word in line for line in lines), lines
    assert f"ok     {channel}: the callback answers a signed check" in lines
    for name in keys:
        monkeypatch.setenv(name, keys[name] if name.endswith("AES_KEY") else "another0123456789")
    monkeypatch.delenv("YUEFU_HOST_PAGE_URL")
    wrong = [line for line in check_lines(app, app.chat.url) if line.startswith("WRONG")]
    for word in ("YUEFU_HOST_PAGE_URL", "no access token", "answered a signed check with 403"):
        assert any(word in line for line in wrong), wrong
    assert not any("another" in line for line in wrong), "no key is printed"
    for name in keys:
        monkeypatch.setenv(name, "短")
    assert check_lines(app, app.chat.url)[0].startswith(f"WRONG  {channel}: ")


def test_killed_between_acknowledgement_and_reply_it_answers_after_the_restart(app: App) -> None:
    customer = app.customer()
    customer.asks("你好")
    customer.write("慢慢")
    for text in ("今天天气", "今天几号"):
        customer.write(text)
    app.chat.bot.kill()
    app.chat.bot.start()
    wait_for(app.chat.ready, START_TIMEOUT_S)
    texts = [text_of(message) for message in customer.sees(4, timeout_s=60)]
    assert texts[1:] == ["久等了。", "收到：今天天气", "收到：今天几号"]
    assert text_of(customer.asks("最后")) == "收到：最后"


@pytest.mark.parametrize(
    ("count", "at_once"),
    [
        (60, 60),
        pytest.param(1000, 100, marks=pytest.mark.long),
        pytest.param(1000, 1000, marks=pytest.mark.long),
    ],
)
def test_many_who_write_at_once_are_each_answered_once(app: App, count: int, at_once: int) -> None:
    """With 5 % of the deliveries repeated, and 2 % of the sends failing in each of the ways."""
    kinds = app.failures
    app.fails(*(kinds[number % len(kinds)] for number in range(count // 50)))
    prefix = f"load{count}-{at_once}"
    took = app.do("load", prefix=prefix, count=count, repeats=count // 20, at_once=at_once)
    assert took["bad"] == 0
    users = [f"{prefix}-{number}" for number in range(count)]

    def answered() -> list[str]:
        return [each["user"] for each in app.get("sent") if each["user"].startswith(f"{prefix}-")]

    wait_for(lambda: set(answered()) == set(users), 30 + count)
    assert sorted(answered()) == sorted(users)
    p99_ms = took["seconds"][int(len(took["seconds"]) * 0.99)] * 1000
    print(f"{count} acknowledged, {at_once} at once, p99 {p99_ms:.0f} ms")
