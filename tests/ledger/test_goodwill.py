"""What the staff may give: charges waived, money back, and money that only a person can send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import (
    accounts,
    audit,
    closing,
    freezes,
    goodwill,
    journals,
    limits,
    payouts,
    refunds,
    settlement,
    transfers,
    work_items,
)
from ledger import tables as t
from ledger.database import Ledger
from ledger.errors import (
    AccountClosed,
    BadInput,
    InvalidAmount,
    LedgerError,
    SettlementUnderWay,
    WrongState,
)
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, assert_books_hold, told

GIVEN = {"reason": "the app was down on the due day", "given_by": "staff 7"}


@pytest.fixture
def late(ledger: Ledger) -> Customer:
    """Ten days late with 1,000.00 of a plan's period and its fee of 45.00."""
    customer = Customer(ledger, on="2026-10-05")
    customer.buy(600_000, periods=6)
    return customer.at("2026-11-16").close_month("2026-10")


def waive(customer: Customer, fen: int, **more: Any) -> int:
    return goodwill.waive(
        customer.ledger, customer.id, amount_fen=fen, **{**GIVEN, "key": customer.key(), **more}
    )


def compensate(customer: Customer, fen: int, **more: Any) -> int:
    return goodwill.compensate(
        customer.ledger, customer.id, amount_fen=fen, **{**GIVEN, "key": customer.key(), **more}
    )


def transfer(customer: Customer, fen: int, reference: str, **more: Any) -> str:
    return transfers.record(
        customer.ledger,
        customer.id,
        amount_fen=fen,
        bank_reference=reference,
        **{"key": customer.key(), **more},
    )


def posted_fen(ledger: Ledger, book: str) -> int:
    p = t.postings.c
    with ledger.read() as conn:
        return int(conn.scalar(sa.select(sa.func.sum(p.amount_fen)).where(p.book == book)) or 0)


def by_hand(ledger: Ledger) -> list[tuple[str, int]]:
    found = [item for item in work_items.list_items(ledger) if item.kind == "payout_by_hand"]
    return [(item.details["customer_id"], item.details["amount_fen"]) for item in found]


def test_charges_are_waived_penalty_before_fee_and_principal_never(late: Customer) -> None:
    before = late.facts
    assert (before.debts.penalty_fen, before.debts.billed_fen) == (500, 5_000)
    waive(late, 700)
    after = late.facts
    assert (after.debts.penalty_fen, after.debts.billed_fen) == (0, 4_300)
    assert after.limit == before.limit
    with pytest.raises(BadInput) as refused:
        waive(late, 4_301)
    assert refused.value.details == {"amount_fen": 4_301, "waivable_fen": 4_300}
    waive(late, 4_300)
    assert late.facts.debts.total_fen == before.limit.used_fen
    assert posted_fen(late.ledger, journals.WAIVER) == 5_000
    assert_books_hold(late.ledger)


def test_what_is_waived_does_not_grow_back(late: Customer) -> None:
    waive(late, 500)
    assert late.at("2026-11-17").facts.debts.penalty_fen == 50
    waive(late, 50)
    assert late.facts.debts.penalty_fen == 0
    assert late.at("2026-11-19").facts.debts.penalty_fen == 100
    assert_books_hold(late.ledger)


