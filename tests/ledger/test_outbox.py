"""Nothing that a customer is to be told is lost, and nobody is told what did not happen."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from ledger import links, outbox
from ledger.clock import FixedClock
from ledger.database import Ledger


def put(ledger: Ledger, ref: str, sender: str = "web-1") -> None:
    with ledger.write() as conn:
        outbox.put(conn, sender, "late_success", ref, ledger.clock.now())


def refs(items: list[outbox.OutboxItem]) -> list[str]:
    return [item.ref for item in items]


def test_every_sender_of_the_customer_is_told(ledger: Ledger) -> None:
    links.link(ledger, "web-c-owing", "c-owing")
    links.link(ledger, "wxkf-7", "c-owing")
    links.link(ledger, "web-c-clean", "c-clean")
    with ledger.write() as conn:
        outbox.put_for_customer(conn, "c-owing", "payout_done", "P1", ledger.clock.now())
    items = outbox.claim(ledger, 10, 30)
    assert [(item.sender, item.kind, item.ref) for item in items] == [
        ("web-c-owing", "payout_done", "P1"),
        ("wxkf-7", "payout_done", "P1"),
    ]


def test_without_a_sender_there_is_nobody_to_tell(ledger: Ledger) -> None:
    put(ledger, "1", sender="")
    put(ledger, "2")
    assert refs(outbox.claim(ledger, 10, 60)) == ["2"]


def test_a_command_that_fails_tells_nothing(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError), ledger.write() as conn:
        outbox.put(conn, "web-1", "late_success", "S1-1", ledger.clock.now())
        raise RuntimeError
    assert outbox.claim(ledger, 10, 30) == []


def test_a_leased_row_is_nobody_elses_until_the_lease_ends(ledger: Ledger, clock: FixedClock) -> None:
    put(ledger, "a")
    put(ledger, "b")
    assert refs(outbox.claim(ledger, 1, 30)) == ["a"]
    assert refs(outbox.claim(ledger, 10, 30)) == ["b"]
    assert outbox.claim(ledger, 10, 30) == []
    clock.advance(timedelta(seconds=31))
    assert refs(outbox.claim(ledger, 10, 30)) == ["a", "b"]


def test_an_acknowledged_row_is_never_told_again(ledger: Ledger, clock: FixedClock) -> None:
    put(ledger, "a")
    put(ledger, "b")
    first, _ = outbox.claim(ledger, 10, 30)
    outbox.ack(ledger, [first.id])
    outbox.ack(ledger, [first.id, 999])
    clock.advance(timedelta(days=1))
    assert refs(outbox.claim(ledger, 10, 30)) == ["b"]


def test_a_row_that_commits_late_with_a_lower_id_is_not_lost(ledger: Ledger) -> None:
    """Two writers at once are possible on PostgreSQL only; SQLite makes the second one wait."""
    if ledger.engine.dialect.name == "sqlite":
        put(ledger, "slow")
        put(ledger, "fast")
        assert refs(outbox.claim(ledger, 10, 30)) == ["slow", "fast"]
        return
    with ledger.write() as slow:
        outbox.put(slow, "web-1", "late_success", "slow", ledger.clock.now())
        put(ledger, "fast")
        claimed = outbox.claim(ledger, 10, 30)
        assert refs(claimed) == ["fast"]
        outbox.ack(ledger, [claimed[0].id])
    late = outbox.claim(ledger, 10, 30)
    assert refs(late) == ["slow"]
    assert late[0].id < claimed[0].id


def test_readers_at_the_same_time_get_each_row_once(ledger: Ledger) -> None:
    for number in range(40):
        put(ledger, str(number))
    got: list[str] = []
    start = threading.Barrier(4)

    def read() -> None:
        start.wait()
        while items := outbox.claim(ledger, 3, 30):
            got.extend(refs(items))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(got, key=int) == [str(number) for number in range(40)]
