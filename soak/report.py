"""What came of a soak, in figures."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import Any, Final

from soak.crowd import Crowd
from soak.customers import Said
from soak.faults import Strike
from soak.judge import tries

RECOVERED_IN_S: Final = 10.0
SLOW_S: Final = 5.0  # whoever waited for longer felt the fault, whatever came in the end
_SHOWN: Final = 10


def of_strike(strike: Strike, crowd: Crowd) -> dict[str, Any]:
    """One fault: how long it lasted, what became of the messages said from its beginning until the next one,
    and how long after its end the last customer who felt it had an answer."""
    if strike.skipped:
        return {"skipped": strike.skipped}
    said = [each for each in crowd.said() if strike.began <= each.at < strike.over]
    flood = set(map(id, crowd.flooder.said)) if strike.name == "customer_floods" else set()
    others = [each for each in said if id(each) not in flood]
    recovery_s = round(recovery(strike, others), 1)
    return {
        "lasted_s": round(strike.mended - strike.began, 1),
        "recovery_s": recovery_s,
        "reached": recovery_s <= RECOVERED_IN_S,
        **of_messages(others),
        "sockets_refused": sum(
            strike.began <= at < strike.over for tab in crowd.tabs() for at in tab.refused_at
        ),
        **strike.notes,
    }


def recovery(strike: Strike, said: list[Said]) -> float:
    """Seconds from the end of the cause until everybody was answered whose message had been in trouble."""
    late = [each.answered_at or strike.over for each in said if in_trouble(each)]
    return max([0.0, *(at - strike.mended for at in late)])


def in_trouble(said: Said) -> bool:
    if any(one.outcome not in ("answered",) for one in said.tries):
        return True
    return (said.answered_at or float("inf")) - said.at > SLOW_S


def of_messages(said: list[Said]) -> dict[str, Any]:
    """Counts of messages by what became of them, and of failed attempts by how they failed."""
    acknowledged = [each for each in said if each.acknowledged_at]
    waits = sorted(each.answered_at - each.at for each in said if each.answered_at)
    failed = Counter(one.code or one.outcome for one in tries(said) if one.outcome != "answered")
    return {
        "messages": len(said),
        "acknowledged": len(acknowledged),
        "answered": sum(bool(each.answered_at) for each in acknowledged),
        "in_trouble": sum(map(in_trouble, said)),
        "failed_tries": dict(sorted(failed.items())),
        "p50_ms": round(statistics.median(waits) * 1000) if waits else None,
        "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000) if waits else None,
        "longest_s": round(waits[-1], 1) if waits else None,
    }


def of_findings(found: list[str]) -> dict[str, Any]:
    """How many, and the first of them."""
    return {"count": len(found), **({"first": found[:_SHOWN]} if found else {})}