def test_waiving_the_last_that_is_overdue_lifts_the_freeze(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-10-05")
    order_no = customer.buy(100_000)
    customer.at("2026-11-16").close_month("2026-10")
    refunds.request(ledger, order_no=order_no, amount_fen=100_000, key="asked")
    refunds.complete(ledger, order_no=order_no, key="done")  # takes off principal alone
    assert (customer.facts.debts.overdue_fen, len(customer.facts.freezes)) == (500, 1)
    waive(customer, 500)
    assert (customer.facts.debts.overdue_fen, customer.facts.freezes) == (0, ())
    assert_books_hold(ledger)


def test_nothing_is_waived_while_a_charge_is_open(late: Customer, gateway: SimulatedGateway) -> None:
    gateway.set_mode("timeout")
    late.repay(10_000)
    with pytest.raises(SettlementUnderWay):
        waive(late, 100)


def test_money_given_goes_back_by_the_newest_charge(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    customer.buy(100_000)
    customer.repay(60_000)
    compensate(customer, 2_000)
    assert customer.facts.limit.used_fen == 40_000
    assert payouts.send_due(ledger) == 1
    assert told(ledger)[-1] == ("payout_done", "P1")
    assert (posted_fen(ledger, journals.CREDIT), posted_fen(ledger, journals.WAIVER)) == (0, 2_000)
    assert by_hand(ledger) == []
    assert_books_hold(ledger)


def test_money_given_pays_a_charge_that_a_bank_took_back(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    customer.buy(100_000)
    number = customer.repay(60_000).number
    settlement.resolve(ledger, number, ChargeAnswer(number, "CHARGED_BACK", "GC", 60_000))
    assert customer.facts.debts.total_fen == 100_000
    compensate(customer, 2_000)
    assert customer.facts.debts.total_fen == 98_000
    assert by_hand(ledger) == []
    assert_books_hold(ledger)


def test_what_no_charge_can_carry_back_is_sent_by_a_person(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    compensate(customer, 2_000)
    compensate(customer, 500)
    assert by_hand(ledger) == [("c-1", 2_000)]  # one matter, whatever is added to it
    with pytest.raises(BadInput) as refused:
        transfer(customer, 2_501, "B1")
    assert refused.value.details["payable_fen"] == 2_500
    assert transfer(customer, 1_500, "B1") == "P1"
    assert told(ledger) == [("transfer_done", "P1")]
    assert by_hand(ledger) == [("c-1", 1_000)]  # the rest is a matter of its own
    assert transfer(customer, 1_000, "B2") == "P2"
    assert (by_hand(ledger), posted_fen(ledger, journals.CREDIT)) == ([], 0)
    assert posted_fen(ledger, journals.BANK) == -2_500
    assert_books_hold(ledger)


def test_the_audit_sees_a_transfer_that_is_not_in_the_books(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    compensate(customer, 2_000)
    transfer(customer, 700, "B1")
    assert_books_hold(ledger)
    with ledger.write() as conn:
        conn.execute(sa.update(t.payouts).values(reference="B2"))
    assert audit.audit(ledger) == ["payout P1 is DONE, None booked of -700"]
    with ledger.write() as conn:
        conn.execute(sa.delete(t.payouts))
    assert audit.audit(ledger) == ["1 refunds are booked, 0 payouts are done"]


def test_a_banks_reference_counts_once(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    compensate(customer, 2_000)
    assert transfer(customer, 700, "B1", key="t") == transfer(customer, 700, "B1", key="t")
    with pytest.raises(WrongState):
        transfer(customer, 700, "B1")
    assert posted_fen(ledger, journals.BANK) == -700


def test_what_the_gateway_is_sending_back_is_not_sent_by_hand_too(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    order_no = customer.buy(100_000)
    customer.repay(100_000)
    refunds.request(ledger, order_no=order_no, amount_fen=100_000, key="asked")
    refunds.complete(ledger, order_no=order_no, key="done")
    with pytest.raises(BadInput) as refused:
        transfer(customer, 1, "B1")
    assert refused.value.details["payable_fen"] == 0


def test_a_closed_account_is_paid_what_comes_later(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    old_account = customer.facts.account_id
    closing.close(ledger, customer.id, key="close")
    compensate(customer, 2_000)
    customer.at("2026-11-03")
    card = {"real_name_verified": True, "card_last4": "6688"}
    accounts.open_account(ledger, customer.id, **card, limit_fen=500_000, key="again")
    with pytest.raises(BadInput):
        transfer(customer, 2_000, "B1")
    transfer(customer, 2_000, "B1", account_id=old_account)
    assert posted_fen(ledger, journals.CREDIT) == 0
    assert_books_hold(ledger)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda c: waive(c, 0), InvalidAmount),
        (lambda c: compensate(c, -1), InvalidAmount),
        (lambda c: transfer(c, 0, "B1"), InvalidAmount),
        (lambda c: waive(c, 1, reason=" "), BadInput),
        (lambda c: compensate(c, 1, given_by=""), BadInput),
        (lambda c: compensate(c, 1, reason="x" * 501), BadInput),
        (lambda c: transfer(c, 1, " "), BadInput),
        (lambda c: transfer(c, 1, "x" * 101), BadInput),
        (lambda c: limits.lift_cut(c.ledger, c.id, reason=" ", key="k"), BadInput),
        (lambda c: limits.lift_cut(c.ledger, c.id, reason="assessed", key="k"), WrongState),
        (lambda c: freezes.refuse_application(c.ledger, c.id, number="J1", key="k"), WrongState),
    ],
)
def test_what_cannot_be_changes_no_row(
    late: Customer, act: Callable[[Customer], object], error: type[LedgerError]
) -> None:
    before = late.facts
    with pytest.raises(error):
        act(late)
    assert late.facts == before
    with late.ledger.read() as conn:
        assert conn.execute(sa.select(t.goodwill)).all() == []


def test_who_gave_what_and_why_is_kept(late: Customer) -> None:
    assert waive(late, 100, key="w") == waive(late, 100, key="w")
    compensate(late, 200)
    with late.ledger.read() as conn:
        rows = conn.execute(sa.select(t.goodwill).order_by(t.goodwill.c.id)).all()
    kept = [(row.kind, row.amount_fen, row.reason, row.given_by) for row in rows]
    assert kept == [("waived", 100, *GIVEN.values()), ("compensated", 200, *GIVEN.values())]


def test_limit_cuts_are_lifted_one_by_one(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02", limit_fen=1_000_000)
    for new_fen in (800_000, 500_000):
        limits.cut(ledger, customer.id, new_fen=new_fen, evidence={"days_late": 9}, key=customer.key())

    def lift() -> int:
        return limits.lift_cut(ledger, customer.id, reason="assessed", key=customer.key())

    assert (lift(), customer.facts.limit.total_fen) == (800_000, 800_000)
    assert customer.facts.limit_cut is not None
    assert (customer.facts.limit_cut.old_fen, customer.facts.limit_cut.new_fen) == (1_000_000, 800_000)
    assert (lift(), customer.facts.limit_cut) == (1_000_000, None)
    with pytest.raises(WrongState):
        lift()
    closing.close(ledger, customer.id, key="close")
    with pytest.raises(AccountClosed):
        lift()


def test_an_application_that_was_refused_can_be_made_again(ledger: Ledger) -> None:
    customer = Customer(ledger, on="2026-11-02")
    freezes.place(ledger, customer.id, "risk", {"logins": 9}, key="risk")
    first = freezes.apply_unfreeze(ledger, customer.id, key="first")
    assert freezes.refuse_application(ledger, customer.id, number=first.number, key="no") == first.number
    assert [each.state for each in customer.facts.applications] == ["REFUSED"]
    assert [freeze.kind for freeze in customer.facts.freezes] == ["risk"]
    second = freezes.apply_unfreeze(ledger, customer.id, key="second")
    assert second.number != first.number and second.state == "FILED"
    freezes.lift(ledger, customer.id, "risk", key="yes")
    assert [each.state for each in customer.facts.applications] == ["GRANTED", "REFUSED"]
