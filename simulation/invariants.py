"""The books' invariants, checked from what has changed: every new journal, and every balance and item left.

It keeps its own sums of all postings and allocations. A new one that reads a ledger from its beginning is the
full check; `state` of both must be the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date
from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger import tables_review as tr
from ledger.database import Ledger
from simulation.reader import OPEN_STATES, Changes, Journal, Reader, Row
from simulation.violations import expect, expect_equal, expect_none

_ITEM_BOOKS = {
    "plan_principal": "receivable.plan",
    "plan_fee": "receivable.fee",
    "settlement_charge": "receivable.fee",
    "interest": "receivable.interest",
    "penalty": "receivable.penalty",
    "chargeback": "receivable.chargeback",
}
_CUSTOMER_BOOKS = {
    *_ITEM_BOOKS.values(),
    "receivable.unbilled",
    "receivable.billed",
    "customer.credit",
    "limit.hold",
}
_SETTLEMENT_STATE = {"SUCCEEDED": "SETTLED"}
_BY_HAND = sa.select(tr.work_items.c.details).where(
    tr.work_items.c.kind == "payout_by_hand", tr.work_items.c.closed_at.is_(None)
)
Sums = Counter[tuple[int, str]]


class Invariants:
    """What has been read so far, and whether it holds together."""

    def __init__(self) -> None:
        self.posted: Sums = Counter()  # by account and book, shared books under the journal's account
        self.gateway: Counter[str] = Counter()  # by the gateway's reference: fen that came in
        self.booked_on: dict[str, date] = {}  # by the gateway's reference
        self.seals = 0
        self._last_seal = ""
        self._sealed: dict[int, str] = {}
        self._hashes: dict[int, tuple[int | None, str]] = {}  # by journal: whose it is, and its hash
        self.bank_references: list[str] = []
        self.heads: dict[int, str] = {}
        self.allocated: Counter[tuple[int, str]] = Counter()  # by item and effect
        self.charge_states: dict[str, str] = {}
        self.unknown_charges: set[str] = set()
        self.closed: set[int] = set()
        self._journal_id = 0
        self._last_allocation = 0

    @property
    def state(self) -> tuple[Any, ...]:
        """All that a check from the beginning has to find as well."""
        sums = {key: fen for key, fen in self.posted.items() if fen}
        return sums, self.gateway, self.heads, self.allocated, self.charge_states, self.closed

    def check(self, ledger: Ledger, changes: Changes) -> None:
        """Raises Violation."""
        for journal in changes.journals:
            self._journal(journal)
        self._balances(changes)
        self._items_left(changes)
        self._allocations(ledger, changes)
        self._plans(ledger, changes)
        self._charges(changes)
        self._payouts(ledger, changes)
        for seal in changes.seals:
            self._seal(seal)
        self._accounts(changes)

    def _journal(self, journal: Journal) -> None:
        row, lines = journal.row, journal.lines
        expect(sum(fen for _, fen in lines) == 0 and len(lines) > 1, "journal sums to zero", row.id, lines)
        expect(row.id > self._journal_id, "journals are appended", row.id, self._journal_id)
        self._journal_id = row.id
        previous = self.heads.get(row.account_id, "")
        content = [previous, row.id, row.account_id, row.kind, row.at.isoformat(timespec="microseconds")]
        content += [row.value_on.isoformat(), row.source, row.reference, [list(line) for line in lines]]
        digest = hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
        expect((row.previous_hash, row.hash) == (previous, digest), "chain verifies", row.id)
        self.heads[row.account_id] = digest
        self._hashes[row.id] = (row.account_id, digest)
        for book, fen in lines:
            self.posted[row.account_id, book] += fen
        if row.source == "bank":
            expect(
                row.reference not in self.bank_references, "a bank's reference is used once", row.reference
            )
            self.bank_references.append(row.reference)
        if row.source == "gateway":
            expect(row.reference not in self.gateway, "a gateway's reference is booked once", row.reference)
            self.booked_on[row.reference] = row.at.date()
            self.gateway[row.reference] = journal.by_book.get("gateway.clearing", 0)

    def _balances(self, changes: Changes) -> None:
        cached = {
            (a, book): fen for a, books in changes.balances.items() for book, fen in books.items() if fen
        }
        posted = {key: fen for key, fen in self.posted.items() if fen and key[1] in _CUSTOMER_BOOKS}
        expect_equal(cached, posted, "cached balance = sum of postings")

    def _items_left(self, changes: Changes) -> None:
        """What is left of things owed is the balance of their book; what is held is that of the holds."""
        left: Sums = Counter()
        for item in changes.items:
            book = _ITEM_BOOKS.get(item.kind) or (
                "receivable.unbilled" if item.bill_id is None else "receivable.billed"
            )
            rest = item.amount_fen - item.paid_fen - item.offset_fen - item.moved_fen
            expect(rest > 0, "paid ≤ due", item)
            left[item.account_id, book] += rest
        for purchase in changes.purchases:
            if purchase.state == "HELD":
                left[purchase.account_id, "limit.hold"] += purchase.amount_fen
        owed = {key: fen for key, fen in self.posted.items() if fen and key[1] in _CUSTOMER_BOOKS}
        owed = {key: fen for key, fen in owed.items() if key[1] != "customer.credit"}
        expect_equal(dict(left), owed, "items left = receivables")

    def _allocations(self, ledger: Ledger, changes: Changes) -> None:
        given: Counter[int] = Counter()
        for row in changes.allocations:
            self.allocated[row.item_id, row.effect] += row.amount_fen
            if row.effect == "paid":
                given[row.journal_id] += row.amount_fen
        for journal in changes.journals:
            if journal.row.kind in ("repayment", "debit", "settlement"):
                lines = journal.by_book
                came, over = lines["gateway.clearing"], -lines.get("customer.credit", 0)
                expect_equal(
                    given[journal.row.id] + over, came, "allocations + credit = payment", journal.row
                )
        touched = {row.item_id for row in changes.allocations}
        if touched:
            with ledger.read() as conn:
                items = list(conn.execute(sa.select(t.items).where(t.items.c.id.in_(touched))))
            for item in items:
                have = (item.paid_fen, item.offset_fen, item.moved_fen)
                want = tuple(self.allocated[item.id, effect] for effect in ("paid", "offset", "moved"))
                expect_equal(have, want, "item = its allocations", item.id)

    def _plans(self, ledger: Ledger, changes: Changes) -> None:
        if not changes.plans:
            return
        ids = [plan.id for plan in changes.plans]
        i = t.items.c
        query = sa.select(i.plan_id, sa.func.sum(i.amount_fen)).where(i.kind == "plan_principal")
        with ledger.read() as conn:
            sums = dict(conn.execute(query.where(i.plan_id.in_(ids)).group_by(i.plan_id)).all())
        for plan in changes.plans:
            expect_equal(sums.get(plan.id), plan.principal_fen, "plan principal adds up", plan.id)

    def _charges(self, changes: Changes) -> None:
        is_open = OPEN_STATES["charges"]
        open_of = Counter(charge.account_id for charge in changes.charges if charge.state in is_open)
        expect_none((a for a, count in open_of.items() if count > 1), "one open charge per account")
        settled = {row.id: row.state for row in changes.settlements}
        for charge in changes.charges:
            before = self.charge_states.get(charge.number, "CREATED")
            if before not in is_open:
                expect_equal(charge.state, before, "final charge states stay", charge.number)
            self.charge_states[charge.number] = charge.state
            if charge.state == "UNKNOWN":
                self.unknown_charges.add(charge.number)
            captured = self.gateway.get(f"capture:{charge.number}")
            if charge.state == "SUCCEEDED":
                expect_equal(
                    captured, charge.amount_fen, "a charge that succeeded was captured", charge.number
                )
            elif charge.state != "FAILED":
                expect(captured is None, "an open charge has captured nothing", charge.number)
            if charge.settlement_id in settled:
                want = _SETTLEMENT_STATE.get(charge.state, charge.state)
                expect_equal(
                    settled[charge.settlement_id], want, "settlement goes as its charge", charge.number
                )

    def _seal(self, row: Row) -> None:
        """It follows the one before it, and holds journals as they were written."""
        self.seals += 1
        at = row.at.isoformat(timespec="microseconds")
        content = json.dumps([self._last_seal, self.seals, at, row.heads], separators=(",", ":"))
        want = (self.seals, self._last_seal, hashlib.sha256(content.encode()).hexdigest())
        expect_equal((row.id, row.previous_hash, row.hash), want, "seals are a chain")
        self._last_seal = row.hash
        for account_id, journal_id, digest in row.heads:
            expect_equal(self._hashes.get(journal_id), (account_id, digest), "a seal holds heads", row.id)
            self._sealed[account_id] = digest

    def expect_sealed(self) -> None:
        """Raises Violation where a chain goes on after its last seal."""
        expect_equal(self._sealed, self.heads, "every head is sealed")

    def _payouts(self, ledger: Ledger, changes: Changes) -> None:
        """What is owed back is under way, or somebody is asked to send it; and never more than that."""
        free = {a: -fen for (a, book), fen in self.posted.items() if book == "customer.credit" and fen}
        for payout in changes.payouts:
            if payout.state == "OPEN":
                free[payout.account_id] = free.get(payout.account_id, 0) - payout.amount_fen
        for account_id, fen in free.items():
            expect(fen >= 0, "never pays out more than is owed back", account_id, fen)
        waiting = {account_id for account_id, fen in free.items() if fen}
        if waiting:
            with ledger.read() as conn:
                asked = {details["account_id"] for details in conn.scalars(_BY_HAND)}
            expect_none(waiting - asked, "what is owed back is under way, or a work item")

    def _accounts(self, changes: Changes) -> None:
        open_of = Counter(row.customer_id for row in changes.accounts.values() if row.state != "CLOSED")
        expect_none((who for who, count in open_of.items() if count > 1), "one open account per customer")
        for account_id, row in changes.accounts.items():
            expect(row.chain_head == self.heads.get(account_id, ""), "chain ends at its head", account_id)
            if row.state == "CLOSED" and account_id not in self.closed:
                self.closed.add(account_id)
                books = {book: fen for (a, book), fen in self.posted.items() if a == account_id and fen}
                owed = {book: fen for book, fen in books.items() if book in _CUSTOMER_BOOKS}
                later = {j.row.kind for j in changes.journals if j.row.account_id == account_id}
                fine = not owed or bool(later & {"chargeback", "late_success"})
                expect(fine and row.limit_fen == 0, "at closing nothing is owed", account_id, owed)
                pending = [
                    r.id for r in changes.refunds if r.account_id == account_id and r.state == "PENDING"
                ]
                expect_none(pending, "at closing no refund is under way")


def of_everything(ledger: Ledger) -> Invariants:
    """The full check: reads the ledger from its beginning. Raises Violation."""
    result = Invariants()
    changes = Reader().read(ledger)
    late = {row.id for row in changes.accounts.values() if row.state == "CLOSED"}
    result.closed |= late  # what happened at the moment of closing cannot be read from what is there now
    result.check(ledger, changes)
    return result
