"""The internal listener: secrets, one shape of errors, the outbox, the staff desk and the demo's levers."""

from __future__ import annotations

import asyncio
import hmac
import os
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import Sanic

from actions.http_common import Secrets
from actions.server import LARGEST_BODY_BYTES, build_app, build_ledger, listen_for_hangup, read_secrets_again
from actions.settings import Settings
from ledger import Ledger, links, tickets
from tests.actions.chat import ROOT, Chat
from tests.serving import serving

SECRET = "action-secret-of-the-test"
STAFF = "staff-secret-of-the-test"


@pytest.fixture
def app(ledger: Ledger) -> Iterator[Sanic]:
    Sanic.test_mode = True
    yield build_app(ledger, Secrets(SECRET, STAFF), demo=True)
    Sanic._app_registry.clear()


@pytest.fixture
def http(app: Sanic) -> Iterator[httpx.Client]:
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        yield client


def signed(secret: str = SECRET) -> dict[str, str]:
    return {"X-Action-Secret": secret}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhook"),
        ("GET", "/actions"),
        ("GET", "/internal/outbox"),
        ("POST", "/internal/outbox/ack"),
        ("GET", "/staff/tickets"),
        ("GET", "/demo/accounts/c-owing"),
        ("POST", "/demo/gateway"),
        ("POST", "/demo/clock"),
        ("GET", "/nowhere"),
    ],
)
def test_every_route_but_health_needs_its_secret(
    http: httpx.Client, method: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    for headers in ({}, signed("wrong"), {"X-Staff-Secret": SECRET}):
        answer = http.request(method, path, headers=headers, json={})
        assert answer.status_code == 403
        assert set(answer.json()["error"]) == {"code", "message", "reference"}
        assert f"[{answer.json()['error']['reference']}] refused: {method} {path}" in caplog.text
        assert SECRET not in caplog.text


def test_health_is_open_and_ready_reads_the_ledger(http: httpx.Client, ledger: Ledger) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").status_code == 200
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE links RENAME TO links_gone")
    broken = http.get("/readyz")
    assert broken.status_code == 503 and broken.json()["error"]["code"] == "not_ready"


@pytest.mark.filterwarnings("ignore:Your versions of rasa")  # main() ignores it in the same way
def test_an_action_answers_over_http(http: httpx.Client, app: Sanic) -> None:
    from actions.server import build_executor

    call = Chat(build_executor(app.ctx.ledger), "c-owing").call_type("why_unusable", "为什么用不了")
    answer = http.post("/webhook", json=call, headers=signed())
    assert answer.status_code == 200
    assert answer.json()["responses"][0]["response"] == "utter_unusable_none"


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"next_action": "action_unknown"}', b"\xff"])
def test_a_bad_call_is_an_error_without_the_conversation(http: httpx.Client, body: bytes) -> None:
    answer = http.post("/webhook", content=body, headers=signed())
    assert answer.status_code >= 400
    assert "tracker" not in answer.text and "Traceback" not in answer.text


