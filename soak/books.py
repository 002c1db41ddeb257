"""The ledger and the payment gateway beside it, read from outside while the cluster runs."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ledger import audit, reconciliation, seals, terms
from ledger import tables as t
from ledger import tables_review as tr
from ledger.clock import FixedClock, SystemClock
from ledger.database import Ledger, open_engine
from ledger.gateway import simulated_tables as gt
from ledger.gateway.chosen import no_gateway
from ledger.gateway.simulated import SimulatedGateway

DATABASE_BACK_S: Final = 60.0
SETTLED_S: Final = 90.0
_OPEN: Final = ("CREATED", "SENT", "UNKNOWN")


@dataclass(frozen=True)
class Comparison:
    """The books beside the gateway. Both lists are empty when all is well.

    `kept_fen`: by customer what the gateway took and did not give back. `settled`: who has settled just once.
    """

    violations: list[str]
    not_as_the_gateway: list[str]
    kept_fen: dict[str, int]
    settled: set[str]
    captures: int


class Books:
    """`gateway_store`: the file of the simulated gateway. `folder`: where exported seals and files go."""

    def __init__(self, url: str, gateway_store: Path, folder: Path) -> None:
        self._ledger = Ledger(open_engine(url), SystemClock(), terms.load_versions(), no_gateway())
        self._gateway_store = gateway_store
        self._folder = folder
        self._heads = folder / "heads.jsonl"
        self._began = self._ledger.clock.now().date()

    def close(self) -> None:
        self._ledger.engine.dispose()

    def export_heads(self) -> int:
        """Writes the heads of the hash chains down outside the database, as an operator does."""
        return seals.export(self._ledger, self._heads)

    def open_charges(self) -> int:
        """How many charges have no known outcome yet."""
        wanted = sa.select(sa.func.count()).select_from(t.charges).where(t.charges.c.state.in_(_OPEN))
        with self._ledger.read() as conn:
            return int(conn.execute(wanted).scalar_one())

    def wait_for_database(self) -> None:
        """Raises OperationalError when it does not answer in time."""
        until = time.monotonic() + DATABASE_BACK_S
        while True:
            try:
                with self._ledger.engine.connect():
                    return
            except sa.exc.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def wait_settled(self) -> None:
        """Until no charge is open any more, or for as long as that may take."""
        until = time.monotonic() + SETTLED_S
        while self.open_charges() and time.monotonic() < until:
            time.sleep(0.5)

    def compare(self) -> Comparison:
        """Audits with the exported heads, and takes in the gateway's settlement files of all days, as is
        done on the day after."""
        violations = audit.audit(self._ledger, self._heads)
        if count := self.open_charges():
            violations.append(f"{count} charges have no outcome")
        charged, captures = self._charged()
        return Comparison(violations, self._disagreements(), charged, self._settled(), captures)

    def _disagreements(self) -> list[str]:
        now = self._ledger.clock.now() + timedelta(hours=1)
        day_after = datetime.combine(now.date() + timedelta(days=1), now.timetz())
        later = Ledger(self._ledger.engine, FixedClock(day_after), self._ledger.rules, no_gateway())
        for day in _days(self._began, now.date()):
            gateway = SimulatedGateway(self._gateway_store, SystemClock())
            path = self._folder / f"settlement-{day}.csv"
            path.write_text(gateway.settlement_file(day), "utf-8")
            gateway.close()
            reconciliation.reconcile(later, path)
        w = tr.work_items.c
        with later.read() as conn:
            rows = conn.execute(sa.select(w.kind, w.key).where(w.closed_at.is_(None)).order_by(w.id))
            return [f"{row.kind} {row.key}" for row in rows]

    def _charged(self) -> tuple[dict[str, int], int]:
        """What the gateway kept of each customer's, and how many times it took anything."""
        engine = gt.open_engine(self._gateway_store)
        c, m = gt.charges.c, gt.movements.c
        wanted = sa.select(c.customer_id, m.kind, m.amount_fen).join(gt.movements, m.number == c.number)
        with engine.begin() as conn:
            rows = conn.execute(wanted).all()
        engine.dispose()
        kept: Counter[str] = Counter()
        for customer, kind, fen in rows:
            kept[customer] += fen if kind == "capture" else -fen
        return dict(kept), sum(kind == "capture" for _, kind, _ in rows)

    def _settled(self) -> set[str]:
        """The customers with exactly one settlement that is SETTLED."""
        wanted = (
            sa.select(t.accounts.c.customer_id)
            .join(t.settlements, t.settlements.c.account_id == t.accounts.c.id)
            .where(t.settlements.c.state == "SETTLED")
        )
        with self._ledger.read() as conn:
            counted = Counter(conn.execute(wanted).scalars())
        return {customer for customer, times in counted.items() if times == 1}


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
