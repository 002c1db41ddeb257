"""The service: Rasa's action server and the ledger behind it. `python -m actions.server`."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions import (
    background,
    http_demo,
    http_health,
    http_links,
    http_outbox,
    http_staff,
    http_webhook,
    registry,
)
from actions.host_page import NO_PAGE, HostPage
from actions.http_common import QuietErrors, Secrets, guard
from actions.settings import Settings, from_environment
from ledger import Ledger, opening
from ledger.errors import InvalidTerms, OtherSchema
from ledger.gateway.interface import GatewayMisconfigured
from ledger.told import sentence
from profiles.environment import SettingsError, read_files

logger = logging.getLogger(__name__)

SHUTDOWN_S = 2.0  # longer than a command of the ledger; a long poll of the outbox may be cut off


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


def build_app(ledger: Ledger, secrets: Secrets, *, demo: bool, page: HostPage = NO_PAGE) -> Sanic:
    """The internal listener: actions, outbox, links, staff desk, health, and the demo's levers there."""
    app = create_app(build_executor(ledger, page), cors_origins=[])
    app.error_handler = QuietErrors()
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = SHUTDOWN_S
    app.ctx.ledger = ledger
    app.ctx.page = page
    guard(app, secrets)
    http_health.add_routes(app)
    http_links.add_routes(app)
    http_outbox.add_routes(app)
    http_staff.add_routes(app)
    if demo:
        http_demo.add_routes(app)
    return app


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every call of the gateway
    # rasa-sdk 3.21 serves Rasa 3.6 over the same protocol, yet warns of the differing number.
    warnings.filterwarnings("ignore", message=r"(?s)Your versions of rasa and")
    try:
        read_files()
        settings = from_environment()
        ledger = build_ledger(settings)
    except (SettingsError, GatewayMisconfigured) as missing:
        print(missing, file=sys.stderr)
        return 2
    except (OtherSchema, InvalidTerms) as refused:
        print(sentence(refused), file=sys.stderr)
        return 2
    given = Secrets(settings.action_secret, settings.staff_secret)
    app = build_app(ledger, given, demo=settings.demo, page=settings.page)
    background.add_tasks(app, ledger, settings.seals_file)
    if settings.webhook_secrets:
        public = http_webhook.build_app(ledger, settings.webhook_secrets, SHUTDOWN_S)
        http_webhook.serve_beside(app, public, settings.public_host, settings.public_port)
    app.run(host=settings.host, port=settings.port, single_process=True, motd=False, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
