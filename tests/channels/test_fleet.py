"""Two bots serve the same customers: one message at a time, each answered once, heard by every tab."""

from __future__ import annotations

import json
import signal
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.channels.conftest import START_TIMEOUT_S, Chat, Sockets, wait_for
from tests.channels.fleet import Fleet, running_fleet


@pytest.fixture(scope="module")
def fleet(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(model, tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture
def sub() -> str:
    return f"c-{uuid.uuid4().hex[:8]}"


def at_once(*calls: Any) -> list[Any]:
    """What the calls return, all made at the same moment."""
    found: list[Any] = [None] * len(calls)

    def call(place: int) -> None:
        found[place] = calls[place]()

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def events(fleet: Fleet, sub: str) -> list[str]:
    """The kinds of the events that somebody said, by their times: Rasa keeps all of a turn at once, so that
    their numbers are in order whether the turns were or not."""
    with psycopg2.connect(fleet.chat_db) as conn, conn.cursor() as cursor:
        said = "SELECT type_name FROM events WHERE sender_id = %s AND type_name IN ('user', 'bot')"
        cursor.execute(f"{said} ORDER BY timestamp", (f"web-{sub}",))
        return [name for (name,) in cursor.fetchall()]


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


def test_one_customers_messages_are_dealt_with_one_at_a_time(fleet: Fleet, sub: str) -> None:
    token = fleet.keys.token(sub)
    first, second = fleet.bots
    first.say(token, "你好")
    at_once(lambda: first.say(token, "慢慢"), lambda: second.say(token, "很慢"))
    assert events(fleet, sub) == ["user", "bot"] * 3


def test_the_same_message_to_both_is_answered_once(fleet: Fleet, sub: str) -> None:
    token, body = fleet.keys.token(sub), json.dumps({"id": "same", "text": "慢慢"})
    answers = at_once(*(lambda each=each: each.send(token, body).json() for each in fleet.bots))
    assert answers[0] == answers[1] and len(answers[0]["messages"]) == 1
    assert events(fleet, sub) == ["user", "bot"]
    assert fleet.bots[1].history(token) == fleet.bots[0].history(token)


def test_every_tab_hears_all_in_the_same_order_wherever_it_is(
    fleet: Fleet, sockets: Sockets, sub: str
) -> None:
    token = fleet.keys.token(sub)
    for name, bot in zip(("here", "there"), fleet.bots, strict=True):
        sockets.connect(name, bot.url, token)
    said = [lambda each=each: each.say(token, "你好") for each in fleet.bots * 4]
    at_once(*said)
    for name in ("here", "there"):
        heard = sockets.wait(name, "bot_uttered", count=8)
        echoed = sockets.wait(name, "user_echo", count=8)
        numbers = [each["seq"] for each in heard]
        assert numbers == sorted(numbers) and len(set(numbers)) == 8
        assert len({each["seq"] for each in echoed}) == 8


def test_the_limit_counts_what_is_sent_to_either(fleet: Fleet, sub: str) -> None:
    token = fleet.keys.token(sub)
    sent = [fleet.bots[number % 2].ask(token, "你好") for number in range(12)]
    assert [each.status_code for each in sent[:10]] == [200] * 10
    late = [each for each in sent if each.status_code == 429]
    assert late and all(int(each.headers["Retry-After"]) >= 1 for each in late)


def test_a_button_of_one_bot_is_taken_by_the_other(fleet: Fleet, sub: str) -> None:
    offered = fleet.bots[0].say(fleet.keys.token(sub), "结清")[0]["buttons"][1]["token"]
    pressed = fleet.bots[1].say(fleet.keys.token(sub), button=offered)
    assert texts(pressed) == ["您好，请问要办理什么？"]


def test_news_are_told_once_by_whichever_bot(fleet: Fleet, sockets: Sockets, sub: str) -> None:
    chat, token = fleet.bots[0], fleet.keys.token(sub)
    chat.say(token, "你好")
    sockets.connect("tab", fleet.bots[1].url, token)
    put = [chat.put_outbox(f"web-{sub}", "payout_done", f"P{number}") for number in range(12)]
    wait_for(lambda: set(put) <= set(chat.acked()), 60)
    told = texts(chat.history(token, "since=2"))
    assert sorted(told) == sorted(f"通知 payout_done P{number}" for number in range(12))
    assert texts(sockets.wait("tab", "bot_uttered", count=12)) == told


def test_without_redis_nothing_runs_and_afterwards_all_is_as_before(
    fleet: Fleet, sockets: Sockets, sub: str
) -> None:
    chat, token = fleet.bots[0], fleet.keys.token(sub)
    chat.say(token, "你好")
    sockets.connect("tab", chat.url, token)
    fleet.redis.kill()
    refused = chat.ask(token, "你好")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "service_unavailable")
    assert not any(each.ready() for each in fleet.bots)
    fleet.redis.start()
    wait_for(lambda: all(each.ready() for each in fleet.bots), START_TIMEOUT_S)
    assert sockets.wait("tab", "disconnect"), "it may have missed what the other bot said"
    sockets.connect("again", chat.url, token)
    other: Chat = fleet.bots[1]
    other.say(token, "你好")
    assert len(sockets.wait("again", "bot_uttered")) == 1


def test_a_bot_that_stops_leaves_its_customers_to_the_other(fleet: Fleet, sockets: Sockets, sub: str) -> None:
    staying, leaving = fleet.bots
    token, body = fleet.keys.token(sub), json.dumps({"id": "before", "text": "慢慢"})
    sockets.connect("tab", leaving.url, token)
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(leaving.send(token, body).json()["messages"]))
    asking.start()
    wait_for(lambda: staying.history(token), 10)
    leaving.bot.stop()
    asking.join()
    assert len(answers[0]) == 1 and answers[0][0]["text"].endswith("久等了。")
    assert sockets.wait("tab", "disconnect"), "the page has to know that it must connect anew"
    assert staying.send(token, body).json()["messages"] == answers[0]


def test_many_may_connect_while_a_bot_is_busy(fleet: Fleet) -> None:
    """More than Rasa would let wait: the system makes those try again seconds later."""
    bot = fleet.bots[0].bot.running
    assert bot is not None
    where = urlsplit(fleet.bots[0].url)
    bot.send_signal(signal.SIGSTOP)
    try:
        with ExitStack() as stack:
            for _ in range(500):
                stack.enter_context(socket.create_connection((where.hostname, where.port), timeout=0.9))
    finally:
        bot.send_signal(signal.SIGCONT)
