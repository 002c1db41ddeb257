"""What confirming does: said in words beside a decision, and listed in its card, from this one place."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.model import Quote

# What closing does for good. Whoever confirms it hears this in words, and sees it listed in the card.
LASTING = ("近期订单退款可能变慢", "征信和还款记录不会因此消除，关闭后可能无法再在月付页面查看账单")
CLOSING = ("关闭后额度取消，再开通要重新评估", *LASTING)


def of_quote(quote: Quote, card_last4: str) -> tuple[str, ...]:
    """What confirming a quote does, and that it cannot be undone."""
    if not quote.close_after:
        return (f"点确认后从尾号{card_last4}的银行卡扣款，不能撤回",)
    return (f"点确认后从尾号{card_last4}的银行卡扣款并关闭月付，不能撤回", *CLOSING)


def clauses(effects: Sequence[str]) -> str:
    """Effects as one sentence, without its full stop; the widget looks for it in the text beside the card."""
    return "；".join(effects)
