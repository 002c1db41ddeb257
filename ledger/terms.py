"""The product's rules, read from `terms.yml` and checked: a rule that cannot be is refused with its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from ledger import schedule
from ledger.errors import InvalidTerms
from ledger.model import PlanKind

_FILE = Path(__file__).with_name("terms.yml")
#: The range of the cap: courts protect no more than 24 % a year; below 8 % nothing could be offered.
_APR_CAP_RANGE = (Decimal("0.08"), Decimal("0.24"))
_LONGEST_BILL_MONTH_DAYS = 31


@dataclass(frozen=True)
class Terms:
    version: str
    effective_from: date
    bill_day: int
    due_day: int
    credit_limit_max_fen: int
    hold_days: int
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


def load(path: Path = _FILE) -> Terms:
    """The rules in `path`. Raises InvalidTerms(key, reason); an unknown or missing key is one too."""
    with path.open(encoding="utf-8") as file:
        raw = yaml.safe_load(file)
    reader = _Reader(raw)
    terms = _read(reader)
    reader.no_more()
    _check(terms)
    return terms


def _read(r: _Reader) -> Terms:
    return Terms(
        version=r.text("version"),
        effective_from=r.get("effective_from", date),
        bill_day=r.whole("bill_day", 1, 28),
        due_day=r.whole("due_day", 1, 28),
        credit_limit_max_fen=r.whole("credit_limit_max_fen", 50_000, 20_000_000),
        hold_days=r.whole("hold_days", 1, 30),
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


class _Reader:
    """Takes values out of nested mappings by dotted key, and knows what nobody has asked for."""

    def __init__(self, raw: object) -> None:
        self._values = dict(_flat(raw, ""))

    def get(self, key: str, kind: type) -> Any:
        if key not in self._values:
            raise InvalidTerms(key=key, reason="missing")
        value = self._values.pop(key)
        if type(value) is not kind:
            raise InvalidTerms(key=key, reason=f"must be {kind.__name__}")
        return value

    def text(self, key: str) -> str:
        value: str = self.get(key, str)
        if not value.strip():
            raise InvalidTerms(key=key, reason="empty")
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        return _within(key, self.get(key, int), least, most)

    def wholes(self, key: str, least: int, most: int) -> list[int]:
        values = self.get(key, list)
        if not values or values != sorted(set(values)):
            raise InvalidTerms(key=key, reason="must be a rising list")
        return [_within(key, value, least, most) for value in values]

    def rate(self, key: str) -> Decimal:
        try:
            value = Decimal(self.get(key, str))
        except InvalidOperation:
            raise InvalidTerms(key=key, reason="must be a decimal fraction in quotes") from None
        if not 0 <= value < 1:
            raise InvalidTerms(key=key, reason="must be from 0 to below 1")
        return value

    def clock(self, key: str) -> time:
        try:
            return time.fromisoformat(self.get(key, str))
        except ValueError:
            raise InvalidTerms(key=key, reason="must be HH:MM") from None

    def clocks(self, key: str) -> list[time]:
        values = self.get(key, list)
        try:
            clocks = [time.fromisoformat(value) for value in values]
        except (TypeError, ValueError):
            raise InvalidTerms(key=key, reason="must be a list of HH:MM") from None
        if not clocks or clocks != sorted(set(clocks)):
            raise InvalidTerms(key=key, reason="must be a rising list")
        return clocks

    def no_more(self) -> None:
        for key in self._values:
            raise InvalidTerms(key=key, reason="unknown key")


def _within(key: str, value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise InvalidTerms(key=key, reason=f"must be from {least} to {most}")
    return value


def _flat(raw: object, prefix: str) -> list[tuple[str, Any]]:
    if not isinstance(raw, dict):
        return [(prefix.removesuffix("."), raw)]
    return [pair for key, value in raw.items() for pair in _flat(value, f"{prefix}{key}.")]
