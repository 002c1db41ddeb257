"""The rules of the product: what the file says, and what it may not say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger import terms
from ledger.errors import InvalidTerms

FILE = Path(terms.__file__).with_name("terms.yml")


def write(folder: Path, **changes: Any) -> Path:
    """The product's file with values at dotted keys changed; a value of None takes the key out."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for dotted, value in changes.items():
        *path, last = dotted.split("__")
        place = raw
        for name in path:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    path_ = folder / "terms.yml"
    path_.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path_


def test_the_products_rules() -> None:
    loaded = terms.load()
    assert (loaded.bill_day, loaded.due_day, loaded.interest_free_days_max) == (1, 6, 36)
    assert loaded.periods == (3, 6, 12)
    assert loaded.fee_rate == {"product": Decimal("0.0075"), "bill": Decimal("0.0090")}
    assert loaded.minimum_ratio == Decimal("0.10")
    assert loaded.daily_rate == loaded.penalty_rate == Decimal("0.0005")
    assert loaded.unfreeze_wait_days == 60


@pytest.mark.parametrize(
    ("periods", "product", "bill"),
    [(3, "0.1345", "0.1613"), (6, "0.1527", "0.1828"), (12, "0.1622", "0.1937")],
)
def test_every_rate_has_its_annual_rate(periods: int, product: str, bill: str) -> None:
    loaded = terms.load()
    assert loaded.apr_simple(loaded.fee_rate["product"], periods) == Decimal(product)
    assert loaded.apr_simple(loaded.fee_rate["bill"], periods) == Decimal(bill)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"instalments__fee_rate__bill": "0.0125"}, "instalments.fee_rate.bill"),  # 26.6 % a year over 12
        ({"instalments__apr_cap": "0.25"}, "instalments.apr_cap"),
        ({"instalments__apr_cap": "0.07"}, "instalments.apr_cap"),
        ({"due_day": 1}, "due_day"),
        ({"bill_day": 0}, "bill_day"),
        ({"instalments__min_amount_fen": 0}, "instalments.min_amount_fen"),
        ({"instalments__periods": [6, 3]}, "instalments.periods"),
        ({"instalments__fee_rate__product": 0.0075}, "instalments.fee_rate.product"),  # a float is no rate
        ({"instalments__fee_rate__product": "much"}, "instalments.fee_rate.product"),
        ({"overdue__penalty_rate_day": "0.01"}, "overdue.penalty_rate_day"),
        ({"minimum_payment__ratio": "0"}, "minimum_payment.ratio"),
        ({"minimum_payment__ratio": None}, "minimum_payment.ratio"),
        ({"paths__close": " "}, "paths.close"),
        ({"human__until": "08:00"}, "human.until"),
        ({"human__from": "early"}, "human.from"),
        ({"bil_day": 1}, "bil_day"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_key(
    tmp_path: Path, changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(InvalidTerms) as refused:
        terms.load(write(tmp_path, **changes))
    assert refused.value.details["key"] == key
    assert refused.value.details["reason"]


def test_a_rate_just_below_the_cap_can_be_saved(tmp_path: Path) -> None:
    changed = terms.load(write(tmp_path, instalments__fee_rate__bill="0.0112"))
    assert changed.apr_simple(Decimal("0.0112"), 12) == Decimal("0.2395")
