"""Flows stop where they are told to, and the simulated gateway keeps the few promises that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from ledger.clock import SHANGHAI, FixedClock
from ledger.gateway.interface import GatewayConflict, GatewayTimeout
from simulation.control import Control, Crash, Flow, Fuse
from simulation.gateway import FaultyGateway

NOW = datetime(2026, 11, 3, 10, 0, tzinfo=SHANGHAI)
SOON = NOW + timedelta(minutes=30)


@pytest.fixture
def control() -> Control:
    return Control()


def walk(control: Control, seen: list[str]) -> str:
    for boundary in ("begin", "commit", "committed", "call"):
        control.reach(boundary)
        seen.append(boundary)
    return "done"


def test_a_flow_is_held_up_and_goes_on(control: Control) -> None:
    seen: list[str] = []
    flow = Flow(control, "walk", lambda: walk(control, seen))
    assert not flow.resume(Fuse(2, "pause"))
    assert (flow.at, seen, control.pauses) == (
        "committed",
        ["begin", "commit"],
        1,
    )  # never inside a transaction
    assert flow.resume()
    assert (flow.result, len(seen), control.commits) == ("done", 4, 1)


@pytest.mark.parametrize(("after", "done"), [(1, []), (2, ["begin"]), (3, ["begin", "commit"])])
def test_a_crash_comes_at_its_boundary(control: Control, after: int, done: list[str]) -> None:
    seen: list[str] = []
    flow = Flow(control, "walk", lambda: walk(control, seen))
    assert flow.resume(Fuse(after, "crash"))
    assert isinstance(flow.error, Crash) and seen == done and control.crashes == 1


def test_a_killed_flow_does_nothing_more(control: Control) -> None:
    seen: list[str] = []
    flow = Flow(control, "walk", lambda: walk(control, seen))
    flow.resume(Fuse(1, "pause"))
    flow.kill()
    assert flow.ended and isinstance(flow.error, Crash) and seen == []


class Decider:
    """Answers what the test says, else the option without a fault."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers

    def __call__(self, question: str, options: Sequence[str]) -> str:
        return self.answers.get(question, options[0])


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


def gateway(clock: FixedClock, control: Control, **answers: str) -> FaultyGateway:
    return FaultyGateway(clock, Decider(**answers), control)


def test_money_is_taken_once_for_a_number(clock: FixedClock, control: Control) -> None:
    bank = gateway(clock, control)
    for _ in range(2):
        assert bank.charge("S1-1", 100, "c", SOON, 8).state == "SUCCEEDED"
    assert bank.records["S1-1"].taken_fen == 100
    with pytest.raises(GatewayConflict):
        bank.charge("S1-1", 101, "c", SOON, 8)


@pytest.mark.parametrize(("delay", "state"), [("20s", "SUCCEEDED"), ("45min", "DECLINED")])
def test_a_late_request_counts_when_it_arrives(
    clock: FixedClock, control: Control, delay: str, state: str
) -> None:
    bank = gateway(clock, control, charge="request_late", delay=delay)
    with pytest.raises(GatewayTimeout):
        bank.charge("S1-1", 100, "c", SOON, 8)
    assert bank.query("S1-1").state == "NOT_FOUND"
    clock.advance(timedelta(days=1))
    assert bank.query("S1-1").state == state


@pytest.mark.parametrize(("kept", "state"), [("kept", "CANCELLED"), ("forgotten", "SUCCEEDED")])
def test_a_cancel_is_kept_or_forgotten(clock: FixedClock, control: Control, kept: str, state: str) -> None:
    bank = gateway(clock, control, charge="request_late", delay="20s", cancel_kept=kept)
    with pytest.raises(GatewayTimeout):
        bank.charge("S1-1", 100, "c", SOON, 8)
    assert bank.cancel("S1-1").state == "CANCELLED"
    clock.advance(timedelta(days=1))
    assert bank.query("S1-1").state == state
    assert [told.state for told in bank.notifications()] == (["SUCCEEDED"] if kept == "forgotten" else [])


def test_no_more_is_sent_back_than_is_there(clock: FixedClock, control: Control) -> None:
    bank = gateway(clock, control)
    bank.charge("S1-1", 100, "c", SOON, 8)
    assert bank.take_back("S1-1", 30) and not bank.take_back("S1-1", 1)
    assert bank.refund("S1-1", "P1", 71).reason == "more_than_charged"
    assert [bank.refund("S1-1", "P2", 70).state for _ in range(2)] == ["REFUNDED", "REFUNDED"]
    assert bank.records["S1-1"].taken_fen == 0


def test_a_broken_call_says_nothing_of_the_money(clock: FixedClock, control: Control) -> None:
    bank = gateway(clock, control, charge="broken", refund="broken")
    with pytest.raises(ConnectionResetError):
        bank.charge("S1-1", 100, "c", SOON, 8)
    with pytest.raises(ConnectionResetError):
        bank.refund("S1-1", "P1", 40)
    assert bank.records["S1-1"].taken_fen == 60
