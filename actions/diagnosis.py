"""Why 月付 cannot be used: one cause, found in the ledger's evidence, never a list of possible ones.

What blocks every purchase comes first (closed, a freeze, a payment being checked); then the newest refused
purchase; then a lowered limit. Without any evidence there is no cause to name.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from actions import mentioned
from ledger.model import AccountFacts, Freeze, LiftedFreeze, Refusal, UnfreezeApplication

Cause = Literal[
    "closed",
    "under_investigation",
    "overdue",
    "cured",
    "waiting",
    "risk",
    "bureau",
    "customer",
    "charge_checking",
    "over_limit",
    "lowered",
    "shop",
    "item",
    "used_up",
    "lifted",
    "none",
]
# Which freeze is named when several hold: the one that must go first.
FREEZE_ORDER = ("fraud", "dispute", "overdue", "risk", "bureau", "customer")


def find(facts: AccountFacts) -> Cause:
    """The one cause that the evidence names."""
    if facts.state == "CLOSED":
        return "closed"
    freeze = first_freeze(facts)
    checking = facts.open_charge is not None or facts.state == "CLOSING"
    if freeze is not None and not (checking and freeze.kind == "overdue"):  # what is late may be paid by now
        return of_freeze(facts, freeze)
    if checking:
        return "charge_checking"
    return of_refusal(facts)


def first_freeze(facts: AccountFacts) -> Freeze | None:
    return min(facts.freezes, key=lambda freeze: FREEZE_ORDER.index(freeze.kind), default=None)


def of_freeze(facts: AccountFacts, freeze: Freeze) -> Cause:
    if freeze.kind == "fraud" or freeze.kind == "dispute":
        return "under_investigation"
    if freeze.kind != "overdue":
        return freeze.kind
    if facts.debts.overdue_fen:
        return "overdue"
    return "waiting" if not may_apply(facts, facts.today) else "cured"


def may_apply(facts: AccountFacts, today: date) -> bool:
    return facts.unfreeze_from is None or facts.unfreeze_from <= today


def of_refusal(facts: AccountFacts) -> Cause:
    """The newest refused purchase says which shop, item or amount; a limit cut explains the limit."""
    refusal = latest_refusal(facts)
    if refusal is not None and refusal.reason == "shop":
        return "shop"
    if refusal is not None and refusal.reason == "item":
        return "item"
    if facts.limit_cut is not None:
        return "lowered"
    if refusal is not None:
        return "over_limit"
    if facts.limit.available_fen == 0:
        return "used_up"
    return "lifted" if refused_while_frozen(facts) else "none"


def latest_refusal(facts: AccountFacts) -> Refusal | None:
    """The newest refusal that still stands in the way: one for a freeze that is over does not."""
    return next((each for each in facts.refusals if each.reason in ("limit", "shop", "item")), None)


def named_refusal(facts: AccountFacts, text: str) -> Refusal | None:
    """The refusal that stands whose shop or item the words name best, in at least two characters running.

    Of equally named ones the newest; None when none is named.
    """
    standing = [each for each in facts.refusals if each.reason in ("shop", "item")]
    return mentioned.named(standing, text)


def refused_while_frozen(facts: AccountFacts) -> tuple[Refusal, LiftedFreeze] | None:
    """The newest purchase that a freeze refused which is over now, with that freeze."""
    for refusal in facts.refusals:
        freeze = lifted_since(facts, refusal)
        if freeze is not None:
            return refusal, freeze
    return None


def lifted_since(facts: AccountFacts, refusal: Refusal) -> LiftedFreeze | None:
    """The freeze that refused this purchase, if it is over now."""
    if refusal.reason != "freeze":
        return None
    return next((each for each in facts.lifted if each.placed_at <= refusal.at <= each.lifted_at), None)


def filed_application(facts: AccountFacts) -> UnfreezeApplication | None:
    """The application that waits for its assessment, of a freeze still in force."""
    in_force = {freeze.id for freeze in facts.freezes}
    waiting = (each for each in facts.applications if each.state == "FILED" and each.freeze_id in in_force)
    return next(waiting, None)


def of_kind(facts: AccountFacts, kind: str) -> Freeze:
    return next(freeze for freeze in facts.freezes if freeze.kind == kind)
