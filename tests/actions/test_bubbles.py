"""No bubble is longer than a chat takes, whatever the ledger holds: long names, many lines, large amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger import refunds
from ledger.errors import PurchaseRefused
from tests.actions import states, walk
from tests.actions.chat import Said
from tests.actions.states import World

LONGEST = 120
# The whole cost of each number of periods has to be disclosed together, before anybody agrees.
DISCLOSED = {"utter_instalment_offers"}
SHOPS = ("青禾家居生活馆官方旗舰店（杭州余杭体验店）", "云栖数码电器专营店（直播间专享店铺）")
GOODS = ("2026新款实木岩板餐桌椅组合可伸缩折叠圆桌1.6米", "全自动家用洗碗机嵌入式13套大容量消毒烘干")
NO_SHOP, NO_ITEM = {"shop_supported": False}, {"item_supported": False}
# Asked of what the ledger holds by a name, an amount, a day or a month, and of what the answer left out.
NAMED = (
    ("query_bill", "上个月的账单", {"month": {"months_ago": 1}}),
    ("query_bill", "12月的账单", {"month": {"month": 12}}),
    ("query_bill", "11月的账单", {"month": {"month": 11}}),
    ("query_bill", "20号买了什么", {"day": {"day": 20}}),
    ("query_bill", "2号买了什么", {"day": {"day": 2}}),
    ("query_bill", f"{SHOPS[0]}那笔多少钱", {}),
    ("query_bill", f"{GOODS[0]}那笔多少钱", {}),
    ("query_bill", "余杭那笔是什么钱", {"money": 223_456}),
    ("manage_instalment", f"{GOODS[1]}还剩几期", {}),
    ("refund", f"{GOODS[0]}退款呢", {}),
    ("refund", "退款什么时候到", {}),
    ("why_unusable", f"{GOODS[0]}怎么没买成", {}),
    ("why_unusable", f"{GOODS[1]}怎么没买成", {}),
    ("where_usable", f"{GOODS[0]}能用吗", {}),
    ("make_instalment", "买12345.67的东西分期多少", {"money": 2_999_999}),
    ("repayment_status", "扣了我两次钱", {}),
    ("query_bill", "还有吗", {}),
)


def bought(world: World, number: int = 7, **more: int) -> None:
    """So many dear things, of two shops."""
    for each in range(number):
        world.customer.buy(223_456 + each, merchant=SHOPS[each % 2], item=GOODS[each % 2], **more)


def refused(world: World) -> None:
    """One order above the limit, one in a shop and one of an item that do not take it."""
    for amount_fen, shop, supported in ((2_999_999, 0, {}), (223_456, 0, NO_SHOP), (223_456, 1, NO_ITEM)):
        with pytest.raises(PurchaseRefused):
            world.customer.hold(amount_fen, merchant=SHOPS[shop], item=GOODS[shop], **supported)


def billed(world: World) -> None:
    bought(world)
    world.at("2026-12-20")
    bought(world, 3)
    world.at("2027-01-04")
    bought(world, 2)
    refused(world)


def in_plans(world: World) -> None:
    for periods in (3, 6, 12):
        bought(world, 2, periods=periods)
    world.at("2027-01-04")
    refused(world)


def partly_paid(world: World) -> None:
    billed(world)
    world.customer.repay(1_000_001)


def minimum_met(world: World) -> None:
    billed(world)
    bill = world.customer.facts.bill
    assert bill is not None
    world.customer.repay(bill.minimum_fen)
    world.at("2027-01-20")


def late(world: World) -> None:
    in_plans(world)
    bought(world, 5)
    world.at("2027-03-20")


def checked(world: World) -> None:
    billed(world)
    world.gateway.set_mode("timeout")
    world.customer.repay(1_000_001)


def coming_back(world: World) -> None:
    billed(world)
    order_no = world.customer.buy(223_456, merchant=SHOPS[0], item=GOODS[0])
    refunds.request(world.ledger, order_no=order_no, amount_fen=203_456, key="ask")


def came_back(world: World) -> None:
    coming_back(world)
    refunds.complete(world.ledger, order_no=world.customer.facts.refunds[0].order_no, key="done")


def paid_in_parts(world: World) -> None:
    billed(world)
    for amount_fen in (300_001, 300_002, 300_003):
        world.customer.repay(amount_fen)


WORLDS: dict[str, Callable[[World], None]] = {
    each.__name__: each
    for each in (
        billed, in_plans, partly_paid, minimum_met, late, checked, coming_back, came_back, paid_in_parts,
    )
}  # fmt: skip


def heard(world: World) -> Iterator[tuple[str, list[Said]]]:
    """Everything asked first in a session, with the notice that an AI answers; then by name."""
    yield from walk.questions(lambda _: world.chat(), world.customer.id)
    for intent, text, said in NAMED:
        talk = world.chat()
        yield text, walk.first(talk.type(intent, text, **said))
        yield f"{text}, then the rest", talk.type("query_bill", "还有哪些")
    yield from walk.decisions(lambda _: world.chat(), world.customer.id)


@pytest.mark.parametrize("name", WORLDS)
def test_every_bubble_is_short_whatever_the_ledger_holds(tmp_path: Path, name: str) -> None:
    world = states.make(tmp_path, limit_fen=3_000_000)
    world.at("2026-12-02")
    WORLDS[name](world)
    long = [
        (len(bubble.text), where, bubble.response, bubble.text)
        for where, said in heard(world)
        for bubble in said
        if len(bubble.text) > LONGEST and bubble.response not in DISCLOSED
    ]
    assert not long, "\n".join(map(str, sorted(long, reverse=True)))
