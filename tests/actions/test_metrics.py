"""What the service counts: who may ask for it, journeys step by step, the ledger's figures, nobody's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sanic import Sanic

from actions import metrics
from actions.http_common import Secrets
from actions.server import build_app
from ledger import Ledger
from ledger.gateway.simulated import SimulatedGateway
from tests.actions.chat import Chat
from tests.serving import serving

Begin = Callable[[str | None], Chat]
ACTION, WATCH = "action-secret-of-the-test", "watcher-new-secret watcher-old-secret"


@pytest.fixture(autouse=True)
def counted_anew() -> Iterator[None]:
    metrics.service.cache_clear()
    yield
    metrics.service.cache_clear()


@pytest.fixture
def http(ledger: Ledger) -> Iterator[httpx.Client]:
    Sanic.test_mode = True
    app = build_app(ledger, Secrets(ACTION, "staff-secret-of-the-test", WATCH), demo=True)
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        yield client
    Sanic._app_registry.clear()


def asked(http: httpx.Client, secret: str = "watcher-new-secret") -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = http.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples
    }


def steps(journey: str) -> dict[str, float]:
    [family] = metrics.service().steps.collect()
    return {
        each.labels["step"]: each.value
        for each in family.samples
        if each.name.endswith("_total") and each.labels["journey"] == journey
    }


def test_only_the_watchers_secrets_are_let_in_and_both_while_they_change(http: httpx.Client) -> None:
    for secret in WATCH.split():
        assert asked(http, secret)[("yuefu_ledger_up",)] == 1
    for headers in (
        {},
        {"X-Action-Secret": ACTION},
        {"Authorization": f"Bearer {ACTION}"},
        {"Authorization": f"Bearer {WATCH}"},
        {"Authorization": WATCH.split()[0]},
        {"Authorization": "Bearer"},
    ):
        assert http.get("/metrics", headers=headers).status_code == 403
    assert asked(http)[("yuefu_refused_calls_total", "Authorization")] == 6


def test_without_a_secret_for_it_nobody_is_told(ledger: Ledger) -> None:
    Sanic.test_mode = True
    with serving(build_app(ledger, Secrets(ACTION, "staff-secret"), demo=False)) as url:
        for given in ("", "Bearer", "Bearer x", f"Bearer {ACTION}"):
            assert httpx.get(f"{url}/metrics", headers={"Authorization": given}).status_code == 403
    Sanic._app_registry.clear()


def test_a_journey_is_counted_from_its_decision_to_its_end(chat: Begin) -> None:
    owing = chat("c-owing")
    quote = owing.type("prepay_all", enters="settle")
    owing.type("query_bill")
    login = owing.press(quote, "确认结清")
    assert login[0].card["type"] == "step_up"
    done = owing.press(quote, "确认结清", strong=True)
    owing.press(quote, "确认结清", strong=True)
    assert done[0].response == "utter_settled"
    assert steps("settle") == {"started": 1, "login_asked": 1, "settled": 1}


def test_a_journey_that_is_left_is_counted_with_how(chat: Begin, ledger: Ledger) -> None:
    clean = chat("c-clean")
    clean.press(clean.type("how_to_close", enters="close"), "先不关")
    assert steps("close") == {"started": 1, "cancelled": 1}
    clean.type("how_to_close", enters="close")
    clean.type("close_impact", "对方让我转账，关了有影响吗")
    assert steps("close") == {"started": 2, "cancelled": 1, "dropped": 1}
    gateway = ledger.gateway
    assert isinstance(gateway, SimulatedGateway)
    gateway.set_mode("decline", "c-owing")
    owing = chat("c-owing")
    owing.press(owing.type("prepay_all", enters="settle"), "确认结清", strong=True)
    gateway.set_mode("hold", "c-owing")
    owing.press(owing.type("prepay_all", enters="settle"), "确认结清", strong=True)
    assert steps("settle") == {"started": 2, "declined": 1, "checking": 1}


def test_guards_failures_and_the_ledgers_figures(
    chat: Begin, ledger: Ledger, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat("c-refunding").type("how_to_close", enters="close")
    monkeypatch.setattr("ledger.quotes.make", lambda *_, **__: 1 / 0)
    chat("c-owing").type("prepay_all", enters="settle")
    told = asked(http)
    assert told[("yuefu_guard_refusals_total", "refund_open")] == 1
    assert told[("yuefu_apologies_total", "action_prepay_all", "ZeroDivisionError")] == 1
    assert told[("yuefu_action_seconds_count", "action_prepay_all")] == 1
    assert told[("yuefu_open_charges", "UNKNOWN")] == 1, "c-unknown's"
    assert told[("yuefu_settlements", "UNKNOWN")] + told[("yuefu_settlements", "SETTLED")] >= 1
    assert told[("yuefu_queue_length", "unknown_charges")] == 1
    assert told[("yuefu_queue_oldest_seconds", "unknown_charges")] > 0
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE outbox RENAME TO outbox_gone")
    broken = asked(http)
    assert broken[("yuefu_ledger_up",)] == 0
    assert broken[("yuefu_guard_refusals_total", "refund_open")] == 1


def test_no_label_names_anybody(chat: Begin, http: httpx.Client) -> None:
    for customer in ("c-owing", "c-clean", None):
        said = chat(customer)
        for intent in ("how_to_close", "prepay_all", "why_unusable", "talk_to_human"):
            said.type(intent, "我是13812345678")
    labels = {value for key in asked(http) for value in key[1:]}
    assert {value for value in labels if re.search(r"web-|c-|\d{5}", value)} == set()
