"""What customers, shops and banks do at random: commands with any arguments they may get.

An action takes its step (dice of its own, the process it runs in, whose turn it is) and returns something
short to print. Wrong arguments belong here too: whatever the ledger refuses must leave no trace.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ledger import (
    accounts,
    closing,
    debits,
    facts,
    freezes,
    penalties,
    plans,
    purchases,
    quotes,
    reconciler,
    refunds,
    repayments,
    settlement,
)
from ledger.clock import SHANGHAI
from simulation.facts_agree import facts_agree
from simulation.follower import NO_ITEM, NO_SHOP
from simulation.step import any_amount
from simulation.violations import expect_equal

if TYPE_CHECKING:
    from simulation.step import Step

LIMITS_FEN = (200_000, 2_000_000, 3_000_000)


def open_account(step: Step) -> Any:
    """Opens, or opens again after closing."""
    fen = step.dice.choice(LIMITS_FEN)
    verified = step.dice.random() < 0.95
    return step.run(
        accounts.open_account, step.who, real_name_verified=verified, card_last4="6688", limit_fen=fen
    )


def buy(step: Step) -> Any:
    """An order, now and then at a shop that does not take the product; mostly captured at once."""
    dice, order_no = step.dice, f"o{step.index}"
    shop = NO_SHOP if dice.random() < 0.02 else "shop"
    item = NO_ITEM if dice.random() < 0.02 else "thing"
    made = step.run(
        purchases.authorise,
        step.who,
        order_no=order_no,
        merchant=shop,
        item=item,
        amount_fen=any_amount(dice, 200_000),
        periods=dice.choice([1] * 8 + [3, 3, 6, 6, 12, 12, 4]),
        fee_free=dice.random() < 0.2,
        shop_supported=shop != NO_SHOP,
        item_supported=item != NO_ITEM,
    )
    if dice.random() < 0.7:
        step.run(purchases.capture, order_no)
    return made


def capture(step: Step) -> Any:
    return step.run(purchases.capture, _order(step, "HELD"))


def release(step: Step) -> Any:
    return step.run(purchases.release, _order(step, "HELD"))


def refund(step: Step) -> Any:
    """Of a whole order or a part of it, once or several times; half of them arrive at once."""
    dice, order_no = step.dice, _order(step, "CAPTURED")
    whole = step.world.price_of(order_no)
    fen = dice.choice([whole, whole, dice.randint(1, whole), max(1, whole // 3)])
    made = step.run(refunds.request, order_no=order_no, amount_fen=fen)
    if dice.random() < 0.5:
        step.run(refunds.complete, order_no=order_no)
    return made


def complete_refund(step: Step) -> Any:
    pending = step.world.pending_refunds()
    return step.run(
        refunds.complete, order_no=step.dice.choice(pending) if pending else _order(step, "CAPTURED")
    )


def repay(step: Step) -> Any:
    """Everything payable, a bill, the minimum, one fen less, or any amount."""
    account, dice = step.world.model_of(step.who), step.dice
    if not account.payable() and dice.random() < 0.9:
        return buy(step)
    total = sum(debt.left for debt in account.debts)
    billed = sum(debt.left for debt in account.debts if debt.bill)
    least = min((bill.minimum for bill in account.bills), default=0)
    fen = dice.choice([any_amount(dice), total, total + 777, least, least - 1, billed, billed, billed])
    if fen <= 0 and dice.random() < 0.9:
        fen = any_amount(dice)
    made = step.run_if(
        lambda account: fen > 0 and not account.paused and bool(account.payable()),
        repayments.repay,
        step.who,
        amount_fen=fen,
    )
    return _ask_soon(step, made.state)


def quote(step: Step) -> Any:
    """Asks what settling costs; the model must say the same. Most go on to confirm it."""
    if not step.world.model_of(step.who).debts and step.dice.random() < 0.8:
        return buy(step)
    pauses = step.world.control.pauses
    made = quotes.make(step.ledger, step.who, close_after=step.dice.random() < 0.25)
    step.world.quotes.append((step.who, made))
    if step.world.control.pauses == pauses:  # else it may be an old one by now
        step.world.look()
        want = step.world.model_of(step.who).quote()
        have = (made.total_fen, made.waived_fen)
        expect_equal(have, (want.total_fen, want.waived_fen), "what settling costs")
    return _confirm(step, step.who, made) if step.dice.random() < 0.6 else made.total_fen


def confirm(step: Step) -> Any:
    """An old quote, sometimes somebody else's."""
    if not step.world.quotes:
        return None
    whose, made = step.dice.choice(step.world.quotes[-3:])
    return _confirm(step, step.dice.choice([whose, whose, whose, step.who]), made)


