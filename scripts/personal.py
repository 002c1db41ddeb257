"""`make export` and `make erase`: what both programs hold of one customer, told as JSON or forgotten.

The ledger and the conversations are those that the environment names, as for `python -m ledger`. Books are
kept, as the law wants. The ledger comes first, for it may refuse; then the links have ended, and what is said
is a visitor's. May be stopped at any moment and run again: the links, by which the conversations are found,
are forgotten last.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from scripts.console import ROOT, Failure, run_program
from scripts.environments import BOT, SERVICE, Environment


def ask(environment: Environment, module: str, *argv: str) -> Any:
    """What a command of one of the programs says. Raises Failure with its sentence when it was not done."""
    if not environment.python.exists():
        raise Failure(f"There is no {environment.folder.name} here yet: run `make setup` first.")
    command = [str(environment.python), "-m", module, *argv]
    done = subprocess.run(
        command,
        cwd=str(ROOT),
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failure(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"{module} failed.")
    return json.loads(done.stdout)


def conversations(what: str, held: Mapping[str, Any]) -> Any:
    """Does it to those of the senders that the ledger tells of a customer."""
    if not held["senders"] and not held["shared"]:
        return {}
    return ask(BOT, "channels.personal", what, f"--shared={json.dumps(held['shared'])}", *held["senders"])


def export(customer: str) -> Any:
    held = ask(SERVICE, "ledger", "export-customer", customer)
    return {**held, "conversations": conversations("export", held)}


def erase(customer: str) -> Any:
    held = ask(SERVICE, "ledger", "export-customer", customer)
    forgotten = ask(SERVICE, "ledger", "erase-customer", customer)
    said = conversations("erase", held)
    late = conversations("erase", held)  # what was being answered meanwhile
    rows = {name: count + late[name] for name, count in said.items()}
    links = ask(SERVICE, "ledger", "erase-links", customer)
    return {"conversations": rows, "ledger": {**forgotten, **links}, "kept": "the books"}


def main() -> int:
    """JSON on stdout; returns 0 when it was done."""
    parser = argparse.ArgumentParser(prog="python -m scripts.personal")
    parser.add_argument("what", choices=("export", "erase"))
    parser.add_argument("--customer", default="")
    asked = parser.parse_args()
    if not asked.customer:
        raise Failure(f"Say which customer: make {asked.what} CUSTOMER=c-owing")
    told = export(asked.customer) if asked.what == "export" else erase(asked.customer)
    print(json.dumps(told, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    run_program(main)
