"""The service's settings, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from actions.host_page import LINK_LIFE_S, NO_PAGE, HostPage
from ledger import opening
from profiles.environment import (
    LogForm,
    SettingsError,
    host_page,
    is_loopback,
    log_form,
    profile_of,
    require_different,
    require_postgresql,
    secret,
    secret_if_set,
    with_files,
)

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Settings:
    """`gateway`: see `ledger.gateway.chosen`. Without `webhook_secrets` there is no public listener;
    `seals_file`: see `ledger.seals.export`."""

    demo: bool
    run_dir: Path
    database_url: str
    action_secret: str = field(repr=False)
    staff_secret: str = field(repr=False)
    host: str
    port: int
    gateway: str
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    public_host: str = "127.0.0.1"
    public_port: int = 5056
    seals_file: Path | None = None
    page: HostPage = NO_PAGE
    log_form: LogForm = "json"

    @property
    def opening(self) -> opening.Opening:
        """What the ledger is opened with."""
        return opening.Opening(self.database_url, self.run_dir, self.demo, self.gateway)


def from_environment() -> Settings:
    """Raises SettingsError when a secret or, outside the demo, the gateway is not set, and in production for
    whatever several services beside each other cannot do with."""
    environ = with_files(os.environ)
    profile = profile_of(environ)
    host, public_host = environ.get("YUEFU_SERVICE_HOST", HERE), environ.get("YUEFU_PUBLIC_HOST", HERE)
    if profile == "production":
        _require_fit(environ)
    if profile == "demo" and not (is_loopback(host) and is_loopback(public_host)):
        raise SettingsError("The demo profile listens on this machine only: YUEFU_SERVICE_HOST is 127.0.0.1.")
    ledger = opening.from_environment()
    if not ledger.demo and not ledger.gateway:
        raise SettingsError("YUEFU_GATEWAY must name a payment gateway outside the demo profile.")
    has_webhook = ledger.gateway == "http" or environ.get("YUEFU_WEBHOOK_SECRET")
    seals_file = environ.get("YUEFU_SEALS_FILE", "")
    return Settings(
        demo=ledger.demo,
        run_dir=ledger.run_dir,
        database_url=ledger.database_url,
        action_secret=secret(environ, "YUEFU_ACTION_SECRET"),
        staff_secret=secret(environ, "YUEFU_STAFF_SECRET"),
        host=host,
        port=int(environ.get("YUEFU_SERVICE_PORT", "5055")),
        gateway=ledger.gateway,
        webhook_secrets=tuple(secret(environ, "YUEFU_WEBHOOK_SECRET").split()) if has_webhook else (),
        public_host=public_host,
        public_port=int(environ.get("YUEFU_PUBLIC_PORT", "5056")),
        seals_file=Path(seals_file) if seals_file else None,
        page=_page(environ),
        log_form=log_form(environ),
    )


def _require_fit(environ: Mapping[str, str]) -> None:
    require_postgresql(environ, "DATABASE_URL")
    purposes = ("ACTION", "STAFF", "WEBHOOK", "GATEWAY", "METRICS")
    require_different(environ, *[f"YUEFU_{purpose}_SECRET" for purpose in purposes])
    secret_if_set(environ, "YUEFU_GATEWAY_SECRET")
    secret_if_set(environ, "YUEFU_METRICS_SECRET")


def _page(environ: Mapping[str, str]) -> HostPage:
    life_s = float(environ.get("YUEFU_LINK_LIFE_S") or LINK_LIFE_S)
    unsaid_in = frozenset(environ.get("YUEFU_APPS_WITHOUT_LINKS", "").split())
    return HostPage(host_page(environ), life_s, unsaid_in)
