"""Settling everything, exactly once, against a gateway that can time out.

A settlement is CREATED, SENT, then SETTLED, FAILED or UNKNOWN; UNKNOWN ends in SETTLED or FAILED. Its
charge carries the same state. One idempotent `resolve` takes every word of the gateway: the answer of the
call, a query, a cancel, a notification.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ledger import bulk, charges, outcomes, quotes, sheets
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import QuoteChanged, QuoteExpired, UnknownQuote
from ledger.gateway.interface import ChargeAnswer
from ledger.model import Repayment, Settlement
from ledger.numbers import charge_of
from ledger.together import Together
from ledger.work import ANSWERED, Work, check_key, find_account, recalled, remember, remembering

_S = t.settlements.c
_SETTLEMENT = sa.select(t.settlements).where(_S.id == sa.bindparam("settlement_id"))
_QUOTED = (
    sa.select(t.quotes.c.total_fen, t.quotes.c.close_after, t.quotes.c.valid_until)
    .add_columns(_S.id.label("settlement_id"))
    .join_from(t.quotes, t.accounts, t.accounts.c.id == t.quotes.c.account_id)
    .outerjoin(t.settlements, _S.quote_id == t.quotes.c.quote_id)
    .where(t.quotes.c.quote_id == sa.bindparam("quote_id"))
    .where(t.accounts.c.customer_id == sa.bindparam("customer_id"))
)
#: Charges as `as_repayment` wants them.
CHARGED = (
    sa.select(t.charges, t.accounts.c.card_last4, _S.receipt)
    .join(t.accounts, t.accounts.c.id == t.charges.c.account_id)
    .outerjoin(t.settlements, _S.id == t.charges.c.settlement_id)
)
_CHARGED_ONCE = CHARGED.where(t.charges.c.number == sa.bindparam("number"))
#: For a settlement of the quote where there is none yet: a click that is repeated takes no number.
_NEW_ID = bulk.new_ids(t.settlements, "new").where(
    ~sa.exists().where(_S.quote_id == sa.bindparam("quote_id"))
)
_ASKED = Together(answered=ANSWERED, quoted=_QUOTED, settlement_ids=_NEW_ID, **sheets.ASKED)


class _Stale(Exception):
    """The quote cannot be confirmed as it is; `expired` tells why. Rolls the transaction back."""

    def __init__(self, *, close_after: bool, expired: bool) -> None:
        self.close_after = close_after
        self.expired = expired


@checked
def confirm(
    ledger: Ledger, customer_id: str, *, quote_id: str, amount_fen: int, key: str, asked_by: str | None = None
) -> Settlement:
    """Settle what the quote says: the whole protocol, and one charge for one quote, whatever the key.

    `asked_by`: the sender that hears the answer; the customer's other senders are told what came of it.
    A decline or a time-out does not raise: look at `.state`. Confirming the same quote again returns the same
    settlement. Raises QuoteChanged or QuoteExpired (with the new quote; nothing is charged), UnknownQuote,
    SettlementUnderWay, AccountClosed, NothingOwed, GuardRefused, IdempotencyConflict, ReadOnlyLedger.
    """
    try:
        number = _create(ledger, customer_id, quote_id, amount_fen, key, asked_by)
    except _Stale as stale:
        new = quotes.make(ledger, customer_id, close_after=stale.close_after)
        raise (QuoteExpired if stale.expired else QuoteChanged)(new) from None
    answer = charges.send(ledger, number)
    if answer is None:  # somebody else has sent it
        done: object = asked_again(ledger, customer_id, quote_id, asked_by)
    else:
        done = resolve(ledger, number, answer)
    assert isinstance(done, Settlement)
    return done


@checked
def for_quote(ledger: Ledger, customer_id: str, quote_id: str) -> Settlement | None:
    """The settlement that confirmed this quote of the customer's, as it stands."""
    row = _of_quote(ledger, customer_id, quote_id)
    return None if row is None else view(row)


@checked
def asked_again(ledger: Ledger, customer_id: str, quote_id: str, asked_by: str | None) -> Settlement | None:
    """`for_quote`, for a sender who asks anew: where the same one confirmed it, nobody hears the first call's
    answer any more.

    Who made that call may have died over it. What is still open becomes UNKNOWN: its outcome will be told.
    """
    row = _of_quote(ledger, customer_id, quote_id)
    if row is None:
        return None
    if asked_by and row.asked_by == asked_by and row.state in ("CREATED", "SENT"):
        number = charge_of(f"S{row.id}")
        done = resolve(ledger, number, ChargeAnswer(number, "PROCESSING", reason="asked_again"))
        assert isinstance(done, Settlement)
        return done
    return view(row)


