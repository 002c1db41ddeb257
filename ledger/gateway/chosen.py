"""The payment gateway that the YUEFU_GATEWAY setting names.

http               a gateway behind HTTP; see `ledger.gateway.over_http` for its own settings.
module:function    a factory of one's own: takes the ledger's clock, returns a `Gateway`.
(empty)            the simulated gateway in the demo; elsewhere none.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from ledger.clock import Clock
from ledger.gateway.interface import Gateway, GatewayMisconfigured


def open_gateway(named: str, clock: Clock, simulated: Path | None) -> Gateway:
    """`simulated`: the file of the simulated gateway where it may be used. Only what is named is imported.

    Raises GatewayMisconfigured.
    """
    if named == "http":
        from ledger.gateway import over_http

        return over_http.from_environment()
    if named:
        return _made_by(named, clock)
    if simulated is None:
        raise GatewayMisconfigured("YUEFU_GATEWAY must name a payment gateway outside the demo profile.")
    from ledger.gateway.simulated import SimulatedGateway

    return SimulatedGateway(simulated, clock)


def no_gateway() -> Gateway:
    """For work on the books alone: every call raises GatewayMisconfigured."""
    none: Any = _NoGateway()
    return none


class _NoGateway:
    def __getattr__(self, name: str) -> Any:
        raise GatewayMisconfigured("This program was started without a payment gateway.")


def _made_by(named: str, clock: Clock) -> Gateway:
    module, _, factory = named.partition(":")
    try:
        made: Gateway = getattr(import_module(module), factory)(clock)
    except (ImportError, AttributeError, ValueError) as error:
        raise GatewayMisconfigured(f"YUEFU_GATEWAY={named} names no gateway.") from error
    return made
