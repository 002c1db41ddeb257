"""The commands of the demo, on the real service in its own process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from demo import control
from ledger import Ledger, terms, tickets
from ledger.clock import DemoClock
from ledger.database import open_engine
from ledger.gateway.simulated import SimulatedGateway

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {name: f"{name}-secret-{'0' * 40}" for name in ("action", "staff", "jwt", "button")}


@pytest.fixture
def running(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The seeded demo's service, and the note of where it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "YUEFU_PROFILE": "demo", "YUEFU_RUN_DIR": str(run_folder)}
    env |= {"YUEFU_SERVICE_HOST": "127.0.0.1", "YUEFU_SERVICE_PORT": str(port)}
    env |= {f"YUEFU_{name.upper()}_SECRET": secret for name, secret in SECRETS.items()}
    env.pop("DATABASE_URL", None)
    url = f"http://127.0.0.1:{port}"
    with (run_folder / "service.log").open("wb") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "actions.server"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(url, service, run_folder / "service.log")
        told = {"pid": os.getpid(), "bot_url": "", "service_url": url, "run_dir": str(run_folder)}
        (run_folder / "demo.json").write_text(json.dumps({**told, "secrets": SECRETS}))
        monkeypatch.setenv("YUEFU_RUN_DIR", str(run_folder))
        for name in [name for name in os.environ if name.startswith("YUEFU_ARG_")]:
            monkeypatch.delenv(name)
        yield run_folder
    finally:
        service.terminate()
        service.wait(20)


def _wait_until_ready(url: str, service: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        assert service.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())


class Said:
    """What a command printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def json(self, *argv: str) -> Any:
        assert control.main(list(argv)) == 0
        return json.loads(self._capsys.readouterr().out)

    def text(self, *argv: str) -> str:
        assert control.main(list(argv)) == 0
        return self._capsys.readouterr().out.strip()

    def refusal(self, *argv: str) -> str:
        """The one sentence on stderr, with nothing on stdout."""
        assert control.main(list(argv)) == 2
        answer = self._capsys.readouterr()
        assert answer.out == ""
        (line,) = answer.err.splitlines()
        return line


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, SECRETS["jwt"], ["HS256"], audience="webchat", issuer="yuefu-demo")


def open_ticket(folder: Path) -> int:
    engine = open_engine(f"sqlite:///{folder}/ledger.db")
    clock = DemoClock(engine)
    gateway = SimulatedGateway(folder / "gateway.db", clock)
    ledger = Ledger(engine, clock, terms.load(), gateway)
    asked = {"sender": "web-c-owing", "customer_id": "c-owing", "kind": "human"}
    made = tickets.open_ticket(ledger, **asked, packet={"asked": "人工"}, key="m1")  # type: ignore[arg-type]
    gateway.close()
    engine.dispose()
    return made.id


