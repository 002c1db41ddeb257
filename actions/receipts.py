"""Proof of what was paid and closed: the numbers again, whenever they are asked for."""

from __future__ import annotations

from actions import words
from ledger.model import AccountFacts, ChargeState, Repayment

STATES: dict[ChargeState, str] = {
    "CREATED": "正在核实",
    "SENT": "正在核实",
    "UNKNOWN": "正在核实",
    "SUCCEEDED": "已到账",
    "FAILED": "没有扣款",
}


def payment(value: Repayment, facts: AccountFacts) -> str:
    """A payment in one line: 11月3日 09:50，¥887.00，已到账，编号S3-1，结清凭证号JQ20261103-0003."""
    at, amount = words.moment(value.at, today=facts.today), words.money(value.amount_fen)
    receipt = f"，结清凭证号{value.receipt}" if value.receipt else ""
    return f"{at}，{amount}，{STATES[value.state]}，编号{value.number}{receipt}"
