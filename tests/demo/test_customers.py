"""Every demo customer is what the demo says of them, in whatever month the demo is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from demo import seed
from demo.customers import ALL
from ledger import Ledger, audit, closing, dump, facts, freezes, links, outbox, quotes, settlement, terms
from ledger.clock import SHANGHAI, FixedClock
from ledger.database import open_engine
from ledger.gateway.simulated import SimulatedGateway
from ledger.model import AccountFacts

MONTHS = ["2026-01-31", "2026-03-01", "2028-02-29", "2026-11-23"]


@dataclass
class World:
    """A seeded ledger with its clock standing at the start."""

    ledger: Ledger
    start: datetime

    def facts(self, customer_id: str) -> AccountFacts:
        return facts.account_facts(self.ledger, customer_id)

    def guards(self, customer_id: str) -> set[str]:
        return {guard.id for guard in closing.guards(self.ledger, customer_id)}


@pytest.fixture(scope="module", params=MONTHS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp(f"seeded-{request.param}")
    now = datetime.fromisoformat(request.param).replace(hour=23, tzinfo=SHANGHAI)
    url = f"sqlite:///{folder}/ledger.db"
    start = seed.seed(url, folder, now)
    clock = FixedClock(start)
    engine, gateway = open_engine(url), SimulatedGateway(folder / "gateway.db", clock, silence_s=0)
    yield World(Ledger(engine, clock, terms.load(), gateway), start)
    gateway.close()
    engine.dispose()


def month(start: datetime, months_ago: int) -> str:
    day = start.date().replace(day=1)
    for _ in range(months_ago):
        day = (day - timedelta(days=1)).replace(day=1)
    return f"{day:%Y-%m}"


def kinds(account: AccountFacts) -> list[str]:
    return [freeze.kind for freeze in account.freezes]


def test_the_demo_starts_at_ten_on_the_3rd(world: World) -> None:
    assert (world.start.day, world.start.hour, world.start.minute) == (3, 10, 0)
    assert world.start.utcoffset() == timedelta(hours=8)


def test_nothing_of_the_past_is_still_to_be_told(world: World) -> None:
    assert outbox.claim(world.ledger, 10, 60) == []


def test_the_books_hold(world: World) -> None:
    assert audit.audit(world.ledger) == []


def test_all_twelve_are_there_and_linked(world: World) -> None:
    named = "clean owing overdue lowered risk overlimit unsupported bureau cured refunding unknown closed"
    assert [each.customer_id for each in ALL] == [f"c-{name}" for name in named.split()]
    assert len({each.title for each in ALL}) == 12
    for each in ALL:
        assert links.customer_of(world.ledger, f"web-{each.customer_id}") == each.customer_id


def test_only_those_who_should_be_are_late_frozen_or_closed(world: World) -> None:
    late = {each.customer_id for each in ALL if world.facts(each.customer_id).debts.overdue_fen}
    frozen = {each.customer_id for each in ALL if world.facts(each.customer_id).freezes}
    closed = {each.customer_id for each in ALL if world.facts(each.customer_id).state != "ACTIVE"}
    assert late == {"c-overdue"}
    assert frozen == {"c-overdue", "c-risk", "c-bureau", "c-cured"}
    assert closed == {"c-closed"}


def test_who_was_late_had_no_automatic_debit_or_too_little_money(world: World) -> None:
    off = {each.customer_id for each in ALL if not world.facts(each.customer_id).auto_debit}
    assert off == {"c-overdue", "c-cured"}


def test_clean_owes_nothing_and_may_close(world: World) -> None:
    account = world.facts("c-clean")
    assert (account.debts.total_fen, account.limit.used_fen, account.credit_fen) == (0, 0, 0)
    assert world.guards("c-clean") == set()
    assert account.last_repayment is not None


def test_owing_has_all_four_kinds_of_debt_and_nothing_overdue(world: World) -> None:
    account = world.facts("c-owing")
    debts = account.debts
    four = (debts.unbilled_fen, debts.billed_fen, debts.product_plan_fen, debts.bill_plan_fen)
    assert all(fen > 0 for fen in four)
    assert sum(four) == debts.total_fen
    assert (debts.overdue_fen, debts.penalty_fen) == (0, 0)
    assert sorted(plan.kind for plan in account.plans) == ["bill", "product"]
    assert account.bill is not None
    assert (account.bill.state, account.bill.due_on) == ("OPEN", world.start.date().replace(day=6))
    assert world.guards("c-owing") == {"owed_by_customer"}


def test_overdue_owes_a_penalty_is_frozen_and_was_refused_for_it(world: World) -> None:
    account = world.facts("c-overdue")
    assert account.bill is not None
    assert (account.bill.month, account.bill.state) == (month(world.start, 2), "OVERDUE")
    days = (world.start.date() - account.bill.due_on).days
    assert account.bill.days_overdue == days
    assert account.debts.penalty_fen == (146_800 * days * 5 + 5_000) // 10_000  # 0.05 % a day, half up
    (freeze,) = account.freezes
    assert freeze.kind == "overdue"
    assert freeze.placed_at.date() == account.bill.due_on + timedelta(days=1)
    assert account.unfreeze_from is None
    assert [refusal.reason for refusal in account.refusals] == ["freeze"]


def test_lowered_was_late_paid_was_cut_and_met_the_new_limit(world: World) -> None:
    account = world.facts("c-lowered")
    cut = account.limit_cut
    assert cut is not None
    assert (cut.old_fen, cut.new_fen, account.limit.total_fen) == (800_000, 300_000, 300_000)
    assert cut.evidence == {"bill": month(world.start, 2), "days_late": 8}
    charges = dump.account_json(world.ledger, "c-lowered")["charges"]
    assert [each["reason"] for each in charges if each["due_at"]] == ["insufficient_funds"] * 3
    assert kinds(account) == []
    (refusal,) = account.refusals
    assert refusal.reason == "limit"
    assert refusal.available_fen < refusal.amount_fen < cut.old_fen


def test_risk_is_frozen_after_logins_from_many_places_and_devices(world: World) -> None:
    account = world.facts("c-risk")
    (freeze,) = account.freezes
    logins = freeze.evidence["logins"]
    assert freeze.kind == "risk"
    assert len({login["city"] for login in logins}) == 3
    assert len({login["device"] for login in logins}) == 3
    assert max(datetime.fromisoformat(login["at"]) for login in logins) < freeze.placed_at
    assert [refusal.reason for refusal in account.refusals] == ["freeze"]


def test_overlimit_was_refused_above_what_was_left(world: World) -> None:
    account = world.facts("c-overlimit")
    (refusal,) = account.refusals
    assert refusal.reason == "limit"
    assert refusal.available_fen == account.limit.available_fen > 0
    assert refusal.amount_fen > refusal.available_fen


def test_unsupported_met_a_shop_and_an_item(world: World) -> None:
    reasons = [refusal.reason for refusal in world.facts("c-unsupported").refusals]
    assert reasons == ["item", "shop"]


def test_bureau_is_restricted_with_its_evidence(world: World) -> None:
    account = world.facts("c-bureau")
    (freeze,) = account.freezes
    assert freeze.kind == "bureau"
    assert freeze.evidence["overdue_elsewhere"] == 2
    assert freeze.evidence["debt_ratio"] == "high"
    assert date.fromisoformat(freeze.evidence["checked_on"]) < world.start.date()


def test_cured_cleared_61_days_ago_and_may_apply(world: World) -> None:
    account = world.facts("c-cured")
    assert kinds(account) == ["overdue"]
    assert account.freezes[0].evidence["days"] > 30
    assert account.debts.total_fen == 0
    assert account.last_repayment is not None
    assert (world.start.date() - account.last_repayment.at.date()).days == 61
    assert account.unfreeze_from == world.start.date() - timedelta(days=1)


def test_refunding_waits_for_one_refund(world: World) -> None:
    account = world.facts("c-refunding")
    assert [refund.state for refund in account.refunds] == ["PENDING"]
    assert world.guards("c-refunding") == {"refund_open"}


def test_unknown_has_a_charge_that_the_gateway_holds(world: World) -> None:
    account = world.facts("c-unknown")
    assert account.open_charge is not None
    assert account.open_charge.state == "UNKNOWN"
    assert account.debts.total_fen == account.open_charge.amount_fen > 0
    assert world.ledger.gateway.cancel(account.open_charge.number).state == "CANCEL_REFUSED"
    assert "charge_open" in world.guards("c-unknown")


def test_closed_was_settled_and_closed_last_month(world: World) -> None:
    account = world.facts("c-closed")
    assert account.closed_at is not None
    assert f"{account.closed_at:%Y-%m}" == month(world.start, 1)
    assert account.close_receipt
    assert account.last_settlement is not None
    assert (account.last_settlement.state, account.last_settlement.close_after) == ("SETTLED", True)
    assert account.last_settlement.close_receipt == account.close_receipt
    assert [bill.state for bill in account.bills] == ["PAID", "PAID"]
    # The last of three periods of 599.00, with its fee and no settlement charge: nothing was late.
    assert account.last_settlement.amount_fen == 19_968 + 450


@pytest.mark.parametrize("customer_id", ["c-owing", "c-overdue"])
def test_who_owes_can_settle_everything_and_close(demo_ledger: Ledger, customer_id: str) -> None:
    quote = quotes.make(demo_ledger, customer_id, close_after=True)
    done = settlement.confirm(
        demo_ledger, customer_id, quote_id=quote.quote_id, amount_fen=quote.total_fen, key="k"
    )
    assert (done.state, bool(done.close_receipt)) == ("SETTLED", True)
    assert facts.account_facts(demo_ledger, customer_id).state == "CLOSED"
    assert audit.audit(demo_ledger) == []


def test_cured_can_apply_today(demo_ledger: Ledger) -> None:
    assert freezes.apply_unfreeze(demo_ledger, "c-cured", key="k").state == "FILED"
