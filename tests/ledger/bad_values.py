"""Customers with something of everything, every public command with what is right for it, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger import (
    accounts,
    bills,
    closing,
    debits,
    dump,
    facts,
    freezes,
    goodwill,
    hearing,
    limits,
    links,
    lookups,
    one_time,
    outbox,
    personal,
    plans,
    purchases,
    quotes,
    reconciliation,
    refunds,
    repayments,
    settlement,
    statement,
    tickets,
    transfers,
    work_items,
)
from ledger.database import Ledger
from ledger.gateway import settlement_file
from ledger.gateway.interface import ChargeAnswer
from ledger.money import LARGEST_FEN
from tests.ledger.customer import Customer

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """`right`: arguments with which `run` succeeds on the stage; those of `optional` may be None."""

    run: Callable[..., object]
    right: Arguments
    optional: tuple[str, ...] = ()
    #: By argument: another right value, where that of the same kind would not do.
    other: Arguments = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.run.__module__}.{self.run.__name__}"


def _of(run: Callable[..., object], *optional: str, **right: Any) -> Command:
    return Command(run, right, optional)


def stage(ledger: Ledger, folder: Path) -> list[Command]:
    """Sets the stage; the commands can all be run on it, in this order."""
    names = ("late", "1", "bill")
    late, one, instalments = (Customer(ledger, f"c-{name}", on="2026-09-05") for name in names)
    late.buy(30_000)
    one.at("2026-10-05")
    orders = {"bought": one.buy(100_000), "refunding": one.buy(50_000)}
    instalments.buy(40_000)
    one.at("2026-11-03").close_month("2026-10")
    orders |= {"held": one.hold(2_000), "unheld": one.hold(3_000)}
    refunds.request(ledger, order_no=orders["refunding"], amount_fen=10_000, key="k-refund")
    return [
        *_of_orders(orders),
        *_of_the_account(ledger, late, instalments),
        *_of_settling(ledger),
        *_of_support(ledger),
        *_of_the_books(ledger, folder),
    ]


def _of_orders(orders: dict[str, str]) -> Iterator[Command]:
    yield _of(purchases.find, order_no=orders["held"])
    new = {"order_no": "new", "merchant": "shop", "item": "thing", "amount_fen": 5_000, "periods": 1}
    flags = {"fee_free": False, "shop_supported": True, "item_supported": True}
    yield _of(purchases.authorise, customer_id="c-1", **new, **flags, key="authorise")
    for run, name, other in (
        (purchases.capture, "held", "unheld"),
        (purchases.release, "unheld", "held"),
        (refunds.complete, "refunding", "bought"),
    ):
        right = {"order_no": orders[name], "key": run.__name__}
        yield Command(run, right, other={"order_no": orders[other]})
    ask = {"order_no": orders["bought"], "amount_fen": 500, "key": "request"}
    yield Command(refunds.request, ask, other={"order_no": orders["held"]})


def _of_the_account(ledger: Ledger, late: Customer, instalments: Customer) -> Iterator[Command]:
    card = {"real_name_verified": True, "card_last4": "6688", "limit_fen": 500_000, "auto_debit": False}
    yield _of(accounts.open_account, "card_last4", customer_id="c-new", **card, key="open")
    bill = instalments.facts.bill
    assert bill is not None
    yield _of(plans.instal_bill, customer_id=instalments.id, bill_id=bill.id, periods=3, key="instal")
    yield _of(lookups.bill_items, customer_id=instalments.id, bill_id=bill.id)
    yield _of(lookups.purchases, customer_id=instalments.id)
    yield _of(repayments.repay, customer_id="c-1", amount_fen=500, key="repay")
    yield _of(debits.switch, customer_id="c-1", on=True, key="switch")
    freezes.place(ledger, late.id, "risk", {"logins": 9}, key="k-freeze")
    filed = freezes.apply_unfreeze(ledger, late.id, key="k-apply")
    limits.cut(ledger, late.id, new_fen=900_000, evidence={"days_late": 3}, key="k-cut")
    why = {"reason": "sorry", "given_by": "staff"}
    yield _of(goodwill.waive, customer_id=late.id, amount_fen=10, **why, key="waive")
    yield _of(goodwill.compensate, customer_id="c-1", amount_fen=500, **why, key="compensate")
    yield _of(freezes.refuse_application, customer_id=late.id, number=filed.number, key="refuse")
    yield _of(freezes.apply_unfreeze, customer_id=late.id, key="apply")
    yield _of(freezes.lift, customer_id=late.id, kind="risk", reason="granted", key="lift")
    yield _of(freezes.place, customer_id=late.id, kind="bureau", evidence={"a": 1}, key="place")
    yield _of(limits.cut, customer_id=late.id, new_fen=500_000, evidence={"a": 1}, key="cut")
    yield _of(limits.lift_cut, customer_id=late.id, reason="assessed", key="lift-cut")


def _of_settling(ledger: Ledger) -> Iterator[Command]:
    settling, closing_, paid, owed_back, clean = (
        Customer(ledger, f"c-{name}") for name in ("settling", "closing", "paid", "owed-back", "clean")
    )
    for customer in (settling, closing_, paid):
        customer.buy(30_000)
    paid_by = paid.repay(35_000).number
    quote = settling.quote()
    yield _of(quotes.make, customer_id="c-1", close_after=False)
    yield _of(settlement.for_quote, customer_id=settling.id, quote_id=quote.quote_id)
    yield _of(settlement.asked_again, customer_id=settling.id, quote_id=quote.quote_id, asked_by=None)
    confirmed = {"quote_id": quote.quote_id, "amount_fen": quote.total_fen, "key": "confirm"}
    yield _of(settlement.confirm, customer_id=settling.id, **confirmed)
    leaving = closing_.quote(close_after=True)
    settlement._create(ledger, closing_.id, leaving.quote_id, leaving.total_fen, "k-close")
    yield _of(lookups.settlement, number="S1")
    yield _of(closing.withdraw, customer_id=closing_.id, key="withdraw")
    yield _of(closing.guards, customer_id="c-1")
    yield _of(closing.close, customer_id=clean.id, key="close")
    said = ChargeAnswer(paid_by, "SUCCEEDED", f"GC-{paid_by}", 35_000)
    yield _of(settlement.resolve, charge_number=paid_by, answer=said)
    yield _of(hearing.hear, answer=said)
    yield _of(lookups.charge, number=paid_by)
    yield _of(lookups.late_money, charge_number=paid_by)
    yield _of(lookups.taken_back, charge_number=paid_by)
    yield _of(lookups.payout_fen, number="P1")
    why = {"reason": "sorry", "given_by": "staff"}
    goodwill.compensate(ledger, owed_back.id, amount_fen=5_000, **why, key="k-sorry")
    sent = {"customer_id": owed_back.id, "amount_fen": 4_000, "bank_reference": "B1", "account_id": None}
    yield _of(transfers.record, "account_id", **sent, key="record")


def _of_support(ledger: Ledger) -> Iterator[Command]:
    asked = {"sender": "web-c-1", "customer_id": "c-1", "kind": "human", "packet": {"asked": "x"}}
    ticket = tickets.open_ticket(ledger, **asked, key="k-ticket")
    yield _of(tickets.open_ticket, "customer_id", **asked, key="open-ticket")
    yield _of(tickets.get, ticket_id=ticket.id)
    yield _of(tickets.list_tickets, "state", state="OPEN")
    yield _of(tickets.active_for, sender="web-c-1")
    yield _of(tickets.open_for, sender="web-c-1")
    yield _of(tickets.latest_of, customer_id="c-1", kind="fraud")
    yield _of(tickets.take, ticket_id=ticket.id, staff="s")
    yield _of(tickets.reply, "key", ticket_id=ticket.id, text="hello", staff="s", key="reply")
    yield _of(tickets.append, "key", ticket_id=ticket.id, text="hello", from_customer=True, key="append")
    yield _of(tickets.close, ticket_id=ticket.id)
    yield _of(tickets.release, ticket_id=ticket.id)
    work_items.open_item(ledger, "not_understood", "w", {})
    item = work_items.list_items(ledger)[-1]
    yield _of(work_items.open_item, kind="not_understood", key="new", details={"a": 1})
    yield _of(work_items.close, item_id=item.id, note="done")
    yield _of(work_items.list_items, closed=True)
    tickets.take(ledger, tickets.open_ticket(ledger, **{**asked, "sender": "w"}, key="k").id, "s")
    yield _of(outbox.claim, limit=5, lease_s=60.0)
    yield _of(outbox.ack, ids=[1])
    yield _of(links.link, sender="web-new", customer_id="c-1")
    yield _of(links.customer_of, sender="web-c-1")
    yield _of(links.current, sender="web-c-1")
    yield _of(links.of_customer, customer_id="c-1", ended=True)
    (link,) = links.of_customer(ledger, "c-1")
    yield _of(links.end, link_id=link.id, reason="staff", by="s")
    yield _of(one_time.make_link, customer_id="c-1", life_s=600.0)
    yield _of(one_time.make_decision, customer_id="c-1", about="close", life_s=600.0)
    token = one_time.make_link(ledger, "c-1", 600).token
    yield _of(one_time.redeem_link, sender="wxkf-1", token=token)
    yield _of(one_time.open_decision, sender="web-c-1", token=token)
    yield _of(outbox.withdrawn, outbox_id=1)


def _of_the_books(ledger: Ledger, folder: Path) -> Iterator[Command]:
    file = folder / "day.csv"
    file.write_text(settlement_file.write(date(2026, 11, 1), []), encoding="utf-8")
    yield _of(bills.close_month, month="2026-10")
    yield _of(statement.statement, customer_id="c-1", month="2026-10")
    yield _of(facts.account_facts, customer_id="c-1")
    yield _of(dump.account_json, customer_id="c-1")
    yield _of(reconciliation.reconcile, path=file)
    yield _of(personal.export, customer_id="c-1")
    yield _of(personal.erase, customer_id="c-clean")
    yield _of(personal.erase_links, customer_id="c-clean")


_AMOUNTS = [0, -1, 1.0, 0.5, True, False, Decimal(500), "500", None, b"5", 2**63, 10**30]
_TEXTS = [None, 5, 1.5, True, b"c", "", " ", "a\x00b", "\ud800", "x" * 100_000, [], {}]
_WHOLES = [None, 0, -1, 1.0, True, "1", "x", Decimal(1), 2**63, -(2**70), 10**30]
_SECONDS = [None, 0, -1.0, True, "1", float("nan"), float("inf"), 10**30]
_FLAGS = [None, 1, "yes", "", 1.0, [], "false"]
_OBJECTS = [None, 5, "x", [1], {"a": object()}, {"a": float("nan")}, {"a": "\ud800"}, {1: 2, "b": 3}]
_IDS = [None, 1, "1", (1,), ["1"], [True], [2**63], [0]]
_MONTHS = ["2026-13", "2026-02-30", "October", "0000-01", "2026-1", "2026-11", "2027-01", "9999-12"]


def wrong(command: Command) -> Iterator[tuple[Arguments, str]]:
    """All arguments with one of them wrong, and the code with which they are refused."""
    for name, right in command.right.items():
        code = "invalid_amount" if name.endswith("_fen") else "bad_input"
        for value in _wrong_values(name, right):
            if value is not None or name not in command.optional:
                yield {**command.right, name: value}, code
        # What is owed may be more, once a bank has taken something back: there another amount is a new quote.
        if name.endswith("_fen") and command.run is not settlement.confirm:
            yield {**command.right, name: LARGEST_FEN + 1}, code


def _wrong_values(name: str, right: object) -> list[Any]:
    if name == "month":
        return [*_TEXTS, *_MONTHS]
    if name.endswith("_fen"):
        return _AMOUNTS
    kinds = {bool: _FLAGS, int: _WHOLES, float: _SECONDS, str: _TEXTS, dict: _OBJECTS, list: _IDS}
    return kinds.get(type(right), [])


def another(name: str, right: Any) -> Any:
    """A right value of the same kind."""
    if name == "kind":
        return {"human": "fraud", "risk": "bureau", "bureau": "risk"}[right]
    if name == "periods":
        return 6
    if isinstance(right, bool):
        return not right
    if isinstance(right, dict):
        return {"other": 2}
    return right + 1 if isinstance(right, int) else "1234" if right == "6688" else f"{right}x"