def test_every_command_on_the_running_demo(
    running: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One start of the service for all of them: starting it is what takes the time."""
    _tokens(said)
    _gateway_and_ledger(said)
    _clock(said)
    _tickets(said, open_ticket(running))
    _arguments_from_the_environment(said, monkeypatch)
    _bad_values(said)


def _tokens(said: Said) -> None:
    plain = claims(said.text("token", "--customer", "c-owing"))
    assert (plain["sub"], plain["exp"] - plain["iat"]) == ("c-owing", 600)
    assert not {"acr", "auth_time"} & plain.keys()
    strong = claims(said.text("token", "--customer", "c-owing", "--acr", "payment"))
    assert strong["acr"] == "payment"
    assert abs(strong["auth_time"] - time.time()) < 60
    visitors = {claims(said.text("token", "--customer", "anon"))["sub"] for _ in range(2)}
    assert len(visitors) == 2
    assert all(visitor.startswith("anon-") for visitor in visitors)


def _gateway_and_ledger(said: Said) -> None:
    before = said.json("ledger", "--customer", "c-unknown")
    assert before["open_charge"]["state"] == "UNKNOWN"
    expected = {"state", "freezes", "receivables", "limit", "settlements", "charges", "journals", "tickets"}
    assert expected <= before.keys()
    assert sum(p["amount_fen"] for j in before["journals"] for p in j["postings"]) == 0
    said.json("gateway", "--mode", "succeed", "--customer", "c-unknown")
    for _ in range(100):
        after = said.json("ledger", "--customer", "c-unknown")
        if after["settlements"][-1]["state"] == "SETTLED":
            break
        time.sleep(0.2)
    assert after["settlements"][-1]["state"] == "SETTLED"
    assert set(after["receivables"].values()) == {0}


def _clock(said: Said) -> None:
    before = said.json("ledger", "--customer", "c-clean")["now"]
    after = said.json("clock", "--advance", "1d")["now"]
    assert after[:10] > before[:10]


def _tickets(said: Said, number: int) -> None:
    assert [each["id"] for each in said.json("ticket", "--list")["tickets"]] == [number]
    assert said.json("ticket", "--id", str(number))["state"] == "OPEN"
    assert said.json("ticket", "--id", str(number), "--take")["state"] == "TAKEN"
    answered = said.json("ticket", "--id", str(number), "--reply", "您好，'我'来处理 $HOME。")
    assert answered["messages"][-1]["text"] == "您好，'我'来处理 $HOME。"
    assert said.json("ticket", "--id", str(number), "--close")["state"] == "CLOSED"
    refusal = said.refusal("ticket", "--id", str(number), "--reply", "再说一句")
    assert refusal == f"Ticket {number} is closed, or another person has it."


def _arguments_from_the_environment(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as given:
        given.setenv("YUEFU_ARG_CUSTOMER", "c-risk")
        given.setenv("YUEFU_ARG_LIST", "1")
        assert claims(said.text("token"))["sub"] == "c-risk"
        assert said.json("ledger")["customer_id"] == "c-risk"
        assert len(said.json("ticket")["tickets"]) == 1


def _bad_values(said: Said) -> None:
    assert "c-nobody" in said.refusal("ledger", "--customer", "c-nobody")
    assert "c-clean, c-owing" in said.refusal("token")
    assert "explode" in said.refusal("gateway", "--mode", "explode")
    assert "hold" in said.refusal("gateway", "--mode", "hold")
    assert "c-nobody" in said.refusal("gateway", "--mode", "succeed", "--customer", "c-nobody")
    assert "1w" in said.refusal("clock", "--advance", "1w")
    for too_far in ("401d", "14m"):
        assert "400d or 13m" in said.refusal("clock", "--advance", too_far)
    assert said.refusal("token").endswith("anon, not ''.")
    assert "There is no ticket 999" in said.refusal("ticket", "--id", "999", "--take")
    assert "LIST=1" in said.refusal("ticket")
    assert "payment" in said.refusal("token", "--customer", "c-owing", "--acr", "admin")


def test_refuses_where_no_demo_runs(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUEFU_RUN_DIR", str(tmp_path))
    assert "make demo" in said.refusal("token", "--customer", "c-owing")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    told = {"pid": ended.pid, "service_url": "http://127.0.0.1:1", "secrets": SECRETS}
    (tmp_path / "demo.json").write_text(json.dumps(told))
    assert "make demo" in said.refusal("token", "--customer", "c-owing")
    (tmp_path / "demo.json").write_text("{")
    assert "make demo" in said.refusal("clock", "--advance", "1d")


def test_a_service_that_does_not_answer_is_one_sentence(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUEFU_RUN_DIR", str(tmp_path))
    told = {"pid": os.getpid(), "service_url": "http://127.0.0.1:1", "secrets": SECRETS}
    (tmp_path / "demo.json").write_text(json.dumps(told))
    assert "does not answer" in said.refusal("clock", "--advance", "1d")
