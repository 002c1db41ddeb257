"""The ledger's errors come out of a worker process as they were raised in it."""

from __future__ import annotations

import pickle
from datetime import date, datetime

import pytest

from ledger.clock import SHANGHAI
from ledger.errors import (
    GuardRefused,
    InvalidAmount,
    LedgerError,
    QuoteChanged,
    SettlementUnderWay,
    UnknownCustomer,
)
from ledger.model import Charge, Guard, Quote

AT = datetime(2026, 11, 3, 12, 0, tzinfo=SHANGHAI)
CHARGE = Charge("S1-1", "settle", 500, "UNKNOWN", AT)
QUOTE = Quote("q", "c-1", (), (), (), 500, AT, AT, False, "2026-01")


@pytest.mark.parametrize(
    "error",
    [
        UnknownCustomer(customer_id="c-1"),
        InvalidAmount(amount_fen=0, on=date(2026, 11, 3)),
        GuardRefused((Guard("hold_open", {}),)),
        SettlementUnderWay(CHARGE),
        QuoteChanged(QUOTE),
    ],
    ids=lambda error: error.code,
)
def test_an_error_is_the_same_in_another_process(error: LedgerError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error) and str(again) == str(error) and again.args == error.args
