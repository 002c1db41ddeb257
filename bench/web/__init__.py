"""The chat widget beside deep-chat: what a page has to load, and how soon the first answer can be read."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any, Final

from bench.sizes import NotMeasured, Size, say
from bench.timing import Times, target
from bench.web.echo import packed, serving
from bench.web.loading import SLOWER, Load, load, slow_browser
from scripts.build import RIVAL, WIDGET

ROUNDS: Final[dict[Size, int]] = {"short": 20, "full": 80}
SCRIPTS: Final = {
    "yuefu_chat": WIDGET,
    "deep_chat": RIVAL / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js",
}
PAGES: Final = {"yuefu_chat": "yuefu-chat.html", "deep_chat": "deep-chat.html"}
BYTES_AT_MOST: Final = 0.33  # of deep-chat's, gzipped
TIME_AT_MOST: Final = 1.0  # of deep-chat's


def measure(size: Size) -> dict[str, Any]:
    """Raises NotMeasured where there is no browser."""
    try:
        loads = loaded(ROUNDS[size])
    except FileNotFoundError as missing:
        raise NotMeasured(str(missing)) from None
    return {"bytes": sizes(SCRIPTS), "first_message": times(loads)}


def sizes(scripts: dict[str, Path]) -> dict[str, Any]:
    """Bytes of the one script of each, raw and gzipped; the ratio is of the gzipped ones."""
    told = {name: {"raw": path.stat().st_size, "gzip": len(packed(path))} for name, path in scripts.items()}
    return {**target(told["yuefu_chat"]["gzip"] / told["deep_chat"]["gzip"], BYTES_AT_MOST), **told}


def times(loads: dict[str, list[Load]]) -> dict[str, Any]:
    """From the start of the navigation until the first answer is drawn.

    The ratio is of what it takes when nothing else is in the way: a quarter of the loads were quicker.
    """
    taken = {name: Times([each.shown_ms / 1000 for each in done]) for name, done in loads.items()}
    return {
        **target(taken["yuefu_chat"].quick_s / taken["deep_chat"].quick_s, TIME_AT_MOST),
        **{f"{name}_ms": round(each.quick_s * 1000) for name, each in taken.items()},
        **{f"{name}_median_ms": round(each.median_ms) for name, each in taken.items()},
        "requests_elsewhere": {
            name: max(each.requests_elsewhere for each in done) for name, done in loads.items()
        },
        "cpu_slower": SLOWER,
        "rounds": len(loads["yuefu_chat"]),
    }


def loaded(rounds: int) -> dict[str, list[Load]]:
    """Both pages once a round, each the first as often as the other, after a round that is not counted."""
    files = {path.name: path for path in [*(Path(__file__).parent / "pages").iterdir(), *SCRIPTS.values()]}
    loads: dict[str, list[Load]] = {name: [] for name in PAGES}
    order = deque(PAGES.items())
    with serving(files) as address, slow_browser() as tab:
        for round_no in range(rounds + 1):
            for name, page in order:
                done = load(tab, f"{address}/{page}")
                if round_no:
                    loads[name].append(done)
            order.rotate()
    say(f"web: both pages loaded {rounds} times")
    return loads
