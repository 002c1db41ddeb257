"""`make shell`: Rasa's own shell, with a service of its own beside it for as long as it runs.

The service listens where the root's endpoints.yml looks for it and has a ledger of its own in .run/shell.
"""

from __future__ import annotations

import subprocess

from scripts import build, setup
from scripts.console import ROOT, run_program, say, shown
from scripts.demo import SECRETS, environment
from scripts.environments import BOT, SERVICE
from scripts.processes import Household, require_free

SERVICE_PORT = 5055
READY_TIMEOUT_S = 60.0
LOCAL = "local-development"  # what endpoints.yml sends


def main() -> int:
    """Returns the shell's own exit status."""
    setup.set_up(["bot", "service", "model"])
    folder = ROOT / ".run" / "shell"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    require_free(SERVICE_PORT)
    env = environment(folder, SERVICE_PORT, dict.fromkeys(SECRETS, LOCAL), SECRETS)
    with Household([]) as household:
        log = folder / "service.log"
        command = [str(SERVICE.python), "-m", "actions.server"]
        household.start("service", command, env, log, f"http://127.0.0.1:{SERVICE_PORT}")
        household.wait_ready(
            READY_TIMEOUT_S, lambda program: say(f"The {program.name} is ready: {shown(log)}")
        )
        shell = [str(BOT.folder / "bin" / "rasa"), "shell", "--model", str(build.MODEL.relative_to(ROOT))]
        return subprocess.run(shell, cwd=str(ROOT), env=env, check=False).returncode


if __name__ == "__main__":
    run_program(main)
