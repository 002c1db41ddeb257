"""Commands as programs of their own, against the gateway's server: signed HTTP and no service beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger import terms
from ledger.clock import DemoClock
from ledger.database import Ledger, open_engine
from ledger.gateway import signing
from ledger.gateway.over_http import HttpGateway, HttpSettings
from scripts.processes import free_port
from tests.ledger.customer import Customer, assert_books_hold, told
from tests.ledger.test_payment_processes import CALLS, ROOT, alive, running, set_mode, until


@dataclass(frozen=True)
class Site:
    """A ledger whose gateway is another program, and the commands that an operator has there."""

    ledger: Ledger
    clock: DemoClock
    gateway_url: str
    settings: dict[str, str]

    def command(self, *argv: str) -> tuple[int, Any]:
        done = self.start(*argv)
        out, err = done.communicate(timeout=60)
        assert err == ""
        return done.returncode, json.loads(out)

    def start(self, *argv: str) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("YUEFU_")}
        command = [sys.executable, "-m", "ledger", *argv]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=ROOT, env={**env, **self.settings}, stdout=pipe, stderr=pipe, text=True
        )

    def settlement_file(self, day: str) -> str:
        path = f"/settlement-files/{day}"
        signed = signing.headers(CALLS, signing.of_call("GET", path, b""), time.time())
        answer = httpx.get(self.gateway_url + path, headers=signed, trust_env=False)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with opened(database_url, tmp_path) as found:
        yield found


@contextmanager
def opened(database_url: str, folder: Path) -> Iterator[Site]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"YUEFU_GATEWAY_STORE": str(folder / "gateway.db"), "YUEFU_GATEWAY_PORT": str(port)}
    calls = {"YUEFU_GATEWAY_SECRET": CALLS, "YUEFU_GATEWAY_URL": url, "YUEFU_GATEWAY": "http"}
    ours = {"DATABASE_URL": database_url, "YUEFU_RUN_DIR": str(folder), "YUEFU_PROFILE": "demo"}
    engine, adapter = open_engine(database_url), HttpGateway(HttpSettings(url, CALLS))
    clock = DemoClock(engine)
    with running("demo.gateway_server", folder / "gateway.log", **calls, **own):
        until(lambda: alive(url))
        yield Site(Ledger(engine, clock, terms.load(), adapter), clock, url, {**calls, **ours})
    adapter.close()
    engine.dispose()


def state(customer: Customer) -> str:
    found = customer.facts.last_settlement
    return found.state if found is not None else ""


@pytest.mark.slow
def test_the_reconciler_alone_finishes_a_charge_and_the_days_file_agrees(site: Site, tmp_path: Path) -> None:
    customer = Customer(site.ledger)
    customer.buy(100_000)
    set_mode(site.gateway_url, "hold", customer.id)
    assert customer.confirm(customer.quote()).state == "UNKNOWN"
    reconciler = site.start("run-reconciler", "--every", "0.2")
    set_mode(site.gateway_url, "succeed", customer.id)
    until(lambda: state(customer) == "SETTLED")
    reconciler.terminate()
    assert "Stopped." in reconciler.communicate(timeout=30)[1]
    assert reconciler.returncode == 130
    assert told(site.ledger) == [("settlement_result", "S1")]

    settled = customer.facts.last_settlement
    assert settled is not None and settled.settled_at is not None
    day = settled.settled_at.date().isoformat()
    file = tmp_path / f"{day}.csv"
    file.write_text(site.settlement_file(day), encoding="utf-8")
    site.clock.advance(timedelta(days=1))
    status, report = site.command("reconcile", str(file))
    assert (status, report["matched"], report["agrees"]) == (0, 1, True)
    assert_books_hold(site.ledger)


@pytest.mark.slow
def test_what_a_gateway_does_not_answer_stays_open(site: Site) -> None:
    customer = Customer(site.ledger)
    customer.buy(100_000)
    set_mode(site.gateway_url, "hold", customer.id)
    assert customer.confirm(customer.quote()).state == "UNKNOWN"
    site.clock.advance(timedelta(seconds=10))
    site.settings["YUEFU_GATEWAY_URL"] = f"http://127.0.0.1:{free_port()}"
    status, answer = site.command("run-reconciler")
    assert (status, answer) == (0, {"dealt_with": 0, "still_open": 1})
    site.settings["YUEFU_GATEWAY_URL"] = site.gateway_url
    site.settings["YUEFU_GATEWAY_SECRET"] = "another"
    site.clock.advance(timedelta(seconds=10))
    refused = site.start("run-reconciler")
    said = "The payment gateway fails (GatewayRefused); what is open stays open.\n"
    assert refused.communicate(timeout=60) == ("", said)
    assert refused.returncode == 2
    assert state(customer) == "UNKNOWN"
