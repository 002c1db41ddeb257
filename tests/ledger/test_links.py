"""A sender is one customer at a time, a customer may be several senders; what ends is kept."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from ledger import links, one_time, outbox, tickets
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import UnknownLink
from tests.ledger.crowd import at_once

WHO, WEB, PHONE = "c-owing", "web-c-owing", "wxkf-wmA1"


def linked(ledger: Ledger, sender: str = PHONE, customer_id: str = WHO) -> links.Link:
    """A link made by a token."""
    one_time.redeem_link(ledger, sender, one_time.make_link(ledger, customer_id, 600).token)
    return next(each for each in links.of_customer(ledger, customer_id) if each.sender == sender)


def tell(ledger: Ledger, ref: str, customer_id: str = WHO) -> None:
    with ledger.write() as conn:
        outbox.put_for_customer(conn, customer_id, "payout_done", ref, ledger.clock.now())


def told(ledger: Ledger) -> list[tuple[str, str, str]]:
    """What customers hear; that a link is over is only for the channel of its sender."""
    items = outbox.claim(ledger, 50, 60)
    outbox.ack(ledger, [item.id for item in items])
    return [(item.sender, item.kind, item.ref) for item in items if item.kind != "link_over"]


def over(ledger: Ledger, ended: links.Link) -> str:
    """By what the sender's channel knows an end that was just made."""
    return f"{ended.id}:{ledger.clock.now().timestamp():.3f}"


def file_ticket(ledger: Ledger, sender: str = PHONE, customer_id: str | None = WHO) -> tickets.Ticket:
    asked = {"sender": sender, "customer_id": customer_id, "packet": {}, "key": f"{sender}:1"}
    return tickets.open_ticket(ledger, kind="dispute", **asked)


def test_only_a_linked_sender_is_a_customer(ledger: Ledger) -> None:
    links.link(ledger, WEB, WHO)
    assert links.customer_of(ledger, WEB) == WHO
    assert links.customer_of(ledger, "web-anon-1") is None
    assert links.customer_of(ledger, WHO) is None
    assert links.current(ledger, "web-anon-1") == (None, None)


def test_linking_again_moves_the_sender(ledger: Ledger) -> None:
    links.link(ledger, "web-1", WHO)
    links.link(ledger, "web-1", "c-clean")
    links.link(ledger, "web-2", "c-clean")
    assert links.customer_of(ledger, "web-1") == "c-clean"
    with ledger.read() as conn:
        assert links.senders_of(conn, "c-clean") == ["web-1", "web-2"]
        assert links.senders_of(conn, WHO) == []


def test_the_same_link_said_again_stays_as_it_was(ledger: Ledger, clock: FixedClock) -> None:
    links.link(ledger, WEB, WHO)
    before = links.of_customer(ledger, WHO, ended=True)
    clock.advance(timedelta(days=1))
    links.link(ledger, WEB, WHO)
    assert links.of_customer(ledger, WHO, ended=True) == before


def test_what_was_linked_is_kept_with_its_end(ledger: Ledger, clock: FixedClock) -> None:
    made = linked(ledger)
    began = clock.now()
    clock.advance(timedelta(hours=1))
    links.end(ledger, link_id=made.id, reason="staff", by="staff-7")
    again = linked(ledger)
    first, second = links.of_customer(ledger, WHO, ended=True)
    assert (first.linked_at, first.ended_at, first.made_by) == (began, clock.now(), "token")
    assert (first.end_reason, first.ended_by) == ("staff", "staff-7")
    assert second == again and again.id != made.id and again.ended_at is None
    assert links.of_customer(ledger, WHO) == [again]


def test_ending_twice_keeps_the_first_end(ledger: Ledger, clock: FixedClock) -> None:
    made = linked(ledger)
    ended = links.end(ledger, link_id=made.id, reason="customer", by=PHONE, customer_id=WHO)
    clock.advance(timedelta(hours=1))
    assert links.end(ledger, link_id=made.id, reason="staff", by="staff-7") == ended


def test_a_customer_ends_only_their_own_and_never_the_hosts(ledger: Ledger) -> None:
    links.link(ledger, WEB, WHO)
    made = linked(ledger)
    (of_host,) = [each for each in links.of_customer(ledger, WHO) if each.sender == WEB]
    for link_id, customer_id in ((made.id, "c-clean"), (of_host.id, WHO), (999, WHO)):
        with pytest.raises(UnknownLink):
            links.end(ledger, link_id=link_id, reason="customer", by=WEB, customer_id=customer_id)
    assert len(links.of_customer(ledger, WHO)) == 2
    links.end(ledger, link_id=of_host.id, reason="staff", by="staff-7")
    assert links.customer_of(ledger, WEB) is None


def test_nothing_that_waits_is_told_after_the_end(ledger: Ledger) -> None:
    links.link(ledger, WEB, WHO)
    made = linked(ledger)
    told(ledger)
    tell(ledger, "P1")
    claimed = outbox.claim(ledger, 1, 0.001)  # the row for the web chat
    links.end(ledger, link_id=made.id, reason="customer", by=PHONE, customer_id=WHO)
    tell(ledger, "P2")
    assert [item.sender for item in claimed] == [WEB]
    assert {(sender, ref) for sender, kind, ref in told(ledger) if kind == "payout_done"} == {(WEB, "P2")}


