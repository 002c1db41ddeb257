"""The demo profile's page, tokens and controls, and that the profile stays on this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from tests.channels.conftest import JWT_SECRET, ROOT, Chat, bot_command, bot_env, free_port

CSP = (
    "default-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "require-trusted-types-for 'script'; object-src 'none'; base-uri 'none'"
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/assets/yuefu-chat.js", "text/javascript; charset=utf-8"),
        ("/assets/demo.css", "text/css; charset=utf-8"),
    ],
)
def test_the_page_and_its_files(chat: Chat, path: str, kind: str) -> None:
    answer = requests.get(chat.url + path, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing.js", "not_built"),
        ("secret.js", "not_built"),
        ("..%2Fsecret.js", "not_found"),
        ("..%2F..%2Frun%2Fchat.db", "not_found"),
        (".env", "not_found"),
    ],
)
def test_no_other_file_is_served(chat: Chat, name: str, code: str) -> None:
    answer = requests.get(f"{chat.url}/assets/{name}", timeout=10)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"]


def test_a_demo_token_opens_the_chat(chat: Chat) -> None:
    token = requests.post(f"{chat.url}/demo/token", json={"customer": "c-owing"}, timeout=10).json()["token"]
    claims = jwt.decode(token, JWT_SECRET, algorithms=["HS256"], audience="webchat", issuer="yuefu-demo")
    assert claims["sub"] == "c-owing"
    assert claims["exp"] - claims["iat"] == 600
    assert "acr" not in claims
    assert chat.say(token, "你好")


def test_a_strong_token_and_a_visitor(chat: Chat) -> None:
    def claims(**wish: str) -> dict:
        token = requests.post(f"{chat.url}/demo/token", json=wish, timeout=10).json()["token"]
        return jwt.decode(token, JWT_SECRET, algorithms=["HS256"], audience="webchat")

    strong = claims(customer="c-owing", acr="payment")
    assert (strong["acr"], strong["auth_time"]) == ("payment", strong["iat"])
    assert claims(customer="anon", visitor="v-1")["sub"] == "anon-v-1"
    assert claims(customer="anon")["sub"] != claims(customer="anon")["sub"]


@pytest.mark.parametrize(
    "wish", [{"customer": "owner"}, {}, [], {"customer": "anon", "visitor": "a/b"}, {"sub": "x"}]
)
def test_a_token_for_nobody_is_refused(chat: Chat, wish: Any) -> None:
    assert requests.post(f"{chat.url}/demo/token", json=wish, timeout=10).status_code == 400


def test_the_services_demo_controls_are_passed_on(chat: Chat) -> None:
    account = requests.get(f"{chat.url}/demo/account?customer=c-owing", timeout=10)
    assert account.json() == {"state": "ACTIVE", "customer": "c-owing"}
    assert requests.get(f"{chat.url}/demo/account?customer=../x", timeout=10).status_code == 400
    clock = requests.post(f"{chat.url}/demo/clock", json={"advance": "1d"}, timeout=10)
    assert clock.json() == {"now": "1d"}


def start_bot(model: Path, run_dir: Path, interface: str, **changes: str) -> tuple[int, str]:
    env = {**os.environ, **bot_env(run_dir, "http://127.0.0.1:9"), **changes}
    done = subprocess.run(
        bot_command(model, free_port(), interface), cwd=ROOT, env=env, capture_output=True, timeout=240
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.slow
def test_the_demo_profile_listens_on_this_machine_only(model: Path, tmp_path: Path) -> None:
    code, said = start_bot(model, tmp_path, "0.0.0.0")
    assert code != 0
    assert said.strip().endswith("use -i 127.0.0.1 instead of 0.0.0.0.")
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_missing_secret_is_one_sentence(model: Path, tmp_path: Path) -> None:
    code, said = start_bot(model, tmp_path, "127.0.0.1", YUEFU_BUTTON_SECRET="")
    assert code != 0
    assert said.strip().endswith("YUEFU_BUTTON_SECRET is not set: there is no start without this secret.")
    assert "Traceback" not in said
