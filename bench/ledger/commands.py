"""Every command that a customer's day brings about, in ledgers of few and of very many accounts.

Jobs over all accounts are not among them: they are as long as there are accounts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from bench.ledger import lives, store
from bench.ledger.databases import Kind, Place, at_noon
from bench.ledger.settling import quoted, settle
from bench.ledger.store import Store
from bench.timing import Times, Uninterrupted, target
from ledger import (
    accounts,
    closing,
    debits,
    dump,
    facts,
    freezes,
    goodwill,
    limits,
    links,
    lookups,
    outbox,
    plans,
    purchases,
    quotes,
    reconciler,
    refunds,
    repayments,
    statement,
    tickets,
)
from ledger.database import Ledger

AT_MOST: Final = 1.2
Step = tuple[str, Callable[[], Any]]


def measure(place: Place, kind: Kind, few: int, many: int, rounds: int) -> dict[str, Any]:
    """The commands on accounts chosen at random, in turns in both ledgers; the worst ratio and whose it is.

    Compared are the lower quartiles: of thirty commands one is always disturbed by something else.
    """
    with place.empty(kind) as small, place.empty(kind) as large:
        stores = [(ledger, fill(ledger, size)) for ledger, size in ((small, few), (large, many))]
        chosen = [random.Random(1).sample(range(1, each.copies), rounds + 1) for _, each in stores]
        times: dict[str, tuple[Times, Times]] = {}
        for number in range(rounds + 1):
            days = [
                customers_day(ledger, each, chosen[which][number])
                for which, (ledger, each) in enumerate(stores)
            ]
            with Uninterrupted():
                _in_both(days, times, few_first=bool(number % 2))
            if not number:
                times.clear()  # nothing was compiled or prepared yet
    ratios = {name: of_many.quick_s / of_few.quick_s for name, (of_few, of_many) in times.items()}
    worst = max(ratios, key=lambda name: ratios[name])
    return {
        **target(ratios[worst], AT_MOST),
        "worst": worst,
        "accounts": [few, many],
        "ratios": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "ms_of_many": {name: of_many.median_ms for name, (_, of_many) in times.items()},
    }


def fill(ledger: Ledger, size: int) -> Store:
    """So many accounts, in the states that accounts are in."""
    lives.block(ledger)
    made = store.multiply(ledger, size // lives.ACCOUNTS)
    at_noon(ledger)
    return made


def _in_both(days: list[Iterator[Step]], times: dict[str, tuple[Times, Times]], *, few_first: bool) -> None:
    """The steps of both in turns, each of them in another order from round to round."""
    order = (0, 1) if few_first else (1, 0)
    while True:
        steps = {which: next(days[which], None) for which in order}
        for which, step in steps.items():
            if step is None:
                return
            name, act = step
            times.setdefault(name, (Times(), Times()))[which].take(act)


def customers_day(ledger: Ledger, made: Store, copy: int) -> Iterator[Step]:
    """Every command once, on the accounts of one copy of the block. What is not yielded is not timed."""

    def name(number: int) -> str:
        return made.name(number, copy)

    yield from _buying(ledger, name(lives.OWING), name(lives.HOLDING))
    yield from _paying(ledger, name(lives.OWING), name(lives.LATE))
    yield from _refunding(ledger, name(lives.REFUNDING), name(lives.SETTLED))
    yield from _freezing(ledger, name(lives.FROZEN), name(lives.HELPED))
    yield from _closing(ledger, name(lives.CLEARED))
    yield from _talking(ledger, name(lives.HELPED))
    yield "outbox.claim", lambda: outbox.claim(ledger, 20, 60)
    yield "outbox.ack", lambda: outbox.ack(ledger, [1, 2, 3])
    yield "reconciler.run_once", lambda: reconciler.run_once(ledger)


def _buying(ledger: Ledger, who: str, holding: str) -> Iterator[Step]:
    order: dict[str, Any] = {"order_no": f"N-{who}", "merchant": "shop", "item": "thing", "amount_fen": 2_000}
    yield "links.customer_of", lambda: links.customer_of(ledger, f"web-{who}")
    yield "facts.account_facts", lambda: facts.account_facts(ledger, who)
    yield "purchases.authorise", lambda: purchases.authorise(ledger, who, **order, key="n1")
    yield "purchases.capture", lambda: purchases.capture(ledger, order["order_no"], "n2")
    held = f"{holding}-{lives.HELD_ORDER}"
    yield "purchases.release", lambda: purchases.release(ledger, held, "n3")


def _paying(ledger: Ledger, who: str, late: str) -> Iterator[Step]:
    yield "repayments.repay", lambda: repayments.repay(ledger, who, amount_fen=5_000, key="n4")
    bill = facts.account_facts(ledger, who).bill
    assert bill is not None
    yield "plans.instal_bill", lambda: plans.instal_bill(ledger, who, bill_id=bill.id, periods=3, key="n5")
    yield "quotes.make", lambda: quotes.make(ledger, who, close_after=False)
    quote = quoted(ledger, who)
    yield "settlement.confirm", lambda: settle(ledger, who, quote)
    yield "facts.account_facts settled", lambda: facts.account_facts(ledger, who)
    number = f"R{who.removeprefix('K')}-1"
    yield "lookups.charge", lambda: lookups.charge(ledger, number)
    yield "statement.statement", lambda: statement.statement(ledger, who, "2026-10")
    yield "dump.account_json", lambda: dump.account_json(ledger, who)
    yield "debits.switch", lambda: debits.switch(ledger, who, on=True, key="n6")
    given: dict[str, Any] = {"amount_fen": 100, "reason": "bench", "given_by": "staff"}
    yield "goodwill.waive", lambda: goodwill.waive(ledger, late, **given, key="n7")
    yield "repayments.repay late", lambda: repayments.repay(ledger, late, amount_fen=50_000, key="n8")


def _refunding(ledger: Ledger, refunding: str, settled: str) -> Iterator[Step]:
    waiting, other = f"{refunding}-{lives.REFUNDED_ORDER}", f"{settled}-{lives.SETTLED_ORDER}"
    yield "refunds.complete", lambda: refunds.complete(ledger, order_no=waiting, key="n9")
    yield "refunds.request", lambda: refunds.request(ledger, order_no=other, amount_fen=100, key="n10")


def _freezing(ledger: Ledger, frozen: str, helped: str) -> Iterator[Step]:
    yield "freezes.apply_unfreeze", lambda: freezes.apply_unfreeze(ledger, frozen, key="n11")
    yield "freezes.lift", lambda: freezes.lift(ledger, frozen, "risk", key="n12")
    yield "freezes.place", lambda: freezes.place(ledger, frozen, "dispute", {}, key="n13")
    yield "limits.lift_cut", lambda: limits.lift_cut(ledger, helped, reason="bench", key="n14")
    cut: dict[str, Any] = {"new_fen": 500_000, "evidence": {"bill": "2026-09"}}
    yield "limits.cut", lambda: limits.cut(ledger, helped, **cut, key="n15")


def _closing(ledger: Ledger, who: str) -> Iterator[Step]:
    yield "closing.guards", lambda: closing.guards(ledger, who)
    yield "closing.close", lambda: closing.close(ledger, who, key="n16")
    again: dict[str, Any] = {"real_name_verified": True, "card_last4": "6688", "limit_fen": 500_000}
    yield "accounts.open_account", lambda: accounts.open_account(ledger, who, **again, key="n17")
    yield "links.link", lambda: links.link(ledger, f"web-{who}", who)


def _talking(ledger: Ledger, who: str) -> Iterator[Step]:
    sender = f"web-{who}"
    asked: dict[str, Any] = {
        "sender": sender,
        "customer_id": who,
        "kind": "human",
        "packet": {},
        "key": "n18",
    }
    yield "tickets.open_ticket", lambda: tickets.open_ticket(ledger, **asked)
    ticket = tickets.open_ticket(ledger, **asked)
    yield "tickets.active_for", lambda: tickets.active_for(ledger, sender)
    yield "tickets.append", lambda: tickets.append(ledger, ticket.id, "您好", key="n19")
    yield "tickets.reply", lambda: tickets.reply(ledger, ticket.id, "已收到", "staff", key="n20")
    yield "tickets.close", lambda: tickets.close(ledger, ticket.id)
    yield "tickets.tell_late", lambda: tickets.tell_late(ledger)
