"""A seller's question: the full price by a settlement cycle, and no customer's figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize("customer", [None, "c-owing"])
def test_full_price_into_the_aggregate_account(chat: Begin, customer: str | None) -> None:
    text = chat(customer).type("merchant_service")[0].text
    assert "全款" in text and "结算周期" in text and "聚合账户" in text
    assert "¥" not in text
