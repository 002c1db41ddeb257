"""Instalments of a purchase (商品分期) and of a bill (账单分期)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from ledger import charges, commands, items, journals, schedule
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import InstalmentRefused, UnknownBill
from ledger.model import PlanKind
from ledger.terms import Terms
from ledger.work import Work

_NEW = sa.insert(t.plans).returning(t.plans.c.id)
_NEW_FEES = sa.insert(t.plan_fees)


@dataclass(frozen=True)
class PlanTerms:
    kind: PlanKind
    label: str
    principal_fen: int
    periods: int
    fee_free: bool = False


def check(terms: Terms, plan: PlanTerms) -> None:
    """Raises InstalmentRefused where the product offers no such plan."""
    if plan.periods not in terms.periods:
        raise InstalmentRefused(reason="not_offered", periods=plan.periods)
    if plan.principal_fen < terms.min_instalment_fen:
        raise InstalmentRefused(reason="too_small", least_fen=terms.min_instalment_fen)


def start(work: Work, plan: PlanTerms, terms: Terms, purchase_id: int | None = None) -> int:
    """Make the plan, its principal items and its fees to come; the caller posts the principal's journal.

    `terms`: those of the day the customer agreed to the plan, which it keeps.
    """
    check(terms, plan)
    rate = Decimal(0) if plan.fee_free else terms.fee_rate[plan.kind]
    fees = schedule.fees(plan.principal_fen, rate, plan.periods)
    new = {
        "account_id": work.account_id,
        "kind": plan.kind,
        "label": plan.label,
        "periods": plan.periods,
        "principal_fen": plan.principal_fen,
        "fee_per_period_fen": fees[0],
        "rate_per_period": str(rate),
        "fee_free": int(plan.fee_free),
        "started_on": work.today,
        "terms_version": terms.version,
    }
    plan_id = int(work.conn.execute(_NEW, new).scalar_one())
    rows = [
        {"plan_id": plan_id, "period_no": number, "fee_fen": fee, "state": "PENDING"}
        for number, fee in enumerate(fees, 1)
    ]
    work.conn.execute(_NEW_FEES, rows)
    of_plan = {"plan_id": plan_id, "purchase_id": purchase_id}
    parts = enumerate(schedule.principals(plan.principal_fen, plan.periods), 1)
    principals = [{**of_plan, "period_no": number, "amount_fen": fen} for number, fen in parts]
    items.add_all(work, "plan_principal", work.today, principals)
    return plan_id


@checked
def instal_bill(ledger: Ledger, customer_id: str, *, bill_id: int, periods: int, key: str) -> int:
    """Turn the unpaid purchases of a bill into a plan; returns its id. Its first period is on the next bill.

    Possible from the bill day to 22:00 of the due day. Instalments and fees on the bill stay due as they
    are. Raises SettlementUnderWay, UnknownBill, InstalmentRefused (reason too_late, nothing_to_instal,
    too_small, not_offered).
    """

    def act(work: Work) -> int:
        charges.refuse_if_open(work)
        b = t.bills.c
        bill = work.conn.execute(
            sa.select(t.bills).where(b.id == bill_id, b.account_id == work.account_id)
        ).first()
        if bill is None:
            raise UnknownBill(bill_id=bill_id)
        until = datetime.combine(bill.due_on, work.terms.bill_window_until, work.now.tzinfo)
        if work.now > until or bill.standing != "CURRENT":
            raise InstalmentRefused(reason="too_late", until=until.isoformat())
        left = [item for item in items.owed(work.conn, work.account_id) if item.bill_id == bill_id]
        moved = [(item, item.left_fen) for item in left if item.kind == "purchase"]
        principal = sum(fen for _, fen in moved)
        if not principal:
            raise InstalmentRefused(reason="nothing_to_instal")
        plan_id = start(work, PlanTerms("bill", bill.month, principal, periods), work.terms)
        journal_id = work.journal(
            "bill_instalment", (journals.PLAN, principal), (journals.BILLED, -principal)
        )
        items.lessen(work, "moved", moved, journal_id)
        bought = [item.purchase_id for item, _ in moved]
        work.conn.execute(sa.update(t.purchases).where(t.purchases.c.id.in_(bought)).values(plan_id=plan_id))
        # What stays on the bill are instalments, fees, interest and penalty: all of it is due.
        rest = sum(item.left_fen for item in left) - principal
        work.conn.execute(sa.update(t.bills).where(b.id == bill_id).values(base_fen=rest, minimum_fen=rest))
        return plan_id

    return int(
        commands.run(
            ledger, customer_id, "instal_bill", {"bill_id": bill_id, "periods": periods}, act, key=key
        )
    )
