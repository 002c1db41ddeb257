"""Tickets: one per request, told both ways, late only once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import outbox, tickets
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import Ledger
from ledger.errors import BadInput, IdempotencyConflict, TicketRefused, UnknownTicket
from ledger.hours import promised_by

PACKET = {"asked": "我要人工", "turns": ["你好", "我要人工"], "owed_fen": 410800}


def new(ledger: Ledger, **changes: Any) -> tickets.Ticket:
    asked = {
        "sender": "web-c-owing",
        "customer_id": "c-owing",
        "kind": "human",
        "packet": PACKET,
        "key": "m1",
    }
    return tickets.open_ticket(ledger, **(asked | changes))


def told(ledger: Ledger) -> list[tuple[str, str]]:
    items = outbox.claim(ledger, 100, 30)
    outbox.ack(ledger, [item.id for item in items])
    return [(item.kind, item.ref) for item in items]


def test_a_new_ticket_keeps_its_packet_and_its_promise(ledger: Ledger, clock: FixedClock) -> None:
    ticket = new(ledger)
    assert (ticket.state, ticket.kind, ticket.packet, ticket.messages) == ("OPEN", "human", PACKET, ())
    assert ticket.promised_by == clock.now() + timedelta(minutes=ledger.terms.human_sla_minutes)
    assert tickets.get(ledger, ticket.id) == ticket
    assert ticket.number == f"T{ticket.id}"
    assert tickets.active_for(ledger, "web-c-owing") == ticket
    assert tickets.active_for(ledger, "web-c-clean") is None


def test_a_key_that_another_files_at_the_same_moment_is_one_ticket(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database refuses ours, for the other's is there by now."""
    first: list[tickets.Ticket] = []
    ours = tickets._open

    def refused(*asked: Any) -> tickets.Ticket:
        monkeypatch.setattr(tickets, "_open", ours)
        first.append(ours(*asked))
        raise sa.exc.IntegrityError("INSERT", {}, ValueError())

    monkeypatch.setattr(tickets, "_open", refused)
    assert [new(ledger)] == first


def test_the_same_key_is_the_same_ticket_for_its_sender_only(ledger: Ledger, clock: FixedClock) -> None:
    first = new(ledger)
    clock.advance(timedelta(minutes=1))
    assert new(ledger, packet={"asked": "again"}) == first
    assert new(ledger, sender="web-c-clean", customer_id="c-clean").id != first.id
    with pytest.raises(IdempotencyConflict):
        new(ledger, kind="fraud")


def test_a_visitor_can_have_a_ticket(ledger: Ledger) -> None:
    assert new(ledger, sender="web-anon-1", customer_id=None).customer_id is None


def test_taken_answered_and_closed_each_told_once(ledger: Ledger) -> None:
    ticket = new(ledger)
    tickets.take(ledger, ticket.id, "staff-1")
    tickets.take(ledger, ticket.id, "staff-1")
    for _ in range(2):
        ticket = tickets.reply(ledger, ticket.id, "您好，我来处理。", "staff-1", key="r1")
    ticket = tickets.append(ledger, ticket.id, "谢谢", from_customer=True, key="m2")
    assert [(m.from_customer, m.author, m.text) for m in ticket.messages] == [
        (False, "staff-1", "您好，我来处理。"),
        (True, "web-c-owing", "谢谢"),
    ]
    tickets.close(ledger, ticket.id)
    assert tickets.close(ledger, ticket.id).state == "CLOSED"
    reply_ref = f"{ticket.id}:{ticket.messages[0].id}"
    assert told(ledger) == [
        ("ticket_taken", str(ticket.id)),
        ("ticket_reply", reply_ref),
        ("ticket_closed", str(ticket.id)),
    ]
    assert tickets.active_for(ledger, "web-c-owing") is None


def test_a_reply_takes_an_open_ticket(ledger: Ledger) -> None:
    ticket = tickets.reply(ledger, new(ledger).id, "您好。", "staff-1")
    assert (ticket.state, ticket.taken_by) == ("TAKEN", "staff-1")
    assert [kind for kind, _ in told(ledger)] == ["ticket_taken", "ticket_reply"]


def test_what_the_staff_may_not_do(ledger: Ledger) -> None:
    ticket = new(ledger)
    tickets.take(ledger, ticket.id, "staff-1")
    with pytest.raises(TicketRefused):
        tickets.take(ledger, ticket.id, "staff-2")
    with pytest.raises(TicketRefused):
        tickets.reply(ledger, ticket.id, "x", "staff-2")
    with pytest.raises(BadInput, match="blank"):
        tickets.reply(ledger, ticket.id, "  ", "staff-1")
    tickets.close(ledger, ticket.id)
    with pytest.raises(TicketRefused):
        tickets.take(ledger, ticket.id, "staff-1")
    with pytest.raises(UnknownTicket):
        tickets.get(ledger, 999)


