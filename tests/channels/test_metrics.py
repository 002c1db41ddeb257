"""What the running bot counts: who may ask for it, what one message adds, and nobody's name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import requests
from prometheus_client.parser import text_string_to_metric_families

from channels import metrics
from channels.mailbox import Mailbox
from tests.channels.conftest import Chat, Live, wait_for

SECRET = "watcher-new-secret watcher-old-secret"
Counted = dict[tuple[str, ...], float]


def asked(chat: Chat, secret: str = "watcher-new-secret") -> Counted:
    """Each sample by its name and the values of its labels, which are in the order of their names."""
    headers = {"Authorization": f"Bearer {secret}"}
    answer = requests.get(f"{chat.url}/metrics", headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples
    }


def added(before: Counted, after: Counted) -> Iterator[tuple[str, ...]]:
    """What has risen by one."""
    return (key for key, value in after.items() if value - before.get(key, 0) == 1)


def test_only_the_watchers_secrets_are_let_in(live: Live, chat: Chat) -> None:
    assert asked(live.chat, "watcher-old-secret")
    for given in ({}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {SECRET}"}):
        assert requests.get(f"{live.chat.url}/metrics", headers=given, timeout=10).status_code == 401
    unwatched = requests.get(f"{chat.url}/metrics", headers={"Authorization": "Bearer"}, timeout=10)
    assert unwatched.status_code == 404, "without a secret there is no such route"


def test_a_message_is_counted_with_its_stages_intent_and_outcome(live: Live) -> None:
    token = live.keys.token(f"c-{uuid.uuid4().hex[:8]}")
    before = asked(live.chat)
    live.chat.say(token, "你好")
    rose = set(added(before, asked(live.chat)))
    assert ("yuefu_messages_total", "text", "answered") in rose
    assert [key for key in rose if key[0] == "yuefu_intents_total" and key[-1] == "greet"]
    stages = {key[1] for key in rose if key[0] == "yuefu_stage_seconds_count"}
    assert {"turn", "understand", "action"} <= stages


def test_words_are_told_apart_from_buttons_and_only_words_have_a_confidence() -> None:
    metrics.bot.cache_clear()
    intent = {"name": "greet", "confidence": 0.9}
    metrics.understood({"intent": intent, "intent_ranking": [intent]})
    metrics.understood({"intent": {**intent, "confidence": 1.0}})
    told = metrics.bot().registry.get_sample_value
    for by in ("words", "button"):
        assert told("yuefu_intents_total", {"intent": "greet", "by": by}) == 1
    assert (told("yuefu_confidence_count"), told("yuefu_confidence_sum")) == (1, 0.9)


def test_refusals_failures_and_buttons_are_told_apart(live: Live) -> None:
    token = live.keys.token(f"c-{uuid.uuid4().hex[:8]}")
    offered = live.chat.say(token, "报价")[-1]["buttons"]
    before = asked(live.chat)
    live.chat.say(token, "出错")
    live.chat.say(token, "长" * 301)
    live.chat.say(token, button=offered[-1]["token"])
    live.chat.send("no-token", "{}")
    rose = set(added(before, asked(live.chat)))
    assert {
        ("yuefu_messages_total", "text", "failed"),
        ("yuefu_messages_total", "text", "refused"),
        ("yuefu_messages_total", "button", "answered"),
        ("yuefu_intents_total", "button", "greet"),
        ("yuefu_action_failures_total", "action_crash"),
        ("yuefu_refused_total", "unauthorized"),
    } <= rose


def test_a_notice_is_counted_when_it_was_told(live: Live) -> None:
    before = asked(live.chat)
    live.chat.put_outbox(f"web-c-{uuid.uuid4().hex[:8]}", "payout_done", "P1")
    told = ("yuefu_notices_total", "payout_done", "told")
    wait_for(lambda: told in set(added(before, asked(live.chat))), 20)


def test_no_label_names_anybody(live: Live) -> None:
    live.chat.say(live.keys.token("c-13812345678"), "我是13812345678")
    labels = {value for key in asked(live.chat) for value in key[1:]}
    assert {value for value in labels if re.search(r"web-|c-|\d{5}", value)} == set()


def test_messages_that_wait_are_counted_with_the_oldest(mailbox: Mailbox) -> None:
    assert (mailbox.unanswered(100).messages, mailbox.unanswered(100).oldest_s) == (0, 0)
    for turn, at in (("m1", 100.0), ("m2", 130.0)):
        mailbox.claim("web-a", turn, "h", "words", at)
    waiting = mailbox.unanswered(160)
    assert (waiting.messages, waiting.oldest_s) == (2, 60)
    mailbox.finish("web-a", "m1", [], 160)
    assert mailbox.unanswered(160).oldest_s == 30
