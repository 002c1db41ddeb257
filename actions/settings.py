"""The service's settings, read from the environment once, at start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


class SettingMissing(Exception):
    """A setting without which the service must not start; the message is one sentence."""


@dataclass(frozen=True)
class Settings:
    """`gateway` names a factory "module:function" of a real gateway; "" is the demo's simulated one."""

    demo: bool
    run_dir: Path
    database_url: str
    action_secret: str
    staff_secret: str
    host: str
    port: int
    gateway: str

    @property
    def read_only(self) -> bool:
        return "mode=ro" in self.database_url


def from_environment() -> Settings:
    """Raises SettingMissing when a secret or, outside the demo, the gateway is not set."""
    demo = os.environ.get("YUEFU_PROFILE") == "demo"
    gateway = os.environ.get("YUEFU_GATEWAY", "")
    if not demo and not gateway:
        raise SettingMissing("YUEFU_GATEWAY must name a payment gateway's factory outside the demo profile.")
    run_dir = Path(os.environ.get("YUEFU_RUN_DIR", ".run")).resolve()
    return Settings(
        demo=demo,
        run_dir=run_dir,
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{run_dir / 'ledger.db'}",
        action_secret=_secret("YUEFU_ACTION_SECRET"),
        staff_secret=_secret("YUEFU_STAFF_SECRET"),
        host=os.environ.get("YUEFU_SERVICE_HOST", "127.0.0.1"),
        port=int(os.environ.get("YUEFU_SERVICE_PORT", "5055")),
        gateway=gateway,
    )


def _secret(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(f"{name} is not set; the service does not start without it.")
    return value
