"""What staff do at random: freezes, limits, goodwill, transfers. Where the model knows better, it is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ledger import freezes, goodwill, limits, transfers

if TYPE_CHECKING:
    from simulation.step import Step


def place_freeze(step: Step) -> Any:
    kind = step.dice.choice(["risk", "risk", "risk", "dispute", "fraud", "bureau", "customer"])
    return step.run(freezes.place, step.who, kind, {"seen": kind})


def lift_freeze(step: Step) -> Any:
    """Staff lift what they find; one for lateness only once it is paid."""
    account = step.world.model_of(step.who)
    kinds = sorted(account.frozen)
    if account.overdue is not None and account.overdue.cleared:
        kinds.append("overdue")
    if not kinds or step.dice.random() < 0.05:
        kinds = ["risk", "customer"]
    return step.run(freezes.lift, step.who, step.dice.choice(kinds))


def refuse_application(step: Step) -> Any:
    """The assessment said no: to an application that waits, to one made now, or to none."""
    world = step.world
    filed, mine = world.follower.filed, world.row_of(step.who).id
    if not filed and world.model_of(step.who).may_apply(world.clock.now().date()):
        step.run(freezes.apply_unfreeze, step.who)
        world.look()
    numbers = [number for number, account_id in filed.items() if account_id == mine]
    number = step.dice.choice(numbers or [*filed, "J20260101-0001"])
    return step.run_if(
        lambda account: filed.get(number) == mine,
        freezes.refuse_application,
        step.who,
        number=number,
    )


def cut_limit(step: Step) -> Any:
    """By a little or a lot; one that is none is refused."""
    limit, dice = step.world.model_of(step.who).limit, step.dice
    fen = max(1, limit - dice.choice([-1, 0, 1, limit // 20, limit // 10, limit // 3]))
    return step.run_if(
        lambda account: not account.closed and fen < account.limit,
        limits.cut,
        step.who,
        new_fen=fen,
        evidence={"why": "late"},
    )


def lift_cut(step: Step) -> Any:
    return step.run_if(lambda account: bool(account.cuts), limits.lift_cut, step.who, reason="assessed")


def waive(step: Step) -> Any:
    """All of the charges that are owed, a part of them, or one fen more than there is."""
    waivable = sum(debt.left for debt in step.world.model_of(step.who).waivable())
    fen = step.dice.choice([waivable, waivable, waivable + 1, step.dice.randint(1, max(1, waivable))])
    fen = max(1, fen)
    return step.run_if(
        lambda account: not account.paused and fen <= sum(debt.left for debt in account.waivable()),
        goodwill.waive,
        step.who,
        amount_fen=fen,
        reason="sorry",
        given_by="staff",
    )


def compensate(step: Step) -> Any:
    fen = step.dice.randint(1, 5_000)
    given = {"amount_fen": fen, "reason": "sorry", "given_by": "staff"}
    return step.run_if(lambda account: True, goodwill.compensate, step.who, **given)


def record_transfer(step: Step) -> Any:
    """Sent by bank: what no charge carries back, now and then too much, or by a reference used before."""
    world, dice = step.world, step.dice
    free = {account_id: fen for account_id, fen in world.free_credit().items() if fen}
    account_id = dice.choice(sorted(free) or [world.row_of(step.who).id])
    left = free.get(account_id, 0)
    fen = max(1, dice.choice([left, left, left // 2, left + 1]))
    references = world.invariants.bank_references
    reference = f"B{step.index}"
    if references and dice.random() < 0.3:
        reference = dice.choice(references)
    return step.run_if(
        lambda _: fen <= left and reference not in references,
        transfers.record,
        world.customer_of(account_id),
        account_id=account_id,
        amount_fen=fen,
        bank_reference=reference,
    )


#: How often each happens, beside what customers do.
STAFF: tuple[tuple[float, Callable[[Step], Any]], ...] = (
    (0.5, place_freeze), (3, lift_freeze), (0.7, refuse_application), (1, cut_limit), (1, lift_cut),
    (2, waive), (0.7, compensate), (1.2, record_transfer),
)  # fmt: skip
