"""The model's rules put into the ledger's own form: the product as it is, and as it changes in a world."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ledger import terms
from ledger.terms import Terms, Versions
from simulation.rules import Rules, Version

_RATE = Decimal(100_000)


def versions(rules: Rules) -> Versions:
    """The product's terms and, from their days on, the later versions."""
    product = terms.load()
    later = (_changed(product, version) for version in rules.versions[1:])
    return Versions((product, *later))


def _changed(product: Terms, version: Version) -> Terms:
    return replace(
        product,
        version=version.since.isoformat(),
        effective_from=version.since,
        due_day=version.due_day,
        hold_days=version.hold_days,
        fee_rate={"product": version.product_fee / _RATE, "bill": version.bill_fee / _RATE},
        daily_rate=version.interest / _RATE,
        penalty_rate=version.penalty / _RATE,
        minimum_ratio=Decimal(version.minimum_percent) / 100,
        min_instalment_fen=version.least_instalment_fen,
        settle_next_fee=version.settle_next_fee,
        settle_fee_periods=version.settle_fee_periods,
        unfreeze_wait_days=version.unfreeze_wait_days,
    )
