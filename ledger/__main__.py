"""What operators run beside the service: `.venv-service/bin/python -m ledger COMMAND`.

audit [--heads FILE]         every invariant of the books, the hash chains, and the heads exported to FILE
export-heads FILE   seal the new heads of the hash chains and append them to FILE
statement CUSTOMER MONTH     a month of a customer's books as JSON, the same bytes every time
reconcile FILE      compare a day's settlement file of the gateway with the books
close-month MONTH   issue the bills of a month that is over
run-penalties       bring every account up to today: penalty, interest, freezes, holds that expire
run-reconciler      ask the gateway about charges and payouts whose outcome is not known
export-customer CUSTOMER     everything held of a customer
erase-customer CUSTOMER      forget it, but for the books (`make erase` forgets the conversations too), and
erase-links CUSTOMER         at last by which senders the conversations were found

The ledger is the one that the environment names (`ledger.opening`). JSON on stdout. Exit code 0: done, and
all agrees; 1: done, and something does not agree; 2: not done, and a sentence on stderr says why; 130:
stopped by Ctrl-C. Every command may be stopped at any moment and run again.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tqdm import tqdm

from ledger import (
    audit,
    bills,
    days,
    opening,
    penalties,
    personal,
    reconciler,
    reconciliation,
    seals,
    statement,
)
from ledger.database import Ledger, is_read_only
from ledger.errors import LedgerError, ReadOnlyLedger
from ledger.gateway.interface import GatewayError
from ledger.told import sentence
from profiles.environment import SettingsError, read_files

AGREES, DISAGREES, NOT_DONE, STOPPED = 0, 1, 2, 130
#: What can happen to anyone; everything else is an error of the program and shows where.
FAILURES = (LedgerError, GatewayError, SettingsError, OSError, sa.exc.DBAPIError)


def _audit(ledger: Ledger, args: argparse.Namespace) -> int:
    violations = audit.audit(ledger, args.heads)
    _tell({"violations": violations})
    return DISAGREES if violations else AGREES


def _export_heads(ledger: Ledger, args: argparse.Namespace) -> int:
    _tell({"seals_exported": seals.export(ledger, args.file)})
    return AGREES


def _statement(ledger: Ledger, args: argparse.Namespace) -> int:
    sys.stdout.write(statement.statement(ledger, args.customer, args.month))
    return AGREES


def _reconcile(ledger: Ledger, args: argparse.Namespace) -> int:
    report = reconciliation.reconcile(ledger, args.file)
    _tell({**asdict(report), "day": report.day.isoformat(), "agrees": report.agrees})
    return AGREES if report.agrees else DISAGREES


def _export_customer(ledger: Ledger, args: argparse.Namespace) -> int:
    _tell(personal.export(ledger, args.customer))
    return AGREES


def _erase_customer(ledger: Ledger, args: argparse.Namespace) -> int:
    _tell(personal.erase(ledger, args.customer))
    return AGREES


def _erase_links(ledger: Ledger, args: argparse.Namespace) -> int:
    _tell(personal.erase_links(ledger, args.customer))
    return AGREES


def _close_month(ledger: Ledger, args: argparse.Namespace) -> int:
    return _over_accounts(ledger, lambda each: bills.close_month(ledger, args.month, each))


def _run_penalties(ledger: Ledger, _: argparse.Namespace) -> int:
    return _over_accounts(ledger, lambda each: penalties.run(ledger, each))


def _over_accounts(ledger: Ledger, run: Callable[[Callable[[], object]], int]) -> int:
    """With a progress bar on a terminal."""
    with tqdm(total=days.count_behind(ledger), unit=" accounts", disable=None) as bar:
        changed = run(bar.update)
    _tell({"accounts_changed": changed})
    return AGREES


def _run_reconciler(ledger: Ledger, args: argparse.Namespace) -> int:
    """One round; with --every round after round until it is stopped, whatever fails in between."""
    if args.every is None:
        _one_round(ledger)
        return AGREES
    while True:
        try:
            _one_round(ledger)
        except FAILURES as error:
            print(sentence(error), file=sys.stderr, flush=True)
        time.sleep(args.every)


def _one_round(ledger: Ledger) -> None:
    dealt_with = reconciler.run_once(ledger)
    _tell({"dealt_with": dealt_with, "still_open": reconciler.count_open(ledger)})


def _tell(told: dict[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


_Command = Callable[[Ledger, argparse.Namespace], int]


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ledger", description="The ledger's commands for operators."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: _Command, told: str, **needs: bool) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(run=run, **{"writes": True, "with_gateway": False, **needs})
        return command

    checking = add("audit", _audit, "check every invariant of the books", writes=False)
    checking.add_argument("--heads", metavar="FILE", type=Path, help="check what export-heads wrote, too")
    exporting = add("export-heads", _export_heads, "write down the heads of the hash chains elsewhere")
    exporting.add_argument("file", metavar="FILE", type=Path)
    of = add("statement", _statement, "a month of a customer's books", writes=False)
    of.add_argument("customer", metavar="CUSTOMER")
    of.add_argument("month", metavar="MONTH", help="one that is over, like 2026-10")
    file = add("reconcile", _reconcile, "compare a day's settlement file of the gateway with the books")
    file.add_argument("file", metavar="FILE", type=Path)
    closing = add("close-month", _close_month, "issue the bills of a month that is over")
    closing.add_argument("month", metavar="MONTH", help="like 2026-10")
    add("run-penalties", _run_penalties, "bring every account up to today")
    asking = add("run-reconciler", _run_reconciler, "ask the gateway about open charges", with_gateway=True)
    asking.add_argument("--every", metavar="SECONDS", type=_pause_s, help="again and again, until stopped")
    for name, run, writes in (("export", _export_customer, False), ("erase", _erase_customer, True)):
        of = add(f"{name}-customer", run, f"{name} what is held of a customer", writes=writes)
        of.add_argument("customer", metavar="CUSTOMER")
    of = add("erase-links", _erase_links, "erase who of the chat the customer was, after erase-customer")
    of.add_argument("customer", metavar="CUSTOMER")
    return parser.parse_args(argv)


def _pause_s(text: str) -> float:
    pause_s = float(text)
    if not 0 < pause_s <= 86_400:
        raise ValueError
    return pause_s


def main(argv: list[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    args = _arguments(argv)
    try:
        read_files()
        ledger = opening.open_existing(opening.from_environment(), with_gateway=args.with_gateway)
        if args.writes and is_read_only(ledger.engine):
            raise ReadOnlyLedger
        run: _Command = args.run
        return run(ledger, args)
    except KeyboardInterrupt:
        print("Stopped. What was done is kept; run it again to go on.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # whoever read the output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE
    except FAILURES as error:
        print(sentence(error), file=sys.stderr)
        return NOT_DONE


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a supervisor's stop is as good as Ctrl-C
    sys.exit(main())