def _confirm(step: Step, who: str, made: Any) -> Any:
    fen = made.total_fen + step.dice.choice([0, 0, 0, 0, 0, 0, 0, 1])
    confirmed = step.run(settlement.confirm, who, quote_id=made.quote_id, amount_fen=fen)
    return _ask_soon(step, confirmed.state)


def _ask_soon(step: Step, state: str) -> str:
    """What is not known is mostly asked about within seconds, before a late request can have arrived."""
    if state == "UNKNOWN" and step.dice.random() < 0.7:
        step.world.look()  # before midnight may pass: from now on the account waits for this charge
        step.world.clock.advance(timedelta(seconds=10))
        reconciler.run_once(step.ledger)
    return state


_NO_BILL = 10**9  # no bill gets this number while the command waits for the account


def instal_bill(step: Step) -> Any:
    """A bill, fresh ones too, at any moment, the last one and the first after that among them."""
    world, dice = step.world, step.dice
    if dice.random() < 0.3:
        next_month = world.clock.now().replace(day=28, hour=8) + timedelta(days=4)
        world.wait_until(next_month.replace(day=1))
        penalties.run(step.ledger)
    known = facts.account_facts(step.ledger, step.who)
    bill = dice.choice([*known.bills[:1], known.bill])
    bill_id, month = (bill.id, bill.month) if bill is not None else (_NO_BILL, "")
    if bill is not None and dice.random() < 0.3:
        at = time(21, 59, 59), time(22), time(22, 0, 1), time(23, 30)
        world.wait_until(datetime.combine(bill.due_on, dice.choice(at), SHANGHAI))
    periods, now = dice.choice([3, 6, 12, 5]), world.clock.now()
    return step.run_if(
        lambda account: periods != 5 and account.may_instal(month, now),
        plans.instal_bill,
        step.who,
        bill_id=bill_id,
        periods=periods,
    )


def close(step: Step) -> Any:
    return step.run(closing.close, step.who).receipt


def withdraw(step: Step) -> Any:
    return step.run(closing.withdraw, step.who)


def switch_debit(step: Step) -> Any:
    """Automatic debit on the due day, mostly switched on."""
    return step.run(debits.switch, step.who, on=step.dice.random() < 0.7)


def apply_unfreeze(step: Step) -> Any:
    """Heard by those that may apply by then, and by nobody else; once more, it is the same application."""
    world, dice = step.world, step.dice
    overdue = world.model_of(step.who).overdue
    if overdue is not None and overdue.cleared is not None and dice.random() < 0.5:
        wait = world.rules.at(world.clock.now().date()).unfreeze_wait_days
        day = overdue.cleared + timedelta(wait - dice.choice([0, 0, 1]))
        world.wait_until(datetime.combine(day, time(9), SHANGHAI))
    today, pauses = world.clock.now().date(), world.control.pauses
    may = step.run_if(lambda account: bool(account.may_apply(today)), freezes.apply_unfreeze, step.who)
    if world.control.pauses == pauses and dice.random() < 0.5:
        again = step.run(freezes.apply_unfreeze, step.who)
        expect_equal(again.number, may.number, "one application waits at a time", step.who)
    return may.number


def take_back(step: Step) -> Any:
    """The customer's bank takes a charge back, all or a part of it."""
    number = step.dice.choice(sorted(step.world.gateway.records) or ["none"])
    fen = step.world.gateway.records[number].taken_fen if number in step.world.gateway.records else 0
    if fen > 1 and step.dice.random() < 0.3:
        fen = step.dice.randint(1, fen - 1)
    return number, fen, step.world.gateway.take_back(number, fen)


def again(step: Step) -> Any:
    """A command comes a second time, with its key: as it was, with another body, or from somebody else."""
    return step.run_again()


def look(step: Step) -> Any:
    """The customer looks at the account: every figure must be the model's, penalty to today included."""
    return facts_agree(step.world, step.ledger, step.who)


def _order(step: Step, *states: str) -> str:
    """An order in one of these states, rather a recent one; now and then any, or one there never was."""
    dice, orders = step.dice, list(step.world.follower.orders.values())
    if dice.random() < 0.9:
        orders = [order for order in orders if order.state in states]
    if not orders:
        return "never"
    return str(dice.choice(orders[-8:] if dice.random() < 0.7 else orders).order_no)


#: How often each happens, beside what the world does by itself.
ACTIONS: tuple[tuple[float, Callable[[Step], Any]], ...] = (
    (22, buy), (5, capture), (1, release), (6, refund), (4, complete_refund), (16, repay), (12, quote),
    (4, confirm), (6, instal_bill), (1, close), (0.3, withdraw), (2, open_account), (1.5, apply_unfreeze),
    (1.5, take_back), (4, again), (6, look),
    (1.5, switch_debit),
)  # fmt: skip