def test_the_channel_of_the_ended_sender_hears_of_it_once_for_each_end(ledger: Ledger) -> None:
    links.link(ledger, WEB, WHO)
    first = linked(ledger)
    outbox.ack(ledger, [item.id for item in outbox.claim(ledger, 50, 60)])
    tell(ledger, "P1")
    links.end(ledger, link_id=first.id, reason="customer", by=PHONE, customer_id=WHO)
    links.end(ledger, link_id=first.id, reason="staff", by="staff-7")
    waiting = outbox.claim(ledger, 50, 60)
    assert [(item.kind, item.ref) for item in waiting if item.sender == PHONE] == [
        ("link_over", over(ledger, first))
    ]
    outbox.ack(ledger, [item.id for item in waiting])
    second = linked(ledger)
    links.link(ledger, PHONE, "c-clean")
    again = [(item.sender, item.ref) for item in outbox.claim(ledger, 50, 60) if item.kind == "link_over"]
    assert again == [(PHONE, over(ledger, second))]


def test_what_was_claimed_before_the_end_is_known_as_withdrawn(ledger: Ledger) -> None:
    made = linked(ledger)
    tell(ledger, "P1")
    (claimed,) = outbox.claim(ledger, 10, 60)
    assert not outbox.withdrawn(ledger, claimed.id)
    links.end(ledger, link_id=made.id, reason="customer", by=PHONE, customer_id=WHO)
    assert outbox.withdrawn(ledger, claimed.id)


def test_what_was_told_is_not_withdrawn(ledger: Ledger) -> None:
    made = linked(ledger)
    tell(ledger, "P1")
    (claimed,) = outbox.claim(ledger, 10, 60)
    outbox.ack(ledger, [claimed.id])
    links.end(ledger, link_id=made.id, reason="customer", by=PHONE, customer_id=WHO)
    assert not outbox.withdrawn(ledger, claimed.id)


def test_a_ticket_goes_on_with_another_sender_of_the_customer(ledger: Ledger) -> None:
    links.link(ledger, WEB, WHO)
    made = linked(ledger)
    ticket = file_ticket(ledger)
    tickets.reply(ledger, ticket.id, "您好", "staff-1")
    told_before = [item for item in outbox.claim(ledger, 50, 0.001) if item.kind == "ticket_reply"]
    links.end(ledger, link_id=made.id, reason="customer", by=PHONE, customer_id=WHO)
    assert tickets.active_for(ledger, PHONE) is None
    assert tickets.active_for(ledger, WEB) is not None
    tickets.close(ledger, ticket.id)
    assert [item.sender for item in told_before] == [PHONE]
    kinds = [kind for sender, kind, _ in told(ledger) if sender == WEB and kind.startswith("ticket")]
    assert kinds == ["ticket_taken", "ticket_reply", "ticket_closed"]


def test_a_ticket_without_another_sender_tells_nobody(ledger: Ledger) -> None:
    made = linked(ledger)
    ticket = file_ticket(ledger)
    told(ledger)
    links.end(ledger, link_id=made.id, reason="staff", by="staff-7")
    tickets.reply(ledger, ticket.id, "您好", "staff-1")
    assert told(ledger) == [] and tickets.active_for(ledger, PHONE) is None
    assert tickets.get(ledger, ticket.id).state == "TAKEN"


def test_a_ticket_of_nobodys_account_stays_where_it_was_filed(ledger: Ledger) -> None:
    ticket = file_ticket(ledger, customer_id=None)
    made = linked(ledger)
    links.end(ledger, link_id=made.id, reason="staff", by="staff-7")
    found = tickets.active_for(ledger, PHONE)
    assert found is not None and found.id == ticket.id


def test_whoever_asks_for_the_end_is_not_told_of_it(ledger: Ledger) -> None:
    links.link(ledger, WEB, WHO)
    made = linked(ledger)
    other = linked(ledger, "dy-7")
    told(ledger)
    links.end(ledger, link_id=made.id, reason="customer", by=WEB, customer_id=WHO)
    assert told(ledger) == [("dy-7", "link_ended", str(made.id))]
    links.end(ledger, link_id=other.id, reason="staff", by="staff-7")
    assert told(ledger) == [(WEB, "link_ended", str(other.id))]


def test_news_written_while_a_link_ends_are_not_told_to_it(ledger: Ledger) -> None:
    """The writer found the sender linked; the end waits for it, and withdraws what it wrote."""
    made = linked(ledger)
    end = partial(links.end, ledger, link_id=made.id, reason="staff", by="staff-7")
    ending = threading.Thread(target=end)
    with ledger.write() as conn:
        outbox.put_for_customer(conn, WHO, "payout_done", "P1", ledger.clock.now())
        ending.start()
        ending.join(0.3)
        assert ending.is_alive()
    ending.join()
    assert links.customer_of(ledger, PHONE) is None
    assert told(ledger) == []


def test_ends_of_one_customers_links_do_not_stand_in_each_others_way(ledger: Ledger) -> None:
    made = [linked(ledger, f"wxkf-{number}") for number in range(8)]
    ends = [partial(links.end, ledger, link_id=each.id, reason="staff", by="staff-7") for each in made]
    assert all(ended.ended_at for ended in at_once(ends))
    assert links.of_customer(ledger, WHO) == []
