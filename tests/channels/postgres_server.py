"""A PostgreSQL server for the bot's tests, kept until stdin ends. Runs in the service's environment, from the
project's folder: `python -m tests.channels.postgres_server` prints the server's URL."""

from __future__ import annotations

import os
import sys

from tests.databases import postgresql

if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)  # these tests drop tables: the server is always one of their own
    with postgresql() as url:
        print(url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False), flush=True)
        sys.stdin.read()
