"""`make bench [ONLY=…] [SIZE=short|full]`: what is measured, and one JSON line last.

`ONLY` names one of `PARTS`. Says on stderr what it is doing. The exit status is 0 when anything could be
measured, whether or not the targets were reached: `missed` names those that were not, `not_measured` says why
a part could not be.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from typing import Any, Final, get_args

from bench import bot, cluster, growth, ledger, nlu, web
from bench.sizes import NotMeasured, Size, say

#: What can be measured. A part that does not exist yet is not here, and asking for it is an error.
PARTS: Final[dict[str, Callable[[Size], dict[str, Any]]]] = {
    "ledger": ledger.measure,
    "bot": bot.measure,
    "nlu": nlu.measure,
    "web": web.measure,
    "cluster": cluster.measure,
    "growth": growth.measure,
}


def main(argv: list[str] | None = None) -> int:
    """Measures; returns the exit status."""
    options = _options(argv)
    started = time.monotonic()
    chosen = [options.only] if options.only else list(PARTS)
    told: dict[str, Any] = {"size": options.size, "machine": machine()}
    told["not_measured"] = {}
    for name in chosen:
        try:
            told[name] = PARTS[name](options.size)
        except NotMeasured as reason:
            say(f"{name} is not measured: {reason}")
            told["not_measured"][name] = str(reason)
    told["missed"] = list(missed(told))
    told["took_s"] = round(time.monotonic() - started)
    print(json.dumps(told, ensure_ascii=False), flush=True)
    return 1 if len(told["not_measured"]) == len(chosen) else 0


def missed(told: Any, where: str = "") -> list[str]:
    """The paths of the measurements that did not reach their target, such as "ledger.sqlite.quote"."""
    if not isinstance(told, dict):
        return []
    own = [where] if told.get("reached") is False else []
    return [
        *own,
        *(name for key, value in told.items() for name in missed(value, f"{where}.{key}".lstrip("."))),
    ]


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "load_1min": round(os.getloadavg()[0], 1),
    }


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measures, and prints one JSON line last."
    )
    parser.add_argument("--only", default="", help="one part only")
    parser.add_argument("--size", choices=get_args(Size), default="short")
    options = parser.parse_args(argv)
    if options.only and options.only not in PARTS:
        parser.error(f"ONLY={options.only} cannot be measured yet; there is: {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
