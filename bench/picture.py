"""What grew as a picture: `python -m bench.picture FILE`, the measurement as JSON on stdin.

The first of its lists is what grew; each of the others is drawn beside the rest, from zero. Runs in the bot's
environment.
"""

from __future__ import annotations

import json
import sys
from typing import Any

WIDTH_INCHES, HEIGHT_INCHES = 4.8, 3.2  # of one line
DOTS_PER_INCH = 100


def draw(path: str, told: dict[str, Any]) -> None:
    """Writes the PNG. Raises OSError."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # a second's import
    from matplotlib.figure import Figure

    (name, grew), *lines = ((name, values) for name, values in told.items() if isinstance(values, list))
    figure = Figure(figsize=(WIDTH_INCHES * len(lines), HEIGHT_INCHES), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (label, values) in zip(figure.subplots(1, len(lines), squeeze=False)[0], lines, strict=True):
        axes.plot(grew, values, marker="o")
        axes.set_title(label)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel(name)
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=DOTS_PER_INCH)


if __name__ == "__main__":
    draw(sys.argv[1], json.load(sys.stdin))