def test_going_back_to_the_assistant_ends_a_talk_but_not_a_matter(ledger: Ledger, clock: FixedClock) -> None:
    talk = tickets.take(ledger, new(ledger).id, "staff-1")
    matter = tickets.take(ledger, new(ledger, kind="fraud", key="m2").id, "staff-1")
    assert tickets.release(ledger, talk.id).state == "CLOSED"
    assert tickets.release(ledger, matter.id).state == "OPEN"
    clock.advance(timedelta(days=1))
    assert tickets.tell_late(ledger) == 0
    assert tickets.take(ledger, matter.id, "staff-2").taken_by == "staff-2"


def test_a_talk_that_is_over_stays_so_and_a_matter_waits_on(ledger: Ledger, clock: FixedClock) -> None:
    over = tickets.release(ledger, new(ledger).id)
    waiting = new(ledger, kind="fraud", key="m2")
    clock.advance(timedelta(minutes=1))
    assert (over.state, tickets.release(ledger, over.id)) == ("CLOSED", over)
    assert tickets.release(ledger, waiting.id) == waiting
    clock.advance(timedelta(days=1))
    assert tickets.tell_late(ledger) == 1, "nobody has taken it yet"


def test_a_message_with_the_same_key_is_kept_once_and_never_replaced(ledger: Ledger) -> None:
    ticket = new(ledger)
    for _ in range(2):
        tickets.append(ledger, ticket.id, "还在吗", key="m2")
        tickets.reply(ledger, ticket.id, "在的", "staff-1", key="r1")
    for again in (
        lambda: tickets.append(ledger, ticket.id, "算了", key="m2"),
        lambda: tickets.reply(ledger, ticket.id, "不在", "staff-1", key="r1"),
    ):
        with pytest.raises(IdempotencyConflict):
            again()
    assert [message.text for message in tickets.get(ledger, ticket.id).messages] == ["还在吗", "在的"]
    number = f"{ticket.id}:"
    assert [kind for kind, ref in told(ledger) if ref.startswith(number)] == ["ticket_reply"]


def test_a_taken_ticket_comes_before_a_newer_open_one(ledger: Ledger) -> None:
    taken = tickets.take(ledger, new(ledger).id, "staff-1")
    new(ledger, kind="fraud", key="m2")
    active = tickets.active_for(ledger, "web-c-owing")
    assert active is not None
    assert active.id == taken.id


def test_the_latest_of_a_kind_is_the_customers_however_it_was_filed(ledger: Ledger) -> None:
    filed = new(ledger, kind="fraud")
    other = new(ledger, kind="fraud", sender="wecom-1", key="m2")
    new(ledger, key="m3")
    assert tickets.latest_of(ledger, "c-owing", "fraud") == other
    tickets.close(ledger, other.id)
    assert tickets.latest_of(ledger, "c-owing", "fraud") == filed
    assert tickets.latest_of(ledger, "c-owing", "dispute") is None
    assert tickets.latest_of(ledger, "c-clean", "fraud") is None


def test_lateness_is_told_once_and_only_of_open_tickets(ledger: Ledger, clock: FixedClock) -> None:
    waiting = new(ledger)
    tickets.take(ledger, new(ledger, key="m2").id, "staff-1")
    told(ledger)
    assert tickets.tell_late(ledger) == 0
    clock.advance(timedelta(minutes=ledger.terms.human_sla_minutes, seconds=1))
    assert tickets.tell_late(ledger) == 1
    assert tickets.tell_late(ledger) == 0
    assert told(ledger) == [("ticket_late", str(waiting.id))]


def test_lists_by_state_the_oldest_first(ledger: Ledger) -> None:
    first, second = new(ledger), new(ledger, key="m2")
    tickets.take(ledger, first.id, "staff-1")
    assert [ticket.id for ticket in tickets.list_tickets(ledger)] == [first.id, second.id]
    assert [ticket.id for ticket in tickets.list_tickets(ledger, "OPEN")] == [second.id]


@pytest.mark.parametrize(
    ("opened", "promised"),
    [
        ((3, 10, 0), (3, 10, 10)),
        ((3, 8, 0), (3, 9, 10)),
        ((3, 20, 55), (4, 9, 5)),  # five minutes today, five tomorrow
        ((3, 20, 50), (3, 21, 0)),
        ((3, 23, 30), (4, 9, 10)),
    ],
)
def test_the_promise_counts_the_staffs_hours(
    opened: tuple[int, int, int], promised: tuple[int, int, int]
) -> None:
    at, by = (datetime(2026, 11, *when, tzinfo=SHANGHAI) for when in (opened, promised))
    assert promised_by(at, (time(9), time(21)), timedelta(minutes=10)) == by
