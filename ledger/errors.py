"""All that the ledger can refuse, as one small tree. `code` is stable; `details` are values, not words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from ledger.model import Charge, Guard, Quote, Refusal


class LedgerError(Exception):
    """Base of all. The message holds the code and details only, so it is safe to log."""

    code: ClassVar[str] = "ledger_error"

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code, details)

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.code}({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        """As it comes out of a worker process: by what it holds, whatever it was made from."""
        return _made_again, (type(self), vars(self))


def _made_again(kind: type[LedgerError], held: dict[str, Any]) -> LedgerError:
    error = kind.__new__(kind, kind.code, held["details"])
    vars(error).update(held)
    return error


class BadInput(LedgerError):
    """The caller gave a value that can never be right."""

    code = "bad_input"


class InvalidAmount(BadInput):
    """Not a whole number of fen between 1 and the largest amount."""

    code = "invalid_amount"


class BadSettlementFile(BadInput):
    """The file is not what the gateway writes: `line` (1-based) and `reason`. Nothing was done with it."""

    code = "bad_settlement_file"


class InvalidTerms(BadInput):
    """`ledger/terms.yml` breaks a rule: `key` says where, `reason` which."""

    code = "invalid_terms"


class NotFound(LedgerError):
    code = "not_found"


class UnknownCustomer(NotFound):
    code = "unknown_customer"


class UnknownOrder(NotFound):
    code = "unknown_order"


class UnknownBill(NotFound):
    code = "unknown_bill"


class UnknownQuote(NotFound):
    """No such quote for this customer; another customer's quote is unknown too."""

    code = "unknown_quote"


class UnknownCharge(NotFound):
    code = "unknown_charge"


class UnknownTicket(NotFound):
    code = "unknown_ticket"


class UnknownWorkItem(NotFound):
    code = "unknown_work_item"


class UnknownLink(NotFound):
    """No such link, or not one that may be ended by whoever asks."""

    code = "unknown_link"


class Refused(LedgerError):
    """The rules of the product say no; nothing has changed."""

    code = "refused"


class PurchaseRefused(Refused):
    """月付 cannot pay for this purchase. The refusal itself is kept, as evidence."""

    code = "purchase_refused"

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(reason=refusal.reason, order_no=refusal.order_no)


class GuardRefused(Refused):
    """The account cannot be closed now; `guards` says why."""

    code = "guard_refused"

    def __init__(self, guards: tuple[Guard, ...]) -> None:
        self.guards = guards
        super().__init__(guards=[guard.id for guard in guards])


class TicketRefused(Refused):
    """The ticket is closed, or another person has taken it: `reason` is closed or taken."""

    code = "ticket_refused"


class NothingOwed(Refused):
    code = "nothing_owed"


class AccountClosed(Refused):
    code = "account_closed"


class AccountExists(Refused):
    code = "account_exists"


class NotVerified(Refused):
    """Opening needs a verified real name and a bound card."""

    code = "not_verified"


class InstalmentRefused(Refused):
    """`reason`: too_small | too_late | nothing_to_instal | not_offered."""

    code = "instalment_refused"


class UnfreezeTooEarly(Refused):
    code = "unfreeze_too_early"

    def __init__(self, from_date: date | None) -> None:
        self.from_date = from_date  # None: something overdue has to be paid first
        super().__init__(from_date=from_date and from_date.isoformat())


class NothingToUnfreeze(Refused):
    code = "nothing_to_unfreeze"


class Conflict(LedgerError):
    """Right in itself, but not in the state the account is in."""

    code = "conflict"


class IdempotencyConflict(Conflict):
    """The key was used before, for something else."""

    code = "idempotency_conflict"


class WrongState(Conflict):
    """The order, refund or freeze is not in a state that allows this."""

    code = "wrong_state"


class WouldForget(Conflict):
    """Migrating the database back would forget the rows of the table `rows_of`. Nothing was changed."""

    code = "would_forget"


class SealsDisagree(Conflict):
    """The exported file and the ledger do not have the same seal; nothing is added to the file."""

    code = "seals_disagree"


class SettlementUnderWay(Conflict):
    """A charge of this account is open: its outcome is not known yet."""

    code = "settlement_under_way"

    def __init__(self, charge: Charge) -> None:
        self.charge = charge
        super().__init__(number=charge.number, state=charge.state)


class OutcomeUntold(Conflict):
    """The customer is still to be told what became of a payment: `kind` and `ref` of the outbox."""

    code = "outcome_untold"


class _WithNewQuote(Conflict):
    def __init__(self, quote: Quote) -> None:
        self.quote = quote
        super().__init__(quote_id=quote.quote_id, total_fen=quote.total_fen)


class QuoteChanged(_WithNewQuote):
    """What settling costs is not what the customer saw. Nothing was charged; `quote` is the new one."""

    code = "quote_changed"


class QuoteExpired(_WithNewQuote):
    """The quote's time is over. Nothing was charged; `quote` is a new one."""

    code = "quote_expired"


class Unavailable(LedgerError):
    code = "unavailable"


class ReadOnlyLedger(Unavailable):
    """The database was opened for reading only."""

    code = "read_only_ledger"


class NoDatabase(Unavailable):
    """There is no ledger at that address: `reason`."""

    code = "no_database"


class ClockBehind(Unavailable):
    """The clock shows a day before the account was opened, so no day can be trusted: nothing was done."""

    code = "clock_behind"


class OtherSchema(Unavailable):
    """The database was migrated for another version of this program: `found`, not `expected`.

    `reason` is empty (there is no ledger in it yet), older or newer.
    """

    code = "other_schema"


class Busy(Unavailable):
    """The database stayed locked longer than the time allowed."""

    code = "busy"
