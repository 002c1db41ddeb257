"""`export-customer`, `erase-customer` and `erase-links`: what is held of somebody, and forgetting it."""

from __future__ import annotations

from ledger import links
from tests.ledger.commands.conftest import Run
from tests.ledger.customer import Customer


def test_a_customer_is_exported_and_forgotten_but_for_the_books(run: Run, customer: Customer) -> None:
    links.link(customer.ledger, "web-sub-1", customer.id)
    held = run("export-customer", customer.id)
    assert (held.status, held.told["senders"]) == (0, ["web-c-1", "web-sub-1"])
    assert [each["amount_fen"] for each in held.told["books"]["purchases"]] == [100_000]
    assert run("erase-customer", customer.id).status == 0
    assert run("export-customer", customer.id).told["senders"] == ["web-c-1", "web-sub-1"], (
        "by which the chat is found"
    )
    assert run("erase-links", customer.id).told == {"links": 2}
    left = run("export-customer", customer.id).told
    assert (left["senders"], left["books"]) == ([], held.told["books"])


def test_nobody_is_exported_who_was_never_a_customer(run: Run, customer: Customer) -> None:
    assert run("export-customer", "c-nobody").status != 0
