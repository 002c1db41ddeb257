"""POST /payments/webhook: who may tell, what is refused, and that nothing told is lost or counted twice."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sanic import Sanic

from actions import http_webhook
from ledger import audit, tickets, work_items
from ledger.database import Ledger
from ledger.errors import UnknownWorkItem
from ledger.gateway import signing, wire
from ledger.gateway.interface import ChargeAnswer
from ledger.gateway.simulated import SimulatedGateway
from tests.ledger.customer import Customer, told
from tests.serving import serving

SECRET, OLD_SECRET = "webhooks-of-the-test", "webhooks-until-last-week"
OWED_FEN = 100_000


@pytest.fixture
def http(ledger: Ledger) -> Iterator[httpx.Client]:
    Sanic.test_mode = True
    app = http_webhook.build_app(ledger, [SECRET, OLD_SECRET], 0.1)
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=10) as client:
        yield client
    Sanic._app_registry.clear()


@pytest.fixture
def customer(ledger: Ledger, gateway: SimulatedGateway) -> Customer:
    """A settlement of 1,000.00 is under way as S1-1, its outcome unknown."""
    owing = Customer(ledger)
    owing.buy(OWED_FEN)
    gateway.set_mode("hold", owing.id)
    owing.confirm(owing.quote())
    return owing


def word(state: Any = "SUCCEEDED", number: str = "S1-1", **more: Any) -> bytes:
    answer = ChargeAnswer(number, state, f"GC-{number}", **{"amount_fen": OWED_FEN, **more})
    return json.dumps(wire.to_json(answer)).encode()


def deliver(
    http: httpx.Client, body: bytes, *, secret: str = SECRET, at_s: float | None = None, **more: str
) -> httpx.Response:
    signed = signing.headers(secret, body, time.time() if at_s is None else at_s)
    return http.post("/payments/webhook", content=body, headers={**signed, **more})


def state(customer: Customer) -> str:
    found = customer.facts.last_settlement
    assert found is not None
    return found.state


def test_a_success_settles_and_is_told_once_however_often_it_comes(
    http: httpx.Client, customer: Customer
) -> None:
    for _ in range(3):
        answer = deliver(http, word())
        assert (answer.status_code, answer.json()) == (200, {"status": "taken"})
    assert state(customer) == "SETTLED"
    assert customer.facts.debts.total_fen == 0
    assert told(customer.ledger) == [("settlement_result", "S1")]
    assert audit.audit(customer.ledger) == []


@pytest.mark.parametrize(
    ("words", "ends", "owed_fen", "kinds"),
    [
        (["PROCESSING", "SUCCEEDED", "PROCESSING"], "SETTLED", 0, ["settlement_result"]),
        (["DECLINED", "PROCESSING"], "FAILED", OWED_FEN, ["settlement_result"]),
        (["CHARGED_BACK", "SUCCEEDED"], "SETTLED", OWED_FEN, ["settlement_result", "chargeback"]),
        (["CANCELLED", "SUCCEEDED", "CANCELLED"], "FAILED", OWED_FEN, ["settlement_result", "late_success"]),
        (["SUCCEEDED", "CANCELLED", "DECLINED"], "SETTLED", 0, ["settlement_result"]),
    ],
)
def test_words_in_any_order_end_the_same(
    http: httpx.Client, customer: Customer, words: list[str], ends: str, owed_fen: int, kinds: list[str]
) -> None:
    for each in [*words, *words]:
        assert deliver(http, word(each)).status_code == 200
    assert (state(customer), customer.facts.debts.total_fen) == (ends, owed_fen)
    assert [kind for kind, _ in told(customer.ledger)] == kinds
    assert len(tickets.list_tickets(customer.ledger)) == ("chargeback" in kinds)
    assert audit.audit(customer.ledger) == []


def test_what_is_not_signed_by_the_gateway_changes_nothing(http: httpx.Client, customer: Customer) -> None:
    body = word()
    signed = signing.headers(SECRET, body, time.time())
    unsigned = {"missing": {}, "no time": {signing.SIGNATURE: signed[signing.SIGNATURE]}}
    unsigned |= {"other time": {**signed, signing.TIMESTAMP: str(int(time.time()) - 1)}}
    unsigned |= {"not ASCII": {**signed, signing.TIMESTAMP: "\u00b2"}}
    for case, headers in unsigned.items():
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        assert http.post("/payments/webhook", content=body, headers=raw).status_code == 401, case
    assert deliver(http, body, secret="another").status_code == 401
    changed = http.post("/payments/webhook", content=word("DECLINED"), headers=signed)
    assert (changed.status_code, changed.json()["error"]["code"]) == (401, "bad_signature")
    assert state(customer) == "UNKNOWN"
    assert work_items.list_items(customer.ledger) == []


def test_outside_of_the_replay_window_is_refused(http: httpx.Client, customer: Customer) -> None:
    now = time.time()
    for at_s in (now - signing.REPLAY_WINDOW_S - 2, now + signing.REPLAY_WINDOW_S + 2, 0):
        old = deliver(http, word(), at_s=at_s)
        assert (old.status_code, old.json()["error"]["code"]) == (400, "stale")
    assert state(customer) == "UNKNOWN"
    assert deliver(http, word(), at_s=now - signing.REPLAY_WINDOW_S + 5).status_code == 200


def test_a_time_that_is_none_is_stale_even_when_signed(http: httpx.Client) -> None:
    body = word()
    for wrong in ("-1", "1e9", "0x9", "9" * 400):
        signature = signing._signature(SECRET, wrong, body)
        headers = {signing.TIMESTAMP: wrong, signing.SIGNATURE: signature}
        assert http.post("/payments/webhook", content=body, headers=headers).status_code == 400


def test_the_secret_can_be_changed_without_a_pause(http: httpx.Client, customer: Customer) -> None:
    assert deliver(http, word(), secret=OLD_SECRET).status_code == 200
    assert state(customer) == "SETTLED"


def test_a_charge_that_is_not_ours_is_kept_for_a_person_once(http: httpx.Client, ledger: Ledger) -> None:
    for _ in range(2):
        answer = deliver(http, word(number="X7-1"))
        assert (answer.status_code, answer.json()) == (200, {"status": "work_item"})
    deliver(http, word("CHARGED_BACK", number="X7-1"))
    first, second = work_items.list_items(ledger)
    assert (first.kind, second.kind) == ("unknown_charge", "unknown_charge")
    assert (first.details["number"], first.details["amount_fen"]) == ("X7-1", OWED_FEN)
    closed = work_items.close(ledger, first.id, "another merchant's")
    assert closed.closed_at is not None and closed.note == "another merchant's"
    deliver(http, word(number="X7-1"))
    assert [each.id for each in work_items.list_items(ledger)] == [second.id]
    assert [each.id for each in work_items.list_items(ledger, closed=True)] == [first.id, second.id]
    with pytest.raises(UnknownWorkItem):
        work_items.close(ledger, 999, "not ours")


@pytest.mark.parametrize("number", ["P99", "P" + "9" * 30, "P001", "P1²", "X1", "P"])
def test_a_refund_that_we_did_not_ask_for_is_kept_for_a_person(
    http: httpx.Client, customer: Customer, number: str
) -> None:
    answer = deliver(http, word("REFUNDED", refund_number=number))
    assert answer.json() == {"status": "work_item"}
    (item,) = work_items.list_items(customer.ledger)
    assert (item.kind, item.details["refund_number"]) == ("unknown_refund", number)


@pytest.mark.parametrize(
    "wrong", [{"amount_fen": 1_999}, {"amount_fen": 7_000}, {"number": "R1-2", "amount_fen": 2_000}]
)
def test_a_refund_told_otherwise_than_asked_books_nothing(
    http: httpx.Client, ledger: Ledger, gateway: SimulatedGateway, wrong: dict[str, Any]
) -> None:
    owing = Customer(ledger)
    owing.buy(5_000)
    owing.repay(7_000)
    owing.buy(900)
    owing.repay(900)
    deliver(http, word("REFUNDED", refund_number="P1", **{"number": "R1-1", **wrong}))
    assert owing.facts.credit_fen == 2_000
    assert [item.kind for item in work_items.list_items(ledger)] == ["unknown_refund"]
    right = {"number": "R1-1", "refund_number": "P1", "amount_fen": 2_000}
    assert deliver(http, word("REFUNDED", **right)).json() == {"status": "taken"}
    assert owing.facts.credit_fen == 0
    assert audit.audit(ledger) == []


def test_a_refund_that_is_declined_declines_no_charge(
    http: httpx.Client, customer: Customer, ledger: Ledger
) -> None:
    deliver(http, word("DECLINED", refund_number="P1"))
    assert state(customer) == "UNKNOWN"
    owing = Customer(ledger, "c-2")
    owing.buy(5_000)
    owing.repay(7_000)
    deliver(http, word("DECLINED", number="R2-1", refund_number="P1", amount_fen=0))
    assert [item.kind for item in work_items.list_items(ledger)] == ["payout_by_hand"]
    assert owing.facts.credit_fen == 2_000 and audit.audit(ledger) == []


@pytest.mark.parametrize("told", ["SUCCEEDED", "CHARGED_BACK"])
def test_what_is_booked_and_told_again_with_another_amount_is_for_a_person(
    http: httpx.Client, customer: Customer, ledger: Ledger, told: str
) -> None:
    deliver(http, word())
    for _ in range(2):
        deliver(http, word(told))
    before = customer.facts.debts
    assert work_items.list_items(ledger) == []
    for _ in range(2):
        deliver(http, word(told, amount_fen=OWED_FEN - 1))
    (item,) = work_items.list_items(ledger)
    assert (item.kind, item.details["booked_fen"]) == ("amount_differs", OWED_FEN)
    assert customer.facts.debts == before and audit.audit(ledger) == []


def test_a_signed_message_that_cannot_be_read_is_kept_and_asked_for_again(
    http: httpx.Client, customer: Customer
) -> None:
    bodies = [b"", b"{", b"[]", b"\xff\x00", b'{"number": "S1-1"}', word(amount_fen=0), word("EXPLODED")]
    for body in [*bodies, *bodies]:
        answer = deliver(http, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_understood")
    found = work_items.list_items(customer.ledger)
    assert [item.kind for item in found] == ["not_understood"] * len(bodies)
    assert state(customer) == "UNKNOWN"


def test_a_body_too_long_is_refused(http: httpx.Client) -> None:
    assert deliver(http, b" " * (http_webhook.LARGEST_BODY_BYTES + 1)).status_code == 413


def test_without_its_ledger_it_asks_for_another_delivery(http: httpx.Client, customer: Customer) -> None:
    with customer.ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE charges RENAME TO charges_gone")
    answer = deliver(http, word())
    assert answer.status_code in (500, 503)
    assert "charges" not in answer.text
    with customer.ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE charges_gone RENAME TO charges")
    assert deliver(http, word()).status_code == 200
    assert state(customer) == "SETTLED"


def test_nothing_else_is_served(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").status_code == 200
    assert http.get("/payments/webhook").status_code == 405
    for path in ("/webhook", "/actions", "/internal/outbox", "/staff/tickets", "/demo/accounts/c-owing"):
        answer = http.get(path)
        assert answer.status_code == 404 and set(answer.json()["error"]) == {"code", "message", "reference"}


def test_broken_http_does_not_hurt_it(http: httpx.Client) -> None:
    parts = urlsplit(str(http.base_url))
    for bytes_ in (
        b"\x00\x01\x02\r\n\r\n",
        b"POST /payments/webhook HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
    ):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as raw:
            raw.sendall(bytes_)
    assert http.get("/healthz").status_code == 200
