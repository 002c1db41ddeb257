"""The product's rules over time, read from `terms.yml` and checked.

What was agreed under a version keeps it: a bill that of its issue day, a plan that of the day it was agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol, get_args

from ledger import schedule
from ledger.errors import InvalidTerms
from ledger.model import PlanKind
from ledger.terms_reader import Reader, documents

MerchantCycle = Literal["day", "week", "month"]

_FILE = Path(__file__).with_name("terms.yml")
#: The range of the cap: courts protect no more than 24 % a year; below 8 % nothing could be offered.
_APR_CAP_RANGE = (Decimal("0.08"), Decimal("0.24"))
_LONGEST_BILL_MONTH_DAYS = 31
#: What other products of this kind choose and this one does not: the only value it has may be stated.
_ONLY: Mapping[str, object] = {
    "due_day_change": False,
    "due_cutoff": "24:00",
    "posting_event": "paid",
    "unsupported_categories": [],
    "allocation_order": ["penalty", "interest", "fee", "principal"],
    "limit_pools": ["base"],
    "lock_instead_of_closing": False,
    "instalments.remainder_on": "last",
    "settle_early.fee_free_without_fees": True,
    "settle_early.later_fees_waived": True,
    "settle_early.no_charge_once_last_but_one_is_billed": True,
    "settle_early.same_day_free": False,
    "settle_early.part_of_a_plan": False,
    "minimum_payment.enabled": True,
    "overdue.grace_days": 0,
    "overdue.freeze_on_day": 1,
    "closing.min_age_days": 0,
    "closing.reopen_after_days": 0,
    "refunds.last_periods_first": True,
}


@dataclass(frozen=True)
class Terms:
    version: str
    effective_from: date
    bill_day: int
    due_day: int
    credit_limit_max_fen: int
    hold_days: int
    merchant_cycle: MerchantCycle
    periods: tuple[int, ...]
    fee_rate: Mapping[PlanKind, Decimal]  # per period, on the original principal
    min_instalment_fen: int
    bill_window_until: time  # of the due day
    apr_cap: Decimal
    settle_next_fee: bool
    settle_fee_periods: int
    minimum_ratio: Decimal
    daily_rate: Decimal  # interest of a minimum payment
    penalty_rate: Decimal  # a day, on overdue principal
    freeze_kept_after_days_late: int
    unfreeze_wait_days: int
    quote_valid_minutes: int
    charge_timeout_s: int
    charge_expires_minutes: int
    close_path: str
    settle_path: str
    bill_path: str
    repay_path: str
    auto_debit_path: str
    recent_order_days: int
    debit_times: tuple[time, ...]  # of the due day, rising
    refund_days: tuple[int, ...]
    complaint_days: tuple[int, ...]
    human_hours: tuple[time, time]  # from, until
    human_sla_minutes: int
    hotline: str  # verified, or ""

    def at(self, day: date) -> Terms:
        """These rules, whatever the day: one version is rules over time too."""
        return self

    def named(self, version: str) -> Terms:
        """These rules, whatever the version."""
        return self

    @property
    def interest_free_days_max(self) -> int:
        """Bought on the 1st of a 31-day month, billed on the next bill day, paid on the due day: 36."""
        return _LONGEST_BILL_MONTH_DAYS + self.due_day - self.bill_day

    def apr_simple(self, rate: Decimal, periods: int) -> Decimal:
        """年化（单利） of a fee rate per period, a fraction half-up to four decimals: 0.0090, 6 -> 0.1828.

        It is the annual rate of the equal instalments by their internal rate of return, twelve periods a
        year.
        """
        return schedule.apr(rate, periods)


class Rules(Protocol):
    """The rules of any day; one version of them holds on every day, for whoever needs no other."""

    def at(self, day: date) -> Terms: ...

    def named(self, version: str) -> Terms: ...


@dataclass(frozen=True)
class Versions:
    """The product's rules over time: each version holds from its date until the next one's."""

    all: tuple[Terms, ...]  # by effective date, never empty

    def at(self, day: date) -> Terms:
        """The rules in force on `day`; before the first version, which began with the product, that one."""
        return next((each for each in reversed(self.all) if each.effective_from <= day), self.all[0])

    def named(self, version: str) -> Terms:
        """The rules that something was agreed under. Raises InvalidTerms when the file has lost them."""
        for each in self.all:
            if each.version == version:
                return each
        raise InvalidTerms(key="version", reason="was agreed under and is gone", version=version)


def load(path: Path = _FILE) -> Terms:
    """The newest version in `path`. Raises InvalidTerms as `load_versions` does."""
    return load_versions(path).all[-1]


def load_versions(path: Path = _FILE) -> Versions:
    """All versions in `path`: YAML documents, the first one whole, each later one what it changes.

    Raises InvalidTerms(key, reason, version): an unknown, missing or repeated key, a value that cannot be, a
    version named twice, a date that does not rise.
    """
    found: list[Terms] = []
    for raw in documents(path):
        try:
            reader = Reader(raw)
            terms = _read(reader)
            reader.no_more()
            _check(terms)
            _check_follows(terms, found)
        except InvalidTerms as invalid:
            raise InvalidTerms(**invalid.details, version=str(raw["version"])) from None
        found.append(terms)
    if not found:
        raise InvalidTerms(key="", reason="empty")
    return Versions(tuple(found))


def _check_follows(terms: Terms, earlier: list[Terms]) -> None:
    if any(each.version == terms.version for each in earlier):
        raise InvalidTerms(key="version", reason="used twice")
    if earlier and terms.effective_from <= earlier[-1].effective_from:
        raise InvalidTerms(key="effective_from", reason="must be after the version before")
    if earlier and terms.bill_day != earlier[-1].bill_day:
        raise InvalidTerms(key="bill_day", reason="cannot change: a month would have two bills, or none")


def _read(r: Reader) -> Terms:
    for key, only in _ONLY.items():
        r.only(key, only)
    return Terms(
        version=r.text("version"),
        effective_from=r.get("effective_from", date),
        bill_day=r.whole("bill_day", 1, 28),
        due_day=r.whole("due_day", 1, 28),
        credit_limit_max_fen=r.whole("credit_limit_max_fen", 50_000, 20_000_000),
        hold_days=r.whole("hold_days", 1, 30),
        merchant_cycle=r.one_of("merchants.paid_each", get_args(MerchantCycle)),
        periods=tuple(r.wholes("instalments.periods", 2, 36)),
        fee_rate={
            "product": r.rate("instalments.fee_rate.product"),
            "bill": r.rate("instalments.fee_rate.bill"),
        },
        min_instalment_fen=r.whole("instalments.min_amount_fen", 100, 60_000),
        bill_window_until=r.clock("instalments.bill_window_until"),
        apr_cap=r.rate("instalments.apr_cap"),
        settle_next_fee=r.get("settle_early.next_fee", bool),
        settle_fee_periods=r.whole("settle_early.fee_periods", 0, 1),
        minimum_ratio=r.rate("minimum_payment.ratio"),
        daily_rate=r.rate("minimum_payment.interest_rate_day"),
        penalty_rate=r.rate("overdue.penalty_rate_day"),
        freeze_kept_after_days_late=r.whole("overdue.freeze_kept_after_days_late", 0, 365),
        unfreeze_wait_days=r.whole("overdue.unfreeze_wait_days", 0, 90),
        quote_valid_minutes=r.whole("quote.valid_minutes", 1, 60),
        charge_timeout_s=r.whole("charge.timeout_s", 1, 30),
        charge_expires_minutes=r.whole("charge.expires_minutes", 5, 1440),
        close_path=r.text("paths.close"),
        settle_path=r.text("paths.settle"),
        bill_path=r.text("paths.bill"),
        repay_path=r.text("paths.repay"),
        auto_debit_path=r.text("paths.auto_debit"),
        recent_order_days=r.whole("closing.recent_order_days", 0, 90),
        debit_times=tuple(r.clocks("auto_debit.times")),
        refund_days=tuple(r.wholes("refunds.days", 1, 30)),
        complaint_days=tuple(r.wholes("complaint_days", 1, 60)),
        human_hours=(r.clock("human.from"), r.clock("human.until")),
        human_sla_minutes=r.whole("human.sla_minutes", 1, 1440),
        hotline=r.get("hotline", str),
    )


def _check(terms: Terms) -> None:
    if terms.due_day <= terms.bill_day:
        raise InvalidTerms(key="due_day", reason="must come after bill_day")
    if not _APR_CAP_RANGE[0] <= terms.apr_cap <= _APR_CAP_RANGE[1]:
        raise InvalidTerms(key="instalments.apr_cap", reason="must be from 0.08 to 0.24")
    for kind, rate in terms.fee_rate.items():
        for periods in terms.periods:
            if schedule.apr(rate, periods) > terms.apr_cap:
                raise InvalidTerms(key=f"instalments.fee_rate.{kind}", reason=f"above apr_cap over {periods}")
    for key, rate in (
        ("overdue.penalty_rate_day", terms.penalty_rate),
        ("minimum_payment", terms.daily_rate),
    ):
        if rate * 365 > Decimal("0.365"):
            raise InvalidTerms(key=key, reason="above 0.10 % a day")
    if terms.human_hours[0] >= terms.human_hours[1]:
        raise InvalidTerms(key="human.until", reason="must come after human.from")
    if terms.minimum_ratio <= 0:
        raise InvalidTerms(key="minimum_payment.ratio", reason="must be above 0")
