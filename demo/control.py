"""Switches and looks at the running demo: `python -m demo.control token|gateway|clock|ledger|ticket`.

Every flag may instead come from the environment (YUEFU_ARG_CUSTOMER for --customer, and so on), which is how
the Makefile passes what was typed without a shell reading it. Exit code 2 and one sentence when it cannot.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt

from demo.customers import ALL
from demo.switches import ADVANCES, MODES, MOST

TOKEN_LIFE_S = 600
_FLAGS = ("customer", "acr", "mode", "advance", "id", "reply")
_SWITCHES = ("list", "take", "close")


class Refused(Exception):
    """What the person asked for cannot be done; the message is the sentence for them."""


@dataclass(frozen=True)
class RunningDemo:
    """Where the demo of this run directory listens, and its secrets."""

    service_url: str
    secrets: dict[str, str]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, staff: bool = False) -> Any:
        """The JSON answer of the service. Raises Refused with the service's own words for an error."""
        name, secret = ("X-Staff-Secret", "staff") if staff else ("X-Action-Secret", "action")
        headers = {name: self.secrets[secret]}
        try:
            answer = httpx.request(
                method, self.service_url + path, json=body, headers=headers, timeout=120, trust_env=False
            )
        except httpx.TransportError as error:
            raise Refused(f"The demo's service does not answer ({type(error).__name__}).") from None
        if answer.is_success:
            return answer.json()
        raise Refused(_error_text(answer))


def running_demo() -> RunningDemo:
    """The demo that runs in $YUEFU_RUN_DIR. Raises Refused when there is none."""
    path = Path(os.environ.get("YUEFU_RUN_DIR") or ".run") / "demo.json"
    none = "No demo is running here: start one with `make demo` in another terminal."
    try:
        told = json.loads(path.read_text("utf-8"))
        os.kill(int(told["pid"]), 0)
        return RunningDemo(told["service_url"], told["secrets"])
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(none) from None


def token(demo: RunningDemo, args: argparse.Namespace) -> str:
    """A JWT of ten minutes for a demo customer, or for a visitor ("anon")."""
    customer = args.customer
    if customer != "anon":
        _known(customer, "anon")
    if args.acr not in (None, "payment"):
        raise Refused(f"ACR is `payment` or nothing, not {args.acr!r}.")
    now = int(time.time())
    subject = f"anon-{uuid.uuid4()}" if customer == "anon" else customer
    claims = {"iss": "yuefu-demo", "aud": "webchat", "sub": subject, "iat": now, "exp": now + TOKEN_LIFE_S}
    if args.acr:
        claims |= {"acr": args.acr, "auth_time": now}
    return jwt.encode(claims, demo.secrets["jwt"], algorithm="HS256")


def gateway(demo: RunningDemo, args: argparse.Namespace) -> str:
    """Switch the payment gateway, for everyone or for one customer."""
    if args.mode not in MODES:
        raise Refused(f"MODE is one of {', '.join(MODES)}, not {args.mode or 'empty'!r}.")
    body = {"mode": args.mode}
    if args.customer:
        body["customer"] = _known(args.customer)
    return _shown(demo.call("POST", "/demo/gateway", body))


def clock(demo: RunningDemo, args: argparse.Namespace) -> str:
    """Move the demo's clock forwards; the jobs of each day that passes are run."""
    asked = ADVANCES.fullmatch(args.advance or "")
    if asked is None:
        like = "ADVANCE is a number with min, h, d or m (months), like 16min, 12h, 1d or 1m"
        raise Refused(f"{like}, not {args.advance or ''!r}.")
    if int(asked[1]) > MOST.get(asked[2], int(asked[1])):
        raise Refused(f"The clock goes {MOST['d']}d or {MOST['m']}m forwards at most, not {args.advance}.")
    return _shown(demo.call("POST", "/demo/clock", {"advance": args.advance}))


def ledger(demo: RunningDemo, args: argparse.Namespace) -> str:
    """What the ledger holds of a customer."""
    return _shown(demo.call("GET", f"/demo/accounts/{_known(args.customer)}"))


def ticket(demo: RunningDemo, args: argparse.Namespace) -> str:
    """What a member of staff does with tickets."""
    if args.list:
        return _shown(demo.call("GET", "/staff/tickets", staff=True))
    if not (args.id or "").isdecimal():
        raise Refused("Say LIST=1, or ID= with a ticket's number and TAKE=1, REPLY='…' or CLOSE=1.")
    path = f"/staff/tickets/{int(args.id)}"
    answer = None
    if args.take:
        answer = demo.call("POST", f"{path}/take", {}, staff=True)
    if args.reply:
        answer = demo.call("POST", f"{path}/reply", {"text": args.reply}, staff=True)
    if args.close:
        answer = demo.call("POST", f"{path}/close", {}, staff=True)
    return _shown(answer or demo.call("GET", path, staff=True))


COMMANDS: dict[str, Callable[[RunningDemo, argparse.Namespace], str]] = {
    "token": token,
    "gateway": gateway,
    "clock": clock,
    "ledger": ledger,
    "ticket": ticket,
}


def main(argv: list[str] | None = None) -> int:
    args = _arguments(argv)
    try:
        print(COMMANDS[args.command](running_demo(), args))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo.control", description="Acts on the running demo.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__)
        for flag in _FLAGS:
            command.add_argument(f"--{flag}", default=os.environ.get(f"YUEFU_ARG_{flag.upper()}") or None)
        for flag in _SWITCHES:
            given = os.environ.get(f"YUEFU_ARG_{flag.upper()}", "") not in ("", "0")
            command.add_argument(f"--{flag}", action="store_true", default=given)
    return parser.parse_args(argv)


def _known(customer: str | None, *others: str) -> str:
    known = [*(each.customer_id for each in ALL), *others]
    if customer not in known:
        raise Refused(f"CUSTOMER is one of {', '.join(known)}, not {customer or ''!r}.")
    return customer


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _error_text(answer: httpx.Response) -> str:
    about = answer.url.path.split("/")
    try:
        error = answer.json()["error"]
        if error["code"] == "unknown_ticket":
            return f"There is no ticket {about[3]}."
        if error["code"] == "ticket_refused":
            return f"Ticket {about[3]} is closed, or another person has it."
        return f"{error['message']} ({error['code']}, reference {error['reference']})"
    except (ValueError, KeyError, TypeError, IndexError):
        return f"The demo's service answered {answer.status_code}."


if __name__ == "__main__":
    sys.exit(main())
