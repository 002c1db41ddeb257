"""Use by somebody else: always a ticket, and what to do at once; never a code or a password asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import Ledger, tickets
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


@pytest.mark.parametrize(("customer", "sender"), [("c-risk", "web-c-risk"), (None, "web-anon-1")])
def test_a_ticket_and_what_to_do_at_once(
    chat: Begin, ledger: Ledger, customer: str | None, sender: str
) -> None:
    said = chat(customer).type("report_unauthorised", "有人盗用我的月付买东西")[0]
    ticket = tickets.active_for(ledger, sender)
    assert ticket is not None and ticket.kind == "fraud" and ticket.customer_id == customer
    assert ticket.number in said.text and said.card["type"] == "ticket"
    assert "改密码" in said.text and "验证码不要给任何人" in said.text
    assert ticket.packet["asked"] == "有人盗用我的月付买东西"


def test_a_number_in_the_report_is_masked(chat: Begin, ledger: Ledger) -> None:
    chat("c-risk").type("report_unauthorised", "不是我买的，我的电话13912345678")
    ticket = tickets.active_for(ledger, "web-c-risk")
    assert ticket is not None and "13912345678" not in str(ticket.packet)
