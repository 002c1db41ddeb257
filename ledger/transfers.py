"""Money owed to the customer that no charge can carry back is sent by a person, as a bank transfer."""

from __future__ import annotations

import sqlalchemy as sa

from ledger import commands, journals, outbox, payouts, work_items
from ledger import tables as t
from ledger.database import Ledger
from ledger.door import checked
from ledger.errors import BadInput, WrongState
from ledger.journals import Entry
from ledger.money import amount
from ledger.work import Work, one_at_a_time

_LONGEST_REFERENCE = 100


@checked
def record(
    ledger: Ledger,
    customer_id: str,
    *,
    amount_fen: int,
    bank_reference: str,
    key: str,
    account_id: int | None = None,
) -> str:
    """A person has sent `amount_fen` by bank: it is owed no more, and the customer is told. Returns "P3".

    `account_id` names an account that is not the customer's newest one. Raises BadInput for more than is owed
    back and not under way by the gateway, WrongState for a bank's reference used before, InvalidAmount.
    """
    amount(amount_fen)
    if not 1 <= len(bank_reference.strip()) <= _LONGEST_REFERENCE:
        raise BadInput(field="bank_reference", most_characters=_LONGEST_REFERENCE)

    def act(work: Work) -> str:
        free_fen = payouts.not_under_way(work)
        if amount_fen > free_fen:
            raise BadInput(amount_fen=amount_fen, payable_fen=free_fen)
        one_at_a_time(work.conn, f"bank {bank_reference}")
        if journals.exists(work.conn, "bank", bank_reference):
            raise WrongState(bank_reference=bank_reference, reason="reference_used")
        entry = Entry(work.account_id, "payout", work.now, work.today, "bank", bank_reference)
        journals.post(work.conn, entry, [(journals.CREDIT, amount_fen), (journals.BANK, -amount_fen)])
        work_items.close_in(work.conn, work.now, "payout_by_hand", payouts.by_hand_key(work), bank_reference)
        number = payouts.number(_record(work, amount_fen, bank_reference))
        outbox.put_for_customer(work.conn, customer_id, "transfer_done", number, work.now)
        payouts.open_for_credit(work)  # what is left of it is for a person again
        return number

    body = {"amount_fen": amount_fen, "bank_reference": bank_reference}
    run = commands.run(ledger, customer_id, "record_transfer", body, act, key=key, account_id=account_id)
    return str(run)


def _record(work: Work, amount_fen: int, bank_reference: str) -> int:
    new = sa.insert(t.payouts).values(
        account_id=work.account_id,
        charge_number=payouts.BY_BANK,
        amount_fen=amount_fen,
        state="DONE",
        created_at=work.now,
        next_at=work.now,
        done_at=work.now,
        reference=bank_reference,
    )
    return int(work.conn.execute(new.returning(t.payouts.c.id)).scalar_one())
