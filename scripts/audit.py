"""`make audit`: known holes in the pinned packages, by the public database at osv.dev.

Every hole is either mended by a newer release or listed in requirements/known-holes.yml with why it is out of
reach. Where the database cannot be reached nothing is compared, which is said; with `--if-reachable` that is
no failure. `YUEFU_OSV_URL` names another copy of the database.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Sequence

from scripts.console import ROOT, Failure, run_program, say
from scripts.requirements import SETS

OSV_URL = "https://api.osv.dev"
TIMEOUT_S = 30.0
KNOWN = ROOT / "requirements" / "known-holes.yml"
SHIPPED = tuple(name for name in SETS if name in ("bot", "service"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Hole:
    """A hole that somebody published: in which package, and all the names that it has."""

    package: str
    version: str
    names: frozenset[str]

    def told(self) -> str:
        return f"{self.package} {self.version}: {', '.join(sorted(self.names))}"


@dataclass(frozen=True)
class Known:
    """Holes of a package that are out of reach; without `holes` all of them."""

    package: str
    version: str
    holes: frozenset[str]
    why: str

    def covers(self, hole: Hole) -> bool:
        same = (self.package, self.version) == (hole.package, hole.version)
        return same and (not self.holes or bool(self.holes & hole.names))


def pinned(folder: Path = ROOT / "requirements") -> set[tuple[str, str]]:
    """Every package that is shipped, with its version."""
    return {
        found for name in SHIPPED for found in PINNED.findall((folder / f"{name}.txt").read_text("utf-8"))
    }


def known(path: Path = KNOWN) -> list[Known]:
    """What is listed. Raises Failure for an entry that is not of the form."""
    import yaml  # in the service's environment, which `make audit` runs in

    entries = []
    for each in yaml.safe_load(path.read_text("utf-8")):
        if set(each) != {"package", "version", "holes", "why"} or not str(each["why"]).strip():
            raise Failure(f"{path.name}: an entry has package, version, holes and why: {each}")
        holes = frozenset() if each["holes"] == "all" else frozenset(each["holes"])
        entries.append(Known(each["package"], str(each["version"]), holes, each["why"]))
    return entries


def ask(path: str, body: Any = None) -> Any:
    """One call of the database. Raises OSError when it cannot be reached."""
    url = os.environ.get("YUEFU_OSV_URL", OSV_URL) + path
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        return json.load(answer)


def holes_in(packages: Iterable[tuple[str, str]]) -> list[Hole]:
    """What is published of these packages. Raises OSError."""
    listed = sorted(packages)
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in listed
    ]
    answers = ask("/v1/querybatch", {"queries": queries})["results"]
    found = []
    for (name, version), answer in zip(listed, answers):
        for each in answer.get("vulns") or []:
            told = ask(f"/v1/vulns/{each['id']}")
            if not told.get("withdrawn"):
                found.append(Hole(name, version, frozenset([each["id"], *(told.get("aliases") or [])])))
    return found


def compare(holes: Sequence[Hole], listed: Sequence[Known]) -> list[Hole]:
    """Those that nobody has said to be out of reach."""
    return [hole for hole in holes if not any(each.covers(hole) for each in listed)]


def main() -> int:
    """Returns 0 when every hole is accounted for, 1 when one is not."""
    packages, listed = pinned(), known()
    stale = [each.package for each in listed if (each.package, each.version) not in packages]
    if stale:
        raise Failure(f"{KNOWN.name} lists versions that are no longer pinned: {', '.join(stale)}.")
    try:
        holes = holes_in(packages)
    except (OSError, ValueError, LookupError) as error:
        told = (
            f"The database of known holes cannot be reached ({type(error).__name__}): nothing was compared."
        )
        if "--if-reachable" not in sys.argv[1:]:
            raise Failure(told) from error
        say(told)
        return 0
    new = compare(holes, listed)
    say(f"{len(packages)} packages, {len(holes)} known holes, {len(holes) - len(new)} of them out of reach.")
    for hole in new:
        say(f"      {hole.told()}")
    if new:
        raise Failure(
            f"{len(new)} holes are neither mended nor listed in requirements/{KNOWN.name} with a reason."
        )
    return 0


if __name__ == "__main__":
    run_program(main)
