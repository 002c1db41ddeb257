"""Offers: where they are shown; the one in use; nothing promised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.actions import states
from tests.actions.chat import Chat

Begin = Callable[[str | None], Chat]


def test_nothing_is_invented(chat: Begin) -> None:
    for customer in (None, "c-owing"):
        text = chat(customer).type("promotions")[0].text
        assert "以活动页面和付款页面展示为准" in text and "不能发放" in text
        assert "¥" not in text


def test_a_fee_free_plan_is_the_offer_in_use(tmp_path: Path) -> None:
    world = states.make(tmp_path)
    states.fee_free_plan(world)
    assert "青禾家居旗舰店 实木餐桌分6期免手续费" in world.chat().type("promotions")[0].text
