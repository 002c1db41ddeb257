"""Rules of the state machine that bring money to move: each makes sure that something is owed, and pays it.

With any command in any order a payment is rare, and rarer still one whose outcome is not known while
something else happens to the same debt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger import (
    accounts,
    closing,
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
from ledger.model import AccountFacts
from tests.ledger.machine import CUSTOMERS, LedgerMachine

_who = st.sampled_from(CUSTOMERS)
_fen = st.integers(1_000, 60_000)
_periods = st.sampled_from([1, 3, 6])


@dataclass(frozen=True)
class Unsure:
    """A payment that gets no answer: how, what goes on beside it, and what it comes to."""

    mode: str
    meanwhile: list[str]
    seconds: int
    after: str


_UNSURE = st.builds(
    Unsure,
    mode=st.sampled_from(["timeout", "late", "hold"]),
    meanwhile=st.lists(st.sampled_from(["refund", "pay", "settle", "buy", "bill", "wait"]), max_size=3),
    seconds=st.sampled_from([5, 90, 2_400, 90_000]),
    after=st.sampled_from(["succeed", "succeed", "decline"]),
)


class PayingMachine(LedgerMachine):
    """Repayments, settlements and unknown outcomes of debts that there are."""

    @rule(who=_who, fen=_fen, periods=_periods, partly=st.sampled_from([1, 2, 3]), days=st.integers(7, 45))
    def pay_what_is_late(self, who: str, fen: int, periods: int, partly: int, days: int) -> None:
        """All that is late, or a part: the freeze ends with the lateness, and not before."""
        self.owe(who, fen, periods)
        self.gateway.set_mode("succeed", who)
        self.live_to_the_first()
        self.clock.advance(timedelta(days=days))
        penalties.run(self.ledger)
        late_fen = self.facts(who).debts.overdue_fen + self.facts(who).debts.chargeback_fen
        if late_fen >= partly:
            self.do(repayments.repay, who, amount_fen=late_fen // partly)
            known = self.facts(who)
            if partly == 1 and known.open_charge is None:
                assert not known.debts.overdue_fen
                waiting = {freeze.kind for freeze in known.freezes} & {"overdue"}
                assert not waiting or known.unfreeze_from is not None

    @rule(who=_who, fen=_fen, periods=_periods, bills=st.integers(0, 2), close_after=st.booleans())
    def settle_what_is_owed(self, who: str, fen: int, periods: int, bills: int, close_after: bool) -> None:
        """At once or after some bills: then nothing is owed, nor ever billed of it."""
        self.owe(who, fen, periods)
        for _ in range(bills):
            self.live_to_the_first()
        self.gateway.set_mode("succeed", who)
        before = self.facts(who).last_settled
        known = self.settle(who, close_after)
        if known.last_settled != before:
            assert known.debts.total_fen == 0
            self.live_to_the_first()
            penalties.run(self.ledger)
            assert self.facts(who).debts.total_fen == 0

    @rule(who=_who, fen=_fen, periods=_periods, unsure=_UNSURE)
    def settle_without_an_answer(self, who: str, fen: int, periods: int, unsure: Unsure) -> None:
        order_no = self.owe(who, fen, periods)
        self.gateway.set_mode(unsure.mode, who)
        self.settle(who, close_after=False)
        self.live_with(unsure, who, order_no, fen)

    @rule(who=_who, fen=_fen, periods=_periods, unsure=_UNSURE, more_fen=st.sampled_from([-1, 0, 777]))
    def repay_without_an_answer(
        self, who: str, fen: int, periods: int, unsure: Unsure, more_fen: int
    ) -> None:
        order_no = self.owe(who, fen, periods)
        self.gateway.set_mode(unsure.mode, who)
        owed_fen = self.facts(who).debts.total_fen
        self.do(repayments.repay, who, amount_fen=max(1, owed_fen + more_fen))
        self.live_with(unsure, who, order_no, fen)

    def live_with(self, unsure: Unsure, who: str, order_no: str, fen: int) -> None:
        """What happens while the outcome is not known, and what the outcome does then."""
        for what in unsure.meanwhile:
            self.go_on(who, what, order_no, fen)
        self.clock.advance(timedelta(seconds=unsure.seconds))
        self.gateway.set_mode(unsure.after, who)
        reconciler.run_once(self.ledger)

    def go_on(self, who: str, what: str, order_no: str, fen: int) -> None:
        """Something else happens to the account meanwhile."""
        before = self.facts(who)
        if what == "refund":
            self.do(refunds.request, order_no=order_no, amount_fen=fen)
            self.do(refunds.complete, order_no=order_no)
        elif what == "pay":
            self.do(repayments.repay, who, amount_fen=fen)
        elif what == "settle":
            self.settle(who, close_after=False)
            self.do(closing.close, who)
        elif what == "buy":
            self.place(who, fen, 1)
        elif what == "bill" and before.bill is not None:
            self.do(plans.instal_bill, who, bill_id=before.bill.id, periods=3)
        else:
            self.clock.advance(timedelta(hours=1))
            reconciler.run_once(self.ledger)
            return
        self.nothing_new_is_used(before, self.facts(who))

    def nothing_new_is_used(self, before: AccountFacts, now: AccountFacts) -> None:
        """While a charge is open there is no other; while everything is being settled nothing is bought."""
        if before.open_charge is None:
            return
        assert now.open_charge is not None and now.open_charge.number == before.open_charge.number
        if before.open_charge.purpose == "settle":
            assert now.holds_fen <= before.holds_fen

    # -- parts --------------------------------------------------------------------------------------------

    def owe(self, who: str, fen: int, periods: int) -> str:
        """Something is bought, by an account that may; the number of the order."""
        self.gateway.set_mode("succeed", who)
        if self.facts(who).open_charge is not None:
            self.clock.advance(timedelta(days=1))
            reconciler.run_once(self.ledger)
        known = self.facts(who)
        if known.state == "CLOSED":
            verified = {"real_name_verified": True, "card_last4": "6688"}
            self.do(accounts.open_account, who, **verified, limit_fen=2_000_000)
        for freeze in known.freezes:
            self.do(freezes.lift, who, freeze.kind)
        order_no = self.place(who, fen, periods)
        self.do(purchases.capture, order_no)
        return order_no

    def place(self, who: str, fen: int, periods: int, fee_free: bool = False) -> str:
        self.orders.append(f"o{next(self.numbers)}")
        order = {"order_no": self.orders[-1], "merchant": "shop", "item": "thing", "amount_fen": fen}
        self.do(purchases.authorise, who, **order, periods=periods, fee_free=fee_free)
        return self.orders[-1]

    def settle(self, who: str, close_after: bool) -> AccountFacts:
        """Everything, as it is quoted now, where it may be; the account after that."""
        with self.refusal_changes_nothing():
            made = quotes.make(self.ledger, who, close_after=close_after)
            self.quotes.append(made)
            self.do(settlement.confirm, who, quote_id=made.quote_id, amount_fen=made.total_fen)
        return self.facts(who)

    def live_to_the_first(self) -> None:
        self.clock.set((self.clock.now().replace(day=28) + timedelta(days=4)).replace(day=1))
