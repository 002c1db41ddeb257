"""The service and the gateway's server as an operator runs them: three processes, a database, signed HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from ledger import audit, terms
from ledger.clock import SystemClock
from ledger.database import Ledger, open_engine
from ledger.gateway import signing
from ledger.gateway.over_http import HttpGateway, HttpSettings
from scripts.processes import free_port
from tests.ledger.customer import Customer, told

ROOT = Path(__file__).resolve().parents[2]
CALLS, WEBHOOKS = "calls-of-the-test", "webhooks-of-the-test"
START_TIMEOUT_S = 60.0


@contextmanager
def running(module: str, log: Path, **settings: str) -> Iterator[None]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("YUEFU_")}
    with log.open("w") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, env={**env, **settings}, stdout=out, stderr=out
        )
        try:
            yield
        finally:
            program.terminate()
            program.wait(20)


def until(holds: Callable[[], bool], timeout_s: float = START_TIMEOUT_S) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def alive(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def set_mode(url: str, mode: str, customer: str) -> None:
    body = json.dumps({"mode": mode, "customer": customer}).encode()
    signed = signing.headers(CALLS, signing.of_call("POST", "/modes", body), time.time())
    answer = httpx.post(f"{url}/modes", content=body, headers=signed, trust_env=False)
    assert answer.status_code == 200


@pytest.mark.slow
def test_a_charge_without_an_answer_is_settled_by_the_webhook(database_url: str, tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    gateway_url, _, public_url = (f"http://127.0.0.1:{port}" for port in ports)
    webhooks = {"YUEFU_WEBHOOK_SECRET": WEBHOOKS, "YUEFU_WEBHOOK_URL": f"{public_url}/payments/webhook"}
    calls = {"YUEFU_GATEWAY_SECRET": CALLS, "YUEFU_GATEWAY_URL": gateway_url, "YUEFU_GATEWAY": "http"}
    own = {"YUEFU_GATEWAY_STORE": str(tmp_path / "gateway.db"), "YUEFU_GATEWAY_PORT": str(ports[0])}
    service = {"DATABASE_URL": database_url, "YUEFU_SERVICE_PORT": str(ports[1])}
    service |= {"YUEFU_PUBLIC_PORT": str(ports[2]), "YUEFU_RUN_DIR": str(tmp_path)}
    service |= {"YUEFU_ACTION_SECRET": "action-of-the-test", "YUEFU_STAFF_SECRET": "staff-of-the-test"}
    seals_file = tmp_path / "heads"
    service |= {"YUEFU_SEALS_FILE": str(seals_file)}
    logs = tmp_path / "service.log", tmp_path / "gateway.log"
    engine = open_engine(database_url)
    adapter = HttpGateway(HttpSettings(gateway_url, CALLS))
    customer = Customer(Ledger(engine, SystemClock(), terms.load(), adapter))
    customer.buy(100_000)
    with ExitStack() as running_now:
        running_now.enter_context(running("demo.gateway_server", logs[1], **webhooks, **calls, **own))
        running_now.enter_context(running("actions.server", logs[0], **webhooks, **calls, **service))
        until(lambda: alive(gateway_url) and alive(public_url))
        assert httpx.get(f"{public_url}/readyz", trust_env=False).status_code == 200
        set_mode(gateway_url, "hold", customer.id)
        assert customer.confirm(customer.quote()).state == "UNKNOWN"
        set_mode(gateway_url, "succeed", customer.id)

        def settled() -> bool:
            found = customer.facts.last_settlement
            return found is not None and found.state == "SETTLED"

        until(settled)
        assert told(customer.ledger) == [("settlement_result", "S1")]
    assert audit.audit(customer.ledger, seals_file) == []
    assert seals_file.read_text("utf-8").startswith('{"seal":1,'), "the service seals"
    adapter.close()
    engine.dispose()
    for log in logs:
        assert not {CALLS, WEBHOOKS} & set(log.read_text("utf-8").replace("'", " ").split())
