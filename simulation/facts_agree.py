"""Whether what the ledger tells a customer is what the model knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import bills as ledger_bills
from ledger import facts
from ledger.database import Ledger
from ledger.model import AccountFacts
from simulation.model import Account
from simulation.violations import expect_equal

if TYPE_CHECKING:
    from simulation.world import World


def facts_agree(world: World, ledger: Ledger, customer_id: str) -> str:
    """Every figure of the account's facts is compared. Raises Violation."""
    seen = facts.account_facts(ledger, customer_id)
    account = world.model_of(customer_id)
    account.catch_up(world.clock.now())
    have, want = _told(seen), _known(account)
    for bills in (want["bills"], want["to pay"]):
        _leave_out_what_is_not_shown(bills, seen)
    for name, value in want.items():
        expect_equal(have[name], value, f"facts: {name}", customer_id)
    return str(seen.debts.total_fen)


def _leave_out_what_is_not_shown(bills: dict[str, int], seen: AccountFacts) -> None:
    """The facts hold the newest bills only; older ones may be unpaid too, and are in the sums."""
    if len(seen.bills) == ledger_bills.SHOWN:
        oldest = min(bill.month for bill in seen.bills)
        for month in [month for month in bills if month < oldest]:
            del bills[month]


def _told(seen: AccountFacts) -> dict[str, Any]:
    debts, limit = seen.debts, seen.limit
    return {
        "limit": (limit.total_fen, limit.used_fen, limit.held_fen, limit.available_fen),
        "total": debts.total_fen,
        "unbilled": debts.unbilled_fen,
        "plans": debts.product_plan_fen + debts.bill_plan_fen,
        "penalty": debts.penalty_fen,
        "interest": debts.interest_fen,
        "overdue": debts.overdue_fen,
        "credit": seen.credit_fen,
        "bills": {bill.month: bill.outstanding_fen for bill in seen.bills if bill.outstanding_fen},
        "to pay": {bill.month: bill.minimum_fen for bill in seen.bills if bill.outstanding_fen},
        "fees to come": sum(plan.remaining_fee_fen for plan in seen.plans),
        "closed": seen.state == "CLOSED",
    }


def _known(account: Account) -> dict[str, Any]:
    def left(*kinds: str) -> int:
        return sum(debt.left for debt in account.debts if debt.kind in kinds)

    bills: dict[str, int] = {}
    for debt in account.debts:
        if debt.bill:
            bills[debt.bill.month] = bills.get(debt.bill.month, 0) + debt.left
    return {
        "limit": (account.limit, account.used, account.held, account.available),
        "total": left("purchase", "principal", "fee", "interest", "penalty", "chargeback"),
        "unbilled": sum(d.left for d in account.debts if d.kind == "purchase" and not d.bill),
        "plans": left("principal"),
        "penalty": left("penalty"),
        "interest": left("interest"),
        "overdue": account.overdue_fen,
        "credit": account.credit,
        "bills": bills,
        "to pay": _to_pay(account),
        "fees to come": sum(fee for plan in account.plans for fee in plan.fees),
        "closed": account.closed,
    }


def _to_pay(account: Account) -> dict[str, int]:
    """By month: what keeps each bill from being late; what is late before it is paid first."""
    to_pay: dict[str, int] = {}
    late = 0
    for bill in sorted(account.bills, key=lambda bill: bill.issued):
        least = account.least(bill)
        late_before, late = late, late + (least if bill.standing == "LATE" else 0)
        to_pay[bill.month] = least + (late_before if least and bill.standing != "LATE" else 0)
    return to_pay
