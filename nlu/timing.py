"""How long one message takes on one processor: `python -m nlu.timing MODEL FILE ROUNDS`, JSON last.

Each question of FILE (see `nlu.report`) is parsed once a round, one at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path

from nlu.report import load_processor, read_questions


async def times_ms(model: Path, file: Path, rounds: int) -> list[float]:
    """Of every parse, after one round that is not counted."""
    from rasa.core.channels.channel import UserMessage

    processor = load_processor(model)
    messages = [UserMessage(question.text) for question in read_questions(file)]
    taken = []
    for round_no in range(rounds + 1):
        for message in messages:
            began = time.perf_counter()
            await processor.parse_message(message)
            if round_no:
                taken.append((time.perf_counter() - began) * 1000)
    return taken


def main(model: str, file: str, rounds: str) -> None:
    """Measures and prints."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    taken = asyncio.run(times_ms(Path(model), Path(file), int(rounds)))
    quantiles = statistics.quantiles(taken, n=100, method="inclusive")
    told = {"p50_ms": round(quantiles[49], 2), "p99_ms": round(quantiles[98], 2), "parses": len(taken)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
