"""The service's settings, read from the environment once, at start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from actions.host_page import LINK_LIFE_S, NO_PAGE, HostPage
from ledger import opening


class SettingMissing(Exception):
    """A setting without which the service must not start; the message is one sentence."""


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

    @property
    def opening(self) -> opening.Opening:
        """What the ledger is opened with."""
        return opening.Opening(self.database_url, self.run_dir, self.demo, self.gateway)


def from_environment() -> Settings:
    """Raises SettingMissing when a secret or, outside the demo, the gateway is not set."""
    ledger = opening.from_environment()
    if not ledger.demo and not ledger.gateway:
        raise SettingMissing("YUEFU_GATEWAY must name a payment gateway outside the demo profile.")
    if ledger.gateway == "http":
        _secret("YUEFU_WEBHOOK_SECRET")
    seals_file = os.environ.get("YUEFU_SEALS_FILE", "")
    return Settings(
        demo=ledger.demo,
        run_dir=ledger.run_dir,
        database_url=ledger.database_url,
        action_secret=_secret("YUEFU_ACTION_SECRET"),
        staff_secret=_secret("YUEFU_STAFF_SECRET"),
        host=os.environ.get("YUEFU_SERVICE_HOST", "127.0.0.1"),
        port=int(os.environ.get("YUEFU_SERVICE_PORT", "5055")),
        gateway=ledger.gateway,
        webhook_secrets=tuple(os.environ.get("YUEFU_WEBHOOK_SECRET", "").split()),
        public_host=os.environ.get("YUEFU_PUBLIC_HOST", "127.0.0.1"),
        public_port=int(os.environ.get("YUEFU_PUBLIC_PORT", "5056")),
        seals_file=Path(seals_file) if seals_file else None,
        page=_page(),
    )


def _page() -> HostPage:
    url = os.environ.get("YUEFU_HOST_PAGE_URL", "")
    parts = urlsplit(url)
    if url and not (parts.hostname and parts.scheme in ("http", "https")):
        raise SettingMissing("YUEFU_HOST_PAGE_URL must be the full address of your page, such as https://….")
    return HostPage(url, float(os.environ.get("YUEFU_LINK_LIFE_S") or LINK_LIFE_S))


def _secret(name: str) -> str:
    value = os.environ.get(name, "")
    if not value.strip():
        raise SettingMissing(f"{name} is not set; the service does not start without it.")
    return value
