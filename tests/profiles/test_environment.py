"""The profile and the secrets, as both programs read them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiles import environment
from profiles.environment import SettingsError, require_different, secret, with_files

ROOT = Path(__file__).resolve().parents[2]
GOOD = "aK4vT9bQ2xL7mZ0pWc6yRf3sJh8nUe5d"
PRODUCTION = {"YUEFU_PROFILE": "production"}
NAME = "YUEFU_ACTION_SECRET"
SERVICE = {
    "YUEFU_PROFILE": "production",
    "YUEFU_ACTION_SECRET": GOOD,
    "YUEFU_STAFF_SECRET": GOOD[::-1],
    "YUEFU_WEBHOOK_SECRET": GOOD.swapcase(),
    "YUEFU_GATEWAY": "http",
    "YUEFU_GATEWAY_URL": "https://pay.shop.example",
    "YUEFU_GATEWAY_SECRET": GOOD[::-1].swapcase(),
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/ledger",
}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "short-but-Random-9f3K",
        "local-development-local-development",
        "change-me-change-me-change-me-4711-XyZ",
        "action-secret-of-the-company-0123456789",
        "abababababababababababababababababab",
        f"{GOOD} local-development",
    ],
)
def test_production_takes_no_secret_that_can_be_guessed(value: str) -> None:
    with pytest.raises(SettingsError, match=NAME) as refused:
        secret({**PRODUCTION, NAME: value}, NAME)
    assert not value or value not in str(refused.value)


def test_a_random_secret_serves_also_beside_its_successor() -> None:
    assert secret({**PRODUCTION, NAME: f"{GOOD} {GOOD[::-1]}"}, NAME) == f"{GOOD} {GOOD[::-1]}"
    assert secret({"YUEFU_PROFILE": "demo", NAME: "of-a-demo-0123456"}, NAME)


def test_one_secret_is_not_used_twice() -> None:
    other = "YUEFU_STAFF_SECRET"
    require_different({NAME: GOOD, other: GOOD[::-1]}, NAME, other)
    with pytest.raises(SettingsError, match=f"{other} is the same as {NAME}"):
        require_different({NAME: GOOD, other: f"{GOOD[::-1]} {GOOD}"}, NAME, other)


def test_a_secret_comes_from_a_file_without_its_line_feed(tmp_path: Path) -> None:
    path = tmp_path / "action"
    path.write_text(f"{GOOD}\n")
    assert with_files({f"{NAME}_FILE": str(path), "YUEFU_SEALS_FILE": "seals"}) == {
        NAME: GOOD,
        "YUEFU_SEALS_FILE": "seals",
    }


def test_a_file_that_says_nothing_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for given in ({f"{NAME}_FILE": "/no/such"}, {f"{NAME}_FILE": str(empty)}):
        with pytest.raises(SettingsError, match=f"{NAME}_FILE"):
            with_files(given)
    with pytest.raises(SettingsError, match="not both"):
        with_files({f"{NAME}_FILE": str(empty), NAME: GOOD})


def test_there_are_three_profiles() -> None:
    assert [environment.profile_of({"YUEFU_PROFILE": name}) for name in ("demo", "production", "")]
    with pytest.raises(SettingsError, match="YUEFU_PROFILE"):
        environment.profile_of({"YUEFU_PROFILE": "prod"})


@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("DATABASE_URL", {"DATABASE_URL": "sqlite:///ledger.db"}),
        ("DATABASE_URL", {"DATABASE_URL": ""}),
        ("YUEFU_GATEWAY", {"YUEFU_GATEWAY": ""}),
        ("YUEFU_WEBHOOK_SECRET", {"YUEFU_WEBHOOK_SECRET": ""}),
        ("YUEFU_STAFF_SECRET", {"YUEFU_STAFF_SECRET": "staff-secret-staff-secret-staff-secret"}),
        ("YUEFU_GATEWAY_SECRET", {"YUEFU_GATEWAY_SECRET": "1234567890123456"}),
        ("YUEFU_STAFF_SECRET", {"YUEFU_STAFF_SECRET": GOOD}),
        ("YUEFU_METRICS_SECRET", {"YUEFU_METRICS_SECRET": "x"}),
        ("YUEFU_METRICS_SECRET", {"YUEFU_METRICS_SECRET": GOOD}),
        ("YUEFU_SERVICE_HOST", {"YUEFU_PROFILE": "demo", "YUEFU_SERVICE_HOST": "0.0.0.0"}),
        ("YUEFU_PROFILE", {"YUEFU_PROFILE": "live"}),
    ],
)
def test_the_service_does_not_start_with(
    named: str, change: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions import settings

    for name, value in {**SERVICE, **change}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        settings.from_environment()


def test_the_service_in_production_has_all_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    from actions import settings

    for name, value in SERVICE.items():
        monkeypatch.setenv(name, value)
    loaded = settings.from_environment()
    assert (loaded.demo, loaded.webhook_secrets) == (False, (SERVICE["YUEFU_WEBHOOK_SECRET"],))
    assert GOOD not in repr(loaded)


def test_a_program_that_refuses_says_one_sentence_and_nothing_of_the_secret() -> None:
    weak = "default-0123456789-default-0123456789"
    env = {**os.environ, **SERVICE, "YUEFU_ACTION_SECRET": weak}
    told = subprocess.run(
        [sys.executable, "-m", "actions.server"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 2
    assert told.stderr.strip().count("\n") == 0 and "YUEFU_ACTION_SECRET looks like a default" in told.stderr
    assert weak not in told.stderr
