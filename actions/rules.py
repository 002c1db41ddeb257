"""The product's rules as a customer reads them: every day, rate and period comes from the terms."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from actions import words
from ledger import debit_slots, disclosure
from ledger.disclosure import PlanOffer
from ledger.model import PlanKind
from ledger.terms import Terms


def daily_rate(rate_day: Decimal) -> str:
    """A daily rate, never without its annual one: 每日0.05%，年化（单利）18.25%."""
    annual = disclosure.annual_simple(rate_day)
    return f"每日{words.percent(rate_day)}，年化（单利）{words.percent(annual)}"


def fee_rate(terms: Terms, kind: PlanKind) -> str:
    """The annual rate of each number of periods (the response says that it is one), then the fee."""
    rate = terms.fee_rate[kind]
    annual = "、".join(f"{each}期{words.percent(terms.apr_simple(rate, each))}" for each in terms.periods)
    return f"{annual}（每期{words.percent(rate)}）"


def periods(terms: Terms) -> str:
    return "、".join(str(each) for each in terms.periods)


def clock(value: time) -> str:
    return f"{value:%H:%M}"


def debit_times(terms: Terms) -> str:
    return "、".join(clock(each) for each in terms.debit_times)


def debit_times_left(terms: Terms, due_on: date, now: datetime) -> str:
    """Those of the due day's times that are still to come: 17:00、20:00; "" when there are none."""
    return "、".join(clock(slot.time()) for slot in debit_slots.of_day(terms, due_on) if slot > now)


def staff_hours(terms: Terms) -> str:
    """09:00到21:00."""
    opens, closes = terms.human_hours
    return f"{clock(opens)}到{clock(closes)}"


def refund_days(terms: Terms) -> str:
    return "到".join(str(each) for each in terms.refund_days)


def offer(value: PlanOffer) -> str:
    """The whole cost of a plan in one line."""
    principal, fee = words.money(value.principal_per_period_fen), words.money(value.fee_per_period_fen)
    annual = f"年化（单利）{words.percent(value.apr_simple)}"
    whole = words.money(value.fee_total_fen)
    return f"{value.periods}期：每期{principal}＋手续费{fee}（共{whole}），{annual}"