@checked
def resolve(ledger: Ledger, charge_number: str, answer: ChargeAnswer) -> Settlement | Repayment:
    """Take the gateway's word on a charge. Any word may come late, twice or in any order.

    A final state stays. Raises UnknownCharge.
    """
    with ledger.write() as conn:
        account, charge, settlement = charges.lock(conn, charge_number)
        work = Work(ledger, conn, account, ledger.clock.now())
        changed = outcomes.take(work, charge, answer)
        if charge.settlement_id is None:
            return repayment_view(conn, charge_number)
        if changed:  # its state among them, and with it all that ever changes of a settlement
            return view(settlement._replace(**changed))
        return view(conn.execute(_SETTLEMENT, {"settlement_id": charge.settlement_id}).one())


def view(row: Any) -> Settlement:
    return Settlement(
        number=f"S{row.id}",
        quote_id=row.quote_id,
        state=row.state,
        amount_fen=row.amount_fen,
        close_after=bool(row.close_after),
        created_at=row.created_at,
        settled_at=row.settled_at,
        receipt=row.receipt,
        close_receipt=row.close_receipt,
        reason=row.reason,
    )


def repayment_view(conn: sa.Connection, charge_number: str) -> Repayment:
    return as_repayment(conn.execute(_CHARGED_ONCE, {"number": charge_number}).one())


def as_repayment(row: sa.Row[Any]) -> Repayment:
    """A row of `CHARGED`."""
    return Repayment(
        number=row.number,
        amount_fen=row.amount_fen,
        at=row.done_at or row.sent_at or row.created_at,
        state=row.state,
        method="card",
        card_last4=row.card_last4,
        receipt=row.receipt or "",
        reason=row.reason if row.state == "FAILED" else "",
    )


def _of_quote(ledger: Ledger, customer_id: str, quote_id: str) -> sa.Row[Any] | None:
    s, a = t.settlements.c, t.accounts.c
    wanted = sa.select(t.settlements).join(t.accounts, a.id == s.account_id)
    with ledger.read() as conn:
        return conn.execute(wanted.where(s.quote_id == quote_id, a.customer_id == customer_id)).first()


def _create(
    ledger: Ledger, customer_id: str, quote_id: str, amount_fen: int, key: str, asked_by: str | None = None
) -> str:
    """Under the lock: the quote's settlement, made now or already there; the number of its charge."""
    check_key(key)
    body = {"quote_id": quote_id, "amount_fen": amount_fen}
    with ledger.write() as conn:
        account = find_account(conn, customer_id, lock=True)
        of_quote = {"customer_id": customer_id, "key": key, "quote_id": quote_id}
        found = _ASKED.ask(conn, **of_quote, new=range(1), ids=[account.id])
        known = recalled(found["answered"], "confirm", body, key)
        if known is not None:
            return str(known[0])
        if not found["quoted"]:
            raise UnknownQuote(quote_id=quote_id)
        [quote] = found["quoted"]
        work = Work(ledger, conn, account, ledger.clock.now())
        close_after = bool(quote.close_after)
        if quote.settlement_id is not None:
            if amount_fen != quote.total_fen:
                raise _Stale(close_after=close_after, expired=False)
            number = charge_of(f"S{quote.settlement_id}")
            remember(conn, customer_id, "confirm", body, key, number, work.now)
            return number
        work, sheet = quotes.ready(work, close_after=close_after, found=found)
        if work.now >= quote.valid_until:
            raise _Stale(close_after=close_after, expired=True)
        draft = quotes.build(work, sheet, close_after=close_after)
        if (draft.quote_id, draft.total_fen) != (quote_id, amount_fen):
            raise _Stale(close_after=close_after, expired=False)
        [settlement] = found["settlement_ids"]
        number, opening = _open(work, draft, settlement.id, close_after, asked_by)
        bulk.write(conn, *opening, remembering(customer_id, "confirm", body, key, number, work.now))
        return number


def _open(
    work: Work, draft: quotes.Draft, settlement_id: int, close_after: bool, asked_by: str | None
) -> tuple[str, tuple[bulk.Change, ...]]:
    """Settlement and charge CREATED; with `close_after` the account is CLOSING and names its settlement.

    Returns the charge's number, and what is to be written.
    """
    settlement = {
        "id": settlement_id,
        "account_id": work.account_id,
        "quote_id": draft.quote_id,
        "state": "CREATED",
        "amount_fen": draft.total_fen,
        "close_after": int(close_after),
        "created_at": work.now,
        "asked_by": asked_by,
    }
    number = charge_of(f"S{settlement_id}")
    account: bulk.Row = {"id": work.account_id, "version": work.account.version + 1}
    if close_after:
        account |= {"state": "CLOSING", "closing_settlement_id": settlement_id}
    charge = charges.creating(work, "settle", number, draft.total_fen, settlement_id)
    changed = bulk.Update(t.accounts, ("id",), [account])
    return number, (bulk.Insert(t.settlements, [settlement]), charge, changed)
