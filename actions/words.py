"""Figures as a customer reads them. The only place where amounts, dates and rates become text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ledger.model import (
    AccountFacts,
    Bill,
    Debts,
    Freeze,
    GuardId,
    LineKind,
    Plan,
    Quote,
    QuoteLine,
    Repayment,
)

# Characters that a name may take, so that amount and date have room beside it; a plan's has shop and item.
SHOP_CHARS, ITEM_CHARS, PLAN_CHARS = 8, 12, 12
DECLINE_REASONS = {
    "insufficient_funds": "付款账户余额不足",
    "card_expired": "银行卡已过期",
    "card_blocked": "银行卡状态异常",
    "limit_exceeded": "超过银行卡的单笔或单日限额",
    "expired": "超过付款时限",
    "cancelled": "没有及时收到银行的结果，这笔付款已取消",  # by us, not by the bank
    "declined": "银行没有通过这笔付款",
}
FREEZE_NAMES = {
    "overdue": "逾期",
    "risk": "登录环境异常",
    "bureau": "征信评估",
    "dispute": "有争议交易正在处理",
    "fraud": "盗用调查",
    "customer": "您本人申请暂停",
}
LINE_NAMES = {
    "unbilled": "未出账消费",
    "billed": "已出账消费",
    "product_plan": "商品分期剩余本金",
    "bill_plan": "账单分期剩余本金",
    "billed_fee": "已出账分期手续费",
    "next_fee": "下一期分期手续费",
    "settlement_charge": "提前结清手续费",
    "interest": "最低还款利息",
    "penalty": "逾期违约金",
    "chargeback": "被撤回的还款",
}
# What a customer may mean, as the title of a button that asks back.
QUESTION_TITLES = {
    "how_to_close": "关闭月付",
    "close_impact": "关闭后的影响",
    "open_account": "开通月付",
    "why_unusable": "为什么用不了",
    "unfreeze": "申请解冻",
    "where_usable": "哪里能用月付",
    "prepay_all": "全部提前还清",
    "how_to_repay": "怎么还款",
    "minimum_payment": "最低还款",
    "repayment_status": "查还款结果",
    "auto_debit": "自动还款",
    "query_bill": "查账单",
    "billing_dates": "出账日和还款日",
    "change_due_date": "改还款日",
    "request_extension": "还不上，想延期",
    "overdue": "逾期了怎么办",
    "fees_interest": "手续费和利息",
    "make_instalment": "办理分期",
    "manage_instalment": "查改分期",
    "query_limit": "查额度",
    "limit_change": "额度变化",
    "refund": "退款",
    "credit_report": "会不会上征信",
    "what_is": "月付是什么",
    "merchant_service": "商家接入",
    "account_info": "账号和实名",
    "payment_setting": "付款设置",
    "report_unauthorised": "被盗用，不是本人",
    "promotions": "优惠活动",
    "talk_to_human": "人工客服",
}
# Why 月付 cannot be used: the name of each cause and, in a few words, what helps.
DIAGNOSES = {
    "overdue": ("账单逾期，暂停使用", "先还清逾期金额"),
    "waiting": ("逾期已还清，还没到可申请解冻的日期", "到期后申请解冻"),
    "cured": ("因逾期暂停使用，现在可以申请解冻", "提交解冻申请"),
    "risk": ("登录环境异常，暂停使用", "修改密码，再申请解冻"),
    "bureau": ("征信评估未通过，暂停使用", "先处理其他机构的逾期"),
    "customer": ("您本人申请了暂停使用", "联系人工客服恢复"),
    "under_investigation": ("交易正在调查，暂停使用", "等待调查结果"),
    "over_limit": ("订单金额超过可用额度", "还款恢复额度，或换一笔小额订单"),
    "lowered": ("额度因晚还款下调", "按时还款，等待重新评估"),
    "shop": ("这家店铺不支持月付", "换其他付款方式或店铺"),
    "item": ("这件商品不支持月付", "换其他付款方式或商品"),
    "used_up": ("额度已用完", "还款后恢复已还本金对应的额度"),
    "lifted": ("当时暂停使用，现在已恢复", "重新下单再试"),
}
# Lines of a quote that are not principal, by what a customer calls them.
COST_KINDS: dict[str, tuple[LineKind, ...]] = {
    "手续费": ("billed_fee", "next_fee", "settlement_charge"),
    "利息": ("interest",),
    "逾期违约金": ("penalty",),
}
UNSUPPORTED = {"shop": "不支持月付的店铺", "item": "不支持月付的商品"}
TICKET_KINDS = {
    "human": "人工客服",
    "hardship": "还款困难协助",
    "fraud": "盗用调查",
    "dispute": "交易争议",
    "complaint": "投诉",
    "chargeback": "付款撤回核对",
}


def money(amount_fen: int) -> str:
    """Fen as yuan: 123450 is "¥1,234.50", -5 is "-¥0.05"."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(amount_fen), 100)
    return f"{sign}¥{yuan:,}.{fen:02d}"


def day(value: date | datetime, *, today: date | None = None) -> str:
    """11月6日, with its year where it is not today's: 2025年11月6日."""
    year = f"{value.year}年" if today is not None and value.year != today.year else ""
    return f"{year}{value.month}月{value.day}日"


def moment(value: datetime, *, today: date | None = None) -> str:
    """11月6日 09:05."""
    return f"{day(value, today=today)} {clock(value)}"


def clock(value: datetime) -> str:
    """09:05."""
    return f"{value:%H:%M}"


