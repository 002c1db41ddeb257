"""A token is good for minutes and once, whoever brings it, and only its hash is kept."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from ledger import links, one_time, outbox
from ledger import support_tables as t
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import LedgerError
from tests.ledger.crowd import THREADS, at_once

WHO, WEB, PHONE = "c-owing", "web-c-owing", "wxkf-wmA1"


@pytest.fixture
def linked(ledger: Ledger) -> Ledger:
    """The host has linked the web chat's sender."""
    links.link(ledger, WEB, WHO)
    return ledger


def redeem(ledger: Ledger, token: str, sender: str = PHONE) -> str:
    return one_time.redeem_link(ledger, sender, token).state


def told(ledger: Ledger) -> list[tuple[str, str]]:
    """What customers hear; that a link is over is only for the channel of its sender."""
    items = outbox.claim(ledger, 50, 60)
    return [(item.sender, item.kind) for item in items if item.kind != "link_over"]


def test_a_token_links_the_sender_that_brings_it_once(linked: Ledger) -> None:
    made = one_time.make_link(linked, WHO, 600)
    assert links.customer_of(linked, PHONE) is None
    assert redeem(linked, made.token) == "taken"
    assert links.customer_of(linked, PHONE) == WHO
    assert redeem(linked, made.token, "wxkf-other") == "used"
    assert links.customer_of(linked, "wxkf-other") is None


def test_whoever_heard_no_answer_may_ask_again_while_it_holds(linked: Ledger, clock: FixedClock) -> None:
    made = one_time.make_link(linked, WHO, 600)
    assert redeem(linked, made.token) == "taken"
    clock.advance(timedelta(hours=1))
    assert redeem(linked, made.token) == "taken"
    assert len(links.of_customer(linked, WHO, ended=True)) == 2
    assert told(linked) == [(WEB, "link_made")]
    link_id, _ = links.current(linked, PHONE)
    assert link_id is not None
    links.end(linked, link_id=link_id, reason="staff", by="staff-7")
    assert redeem(linked, made.token) == "used"
    assert links.customer_of(linked, PHONE) is None


@pytest.mark.parametrize(("after_s", "state"), [(599, "taken"), (600, "expired"), (86_000, "expired")])
def test_a_token_is_good_for_its_time(linked: Ledger, clock: FixedClock, after_s: int, state: str) -> None:
    made = one_time.make_link(linked, WHO, 600)
    assert made.expires_at == clock.now() + timedelta(seconds=600)
    clock.advance(timedelta(seconds=after_s))
    assert redeem(linked, made.token) == state
    assert (links.customer_of(linked, PHONE) == WHO) == (state == "taken")


def test_what_is_no_token_links_nobody(linked: Ledger) -> None:
    decision = one_time.make_decision(linked, WHO, "settle", 600)
    for token in ("no", decision.token, decision.token[:-1], "x" * 20_000):
        assert redeem(linked, token) == "unknown"
    assert links.customer_of(linked, PHONE) is None
    assert one_time.open_decision(linked, WEB, decision.token).state == "taken"


def test_the_table_holds_no_token(linked: Ledger) -> None:
    made = one_time.make_link(linked, WHO, 600)
    redeem(linked, made.token)
    with linked.read() as conn:
        (row,) = conn.execute(sa.select(t.one_time_tokens))
    assert made.token not in repr(row)
    assert (row.purpose, row.customer_id, row.used_by) == ("link", WHO, PHONE)
    assert len(made.token.encode()) <= 128  # a scene_param


def test_tokens_are_forgotten_a_day_after_their_end(linked: Ledger, clock: FixedClock) -> None:
    old = one_time.make_link(linked, WHO, 600)
    clock.advance(timedelta(hours=24, minutes=9))
    kept = one_time.make_link(linked, WHO, 600)
    assert redeem(linked, old.token) == "expired"
    clock.advance(timedelta(minutes=2))
    one_time.make_link(linked, WHO, 600)
    assert (redeem(linked, old.token), redeem(linked, kept.token)) == ("unknown", "taken")


