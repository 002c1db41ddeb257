"""Whether it helped: kept with conversation and outcome, of one's own ended journeys alone, and readable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from typing import Any

import pytest
import requests

from channels.mailbox import KEPT_RATINGS_S, Mailbox
from channels.ratings import NothingEnded, Rating, Ratings
from tests.channels.conftest import ROOT, Chat, Sockets, make_token

NOW = 1_800_000_000.0
JOURNEY = {"name": "close", "outcome": "closed", "reference": "GB1"}


def rate(chat: Chat, token: str, **rating: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{chat.url}/chat/ratings", json=rating, headers=headers, timeout=10)


def report(chat: Chat, *options: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "channels.ratings", *options]
    env = {**os.environ, **chat.bot.env}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def ended(box: Mailbox, sender: str, at: float = NOW) -> int:
    """A conversation in which a journey has ended; the number of the message that said so."""
    box.claim(sender, "1", "h", "怎么关闭月付", at)
    done = {"text": "已关闭。", "custom": {"type": "receipt", "journey": JOURNEY}}
    seq: int = box.finish(sender, "1", [{"text": "请稍等。", "custom": {}}, done], at)[1]["seq"]
    return seq


def test_a_rating_is_kept_with_its_outcome_and_told_with_its_message(mailbox: Mailbox) -> None:
    store, seq = Ratings(mailbox.engine), ended(mailbox, "web-a")
    assert "rated" not in mailbox.since("web-a", 0)[1]
    store.rate("web-a", Rating(seq, True), NOW + 1)
    assert [message.get("rated") for message in mailbox.since("web-a", 0)] == [None, True]
    [kept] = store.since(NOW)
    assert (kept["sender"], kept["name"], kept["outcome"], kept["helped"]) == (
        "web-a",
        "close",
        "closed",
        True,
    )
    assert [said["text"] for said in kept["said"]] == ["怎么关闭月付", "请稍等。", "已关闭。"]


def test_the_second_tap_adds_words_to_the_first(mailbox: Mailbox) -> None:
    store, seq = Ratings(mailbox.engine), ended(mailbox, "web-a")
    store.rate("web-a", Rating(seq, False), NOW)
    assert store.rate("web-a", Rating(seq, False, " 太慢了，打我13812345678 "), NOW + 1).words == (
        "太慢了，打我138****5678"
    )
    assert [(kept["helped"], kept["words"]) for kept in store.since(NOW)] == [
        (False, "太慢了，打我138****5678")
    ]
    assert len(store.rate("web-a", Rating(seq, False, "慢" * 1000), NOW).words) == 301


@pytest.mark.parametrize(("sender", "off_by"), [("web-a", -1), ("web-a", -2), ("web-a", 1), ("web-b", 0)])
def test_only_ones_own_message_that_ended_a_journey_can_be_rated(
    mailbox: Mailbox, sender: str, off_by: int
) -> None:
    store, seq = Ratings(mailbox.engine), ended(mailbox, "web-a")
    with pytest.raises(NothingEnded):
        store.rate(sender, Rating(seq + off_by, True), NOW)
    assert list(store.since(0)) == []


def test_a_rating_outlives_its_message_and_goes_after_a_year(mailbox: Mailbox) -> None:
    store, seq = Ratings(mailbox.engine), ended(mailbox, "web-a")
    store.rate("web-a", Rating(seq, True), NOW)
    mailbox.expire(NOW + KEPT_RATINGS_S)
    assert mailbox.since("web-a", 0) == []
    [kept] = store.since(0)
    assert (kept["outcome"], kept["said"]) == ("closed", [])
    mailbox.expire(NOW + KEPT_RATINGS_S + 1)
    assert list(store.since(0)) == []


def test_by_http_and_socket_and_every_tab_knows(chat: Chat, sockets: Sockets) -> None:
    sub = f"c-{uuid.uuid4().hex[:8]}"
    token = make_token(sub)
    for name, held in (("tab", token), ("other_tab", token), ("stranger", make_token())):
        sockets.connect(name, chat.url, held)
    [done] = chat.say(token, "办完")
    seq = done["seq"]
    ack = sockets.call("tab", "rate", {"seq": seq, "helped": False})
    assert ack == {"ok": True, "seq": seq, "helped": False, "words": ""}
    assert sockets.wait("other_tab", "rated") == [{"seq": seq, "helped": False}]
    answer = rate(chat, token, seq=float(seq), helped=False, words="找了很久")
    assert (answer.status_code, answer.json()) == (200, {"seq": seq, "helped": False, "words": "找了很久"})
    assert [message.get("rated") for message in chat.history(token)] == [None, False]
    assert sockets.do("order", name="stranger") == []
    told = report(chat, "--days", "1")
    assert told["summary"]["close: closed"]["not_helped"] >= 1
    mine = next(each for each in told["ratings"] if each["sender"] == f"web-{sub}")
    assert (mine["reference"], mine["words"]) == ("GB1", "找了很久")
    assert "办完" in [said["text"] for said in mine["said"]]


@pytest.mark.parametrize(
    "rating",
    [
        {},
        {"seq": 2},
        {"helped": True},
        {"seq": "2", "helped": True},
        {"seq": True, "helped": True},
        {"seq": 2.5, "helped": True},
        {"seq": 0, "helped": True},
        {"seq": 2**31, "helped": True},
        {"seq": 2, "helped": 1},
        {"seq": 2, "helped": True, "words": 5},
        {"seq": 2, "helped": True, "sender": "web-c-other"},
        {"seq": 2, "helped": True, "outcome": "closed"},
    ],
    ids=range(12),
)
def test_another_shape_is_refused(chat: Chat, sockets: Sockets, rating: dict[str, Any]) -> None:
    token = make_token()
    chat.say(token, "办完")
    answer = rate(chat, token, **rating)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    sockets.connect("tab", chat.url, token)
    assert sockets.call("tab", "rate", rating)["error"]["code"] == "bad_request"
    assert all("rated" not in message for message in chat.history(token))
