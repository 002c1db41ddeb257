"""What the ledger says to its callers: frozen values, money in integer fen, dates in Asia/Shanghai.

These are answers, not rows. Nothing here reads the database; `ledger.facts` builds `AccountFacts`, the
commands return the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

AccountState = Literal["ACTIVE", "CLOSING", "CLOSED"]
FreezeKind = Literal["overdue", "risk", "bureau", "dispute", "fraud", "customer"]
RefusalReason = Literal["limit", "freeze", "shop", "item", "closed"]
PlanKind = Literal["product", "bill"]
ChargePurpose = Literal["settle", "repay"]
ChargeState = Literal["CREATED", "SENT", "SUCCEEDED", "FAILED", "UNKNOWN"]
SettlementState = Literal["CREATED", "SENT", "SETTLED", "FAILED", "UNKNOWN"]
LineKind = Literal[
    "unbilled",  # purchases not on a bill yet
    "billed",  # billed principal of purchases
    "product_plan",  # remaining principal of one product instalment plan (商品分期)
    "bill_plan",  # remaining principal of one bill instalment plan (账单分期)
    "billed_fee",  # instalment fee already billed
    "next_fee",  # the next period's fee, due on settling early
    "settlement_charge",  # one period's fee charged for settling early (提前结清手续费)
    "interest",  # interest of a minimum payment
    "penalty",  # 逾期违约金, including today's
    "chargeback",
]
GuardId = Literal[
    "fraud_freeze", "dispute_freeze", "hold_open", "refund_open", "charge_open", "owed_by_customer",
    "owed_to_customer", "already_closed", "closing_under_way",
]  # fmt: skip


@dataclass(frozen=True)
class Limit:
    total_fen: int
    used_fen: int  # principal of captured purchases and plans not yet repaid
    held_fen: int  # authorised, not yet captured
    available_fen: int  # total - used - held - charge-backs, never below 0


@dataclass(frozen=True)
class Debts:
    """What is owed today. The four kinds add up, with nothing else, to `total_fen`."""

    unbilled_fen: int
    billed_fen: int  # everything on issued bills except plan principal: principal, fees, interest, penalty
    product_plan_fen: int  # remaining principal of product plans, billed or not
    bill_plan_fen: int  # remaining principal of bill plans, billed or not
    total_fen: int
    overdue_fen: int  # part of the total whose due day has passed
    penalty_fen: int  # part of billed_fen, including today's
    penalty_a_day_fen: int  # by which it grows while what is late today stays unpaid; of no debt a part
    interest_fen: int  # part of billed_fen
    chargeback_fen: int  # part of billed_fen: repayments that a bank took back, due at once, on no bill


@dataclass(frozen=True)
class BillItem:
    kind: Literal["purchase", "plan_principal", "plan_fee", "interest", "penalty"]
    amount_fen: int
    outstanding_fen: int
    on: date
    merchant: str = ""
    item: str = ""
    period_no: int = 0  # 1-based, for plan items
    periods: int = 0


@dataclass(frozen=True)
class Bill:
    id: int
    month: str  # "2026-10": the month whose purchases it holds
    issued_on: date
    due_on: date
    total_fen: int
    paid_fen: int
    outstanding_fen: int
    # Still to pay by `due_on` to stay out of lateness, 0 when paid. What earlier bills are overdue with is in
    # it, because a payment goes there first: it can be more than this bill's own `outstanding_fen`.
    minimum_fen: int
    state: Literal["OPEN", "PAID", "OVERDUE", "INSTALMENT"]
    days_overdue: int
    items: tuple[BillItem, ...] = ()


@dataclass(frozen=True)
class Plan:
    id: int
    kind: PlanKind
    label: str  # merchant and item, or the bill's month ("2026-09")
    periods: int
    billed_periods: int
    paid_periods: int
    principal_fen: int  # financed originally
    remaining_principal_fen: int
    principal_per_period_fen: int
    fee_per_period_fen: int
    remaining_fee_fen: int  # fees not billed yet
    rate_per_period: str  # decimal fraction as text, "0.0075"
    apr_simple: str  # decimal fraction as text, e.g. "0.1530": 年化（单利）
    fee_free: bool
    started_on: date
    late_due_on: tuple[date, ...]  # the due days of its periods that are late, the oldest first
    next_due_on: date | None  # the next one that is still to come, from today on


@dataclass(frozen=True)
class Freeze:
    id: int
    kind: FreezeKind
    placed_at: datetime
    evidence: dict[
        str, Any
    ]  # risk: {"logins": [{"at","city","device"}...]}; overdue: {"bill","days","overdue_fen"};
    # bureau: {"checked_on", "overdue_elsewhere": int, "debt_ratio": "high"}


@dataclass(frozen=True)
class LiftedFreeze:
    """A freeze that is over: why a purchase was refused between `placed_at` and `lifted_at`."""

    kind: FreezeKind
    placed_at: datetime
    lifted_at: datetime


@dataclass(frozen=True)
class LimitCut:
    old_fen: int
    new_fen: int
    at: datetime
    evidence: dict[str, Any]  # {"bill": "2026-08", "days_late": 12}


@dataclass(frozen=True)
class Refusal:
    """A refused purchase, kept as evidence of why 月付 could not be used."""

    at: datetime
    reason: RefusalReason
    order_no: str
    merchant: str
    item: str
    amount_fen: int
    available_fen: int  # what was left of the limit at that moment


@dataclass(frozen=True)
class Refund:
    order_no: str
    merchant: str
    item: str
    amount_fen: int
    state: Literal["PENDING", "DONE"]
    requested_at: datetime
    done_at: datetime | None
    offset_fen: int = 0  # taken off what is owed
    credited_fen: int = 0  # owed back to the customer (待退还款项)


@dataclass(frozen=True)
class Repayment:
    number: str
    amount_fen: int
    at: datetime
    state: ChargeState
    method: str  # "银行卡（尾号 6688）" is words; this is "card" or "balance"
    card_last4: str = ""
    receipt: str = ""  # 结清凭证号 of a settlement that succeeded
    reason: str = ""  # of FAILED: a stable code, e.g. "declined", "insufficient_funds", "expired"


@dataclass(frozen=True)
class LateMoney:
    """Money that came after its charge had failed: it pays nothing and goes back the way it came."""

    amount_fen: int
    returned: bool  # False: on its way, or a person has to send it


@dataclass(frozen=True)
class Charge:
    number: str  # "S12-1"
    purpose: ChargePurpose
    amount_fen: int
    state: ChargeState
    sent_at: datetime
    reference: str = ""  # the gateway's
    reason: str = ""  # of a decline: a stable code
    due_at: datetime | None = None  # of an automatic debit: the time on the due day that it is for


@dataclass(frozen=True)
class UnfreezeApplication:
    number: str  # "J20261103-0001"
    freeze_id: int
    kind: FreezeKind
    at: datetime
    state: Literal["FILED", "GRANTED", "REFUSED"]


@dataclass(frozen=True)
class QuoteLine:
    kind: LineKind
    amount_fen: int
    label: str = ""  # merchant and item of a plan, a bill's month; "" where the kind says all
    plan_id: int | None = None


@dataclass(frozen=True)
class Quote:
    """What settling everything costs now. Valid for 15 minutes at most, and only while nothing changes."""

    quote_id: str
    customer_id: str
    lines: tuple[QuoteLine, ...]
    waived: tuple[QuoteLine, ...]  # fees that fall away
    excluded: tuple[QuoteLine, ...]  # not included, e.g. a hold not captured; `label` says which
    total_fen: int
    made_at: datetime
    valid_until: datetime
    close_after: bool
    terms_version: str

    @property
    def waived_fen(self) -> int:
        return sum(line.amount_fen for line in self.waived)


@dataclass(frozen=True)
class Settlement:
    number: str  # "S12"
    quote_id: str
    state: SettlementState
    amount_fen: int
    close_after: bool
    created_at: datetime
    settled_at: datetime | None
    receipt: str  # 结清凭证号 once SETTLED, else ""
    close_receipt: str  # 关闭凭证号 once the account was closed by it, else ""
    reason: str = ""  # of FAILED: a stable code, e.g. "declined", "insufficient_funds", "expired"


@dataclass(frozen=True)
class Closing:
    receipt: str  # 关闭凭证号
    closed_at: datetime


@dataclass(frozen=True)
class Guard:
    """Why the account cannot be closed now."""

    id: GuardId
    details: dict[str, Any] = field(default_factory=dict)  # amounts in fen, dates, order numbers


@dataclass(frozen=True)
class AccountFacts:
    """One customer's account as it stands at `now`; the only source of figures in an answer."""

    customer_id: str
    account_id: int
    state: AccountState
    opened_on: date
    closed_at: datetime | None
    close_receipt: str
    now: datetime  # the ledger's clock, Asia/Shanghai
    limit: Limit
    debts: Debts
    credit_fen: int  # owed to the customer (待退还款项)
    bill: Bill | None  # the oldest unpaid bill, else the latest one
    bills: tuple[Bill, ...]  # newest first, at most 12, items filled only in `bill`
    unbilled: tuple[BillItem, ...]
    next_bill_on: date
    next_due_on: date  # of the bill that comes next
    plans: tuple[Plan, ...]  # running ones
    freezes: tuple[Freeze, ...]  # in force
    lifted: tuple[LiftedFreeze, ...]  # newest first, lifted in the last 30 days
    unfreeze_from: date | None  # first day on which the customer may apply, when a freeze waits for that
    applications: tuple[UnfreezeApplication, ...]
    limit_cut: LimitCut | None  # in force
    refusals: tuple[Refusal, ...]  # newest first, last 30 days
    refunds: tuple[Refund, ...]  # newest first, last 90 days
    repayments: tuple[Repayment, ...]  # newest first, settling included, at most 3
    open_charge: Charge | None
    last_settlement: Settlement | None
    last_settled: Settlement | None  # the newest that SETTLED, with its receipts
    ever_used: bool  # whether anything was ever bought with it
    holds_fen: int
    card_last4: str
    auto_debit: bool
    debits: tuple[Charge, ...]  # tries of automatic debit for the bill shown, the oldest first

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def last_repayment(self) -> Repayment | None:
        return self.repayments[0] if self.repayments else None
