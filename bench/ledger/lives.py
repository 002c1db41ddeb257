"""Ten customers in the states that accounts are in: the block of which the large stores are made."""

from __future__ import annotations

from typing import Any, Final

from bench.ledger import people
from bench.ledger.databases import at_noon
from ledger import freezes, limits, outbox, reconciler, refunds, tickets
from ledger.database import Ledger
from tests.ledger.customer import Customer

OWING, LATE, HOLDING, CLEARED, REFUNDING, FROZEN, SETTLED, CLOSED, PAID_BACK, HELPED = range(1, 11)
#: Orders that the commands measured act on, by the numbers that they have within their customer's.
HELD_ORDER, REFUNDED_ORDER, SETTLED_ORDER = 1, 1, 6
ACCOUNTS: Final = 10


def block(ledger: Ledger) -> None:
    """One account of each kind, K1 to K10, as they are on 3 November."""
    people.owing(ledger, f"K{OWING}")
    late = Customer(ledger, f"K{LATE}", on="2026-09-10")
    late.buy(89_900)
    people.on(people.on(late, "2026-10-03"), "2026-11-03")
    Customer(ledger, f"K{HOLDING}", on="2026-11-02").hold(20_000)
    cleared = Customer(ledger, f"K{CLEARED}", on="2026-09-10")
    cleared.buy(12_900)
    people.on(cleared, "2026-10-03").repay_bills()
    people.on(cleared, "2026-11-03")
    refunding = Customer(ledger, f"K{REFUNDING}", on="2026-10-20")
    order = refunding.buy(39_900)
    people.on(refunding, "2026-11-02")
    refunds.request(ledger, order_no=order, amount_fen=39_900, key=refunding.key())
    _frozen(ledger)
    _settled(ledger, SETTLED, close_after=False).buy(6_900)
    _settled(ledger, CLOSED, close_after=True)
    _paid_back(ledger)
    _helped(ledger)
    at_noon(ledger)
    while told := outbox.claim(ledger, 100, 60):
        outbox.ack(ledger, [item.id for item in told])


def _frozen(ledger: Ledger) -> None:
    frozen = Customer(ledger, f"K{FROZEN}", on="2026-10-05")
    frozen.buy(9_900)
    people.on(frozen, "2026-11-02")
    logins = {"logins": [{"at": "2026-11-02T09:10:00+08:00", "city": "杭州", "device": "A"}]}
    freezes.place(ledger, frozen.id, "risk", logins, key=frozen.key())


def _settled(ledger: Ledger, number: int, *, close_after: bool) -> Customer:
    customer = Customer(ledger, f"K{number}", on="2026-09-10")
    customer.buy(60_000, periods=3)
    customer.buy(15_000)
    people.on(customer, "2026-10-03")
    customer.confirm(customer.quote(close_after=close_after))
    return customer if close_after else people.on(customer, "2026-10-20")


def _paid_back(ledger: Ledger) -> None:
    customer = Customer(ledger, f"K{PAID_BACK}", on="2026-09-10")
    order = customer.buy(25_000)
    people.on(customer, "2026-10-03").repay_bills()
    people.on(customer, "2026-10-20")
    refunds.request(ledger, order_no=order, amount_fen=25_000, key=customer.key())
    refunds.complete(ledger, order_no=order, key=customer.key())
    reconciler.run_once(ledger)


def _helped(ledger: Ledger) -> None:
    helped = Customer(ledger, f"K{HELPED}", on="2026-10-05")
    helped.buy(19_900)
    asked: dict[str, Any] = {"kind": "human", "packet": {}, "key": "t"}
    ticket = tickets.open_ticket(ledger, sender=f"web-{helped.id}", customer_id=helped.id, **asked)
    tickets.append(ledger, ticket.id, "您好", key="1")
    tickets.reply(ledger, ticket.id, "已为您处理", "staff", key="2")
    tickets.close(ledger, ticket.id)
    limits.cut(ledger, helped.id, new_fen=1_000_000, evidence={"bill": "2026-08"}, key=helped.key())
    people.on(helped, "2026-11-03")
