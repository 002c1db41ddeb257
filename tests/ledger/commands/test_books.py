"""`audit`, `export-heads` and `statement`: what the books hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import penalties, triggers
from ledger.database import Ledger
from tests.ledger.commands.conftest import Run, rows
from tests.ledger.customer import Customer


def unseal(engine: sa.Engine, statement: str) -> None:
    """What somebody does who may do everything in the database."""
    with engine.begin() as conn:
        triggers.remove(conn)
        conn.exec_driver_sql(statement)
        triggers.install(conn)


def test_audit_finds_nothing_in_sound_books_and_changes_none(run: Run, customer: Customer) -> None:
    before = rows(customer.ledger.engine)
    done = run("audit")
    assert (done.status, done.told, done.err) == (0, {"violations": []}, "")
    assert rows(customer.ledger.engine) == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE postings SET amount_fen = amount_fen + 1 WHERE journal_id = 1 AND line_no = 1", "sums to 1"),
        ("UPDATE journals SET kind = 'gift' WHERE id = 1", "chain of account 1 breaks at journal 1"),
        ("UPDATE balances SET amount_fen = 1 WHERE book = 'receivable.billed'", "receivable.billed"),
        ("UPDATE accounts SET chain_head = ''", "does not end at its head"),
    ],
)
def test_audit_names_what_was_changed(run: Run, customer: Customer, statement: str, found: str) -> None:
    unseal(customer.ledger.engine, statement)
    done = run("audit")
    assert done.status == 1
    assert any(found in line for line in done.told["violations"]), done.out


def test_heads_are_exported_and_audited(run: Run, customer: Customer, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    assert run("export-heads", str(file)).told == {"seals_exported": 1}
    assert run("export-heads", str(file)).told == {"seals_exported": 0}
    assert run("audit", "--heads", str(file)).status == 0
    with customer.ledger.engine.begin() as conn:
        conn.exec_driver_sql("DELETE FROM seals")
    refused = run("export-heads", str(file))
    said = "Seal 1 in the file is not the ledger's own: audit it. Nothing was written.\n"
    assert (refused.status, refused.err) == (2, said)
    file.write_text(file.read_text("utf-8").replace('"seal":1', '"seal":2'), encoding="utf-8")
    found = run("audit", "--heads", str(file))
    assert (found.status, found.told["violations"][0]) == (1, "heads: seal 2 does not follow 0")


def test_a_statement_is_the_same_bytes_whatever_happens_later(run: Run, customer: Customer) -> None:
    first = run("statement", "c-1", "2026-10")
    assert first.status == 0
    customer.at("2026-11-20").buy(5_000)
    penalties.run(customer.ledger)
    customer.at("2027-02-01")
    assert run("statement", "c-1", "2026-10").out == first.out
    november = run("statement", "c-1", "2026-11").told
    assert november["accounts"][0]["opening"] == first.told["accounts"][0]["closing"]


def test_a_statement_says_what_was_owed_and_why(run: Run, customer: Customer) -> None:
    customer.at("2026-12-01", "09:00")
    (account,) = run("statement", "c-1", "2026-11").told["accounts"]
    assert account["opening"] == {"receivable.unbilled": 100_000}
    assert account["closing"] == {"receivable.billed": 70_000}
    kinds = [journal["kind"] for journal in account["journals"]]
    assert kinds == ["bill", "repayment"]
    for journal in account["journals"]:
        assert journal["at"].startswith("2026-11-03") and len(journal["hash"]) == 64
        assert sum(line["amount_fen"] for line in journal["lines"]) == 0


def test_a_month_begins_and_ends_at_midnight_in_shanghai(run: Run, ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    for day, at in (("2026-10-31", "23:59"), ("2026-11-01", "00:00")):
        customer.at(day, at).buy(1_000)
    customer.at("2026-12-02")
    (october,) = run("statement", "c-1", "2026-10").told["accounts"]
    assert october["closing"] == {"receivable.unbilled": 1_000}
    (november,) = run("statement", "c-1", "2026-11").told["accounts"]
    assert november["journals"][0]["at"].startswith("2026-11-01T00:00")


def test_a_statement_of_a_month_before_the_first_purchase_is_empty(run: Run, customer: Customer) -> None:
    assert run("statement", "c-1", "2026-09").told == {"accounts": [], "customer": "c-1", "month": "2026-09"}
