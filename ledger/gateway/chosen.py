"""Which payment gateway the ledger uses, by the setting YUEFU_GATEWAY.

http               a gateway behind HTTP; see `ledger.gateway.over_http` for its own settings.
module:function    a factory of one's own: takes the ledger's clock, returns a `Gateway`.
(empty)            the simulated gateway in the run folder, for the demo only.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from ledger.clock import Clock
from ledger.gateway.interface import Gateway, GatewayMisconfigured


def open_gateway(named: str, clock: Clock, run_dir: Path) -> Gateway:
    """Raises GatewayMisconfigured. Only what is named is imported."""
    if not named:
        from ledger.gateway.simulated import SimulatedGateway

        return SimulatedGateway(run_dir / "gateway.db", clock)
    if named == "http":
        from ledger.gateway import over_http

        return over_http.from_environment()
    module, _, factory = named.partition(":")
    try:
        made: Gateway = getattr(import_module(module), factory)(clock)
    except (ImportError, AttributeError, ValueError) as error:
        raise GatewayMisconfigured(f"YUEFU_GATEWAY names no gateway: {named!r}.") from error
    return made
