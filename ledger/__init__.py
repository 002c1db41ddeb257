"""The money: accounts, bills, plans, settling and closing. Knows nothing of Rasa, HTTP or Chinese."""

from __future__ import annotations

from ledger.database import Ledger

__all__ = ["Ledger"]
