"""Starts the bot as it runs in production: `python -m channels.start [MODEL]`.

Its settings are looked at before anything is loaded, secrets in files become part of this process's
environment, and no secret is on a command line. Rasa's own `rasa run` takes this process over.

YUEFU_BOT_HOST, YUEFU_BOT_PORT   where it listens: 127.0.0.1 and 5005 unless they say otherwise.
YUEFU_ENDPOINTS                  Rasa's endpoints file: deploy/endpoints.yml.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from channels import settings
from profiles.environment import SettingsError, read_files

ROOT = Path(__file__).resolve().parent.parent
BACKLOG = "4096"  # may connect while the bot is busy; beyond Rasa's 100 they would try again for seconds


def command(model: str) -> list[str]:
    """What this process becomes."""
    port = os.environ.get("YUEFU_BOT_PORT") or "5005"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise SettingsError("YUEFU_BOT_PORT must be a number from 1 to 65535.")
    given = [sys.executable, "-m", "rasa", "run", "--model", model, "--port", port]
    given += ["-i", os.environ.get("YUEFU_BOT_HOST") or "127.0.0.1", "--credentials", "credentials.yml"]
    return [*given, "--endpoints", os.environ.get("YUEFU_ENDPOINTS") or "deploy/endpoints.yml"]


def main() -> None:
    """Raises SystemExit with one sentence when a setting is missing or wrong; does not return."""
    model = sys.argv[1] if len(sys.argv) > 1 else "models/yuefu.tar.gz"
    try:
        read_files()
        config = settings.load()
        becomes = command(model)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    os.chdir(ROOT)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SANIC_BACKLOG", BACKLOG)
    os.environ["YUEFU_ACTION_SECRET"] = config.action_secret  # the one that Rasa's endpoints file sends
    os.execv(becomes[0], becomes)


if __name__ == "__main__":
    main()
