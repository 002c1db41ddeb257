"""A customer's own data: everything is told, and after it was forgotten only the books are left."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from ledger import audit, links, outbox, personal, settlement, tickets
from ledger.clock import FixedClock
from ledger.database import Ledger
from ledger.errors import OutcomeUntold, SettlementUnderWay, UnknownCustomer
from ledger.gateway.simulated import SimulatedGateway
from ledger.work import find_account
from tests.ledger.customer import Customer, resolve

SAID = "the words of the customer"


@pytest.fixture
def customer(ledger: Ledger, clock: FixedClock) -> Customer:
    """Has two senders, a ticket from each with words in it, news, and settled under the key of a message."""
    theirs, other = Customer(ledger), Customer(ledger, "c-2")
    for each, sender in ((theirs, "web-sub-1"), (theirs, "wxkf-1"), (other, "web-sub-2")):
        links.link(ledger, sender, each.id)
        ticket = tickets.open_ticket(
            ledger, sender=sender, customer_id=each.id, kind="human", packet={"asked": SAID}, key="k"
        )
        tickets.append(ledger, ticket.id, SAID, key="k1")
        with ledger.write() as conn:
            outbox.put(conn, sender, "payout_done", "P1", clock.now())
    theirs.buy(100_000)
    quote = theirs.quote()
    settlement.confirm(
        ledger, theirs.id, quote_id=quote.quote_id, amount_fen=quote.total_fen, key="web-sub-1:m-1"
    )
    return theirs


def test_everything_held_is_told(customer: Customer) -> None:
    held = personal.export(customer.ledger, customer.id)
    assert held["senders"] == ["web-c-1", "web-sub-1", "wxkf-1"]
    assert [ticket["packet"]["asked"] for ticket in held["tickets"]] == [SAID, SAID]
    assert [message["text"] for message in held["tickets"][0]["messages"]] == [SAID]
    assert [news["sender"] for news in held["told"]] == ["web-sub-1", "wxkf-1"]
    books = held["books"]
    assert [purchase["amount_fen"] for purchase in books["purchases"]] == [100_000]
    assert [each["state"] for each in books["settlements"]] == ["SETTLED"]
    assert sum(line["amount_fen"] for line in books["postings"]) == 0
    assert json.loads(json.dumps(held)) == held and "web-sub-2" not in json.dumps(held)


def test_what_is_forgotten_is_in_no_file_and_the_books_agree(customer: Customer, tmp_path: Path) -> None:
    ledger = customer.ledger
    forgotten = personal.erase(ledger, customer.id)
    assert forgotten == {"tokens": 0, "tickets": 2, "outbox": 2, "keys": 1}
    assert personal.erase_links(ledger, customer.id) == {"links": 3}
    assert links.customer_of(ledger, "web-sub-1") is None and links.customer_of(ledger, "web-sub-2") == "c-2"
    held = personal.export(ledger, customer.id)
    assert (held["senders"], held["tickets"], held["told"]) == ([], [], [])
    assert [each["state"] for each in held["books"]["settlements"]] == ["SETTLED"]
    assert [ticket.state for ticket in tickets.list_tickets(ledger)] == ["CLOSED", "CLOSED", "OPEN"]
    assert [ticket.packet for ticket in tickets.list_tickets(ledger)] == [{}, {}, {"asked": SAID}]
    assert audit.audit(ledger) == []
    assert set(personal.erase(ledger, customer.id).values()) == {0}
    for path in tmp_path.glob("ledger.db*"):
        assert b"web-sub-1" not in path.read_bytes() and path.read_bytes().count(SAID.encode()) <= 2


def test_a_visitor_who_was_never_a_customer_has_nothing_here(ledger: Ledger) -> None:
    with pytest.raises(UnknownCustomer):
        personal.export(ledger, "c-nobody")
    links.link(ledger, "web-sub-9", "c-nobody")
    assert personal.export(ledger, "c-nobody")["books"]["accounts"] == []
    assert set(personal.erase(ledger, "c-nobody").values()) == {0}
    assert personal.erase_links(ledger, "c-nobody") == {"links": 1}
    with pytest.raises(UnknownCustomer):
        personal.export(ledger, "c-nobody")


def test_who_was_stopped_in_between_still_finds_the_conversations(customer: Customer, ledger: Ledger) -> None:
    personal.erase(ledger, customer.id)
    assert links.of_customer(ledger, customer.id) == [], "what is said from now on is a visitor's"
    held = personal.export(ledger, customer.id)
    assert (held["senders"], held["tickets"]) == (["web-c-1", "web-sub-1", "wxkf-1"], [])
    links.link(ledger, "web-sub-1", customer.id)
    assert personal.erase_links(ledger, customer.id) == {"links": 3}
    assert links.customer_of(ledger, "web-sub-1") == customer.id, "made since"


def test_of_a_sender_that_changed_hands_each_has_their_own_time(
    customer: Customer, ledger: Ledger, clock: FixedClock
) -> None:
    linked = clock.now()
    clock.advance(timedelta(hours=1))
    relinked = clock.now()
    links.link(ledger, "wxkf-1", "c-2")
    with ledger.write() as conn:
        outbox.put(conn, "wxkf-1", "payout_done", "P2", clock.now())
    asked = {"sender": "wxkf-1", "customer_id": "c-2", "kind": "human", "packet": {"asked": "c-2"}}
    tickets.open_ticket(ledger, **asked, key="k-2")
    held, other = personal.export(ledger, customer.id), personal.export(ledger, "c-2")
    assert held["senders"] == ["web-c-1", "web-sub-1"]
    assert held["shared"] == {"wxkf-1": [[linked.isoformat(), relinked.isoformat()]]}
    assert other["shared"] == {"wxkf-1": [[relinked.isoformat(), None]]}
    assert [row["ref"] for row in held["told"] if row["sender"] == "wxkf-1"] == ["P1"]
    assert [row["ref"] for row in other["told"] if row["sender"] == "wxkf-1"] == ["P2"]
    personal.erase(ledger, customer.id)
    personal.erase_links(ledger, customer.id)
    assert links.customer_of(ledger, "wxkf-1") == "c-2"
    after = personal.export(ledger, "c-2")
    assert (after["told"], after["tickets"]) == (other["told"], other["tickets"])
    assert personal.export(ledger, customer.id)["told"] == []


def test_tickets_that_nobody_can_be_told_of_stay_each_with_their_customer(ledger: Ledger) -> None:
    for name in ("c-a", "c-b"):
        links.link(ledger, f"web-{name}", name)
        asked = {"sender": f"web-{name}", "customer_id": name, "kind": "complaint", "packet": {"asked": name}}
        tickets.open_ticket(ledger, **asked, key="k" + name)
        links.end(ledger, link_id=links.of_customer(ledger, name)[0].id, reason="staff", by="s")
    assert [ticket.sender for ticket in tickets.list_tickets(ledger)] == ["", ""]
    held = personal.export(ledger, "c-b")
    assert held["senders"] == ["web-c-b"]
    assert [ticket["packet"] for ticket in held["tickets"]] == [{"asked": "c-b"}]
    assert personal.erase(ledger, "c-b")["tickets"] == 1
    assert [(each.state, each.packet) for each in tickets.list_tickets(ledger)] == [
        ("OPEN", {"asked": "c-a"}),
        ("CLOSED", {}),
    ]


def test_what_a_visitor_asked_before_logging_in_is_theirs(ledger: Ledger) -> None:
    asked = {"sender": "web-v", "customer_id": None, "kind": "human", "packet": {"asked": SAID}}
    tickets.open_ticket(ledger, **asked, key="k")
    links.link(ledger, "web-v", "c-1")
    assert [ticket["packet"] for ticket in personal.export(ledger, "c-1")["tickets"]] == [{"asked": SAID}]
    assert personal.erase(ledger, "c-1")["tickets"] == 1


def test_nothing_is_forgotten_while_a_payment_is_open(
    customer: Customer, ledger: Ledger, gateway: SimulatedGateway
) -> None:
    customer.buy(100_000)
    gateway.set_mode("hold", customer.id)
    customer.confirm(customer.quote())
    before = personal.export(ledger, customer.id)
    with pytest.raises(SettlementUnderWay):
        personal.erase(ledger, customer.id)
    assert personal.export(ledger, customer.id) == before
    resolve(ledger, "S2-1", "SUCCEEDED")
    with pytest.raises(OutcomeUntold):
        personal.erase(ledger, customer.id)
    outbox.ack(
        ledger, [news.id for news in outbox.claim(ledger, 10, 60.0) if news.kind == "settlement_result"]
    )
    assert personal.erase(ledger, customer.id)["tickets"] == 2


def test_who_asked_for_a_settlement_is_forgotten(ledger: Ledger) -> None:
    customer = Customer(ledger)
    customer.buy(100_000)
    quote = customer.quote()
    confirmed = {"quote_id": quote.quote_id, "amount_fen": quote.total_fen, "key": "web-c-1:m-1"}
    settlement.confirm(ledger, customer.id, **confirmed, asked_by="web-c-1")
    assert personal.export(ledger, customer.id)["books"]["settlements"][0]["asked_by"] == "web-c-1"
    personal.erase(ledger, customer.id)
    personal.erase_links(ledger, customer.id)
    assert "web-c-1" not in json.dumps(personal.export(ledger, customer.id))
    assert audit.audit(ledger) == []


def test_what_is_at_work_on_the_account_is_waited_for(customer: Customer, ledger: Ledger) -> None:
    """Its news is there when it commits: then there is something that the customer does not know yet."""
    with ThreadPoolExecutor(1) as threads:
        with ledger.write() as conn:
            find_account(conn, customer.id, lock=True)
            erasing = threads.submit(personal.erase, ledger, customer.id)
            while conn.dialect.name == "postgresql" and not erasing.done() and not _somebody_waits(ledger):
                time.sleep(0.01)
            outbox.put(conn, "web-sub-1", "repayment_result", "R1", ledger.clock.now())
        with pytest.raises(OutcomeUntold):
            erasing.result()
    assert len(personal.export(ledger, customer.id)["tickets"]) == 2


def _somebody_waits(ledger: Ledger) -> bool:
    """For a lock in this database."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with ledger.read() as conn:
        return bool(conn.exec_driver_sql(waiting).scalar())
