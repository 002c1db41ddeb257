"""What borrowing would cost, told before a customer agrees to it: pure functions of the terms and the facts.

The cost of an instalment plan is disclosed whole and annualised before it is made
(个人贷款业务明示综合融资成本规定, in force from 2026-08-01; 人民银行公告〔2021〕3号 for the annual rate).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger import schedule
from ledger.model import AccountFacts, Bill, PlanKind
from ledger.terms import Terms

_DAYS_A_YEAR = 365

WhyNot = Literal["no_bill", "overdue", "too_late", "nothing_to_instal", "too_small"]


@dataclass(frozen=True)
class PlanOffer:
    """A bill or a purchase over `periods`, in fen; the last period may differ by what rounding left."""

    periods: int
    principal_fen: int
    principal_per_period_fen: int
    fee_per_period_fen: int
    fee_total_fen: int
    rate_per_period: Decimal
    apr_simple: Decimal  # 年化（单利）, a fraction


def annual_simple(rate_day: Decimal) -> Decimal:
    """A simple daily rate over 365 days, a fraction: 0.0005 -> 0.1825."""
    return rate_day * _DAYS_A_YEAR


def bill_plans(terms: Terms, bill: Bill | None, now: datetime) -> tuple[PlanOffer, ...] | WhyNot:
    """What the bill's unpaid purchases would cost over each number of periods, or why that cannot be had.

    The same conditions as making the plan: from the bill day to `terms.bill_window_until` of the due day, of
    purchases alone (instalments and fees on the bill stay due), from `terms.min_instalment_fen` on.
    """
    if bill is None or not bill.outstanding_fen:
        return "no_bill"
    if bill.state == "OVERDUE":
        return "overdue"
    if now > datetime.combine(bill.due_on, terms.bill_window_until, now.tzinfo):
        return "too_late"
    principal_fen = sum(item.outstanding_fen for item in bill.items if item.kind == "purchase")
    if not principal_fen:
        return "nothing_to_instal"
    if principal_fen < terms.min_instalment_fen:
        return "too_small"
    return tuple(_offer(terms, "bill", principal_fen, periods) for periods in terms.periods)


def product_plans(terms: Terms, principal_fen: int) -> tuple[PlanOffer, ...] | WhyNot:
    """What a purchase of that price would cost over each number of periods; the shop offers some or none."""
    if principal_fen < terms.min_instalment_fen:
        return "too_small"
    return tuple(_offer(terms, "product", principal_fen, periods) for periods in terms.periods)


@dataclass(frozen=True)
class PartPayment:
    """What the oldest unpaid bill still asks for once a part of it is paid, in fen."""

    left_fen: int
    minimum_left_fen: int  # until its due day, to stay out of lateness
    overdue_left_fen: int


def part_payment(facts: AccountFacts, amount_fen: int) -> PartPayment | None:
    """What a payment of `amount_fen` leaves; None when it pays the whole bill, or would go elsewhere first.

    A payment goes to the oldest bill first; a charge-back is due at once and may come before it.
    """
    bill = facts.bill
    if bill is None or amount_fen >= bill.outstanding_fen or facts.debts.chargeback_fen:
        return None
    wanted = bill.outstanding_fen, bill.minimum_fen, facts.debts.overdue_fen
    return PartPayment(*(max(0, fen - amount_fen) for fen in wanted))


def _offer(terms: Terms, kind: PlanKind, principal_fen: int, periods: int) -> PlanOffer:
    rate = terms.fee_rate[kind]
    fees = schedule.fees(principal_fen, rate, periods)
    return PlanOffer(
        periods=periods,
        principal_fen=principal_fen,
        principal_per_period_fen=schedule.principals(principal_fen, periods)[0],
        fee_per_period_fen=fees[0],
        fee_total_fen=sum(fees),
        rate_per_period=rate,
        apr_simple=terms.apr_simple(rate, periods),
    )
