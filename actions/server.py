"""The service: Rasa's action server and the ledger behind it. `python -m actions.server`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions import (
    background,
    http_demo,
    http_health,
    http_links,
    http_metrics,
    http_outbox,
    http_staff,
    http_webhook,
    logs,
    registry,
    traces,
)
from actions.host_page import NO_PAGE, HostPage
from actions.http_common import QuietErrors, Secrets, guard
from actions.settings import Settings, from_environment
from ledger import Ledger, opening
from ledger.errors import InvalidTerms, OtherSchema
from ledger.gateway.interface import GatewayMisconfigured
from ledger.told import sentence
from profiles.environment import SettingsError, read_files, secret, secret_if_set, with_files

LARGEST_BODY_BYTES = 4 * 1024 * 1024  # a conversation of sixty events is a tenth of it
SLOWEST_BODY_S = 10.0
SHUTDOWN_S = 2.0  # longer than a command of the ledger; a long poll of the outbox may be cut off


logger = logging.getLogger(__name__)


class Executor(ActionExecutor):
    """Answers name their responses and never read the domain, so the bot need not send it with each call."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        return {}


def build_ledger(settings: Settings) -> Ledger:
    """Opens the ledger, its tables brought up to date unless it is read-only."""
    return opening.open_ledger(settings.opening)


def build_executor(ledger: Ledger, page: HostPage = NO_PAGE) -> Executor:
    executor = Executor()
    for answer in registry.answers(ledger, page):
        executor.register_action(answer)
    return executor


def secrets_of(environ: Mapping[str, str]) -> Secrets:
    """Those that callers are asked for. Raises SettingsError."""
    known = with_files(environ)
    action, staff = secret(known, "YUEFU_ACTION_SECRET"), secret(known, "YUEFU_STAFF_SECRET")
    return Secrets(action, staff, secret_if_set(known, "YUEFU_METRICS_SECRET"))


def build_app(ledger: Ledger, secrets: Secrets, *, demo: bool, page: HostPage = NO_PAGE) -> Sanic:
    """The internal listener: actions, outbox, links, staff desk, health, and the demo's levers there."""
    app = create_app(build_executor(ledger, page), cors_origins=[])
    app.error_handler = QuietErrors()
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY_BYTES
    app.config.REQUEST_TIMEOUT = SLOWEST_BODY_S
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = SHUTDOWN_S
    app.ctx.ledger = ledger
    app.ctx.page = page
    guard(app, secrets)
    http_health.add_routes(app)
    http_links.add_routes(app)
    http_outbox.add_routes(app)
    http_staff.add_routes(app)
    http_metrics.add_routes(app)
    if demo:
        http_demo.add_routes(app)
    return app


def read_secrets_again(app: Sanic) -> None:
    """On SIGHUP: those in files change without a stop. With one that cannot be used the old ones stay."""
    try:
        app.ctx.secrets = secrets_of(app.ctx.started_with)
    except SettingsError as missing:
        logger.error("the secrets stay as they were: %s", missing)
    else:
        logger.info("the secrets were read again")


async def listen_for_hangup(app: Sanic) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, read_secrets_again, app)


def main() -> int:
    # rasa-sdk 3.21 serves Rasa 3.6 over the same protocol, yet warns of the differing number.
    warnings.filterwarnings("ignore", message=r"(?s)Your versions of rasa and")
    try:
        started_with = dict(os.environ)  # with the names of the files, which are read again on a hang-up
        read_files()
        settings = from_environment()
        logs.set_up(settings.log_form)
        ledger = build_ledger(settings)
    except (SettingsError, GatewayMisconfigured) as missing:
        print(missing, file=sys.stderr)
        return 2
    except (OtherSchema, InvalidTerms) as refused:
        print(sentence(refused), file=sys.stderr)
        return 2
    app = build_app(ledger, secrets_of(started_with), demo=settings.demo, page=settings.page)
    app.ctx.started_with = started_with
    traces.set_up(app)
    app.register_listener(listen_for_hangup, "after_server_start")
    background.add_tasks(app, ledger, settings.seals_file)
    if settings.webhook_secrets:
        public = http_webhook.build_app(ledger, settings.webhook_secrets, SHUTDOWN_S)
        http_webhook.serve_beside(app, public, settings.public_host, settings.public_port)
    app.run(host=settings.host, port=settings.port, single_process=True, motd=False, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
