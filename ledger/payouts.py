"""Money owed to the customer (待退还款项) goes back the way it came: as refunds of charges, each once.

What no charge can carry back becomes a work item: a person sends it, see `transfers`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from ledger import allocation, items, journals, outbox, work_items
from ledger import tables as t
from ledger.columns import in_full
from ledger.database import Ledger
from ledger.gateway.interface import ChargeAnswer, GatewayTimeout
from ledger.numbers import id_of
from ledger.work import Work, lock_account

_LONGEST_WAIT = timedelta(hours=1)
#: In place of a charge's number: of a payout that a person sent by bank.
BY_BANK: Final = ""

_P, _C = t.payouts.c, t.charges.c
_THIS = _P.id == sa.bindparam("payout_id")
_OF_ACCOUNT = _P.account_id == sa.bindparam("account_id")
_REFUSING = sa.select(_P.charge_number).where(_OF_ACCOUNT, _P.state == in_full("REFUSED"))
_CHARGES = sa.select(t.charges).where(_C.account_id == sa.bindparam("account_id")).order_by(_C.id.desc())
_SENT_BY_HAND = sa.select(sa.func.count()).where(_OF_ACCOUNT, _P.charge_number == BY_BANK)
_UNDER_WAY = sa.select(sa.func.coalesce(sa.func.sum(_P.amount_fen), 0)).where(
    _OF_ACCOUNT, _P.state == in_full("OPEN")
)
_NEW = sa.insert(t.payouts)
_RESERVED = (
    sa.update(t.charges)
    .where(_C.id == sa.bindparam("charge_id"))
    .values(sent_back_fen=_C.sent_back_fen + sa.bindparam("fen"))
)
_DUE = (
    sa.select(_P.id, _P.charge_number, _P.amount_fen)
    .where(_P.state == in_full("OPEN"), _P.next_at <= sa.bindparam("now"))
    .order_by(_P.id)
)
_WHOSE = sa.select(_P.account_id).where(_THIS)
_PAYOUT = sa.select(t.payouts).where(_THIS)
_CHANGED = sa.update(t.payouts).where(_THIS)


def open_for_credit(work: Work) -> None:
    """Open payouts for all credit that none is open for yet, from the newest charges that have money left.

    A charge of which the gateway refused to send money back is not asked again; another one may do.
    """
    left = not_under_way(work)
    if not left:
        return
    of_account = {"account_id": work.account_id}
    came = journals.captured(work.conn, work.account_id)
    for refusing in work.conn.scalars(_REFUSING, of_account):
        came.pop(refusing, None)
    for charge in work.conn.execute(_CHARGES, of_account).all():
        fen = min(left, came.get(charge.number, 0) - charge.sent_back_fen)
        if fen > 0:
            open_for_charge(work, charge, fen)
            left -= fen
    if left:
        told = {"customer_id": work.account.customer_id, "account_id": work.account_id, "amount_fen": left}
        work_items.open_in(work.conn, work.now, "payout_by_hand", by_hand_key(work), told)


def by_hand_key(work: Work) -> str:
    """Of the work item for what a person has to send: a new one after each transfer."""
    sent = work.conn.execute(_SENT_BY_HAND, {"account_id": work.account_id}).scalar_one()
    return f"A{work.account_id}-{sent + 1}"


def offset_chargebacks(work: Work) -> None:
    """Credit that is not being sent back pays charge-backs: their money is not here to be sent back."""
    owed = [item for item in items.owed(work.conn, work.account_id) if item.kind == "chargeback"]
    parts, _ = allocation.split(owed, not_under_way(work))
    fen = sum(part for _, part in parts)
    journal_id = work.journal("chargeback_offset", (journals.CREDIT, fen), (journals.CHARGEBACK, -fen))
    items.lessen(work, "offset", parts, journal_id)


def not_under_way(work: Work) -> int:
    """What is owed back and no payout is open for, in fen."""
    credit = -journals.balances(work.conn, work.account_id)[journals.CREDIT]
    if not credit:
        return 0
    return credit - int(work.conn.execute(_UNDER_WAY, {"account_id": work.account_id}).scalar_one())


def open_for_charge(work: Work, charge: sa.Row[Any], fen: int) -> None:
    """Open a payout that sends `fen` of this charge back."""
    new = {"account_id": work.account_id, "charge_number": charge.number, "amount_fen": fen, "state": "OPEN"}
    work.conn.execute(_NEW, {**new, "created_at": work.now, "next_at": work.now})
    work.conn.execute(_RESERVED, {"charge_id": charge.id, "fen": fen})


def send_due(ledger: Ledger) -> int:
    """Ask the gateway for every refund whose time has come; returns how many are done."""
    return sum(send(ledger, payout) for payout in due(ledger))


def due(ledger: Ledger) -> list[sa.Row[Any]]:
    """The payouts to ask the gateway for now, the oldest first."""
    with ledger.read() as conn:
        return list(conn.execute(_DUE, {"now": ledger.clock.now()}))


def send(ledger: Ledger, payout: sa.Row[Any]) -> int:
    """Ask the gateway for this refund; 1 when it is done.

    A refund carries its own number, so asking again is safe: a time-out, or a call that fails, is simply
    asked again later.
    """
    try:
        answer = ledger.gateway.refund(payout.charge_number, number(payout.id), payout.amount_fen)
    except GatewayTimeout:
        _later(ledger, payout.id, ledger.clock.now())
        return 0
    except Exception:
        _later(ledger, payout.id, ledger.clock.now())
        raise
    return _finish(ledger, payout.id, answer)


def number(payout_id: int) -> str:
    """What the gateway and the customer call it."""
    return f"P{payout_id}"


def _later(ledger: Ledger, payout_id: int, now: datetime) -> None:
    where = t.payouts.c.id == payout_id
    with ledger.write() as conn:
        tries = conn.execute(sa.select(t.payouts.c.tries).where(where)).scalar_one()
        wait = min(_LONGEST_WAIT, timedelta(seconds=5 * 2 ** min(tries, 10)))
        conn.execute(sa.update(t.payouts).where(where).values(tries=tries + 1, next_at=now + wait))


def _finish(ledger: Ledger, payout_id: int, answer: ChargeAnswer) -> int:
    if answer.state not in ("REFUNDED", "DECLINED"):
        _later(ledger, payout_id, ledger.clock.now())
        return 0
    with ledger.write() as conn:
        account = lock_account(conn, conn.execute(_WHOSE, {"payout_id": payout_id}).scalar_one())
        work = Work(ledger, conn, account, ledger.clock.now())
        if _of_word(work, number(payout_id), answer) is not None:
            return int(finish(work, number(payout_id), answer))
        told = {"number": answer.number, "told_fen": answer.amount_fen, "reference": answer.reference}
        work_items.open_in(conn, work.now, "amount_differs", number(payout_id), told)
    _later(ledger, payout_id, ledger.clock.now())
    return 0


def finish(work: Work, refund_number: str, answer: ChargeAnswer) -> bool:
    """Book the gateway's word on a refund, once; true when this call did.

    A refusal says why in `reason` and keeps the credit owed: it pays a charge-back, or goes back by another
    charge; what is left then somebody has to pay another way. A word that does not fit (another charge's,
    another amount) books nothing.
    """
    payout = _of_word(work, refund_number, answer)
    if payout is None or payout.state != "OPEN":
        return False
    done = answer.state == "REFUNDED"
    values: dict[str, Any] = {"state": "DONE" if done else "REFUSED", "done_at": work.now}
    values |= {"reference": answer.reference, "reason": answer.reason}
    work.conn.execute(_CHANGED, {"payout_id": payout.id, **values})
    if done:
        lines = (journals.CREDIT, payout.amount_fen), (journals.GATEWAY, -payout.amount_fen)
        work.journal("payout", *lines, gateway_reference=f"refund:{refund_number}")
        outbox.put_for_customer(work.conn, work.account.customer_id, "payout_done", refund_number, work.now)
    else:
        offset_chargebacks(work)
        open_for_credit(work)
    work.bump_version()
    return done


def _of_word(work: Work, refund_number: str, answer: ChargeAnswer) -> sa.Row[Any] | None:
    """The payout that the gateway speaks of, if it is one of this account, charge and amount."""
    payout = work.conn.execute(_PAYOUT, {"payout_id": id_of(refund_number, "P")}).first()
    if payout is None or (payout.account_id, payout.charge_number) != (work.account_id, answer.number):
        return None
    told_another = answer.state == "REFUNDED" and answer.amount_fen not in (0, payout.amount_fen)
    return None if told_another else payout