def month(value: str, *, today: date | None = None) -> str:
    """ "2026-10" is 10月, with its year where it is not today's."""
    year, number = (int(part) for part in value.split("-"))
    prefix = f"{year}年" if today is not None and year != today.year else ""
    return f"{prefix}{number}月"


def month_before(value: str) -> str:
    """ "2026-01" is after "2025-12"."""
    year, number = (int(part) for part in value.split("-"))
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"


def percent(rate: Decimal | str) -> str:
    """A decimal fraction as per cent: "0.0090" is "0.9%", "0.1836" is "18.36%"."""
    value = (Decimal(rate) * 100).quantize(Decimal("0.01")).normalize()
    return f"{value:f}%"


def rate_with_apr(rate_per_period: Decimal | str, apr_simple: Decimal | str) -> str:
    """A rate is never said without its 年化（单利）."""
    return f"每期{percent(rate_per_period)}，年化（单利）约{percent(apr_simple)}"


def decline_reason(code: str) -> str:
    return DECLINE_REASONS.get(code, DECLINE_REASONS["declined"])


def line(value: QuoteLine) -> str:
    """A line of a quote: 商品分期剩余本金（某店 耳机）."""
    name = LINE_NAMES[value.kind]
    return f"{name}（{label(value.label)}）" if value.label else name


def waived(value: QuoteLine) -> str:
    """A fee that falls away: 以后各期手续费（某店 耳机）."""
    return f"以后各期手续费（{label(value.label)}）" if value.label else "以后各期手续费"


def label(value: str) -> str:
    """A plan's label: a bill's month "2026-09" becomes 9月账单, anything else stays."""
    year, dash, number = value.partition("-")
    if dash and len(year) == 4 and (year + number).isdigit():
        return f"{int(number)}月账单"
    return value


def short(name: str, chars: int) -> str:
    """A shop's or an item's name, cut where it is longer: 全自动家用洗碗…"""
    return name if len(name) <= chars else f"{name[: chars - 1]}…"


def plan(value: Plan) -> str:
    """某店 耳机，6期已出2期，每期本金¥100.00、手续费¥0.75."""
    name = short(label(value.label), PLAN_CHARS)
    return f"{name}，{plan_billed(value)}，{plan_period(value)}"


def plan_billed(value: Plan) -> str:
    return f"{value.periods}期已出{value.billed_periods}期"


def plan_period(value: Plan) -> str:
    """每期本金¥100.00、手续费¥0.75."""
    fee = "免手续费" if value.fee_free else f"手续费{money(value.fee_per_period_fen)}"
    return f"每期本金{money(value.principal_per_period_fen)}、{fee}"


def method(repayment: Repayment) -> str:
    """尾号6688的银行卡 or 零钱."""
    if repayment.method == "card":
        return f"尾号{repayment.card_last4}的银行卡" if repayment.card_last4 else "银行卡"
    return "零钱"


def freeze(value: Freeze) -> str:
    return FREEZE_NAMES[value.kind]


def guard_response(guard_id: GuardId) -> str:
    """The response that holds a guard's one sentence."""
    return f"utter_guard_{guard_id}"


def bill_name(bill: Bill, *, today: date | None = None) -> str:
    return f"{month(bill.month, today=today)}账单"


def quote_fees(quote: Quote) -> str:
    """What a quote holds besides principal, what falls away, and what it leaves out, as one clause."""
    sums = {
        name: sum(each.amount_fen for each in quote.lines if each.kind in kinds)
        for name, kinds in COST_KINDS.items()
    }
    costs = "、".join(f"{name}{money(fen)}" for name, fen in sums.items() if fen)
    parts = [f"含{costs}" if costs else "没有手续费"]
    if quote.waived_fen:
        parts.append(f"以后各期手续费{money(quote.waived_fen)}不再收")
    parts += [f"不含未完成的订单（{each.label}）{money(each.amount_fen)}" for each in quote.excluded]
    return "，".join(parts)


def quote_costs(quote: Quote) -> tuple[int, str]:
    """What a quote holds besides principal: in all, in fen, and each kind: 下一期分期手续费¥44.09、…"""
    kinds = [kind for of_name in COST_KINDS.values() for kind in of_name]
    sums = {kind: sum(each.amount_fen for each in quote.lines if each.kind == kind) for kind in kinds}
    named = "、".join(f"{LINE_NAMES[kind]}{money(fen)}" for kind, fen in sums.items() if fen)
    return sum(sums.values()), named


def late_part(debts: Debts) -> str:
    """What of the debt is penalty, where there is any: ，含逾期违约金¥20.55. The kinds are in the card."""
    return f"，含{LINE_NAMES['penalty']}{money(debts.penalty_fen)}" if debts.penalty_fen else ""


def close_facts(facts: AccountFacts) -> list[str]:
    """What closing ends, from the account as it stands."""
    return [
        f"待还：{money(facts.debts.total_fen)}",
        f"额度：{money(facts.limit.total_fen)}，关闭后取消",
        f"开通于{day(facts.opened_on, today=facts.today)}",
    ]


def debt_ratio(level: str) -> str:
    return {"high": "较高", "medium": "中等", "low": "较低"}.get(level, "未知")


def iso_day(value: object, today: date) -> str:
    """A date kept as ISO text in evidence."""
    return day(date.fromisoformat(str(value)[:10]), today=today) if value else ""


def login_time(value: object) -> str:
    """A time kept as ISO text in evidence: 11月2日 21:40."""
    return moment(datetime.fromisoformat(str(value)))
