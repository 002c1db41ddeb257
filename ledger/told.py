"""Failures of an operator's command, each as one sentence. Customers are told by `actions`, in Chinese."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from ledger.errors import LedgerError
from ledger.gateway.interface import GatewayError, GatewayMisconfigured
from profiles.environment import SettingsError


def sentence(error: Exception) -> str:
    """What went wrong and, where it helps, what to do; nothing of a secret and no address of a database."""
    if isinstance(error, LedgerError):
        return _of_ledger(error)
    if isinstance(error, GatewayMisconfigured | SettingsError):
        return str(error)
    if isinstance(error, GatewayError):
        return f"The payment gateway fails ({type(error).__name__}); what is open stays open."
    if isinstance(error, sa.exc.DBAPIError):
        return f"The database cannot be used ({type(error.orig).__name__})."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be used: {error.strerror}."
    return f"It failed ({type(error).__name__})."


def _of_ledger(error: LedgerError) -> str:
    for key in ((error.code, error.details.get("reason")), (error.code, None)):
        if key in _OF_LEDGER:
            return _OF_LEDGER[key].format(**error.details)
    return f"It was refused: {error}."


#: By the error's code and, where one code has several, its reason.
_OF_LEDGER: Final[dict[tuple[str, str | None], str]] = {
    ("unknown_customer", None): "There is no customer {customer_id}.",
    ("settlement_under_way", None): "A payment of the customer's is not decided yet. Nothing was changed.",
    ("outcome_untold", None): "The customer is still to be told what became of a payment, {ref}, "
    "which the bot does. Nothing was changed.",
    ("bad_settlement_file", None): "This is no settlement file: line {line}, {reason}. Nothing was done.",
    ("bad_input", "day_not_over"): "The day of the file, {day}, is not over. Nothing was done.",
    ("bad_input", "month_not_over"): "The month {month} is not over.",
    ("bad_input", "no_month"): "A month is written like 2026-10, not {month!r}.",
    ("invalid_terms", None): "ledger/terms.yml: {key} {reason}.",
    ("read_only_ledger", None): "The database is open for reading only. Nothing was changed.",
    ("busy", None): "The database was locked by another program for too long. Run it again.",
    ("unavailable", None): "The database failed ({reason}). Run it again.",
    ("seals_disagree", "no_seals"): "The file holds something else than seals. Nothing was written.",
    (
        "seals_disagree",
        None,
    ): "Seal {seal} in the file is not the ledger's own: audit it. Nothing was written.",
    ("would_forget", None): "Migrating back would forget {rows_of}. Nothing was changed.",
    ("no_database", None): "There is no ledger: {reason}.",
    (
        "other_schema",
        "empty",
    ): "There is no ledger in this database yet: the service makes it when it starts.",
    ("other_schema", "older"): "The database is at migration {found}, this program needs {expected}: "
    "the service brings it there when it starts.",
    ("other_schema", "newer"): "A newer program has migrated the database to {found}; "
    "this one needs {expected} and leaves it alone.",
}
