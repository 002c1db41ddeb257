"""What is different in the ledger after something was said: what moved, for whom, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

from tests.live import LiveDemo

DAY_S = 86_400
# What a settlement changes of an account that stays open, besides its plans.
SETTLING = {
    "bill",
    "bills",
    "charges",
    "debts",
    "journals",
    "last_settled",
    "last_settlement",
    "limit",
    "receivables",
    "repayments",
    "settlements",
    "unbilled",
}
CLOSING = {"state", "closed_at", "close_receipt", "limit"}


class Watch:
    """The rows of every demo customer as they were when it was made."""

    def __init__(self, demo: LiveDemo) -> None:
        self.demo = demo
        self.before = demo.rows()

    def changed(self) -> dict[str, set[str]]:
        """Which parts of whose account are different now; customers without a difference are left out."""
        after = self.demo.rows()
        changed = {
            customer: {key for key in held if held[key] != self.before[customer].get(key)}
            for customer, held in after.items()
        }
        return {customer: keys for customer, keys in changed.items() if keys}

    def posted(self, customer: str) -> list[str]:
        """The kinds of the journals posted since, in their order."""
        journals = self.demo.ledger(customer)["journals"]
        before = self.before[customer]["journals"]
        assert journals[: len(before)] == before, "a posted journal changed"
        return [each["kind"] for each in journals[len(before) :]]


def yuan(amount_fen: int) -> str:
    return f"¥{amount_fen / 100:,.2f}"


def day(iso: str, today: str = "") -> str:
    """11月6日 of "2026-11-06" or of a moment on it; with its year where that is not today's."""
    on = date.fromisoformat(iso[:10])
    year = f"{on.year}年" if today and today[:4] != iso[:4] else ""
    return f"{year}{on.month}月{on.day}日"


def month(iso: str) -> str:
    """11月账单 of "2026-11"."""
    return f"{int(iso[5:7])}月账单"


def before(iso: str) -> str:
    """The month before "2026-11"."""
    return (date(int(iso[:4]), int(iso[5:7]), 1) - timedelta(days=1)).isoformat()[:7]


def told(ledger: dict[str, Any]) -> dict[str, str]:
    """The amounts and days of an account as a customer reads them, by the names that the tests use."""
    bill, limit, debts = ledger["bill"] or {}, ledger["limit"], ledger["debts"]
    now = ledger["now"]
    return {
        "owed": yuan(debts["total_fen"]),
        "short_of_1500": yuan(debts["total_fen"] - 150_000),
        "last_year": str(int(now[:4]) - 1),
        "overdue": yuan(debts["overdue_fen"]),
        "penalty": yuan(debts["penalty_fen"]),
        "a_day": yuan(debts["penalty_a_day_fen"]),
        "bill": yuan(bill.get("outstanding_fen", 0)),
        "minimum": yuan(bill.get("minimum_fen", 0)),
        "due": day(bill["due_on"], now) if bill else "",
        "bill_of": month(bill["month"]) if bill else "",
        "bill_before": month(before(bill["month"])) if bill else "",
        "limit": yuan(limit["total_fen"]),
        "available": yuan(limit["available_fen"]),
        "used": yuan(limit["used_fen"]),
        "next_bill": day(ledger["next_bill_on"], now),
        "next_due": day(ledger["next_due_on"], now),
        "today": day(now),
        "opened": day(ledger["opened_on"], now),
        "closed": day(ledger["closed_at"], now) if ledger["closed_at"] else "",
        "close_receipt": ledger["close_receipt"],
        "repaid": yuan(ledger["repayments"][0]["amount_fen"]) if ledger["repayments"] else "",
        "card": ledger["card_last4"],
    }


def let_days_pass(demo: LiveDemo, customer: str, days: int = 1) -> None:
    """The demo's clock moves on, and the conversation was that long ago: its events get older stamps."""
    demo.clock(f"{days}d")
    older_s = days * DAY_S
    with closing(sqlite3.connect(demo.folder / "chat.db", timeout=10)) as chat:
        sender = f"web-{customer}"
        events = chat.execute("SELECT id, data FROM events WHERE sender_id = ?", (sender,)).fetchall()
        for number, data in events:
            event = json.loads(data)
            event["timestamp"] -= older_s
            row = (event["timestamp"], json.dumps(event), number)
            chat.execute("UPDATE events SET timestamp = ?, data = ? WHERE id = ?", row)
        for table, column in (("chat_sender", "last_at"), ("chat_message", "at"), ("chat_turn", "at")):
            order = f"UPDATE {table} SET {column} = {column} - ? WHERE sender = ?"  # noqa: S608 - names above
            chat.execute(order, (older_s, sender))
        chat.commit()
