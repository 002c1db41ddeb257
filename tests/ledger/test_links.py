"""A sender is one customer; a customer may be several senders."""

from __future__ import annotations

from ledger import links
from ledger.database import Ledger


def test_only_a_linked_sender_is_a_customer(ledger: Ledger) -> None:
    links.link(ledger, "web-c-owing", "c-owing")
    assert links.customer_of(ledger, "web-c-owing") == "c-owing"
    assert links.customer_of(ledger, "web-anon-1") is None
    assert links.customer_of(ledger, "c-owing") is None


def test_linking_again_moves_the_sender(ledger: Ledger) -> None:
    links.link(ledger, "web-1", "c-owing")
    links.link(ledger, "web-1", "c-clean")
    links.link(ledger, "web-2", "c-clean")
    assert links.customer_of(ledger, "web-1") == "c-clean"
    with ledger.read() as conn:
        assert links.senders_of(conn, "c-clean") == ["web-1", "web-2"]
        assert links.senders_of(conn, "c-owing") == []
