"""The rules of the product: what the file says, and what it may not say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger import terms, terms_reader
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


LATER = "version: b\neffective_from: 2026-11-10\noverdue: {penalty_rate_day: '0.0004'}"


def append(folder: Path, document: str) -> Path:
    """The product's file with another version after it."""
    path = folder / "terms.yml"
    path.write_text(f"{FILE.read_text(encoding='utf-8')}\n---\n{document}\n", encoding="utf-8")
    return path


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
        ({"bill_day": 29}, "bill_day"),
        ({"due_day": 29}, "due_day"),
        ({"due_day": 31}, "due_day"),
        ({"posting_event": "received"}, "posting_event"),
        ({"unsupported_categories": ["phones"]}, "unsupported_categories"),
        ({"instalments__min_amount_fen": 0}, "instalments.min_amount_fen"),
        ({"instalments__periods": [6, 3]}, "instalments.periods"),
        ({"instalments__periods": [3, "6"]}, "instalments.periods"),
        ({"instalments__periods": []}, "instalments.periods"),
        ({"instalments__fee_rate__product": "1.00"}, "instalments.fee_rate.product"),
        ({"instalments__fee_rate__product": "NaN"}, "instalments.fee_rate.product"),
        ({"instalments__fee_rate__product": 0.0075}, "instalments.fee_rate.product"),  # a float is no rate
        ({"instalments__fee_rate__product": "much"}, "instalments.fee_rate.product"),
        ({"overdue__penalty_rate_day": "0.01"}, "overdue.penalty_rate_day"),
        ({"minimum_payment__ratio": "0"}, "minimum_payment.ratio"),
        ({"minimum_payment__ratio": None}, "minimum_payment.ratio"),
        ({"paths__close": " "}, "paths.close"),
        ({"human__until": "08:00"}, "human.until"),
        ({"human__from": "early"}, "human.from"),
        ({"human__from": "09:00+08:00"}, "human.from"),
        ({"auto_debit__times": ["08:00", "noon"]}, "auto_debit.times"),
        ({"auto_debit__times": ["08:00", 17]}, "auto_debit.times"),
        ({"auto_debit__times": ["17:00", "08:00"]}, "auto_debit.times"),
        ({"auto_debit__times": ["08:00", "17:00+08:00"]}, "auto_debit.times"),
        ({"auto_debit__times": []}, "auto_debit.times"),
        ({"bil_day": 1}, "bil_day"),
        ({"merchants__paid_each": "year"}, "merchants.paid_each"),
        ({"due_day_change": True}, "due_day_change"),
        ({"overdue__grace_days": 3}, "overdue.grace_days"),
        ({"overdue__grace_days": False}, "overdue.grace_days"),
        ({"allocation_order": ["principal", "fee", "interest", "penalty"]}, "allocation_order"),
        ({"limit_pools": ["base", "temporary"]}, "limit_pools"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_key(
    tmp_path: Path, changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(InvalidTerms) as refused:
        terms.load(write(tmp_path, **changes))
    assert refused.value.details["key"] == key
    assert refused.value.details["reason"]


def keys() -> list[str]:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [key for key, _ in terms_reader.flat(raw)]


@pytest.mark.parametrize("key", keys())
def test_no_key_of_the_file_may_be_mistyped(tmp_path: Path, key: str) -> None:
    dotted = key.replace(".", "__")
    *path, last = key.split(".")
    text = FILE.read_text(encoding="utf-8")
    for written in (f"{last}x", last.upper()):
        found = re.subn(rf"^( {{{2 * len(path)}}}){last}:", rf"\g<1>{written}:", text, flags=re.M)
        assert found[1] >= 1
        (tmp_path / "typed.yml").write_text(found[0], encoding="utf-8")
        with pytest.raises(InvalidTerms) as refused:
            terms.load(tmp_path / "typed.yml")
        assert refused.value.code == "invalid_terms" and refused.value.details["reason"]
    for value in ({"x": 1}, [[]], 10**9, -1, 0.5, "x\ny", ["x"], "2026-02-30"):
        try:
            terms.load(write(tmp_path, **{dotted: value}))
        except InvalidTerms as error:
            assert error.details["key"] in (key, f"{key}.x")
        else:
            assert key in TEXTS and isinstance(value, str), value


#: Which may say anything.
TEXTS = {"version", "hotline", *(key for key in keys() if key.startswith("paths."))}


def test_a_later_version_says_only_what_it_changes(tmp_path: Path) -> None:
    found = terms.load_versions(append(tmp_path, LATER))
    assert [each.version for each in found.all] == ["2026-01-01", "b"]
    old, new = found.at(date(2026, 11, 9)), found.at(date(2026, 11, 10))
    assert (old.penalty_rate, new.penalty_rate) == (Decimal("0.0005"), Decimal("0.0004"))
    assert (
        replace(new, version=old.version, effective_from=old.effective_from, penalty_rate=old.penalty_rate)
        == old
    )
    assert found.at(date(2000, 1, 1)) == old  # the product began with its first version
    assert terms.load(tmp_path / "terms.yml") == new


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ("effective_from: 2026-11-10", "version"),
        ("version: b", "effective_from"),
        ("version: '2026-01-01'\neffective_from: 2026-11-10", "version"),
        ("version: b\neffective_from: 2026-01-01", "effective_from"),
        ("version: b\neffective_from: 2025-01-01", "effective_from"),
        ("version: b\neffective_from: soon", "effective_from"),
        ("version: b\neffective_from: 2026-11-10\nbill_day: 2", "bill_day"),
        ("version: b\neffective_from: 2026-11-10\ndue_day: 1", "due_day"),
        ("version: b\neffective_from: 2026-11-10\noverdue: {penalty_rate: '0.0004'}", "overdue.penalty_rate"),
        ("version: b\neffective_from: 2026-11-10\noverdue: 5", "overdue"),
        ("version: b\neffective_from: 2026-11-10\ndue_day: 6\ndue_day: 7", "due_day"),
        ("- a list", ""),
        ("version: [", ""),
        ("version: b\neffective_from: 2026-02-30", ""),
        ("version: b\neffective_from: 2026-11-10\n? [1]\n: 2", ""),
    ],
)
def test_a_version_that_cannot_follow_is_refused_with_its_key(
    tmp_path: Path, document: str, key: str
) -> None:
    with pytest.raises(InvalidTerms) as refused:
        terms.load_versions(append(tmp_path, document))
    assert refused.value.details["key"] == key or key == "overdue"
    assert refused.value.details["reason"]


@pytest.mark.parametrize("content", [b"# nothing\n", b"\xff\xfe", b"version: \x00", b"5"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "terms.yml").write_bytes(content)
    with pytest.raises(InvalidTerms):
        terms.load(tmp_path / "terms.yml")


def test_what_the_ledger_knows_one_way_of_need_not_be_stated(tmp_path: Path) -> None:
    assert terms.load(write(tmp_path, overdue__grace_days=None, due_day_change=None)) == terms.load()


def test_a_rate_just_below_the_cap_can_be_saved(tmp_path: Path) -> None:
    changed = terms.load(write(tmp_path, instalments__fee_rate__bill="0.0112"))
    assert changed.apr_simple(Decimal("0.0112"), 12) == Decimal("0.2395")
