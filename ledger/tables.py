"""Every table of the ledger proper, by one name: `from ledger import tables as t`."""

from ledger.metadata import metadata
from ledger.table_parts import Day, Whole
from ledger.tables_books import (
    accounts,
    balances,
    idempotency,
    journal_ids,
    journals,
    postings,
)
from ledger.tables_credit import (
    allocations,
    applications,
    bills,
    freezes,
    items,
    limit_cuts,
    plan_fees,
    plans,
    purchases,
    refunds,
    refusals,
)
from ledger.tables_goodwill import goodwill
from ledger.tables_merchants import merchant_settlements
from ledger.tables_settling import (
    charges,
    payouts,
    quotes,
    settlements,
    terms_versions,
)

__all__ = [
    "Day",
    "Whole",
    "accounts",
    "allocations",
    "applications",
    "balances",
    "bills",
    "charges",
    "freezes",
    "goodwill",
    "idempotency",
    "items",
    "journal_ids",
    "journals",
    "limit_cuts",
    "merchant_settlements",
    "metadata",
    "payouts",
    "plan_fees",
    "plans",
    "postings",
    "purchases",
    "quotes",
    "refunds",
    "refusals",
    "settlements",
    "terms_versions",
]