def test_a_failing_route_tells_a_reference_and_nothing_of_the_request(
    http: httpx.Client, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE tickets RENAME TO tickets_gone")
    answer = http.get("/staff/tickets", headers={"X-Staff-Secret": STAFF})
    error = answer.json()["error"]
    assert answer.status_code == 503 and error["code"] == "internal_error"
    assert error["reference"] in caplog.text
    assert "SELECT" not in answer.text


def test_of_a_link_that_is_over_the_outbox_says_for_how_long(http: httpx.Client, ledger: Ledger) -> None:
    """By the ledger's own clock, which need not be the bot's."""
    links.link(ledger, "wxkf-a", "c-clean")
    links.link(ledger, "wxkf-a", "c-owing")
    moving = ledger.clock
    moving.advance(timedelta(seconds=90))  # type: ignore[attr-defined]
    claimed = http.get("/internal/outbox?wait_s=5", headers=signed()).json()["items"]
    (over,) = [each for each in claimed if each["kind"] == "link_over"]
    assert 90 <= over["over_s"] < 150
    assert all("over_s" not in each for each in claimed if each is not over)


def test_the_outbox_is_claimed_and_acknowledged(http: httpx.Client, ledger: Ledger) -> None:
    ticket = tickets.open_ticket(
        ledger, sender="web-c-clean", customer_id="c-clean", kind="human", packet={}, key="t1"
    )
    tickets.take(ledger, ticket.id, "staff-1")
    claimed = http.get("/internal/outbox?wait_s=5", headers=signed()).json()["items"]
    assert [(each["sender"], each["kind"], each["ref"]) for each in claimed] == [
        ("web-c-clean", "ticket_taken", str(ticket.id))
    ]
    assert http.get("/internal/outbox?wait_s=0", headers=signed()).json() == {"items": []}
    acked = http.post("/internal/outbox/ack", json={"ids": [claimed[0]["id"]]}, headers=signed())
    assert acked.json() == {"acked": 1}


@pytest.mark.parametrize("ids", [None, "1", ["1"], [True], {"1": 1}])
def test_only_numbers_can_be_acknowledged(http: httpx.Client, ids: Any) -> None:
    answer = http.post("/internal/outbox/ack", json={"ids": ids}, headers=signed())
    assert answer.status_code == 400


def test_staff_take_answer_and_close_over_http(http: httpx.Client, ledger: Ledger) -> None:
    ticket = tickets.open_ticket(
        ledger, sender="web-c-clean", customer_id="c-clean", kind="human", packet={"asked": "人工"}, key="t1"
    )
    desk = {"X-Staff-Secret": STAFF}
    listed = http.get("/staff/tickets?state=OPEN", headers=desk).json()["tickets"]
    assert [each["id"] for each in listed] == [ticket.id] and listed[0]["packet"]["asked"] == "人工"
    taken = http.post(f"/staff/tickets/{ticket.id}/take", headers=desk).json()
    assert taken["state"] == "TAKEN"
    for _ in range(2):
        sent = {"text": "您好", "key": "r1"}
        answered = http.post(f"/staff/tickets/{ticket.id}/reply", json=sent, headers=desk)
    assert [each["text"] for each in answered.json()["messages"]] == ["您好"]
    assert http.post(f"/staff/tickets/{ticket.id}/close", headers=desk).json()["state"] == "CLOSED"
    missing = http.get("/staff/tickets/999", headers=desk)
    assert missing.status_code == 404 and missing.json()["error"]["code"] == "unknown_ticket"
    empty = http.post(f"/staff/tickets/{ticket.id}/reply", json={"text": " "}, headers=desk)
    assert empty.status_code == 400


def test_the_levers_of_the_demo(http: httpx.Client, ledger: Ledger) -> None:
    account = http.get("/demo/accounts/c-overdue", headers=signed()).json()
    listed = http.get("/demo/customers", headers=signed()).json()["customers"]
    assert len(listed) == 12 and all(each["id"] and each["title"] for each in listed)
    assert all(len(each["questions"]) == 3 for each in listed)
    assert account["gateway_mode"] == "succeed"
    before = ledger.clock.now()
    moved = http.post("/demo/clock", json={"advance": "1d"}, headers=signed())
    assert moved.status_code == 200 and (ledger.clock.now() - before).days == 1
    later = http.get("/demo/accounts/c-overdue", headers=signed()).json()
    assert later["debts"]["penalty_fen"] > account["debts"]["penalty_fen"]
    assert http.post("/demo/gateway", json={"mode": "decline"}, headers=signed()).status_code == 200
    for path, sent in (("clock", {"advance": "-1d"}), ("gateway", {"mode": "explode"})):
        refused = http.post(f"/demo/{path}", json=sent, headers=signed())
        assert refused.status_code == 400
    assert http.get("/demo/accounts/c-nobody", headers=signed()).status_code == 404


def test_outside_the_demo_there_are_no_levers(ledger: Ledger) -> None:
    Sanic.test_mode = True
    app = build_app(ledger, Secrets(SECRET, STAFF), demo=False)
    assert not [route for route in app.router.routes if "demo" in route.path]
    Sanic._app_registry.clear()


@pytest.mark.parametrize("missing", ["YUEFU_ACTION_SECRET", "YUEFU_STAFF_SECRET"])
def test_without_a_secret_it_refuses_to_start_with_one_sentence(settings: Settings, missing: str) -> None:
    env = {**os.environ, **_environment(settings)}
    del env[missing]
    started = subprocess.run(
        [sys.executable, "-m", "actions.server"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode != 0
    assert started.stderr.strip().count("\n") == 0 and missing in started.stderr


def test_a_ledger_of_a_newer_program_is_left_alone_with_one_sentence(
    settings: Settings, ledger: Ledger
) -> None:
    with ledger.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    started = subprocess.run(
        [sys.executable, "-m", "actions.server"],
        cwd=ROOT,
        env={**os.environ, **_environment(settings)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode == 2
    assert started.stderr.splitlines()[-1].startswith(
        "A newer program has migrated the database to 9999; this one needs "
    )
    assert "Traceback" not in started.stderr


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "YUEFU_PROFILE": "demo",
        "YUEFU_RUN_DIR": str(settings.run_dir),
        "YUEFU_ACTION_SECRET": SECRET,
        "YUEFU_STAFF_SECRET": STAFF,
    }


def test_a_ledger_that_is_only_read_is_the_cause_that_is_told(settings: Settings) -> None:
    build_ledger(settings).engine.dispose()
    url = f"sqlite:///file:{settings.run_dir / 'ledger.db'}?mode=ro&uri=true"
    ledger = build_ledger(Settings(**{**vars(settings), "database_url": url}))
    Sanic.test_mode = True
    app = build_app(ledger, Secrets(SECRET, STAFF), demo=True)
    with serving(app) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        moved = client.post("/demo/clock", json={"advance": "1d"}, headers=signed())
        taken = client.post("/staff/tickets/1/take", json={}, headers={"X-Staff-Secret": STAFF})
    Sanic._app_registry.clear()
    for answer in (moved, taken):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (503, "read_only_ledger")
        assert error["message"] == "The database is open for reading only. Nothing was changed."
    ledger.engine.dispose()


def test_both_secrets_are_taken_while_one_changes_and_are_read_again_without_a_stop(
    http: httpx.Client, app: Sanic, tmp_path: Path
) -> None:
    new, file = "action-secret-of-tomorrow", tmp_path / "action"
    app.ctx.started_with = {"YUEFU_ACTION_SECRET_FILE": str(file), "YUEFU_STAFF_SECRET": STAFF}

    def taken(*secrets: str) -> list[bool]:
        return [http.get("/actions", headers=signed(each)).status_code == 200 for each in secrets]

    assert taken(SECRET, new, f"{new} {SECRET}") == [True, False, False]
    for value, then in ((f"{new} {SECRET}", [True, True]), ("", [True, True]), (new, [False, True])):
        file.write_text(value, "utf-8")
        read_secrets_again(app)
        assert taken(SECRET, new) == then


def test_each_secret_is_compared_whole_whichever_is_right(
    http: httpx.Client, app: Sanic, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []
    compare = hmac.compare_digest

    def counting(given: bytes, known: bytes) -> bool:
        compared.append(known)
        return compare(given, known)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    app.ctx.secrets = Secrets("one-secret-of-two two-secret-of-two", STAFF)
    for given in ("one-secret-of-two", "two-secret-of-two", "neither"):
        http.get("/actions", headers=signed(given))
    assert compared == [b"one-secret-of-two", b"two-secret-of-two"] * 3


def test_a_hangup_reads_the_secrets_again(app: Sanic, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Sanic] = []
    monkeypatch.setattr("actions.server.read_secrets_again", heard.append)

    async def hang_up() -> None:
        await listen_for_hangup(app)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)

    asyncio.run(hang_up())
    assert heard == [app]


def test_a_body_that_is_too_large_or_compressed_is_not_read(http: httpx.Client) -> None:
    large = http.post("/webhook", content=b" " * (LARGEST_BODY_BYTES + 1), headers=signed())
    assert large.status_code == 413 and large.json()["error"]["reference"]
    bomb = zlib.compress(b" " * 10_000_000)
    packed = http.post("/webhook", content=bomb, headers={**signed(), "Content-Encoding": "deflate"})
    assert packed.status_code == 415 and packed.json()["error"]["code"] == "bad_encoding"


def test_a_body_that_comes_too_slowly_ends_the_connection(app: Sanic) -> None:
    app.config.REQUEST_TIMEOUT = 0.3
    with serving(app) as url, socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as slow:
        slow.sendall(f"POST /webhook HTTP/1.1\r\nHost: x\r\nX-Action-Secret: {SECRET}\r\n".encode())
        slow.settimeout(30)
        answer = b""
        while part := slow.recv(4096):
            answer += part
    assert int(answer.split()[1]) >= 400 and b"Traceback" not in answer