def test_one_of_eight_senders_gets_the_token(linked: Ledger) -> None:
    token = one_time.make_link(linked, WHO, 600).token
    states = at_once([partial(redeem, linked, token, f"wxkf-{number}") for number in range(THREADS)])
    assert sorted(states) == ["taken", *["used"] * (THREADS - 1)]
    won = f"wxkf-{states.index('taken')}"
    assert [each.sender for each in links.of_customer(linked, WHO)] == [WEB, won]


def test_one_sender_that_brings_it_eight_times_is_linked_once(linked: Ledger) -> None:
    token = one_time.make_link(linked, WHO, 600).token
    assert at_once([partial(redeem, linked, token)] * THREADS) == ["taken"] * THREADS
    assert [each.sender for each in links.of_customer(linked, WHO, ended=True)] == [WEB, PHONE]
    assert told(linked) == [(WEB, "link_made")]


def test_eight_customers_at_one_sender_leave_one_link(ledger: Ledger) -> None:
    """Every relinking ends the link before it, in whatever order they come."""
    tokens = [one_time.make_link(ledger, f"c-{number}", 600).token for number in range(THREADS)]
    assert at_once([partial(redeem, ledger, token) for token in tokens]) == ["taken"] * THREADS
    made = [link for n in range(THREADS) for link in links.of_customer(ledger, f"c-{n}", ended=True)]
    standing = [link for link in made if link.ended_at is None]
    assert len(made) == THREADS and len(standing) == 1
    assert standing[0].customer_id == links.customer_of(ledger, PHONE)
    assert all(link.end_reason == "relinked" for link in made if link not in standing)


def test_a_new_link_is_told_to_the_customers_other_senders(linked: Ledger) -> None:
    redeem(linked, one_time.make_link(linked, WHO, 600).token)
    assert told(linked) == [(WEB, "link_made")]
    redeem(linked, one_time.make_link(linked, WHO, 600).token)  # it is linked already
    assert told(linked) == []


def test_relinking_ends_the_link_before_and_tells_whose_it_was(linked: Ledger) -> None:
    links.link(linked, "web-c-clean", "c-clean")
    redeem(linked, one_time.make_link(linked, WHO, 600).token)
    told(linked)
    redeem(linked, one_time.make_link(linked, "c-clean", 600).token)
    assert links.customer_of(linked, PHONE) == "c-clean"
    (ended,) = [link for link in links.of_customer(linked, WHO, ended=True) if link.ended_at]
    assert (ended.sender, ended.end_reason, ended.ended_by) == (PHONE, "relinked", PHONE)
    assert told(linked) == [(WEB, "link_ended"), ("web-c-clean", "link_made")]


def test_a_decision_is_opened_by_its_own_customer_only(linked: Ledger, clock: FixedClock) -> None:
    links.link(linked, "web-c-clean", "c-clean")
    token = one_time.make_decision(linked, WHO, "settle_close", 600).token
    for stranger in ("web-c-clean", "web-anon-1"):
        assert one_time.open_decision(linked, stranger, token) == one_time.Taken("other")
    opened = one_time.open_decision(linked, WEB, token)
    assert (opened.state, opened.customer_id, opened.about) == ("taken", WHO, "settle_close")
    assert one_time.open_decision(linked, WEB, token).state == "used"
    late = one_time.make_decision(linked, WHO, "close", 600).token
    clock.advance(timedelta(minutes=10))
    assert one_time.open_decision(linked, WEB, late).state == "expired"
    assert one_time.open_decision(linked, WEB, one_time.make_link(linked, WHO, 600).token).state == "unknown"


def test_a_decision_that_there_is_not_is_refused(linked: Ledger) -> None:
    with pytest.raises(LedgerError, match="no_such_choice"):
        one_time.make_decision(linked, WHO, "pay", 600)  # type: ignore[arg-type]
