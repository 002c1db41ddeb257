"""`make soak [SOAK=short|full] [SEED=1] [ONLY=fault]`: breaks one thing after another under load, JSON last.

Says on stderr what it is doing. The exit status is 1 when something did not hold that has to: `failed` in the
report names it. A fault that cannot be made on this machine is `skipped`, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
from typing import get_args

from scripts.console import ROOT, run_program, say, shown
from soak.faults import FAULTS
from soak.run import SIZES, Name, Soak


def main() -> int:
    """Returns the exit status."""
    options = _options()
    faults = [options.only] if options.only else list(FAULTS)
    os.umask(0o077)
    folder = (ROOT / os.environ.get("YUEFU_RUN_DIR", ".run") / "soak").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    told = Soak(SIZES[options.size], options.seed, folder, faults).run()
    say(f"soak: the logs of all members are in {shown(folder)}")
    machine = {"cpus": os.cpu_count(), "python": platform.python_version()}
    print(
        json.dumps(
            {"soak": options.size, "seed": options.seed, "machine": machine, **told}, ensure_ascii=False
        )
    )
    return 1 if told["failed"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description="Load and faults, one JSON line last.")
    parser.add_argument("--size", choices=get_args(Name), default="full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[*FAULTS, ""], default="", help="one fault alone")
    return parser.parse_args()


if __name__ == "__main__":
    run_program(main)
