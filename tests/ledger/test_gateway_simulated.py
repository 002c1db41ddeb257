"""The simulated gateway does what a real one may do, and keeps it over a restart."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.clock import FixedClock
from ledger.gateway.interface import ChargeAnswer, GatewayConflict, GatewayTimeout
from ledger.gateway.simulated import SimulatedGateway


def charge(
    gateway: SimulatedGateway, clock: FixedClock, number: str = "S1-1", fen: int = 500
) -> ChargeAnswer:
    return gateway.charge(number, fen, "c-owing", clock.now() + timedelta(minutes=5), timeout_s=3)


def told(gateway: SimulatedGateway) -> list[tuple[str, str]]:
    return [(answer.number, answer.state) for answer in gateway.notifications()]


def test_the_same_number_and_amount_is_the_same_charge(gateway: SimulatedGateway, clock: FixedClock) -> None:
    first = charge(gateway, clock)
    assert (first.state, first.amount_fen) == ("SUCCEEDED", 500)
    assert charge(gateway, clock) == first
    assert gateway.query("S1-1") == first


def test_the_same_number_with_another_amount_is_an_error(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    charge(gateway, clock)
    with pytest.raises(GatewayConflict):
        charge(gateway, clock, fen=501)


def test_no_money_is_taken_after_the_expiry(gateway: SimulatedGateway, clock: FixedClock) -> None:
    answer = gateway.charge("S1-1", 500, "c-owing", clock.now(), timeout_s=3)
    assert (answer.state, answer.reason) == ("DECLINED", "expired")


def test_decline_of_one_customer_leaves_the_others_alone(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("decline", "c-owing")
    answer = charge(gateway, clock)
    assert (answer.state, answer.reason) == ("DECLINED", "insufficient_funds")
    other = gateway.charge("S2-1", 500, "c-overdue", clock.now() + timedelta(minutes=5), timeout_s=3)
    assert other.state == "SUCCEEDED"


def test_a_mode_for_everyone_replaces_those_of_single_customers(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("decline", "c-owing")
    gateway.set_mode("hold", "c-unknown")
    gateway.set_mode("succeed")
    assert gateway.mode_of("c-owing") == "succeed"
    assert gateway.mode_of("c-unknown") == "hold"


def test_timeout_takes_the_money_and_says_so_some_seconds_later(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("timeout")
    with pytest.raises(GatewayTimeout):
        charge(gateway, clock)
    assert gateway.query("S1-1").state == "PROCESSING"
    assert gateway.cancel("S1-1").state == "CANCEL_REFUSED"
    clock.advance(timedelta(seconds=5))
    assert gateway.query("S1-1").state == "SUCCEEDED"
    assert charge(gateway, clock).state == "SUCCEEDED"
    assert told(gateway) == []


def test_silence_ends_within_the_callers_deadline(tmp_path: Path, clock: FixedClock) -> None:
    gateway = SimulatedGateway(tmp_path / "slow.db", clock, silence_s=60)
    gateway.set_mode("timeout")
    began = time.monotonic()
    with pytest.raises(GatewayTimeout):
        gateway.charge("S1-1", 500, "c-owing", clock.now() + timedelta(minutes=5), timeout_s=0.05)
    assert time.monotonic() - began < 5
    gateway.close()


def test_late_is_not_found_then_cancelled_then_a_success_after_all(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("late")
    with pytest.raises(GatewayTimeout):
        charge(gateway, clock)
    assert gateway.query("S1-1").state == "NOT_FOUND"
    assert gateway.cancel("S1-1").state == "CANCELLED"
    assert gateway.query("S1-1").state == "CANCELLED"
    clock.advance(timedelta(seconds=9))
    assert told(gateway) == [("S1-1", "SUCCEEDED")]


def test_a_notification_is_told_until_it_is_acknowledged(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("chargeback")
    assert charge(gateway, clock).state == "SUCCEEDED"
    assert told(gateway) == []
    clock.advance(timedelta(seconds=9))
    assert told(gateway) == told(gateway) == [("S1-1", "CHARGED_BACK")]
    gateway.acknowledge(
        [answer.notification_id for answer in gateway.notifications() if answer.notification_id]
    )
    assert told(gateway) == []


def test_a_held_charge_stays_until_its_customer_is_given_another_mode(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    gateway.set_mode("hold", "c-owing")
    with pytest.raises(GatewayTimeout):
        charge(gateway, clock)
    clock.advance(timedelta(days=40))
    gateway.set_mode("succeed")
    assert gateway.query("S1-1").state == "PROCESSING"
    assert gateway.cancel("S1-1").state == "CANCEL_REFUSED"
    gateway.set_mode("succeed", "c-owing")
    assert gateway.query("S1-1").state == "SUCCEEDED"
    assert told(gateway) == [("S1-1", "SUCCEEDED")]


def test_a_number_cancelled_before_it_arrived_takes_no_money(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    assert gateway.query("S1-1").state == "NOT_FOUND"
    assert gateway.cancel("S1-1").state == "CANCELLED"
    assert charge(gateway, clock).state == "CANCELLED"


def test_refunds_go_out_once_and_never_beyond_the_charge(
    gateway: SimulatedGateway, clock: FixedClock
) -> None:
    charge(gateway, clock)
    first = gateway.refund("S1-1", "P1", 300)
    assert (first.state, first.amount_fen) == ("REFUNDED", 300)
    assert gateway.refund("S1-1", "P1", 300) == first
    with pytest.raises(GatewayConflict):
        gateway.refund("S1-1", "P1", 200)
    assert gateway.refund("S1-1", "P2", 201).reason == "more_than_charged"
    assert gateway.refund("S1-1", "P2", 200).state == "REFUNDED"
    assert gateway.refund("S9-1", "P3", 1).reason == "not_charged"


def test_everything_is_kept_over_a_restart(tmp_path: Path, clock: FixedClock) -> None:
    before = SimulatedGateway(tmp_path / "kept.db", clock, silence_s=0)
    before.set_mode("hold", "c-owing")
    with pytest.raises(GatewayTimeout):
        charge(before, clock)
    before.close()
    after = SimulatedGateway(tmp_path / "kept.db", clock, silence_s=0)
    assert after.query("S1-1").state == "PROCESSING"
    assert after.mode_of("c-owing") == "hold"
    after.close()


def test_an_unknown_mode_is_refused(gateway: SimulatedGateway) -> None:
    with pytest.raises(ValueError, match="explode"):
        gateway.set_mode("explode")
