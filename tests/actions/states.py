"""Accounts in states that no demo customer is in, made by the ledger's own commands on a clock that waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.server import build_executor
from ledger import Ledger, database, debits, jobs, reconciler, refunds, schema, terms
from ledger.clock import SHANGHAI, FixedClock
from ledger.gateway.simulated import SimulatedGateway
from tests.actions.chat import Chat
from tests.ledger.customer import Customer

SHOP = {"merchant": "青禾家居旗舰店", "item": "实木餐桌"}


@dataclass
class World:
    """One customer of an otherwise empty ledger; the account was opened on 3 September 2026."""

    ledger: Ledger
    gateway: SimulatedGateway
    customer: Customer

    def at(self, day: str, time: str = "10:00") -> World:
        """It is that day now, and the jobs have run."""
        self.customer.at(day, time)
        jobs.run(self.ledger)
        return self

    def chat(self) -> Chat:
        return Chat(build_executor(self.ledger), self.customer.id)


def make(folder: Path, limit_fen: int = 2_000_000) -> World:
    engine = database.open_engine(f"sqlite:///{folder / 'state.db'}")
    schema.upgrade(engine)
    clock = FixedClock(datetime(2026, 9, 3, 10, 0, tzinfo=SHANGHAI))
    gateway = SimulatedGateway(folder / "state-gateway.db", clock, silence_s=0)
    ledger = Ledger(engine, clock, terms.load(), gateway)
    return World(ledger, gateway, Customer(ledger, limit_fen=limit_fen))


def unbilled(world: World) -> None:
    world.customer.buy(88_800, **SHOP)


def billed(world: World) -> None:
    world.customer.buy(120_000, **SHOP)
    world.at("2026-10-03")


def minimum_met(world: World) -> None:
    billed(world)
    bill = world.customer.facts.bill
    assert bill is not None
    world.customer.repay(bill.minimum_fen)
    world.at("2026-10-09")


def repayment_declined(world: World) -> None:
    billed(world)
    world.gateway.set_mode("decline")
    world.customer.repay(120_000)


def repayment_unknown(world: World) -> None:
    billed(world)
    world.gateway.set_mode("timeout")
    world.customer.repay(120_000)


def partly_repaid(world: World) -> None:
    billed(world)
    world.customer.repay(50_000)


def bill_repaid_more_unbilled(world: World) -> None:
    billed(world)
    world.customer.buy(30_000, **SHOP)
    world.customer.repay(120_000)


def refund_of_unpaid_bill(world: World) -> None:
    order_no = world.customer.buy(120_000, **SHOP)
    world.at("2026-10-03")
    refunds.request(world.ledger, order_no=order_no, amount_fen=20_000, key="ask")


def refund_before_the_bill(world: World) -> None:
    order_no = world.customer.buy(120_000, **SHOP)
    refunds.request(world.ledger, order_no=order_no, amount_fen=20_000, key="ask")


def refund_done(world: World) -> None:
    refund_of_unpaid_bill(world)
    refunds.complete(world.ledger, order_no="c-1-1", key="done")


def refund_credited(world: World) -> None:
    order_no = world.customer.buy(120_000, **SHOP)
    world.at("2026-10-03").customer.repay(110_000)
    refunds.request(world.ledger, order_no=order_no, amount_fen=30_000, key="ask")
    refunds.complete(world.ledger, order_no=order_no, key="done")


def fee_free_plan(world: World) -> None:
    world.customer.buy(120_000, periods=6, fee_free=True, **SHOP)
    world.at("2026-10-03")


def plan_late(world: World) -> None:
    world.customer.buy(120_000, periods=6, **SHOP)
    world.at("2026-10-07")


def plans_late(world: World) -> None:
    for _ in range(3):
        world.customer.buy(120_000, periods=6, **SHOP)
    world.at("2026-11-07")


def held_order(world: World) -> None:
    world.customer.hold(45_000)


def after_the_instalment_window(world: World) -> None:
    world.customer.buy(120_000, **SHOP)
    world.at("2026-10-06", "22:30")


def tiny_bill(world: World) -> None:
    world.customer.buy(500, **SHOP)
    world.at("2026-10-03")


def automatic_debit(world: World) -> None:
    billed(world)
    debits.switch(world.ledger, world.customer.id, on=True, key="debit")


def automatic_debit_without_bill(world: World) -> None:
    unbilled(world)
    debits.switch(world.ledger, world.customer.id, on=True, key="debit")


def debit_declined_once(world: World) -> None:
    automatic_debit(world)
    world.gateway.set_mode("decline")
    world.at("2026-10-06", "08:01")


def debit_declined(world: World) -> None:
    debit_declined_once(world)
    world.at("2026-10-06", "17:01").at("2026-10-06", "20:01")


def debit_missed(world: World) -> None:
    debit_declined(world)
    world.at("2026-10-16")


def overdue(world: World) -> None:
    billed(world)
    world.at("2026-10-16")


def paying_late(world: World) -> None:
    overdue(world)
    world.gateway.set_mode("timeout")
    world.customer.repay(60_000)


def paying_late_and_due(world: World) -> None:
    billed(world)
    world.customer.buy(30_000, **SHOP)
    world.at("2026-11-03")
    world.gateway.set_mode("timeout")
    world.customer.repay(60_000)


def paying_what_is_not_billed(world: World) -> None:
    unbilled(world)
    world.gateway.set_mode("timeout")
    world.customer.repay(10_000)


def taken_back_alone(world: World) -> None:
    billed(world)
    world.gateway.set_mode("chargeback")
    world.customer.repay(120_000)
    world.at("2026-10-04")
    reconciler.run_once(world.ledger)


def taken_back(world: World) -> None:
    taken_back_alone(world)
    world.gateway.set_mode("succeed")
    world.customer.buy(30_000, **SHOP)


def settled_taken_back(world: World, *, close_after: bool = False) -> None:
    billed(world)
    world.gateway.set_mode("chargeback")
    world.customer.confirm(world.customer.quote(close_after=close_after))
    world.at("2026-10-04")
    reconciler.run_once(world.ledger)
    world.gateway.set_mode("succeed")


def closed_taken_back(world: World) -> None:
    settled_taken_back(world, close_after=True)


def taken_back_beside_a_bill(world: World) -> None:
    settled_taken_back(world)
    world.customer.buy(30_000, **SHOP)
    world.at("2026-11-03")


STATES: dict[str, Callable[[World], None]] = {
    state.__name__: state
    for state in (
        unbilled, billed, minimum_met, repayment_declined, repayment_unknown, partly_repaid,
        bill_repaid_more_unbilled, refund_of_unpaid_bill, refund_before_the_bill, refund_done,
        refund_credited, fee_free_plan, plan_late, plans_late, held_order,
        after_the_instalment_window, tiny_bill, automatic_debit, automatic_debit_without_bill,
        debit_declined_once, debit_declined, debit_missed,
        overdue, taken_back_alone, taken_back,
        settled_taken_back, closed_taken_back, taken_back_beside_a_bill,
    )
}  # fmt: skip
