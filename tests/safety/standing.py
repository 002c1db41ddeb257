"""How a customer stands: every row that a later answer to them could depend on, and none that only names.

Two worlds in which these are equal go on alike. Left out is what tells them apart and changes no answer: the
ids that rows were given, also where another refers to them, hashes, the keys of requests, whose turn it was
at a merchant's settlement, when tickets were opened and since when they are late.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from tests.safety.memory import Memory

#: By table, its rows of one account: the condition on them, and in which order they were written.
_OF_ACCOUNT = {
    "accounts": ("id = :account", "id"),
    "applications": ("account_id = :account", "id"),
    "balances": ("account_id = :account", "book"),
    "bills": ("account_id = :account", "id"),
    "charges": ("account_id = :account", "id"),
    "charge_checks": ("number IN (SELECT number FROM charges WHERE account_id = :account)", "number"),
    "freezes": ("account_id = :account", "id"),
    "goodwill": ("account_id = :account", "id"),
    "items": ("account_id = :account", "id"),
    "allocations": ("item_id IN (SELECT id FROM items WHERE account_id = :account)", "id"),
    "journals": ("account_id = :account", "id"),
    "postings": ("account_id = :account", "journal_id, line_no"),
    "limit_cuts": ("account_id = :account", "id"),
    "payouts": ("account_id = :account", "id"),
    "plans": ("account_id = :account", "id"),
    "plan_fees": ("plan_id IN (SELECT id FROM plans WHERE account_id = :account)", "plan_id, period_no"),
    "purchases": ("account_id = :account", "id"),
    "refunds": ("account_id = :account", "id"),
    "refusals": ("account_id = :account", "id"),
    "settlements": ("account_id = :account", "id"),
    "outbox": ("sender = :sender AND acked_at IS NULL", "id"),
}
_NAMES_ONLY = {
    *("id", "journal_id", "ref", "hash", "previous_hash", "chain_head", "merchant_settlement_id", "version")
}
_OF_GATEWAY = {
    "charges": ("customer_id = :customer", "number"),
    "movements": ("number IN (SELECT number FROM charges WHERE customer_id = :customer)", "id"),
    "notifications": ("number IN (SELECT number FROM charges WHERE customer_id = :customer)", "id"),
    "refunds": ("number IN (SELECT number FROM charges WHERE customer_id = :customer)", "refund_number"),
}
_UNDECIDED = (
    "SELECT count(*) FROM charges WHERE customer_id = ? "
    "AND state NOT IN ('SUCCEEDED', 'DECLINED', 'CANCELLED', 'CHARGED_BACK')"
)
_QUOTES = (
    "SELECT quote_id, valid_until, (SELECT version FROM accounts WHERE id = quotes.account_id) "
    "FROM quotes WHERE quote_id IN (SELECT value FROM json_each(?)) ORDER BY quote_id"
)
_LATE = "CASE WHEN late_told_at IS NULL THEN 'late' ELSE 'told late' END"
_DUE = f"CASE WHEN state != 'OPEN' THEN '' WHEN promised_by >= :now THEN promised_by ELSE {_LATE} END"
_TICKETS = (
    f"SELECT kind, state, {_DUE} FROM tickets WHERE sender = :sender AND state != 'CLOSED' "  # noqa: S608
    "ORDER BY state != 'TAKEN', id DESC"
)
REPORTED = "reported"
_REPORTS = (
    f"SELECT DISTINCT kind, '{REPORTED}', '' FROM tickets "  # noqa: S608
    "WHERE customer_id = ? AND kind = 'fraud' AND state != 'CLOSED'"
)


def account(ledger: Memory, gateway: Memory, customer: str) -> str:
    """A fingerprint of the customer's newest account at the ledger and at the gateway."""
    (account_id,) = ledger.read("SELECT max(id) FROM accounts WHERE customer_id = ?", (customer,))[0]
    given = {"account": account_id, "customer": customer, "sender": f"web-{customer}"}
    held = [list(_rows(ledger, _OF_ACCOUNT, given)), list(_rows(gateway, _OF_GATEWAY, given))]
    held.append(_modes(gateway, customer))
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def tickets(ledger: Memory, customer: str, now: datetime) -> list[tuple[str, str, str]]:
    """Kind and state of the ticket that answers look at, and of all others that are not closed; of an open
    one also until when somebody is to take it, or that it is late. Last, whether there is a report of fraud.

    `tickets.active_for` takes the newest; one that is filed already is looked for under it, and whoever waits
    hears of all. A report is looked for, whoever filed it, before what it may be about is paid.
    """
    given = {"sender": f"web-{customer}", "now": now.isoformat(timespec="microseconds")}
    return [*ledger.read(_TICKETS, given), *ledger.read(_REPORTS, (customer,))]


def quotes(ledger: Memory, ids: Collection[str]) -> list[Any]:
    """Of quotes that a button names: until when they hold, and of what the account has become since."""
    return ledger.read(_QUOTES, (json.dumps(list(ids)),)) if ids else []


def _modes(gateway: Memory, customer: str) -> list[Any]:
    """What the gateway was told to do matters to a charge that it has not decided; the next is told anew."""
    undecided = not all_decided(gateway, customer)
    return gateway.read("SELECT * FROM modes ORDER BY customer_id") if undecided else []


def all_decided(gateway: Memory, customer: str) -> bool:
    """Whether the gateway has no charge of the customer's under way."""
    ((undecided,),) = gateway.read(_UNDECIDED, (customer,))
    return not undecided


def _rows(memory: Memory, tables: dict[str, tuple[str, str]], given: dict[str, Any]) -> Iterator[Any]:
    for table, (condition, order) in tables.items():
        yield memory.read(_select(memory, table, condition, order), given)


@cache
def _select(memory: Memory, table: str, condition: str, order: str) -> str:
    columns = [row[1] for row in memory.read(f"PRAGMA table_info({table})")]
    assert columns, f"no table {table}"
    shown = ", ".join(f'"{each}"' for each in columns if each not in _NAMES_ONLY)
    return f"SELECT {shown} FROM {table} WHERE {condition} ORDER BY {order}"  # noqa: S608 - names above
