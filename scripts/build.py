"""Builds the widget and trains the model, each only when what it is made from has changed."""

from __future__ import annotations

import os
import re
import tarfile
import zlib
from pathlib import Path
from typing import Mapping

from scripts import stamps
from scripts.console import ROOT, run_logged, say
from scripts.environments import BOT, LOGS, TOOLS, bring_node
from scripts.pythons import output_of, path_folders

WEB = ROOT / "web"
WIDGET = WEB / "dist" / "yuefu-chat.js"
RIVAL = ROOT / "bench" / "web"  # its one package is deep-chat, which the widget is measured against
MODEL = ROOT / "models" / "yuefu.tar.gz"
NODE_MINIMUM = 20
TRAINING_FILES = ("config.yml", "domain.yml", "domain", "data", "nlu", "requirements/bot.txt")
TRAINED_FROM = [
    ROOT / name for name in ("config.yml", "domain.yml", "domain", "data", "nlu", "requirements/bot.txt")
]


def node_folder() -> str | None:
    """The folder of a node (20 or newer) and an npm that run: PATH's, or the one in .venv-tools."""
    for folder in [*path_folders(), str(TOOLS / "bin")]:
        node, npm = os.path.join(folder, "node"), os.path.join(folder, "npm")
        if not (os.access(node, os.X_OK) and os.access(npm, os.X_OK)):
            continue
        told = re.match(r"v(\d+)\.", output_of([node, "--version"]) or "")
        if told and int(told.group(1)) >= NODE_MINIMUM:
            return folder
    return None


def node_environment() -> dict[str, str]:
    """This process's environment with a working node first on PATH; brings one where there is none."""
    folder = node_folder() or str(bring_node())
    quiet = {"npm_config_fund": "false", "npm_config_audit": "false", "npm_config_update_notifier": "false"}
    return {**os.environ, **quiet, "PATH": os.pathsep.join([folder, *path_folders()])}


def packages_ready(folder: Path) -> bool:
    """Whether the folder's node_modules was installed from its present lock file."""
    told = stamps.read(packages_stamp(folder))
    return (folder / "node_modules").is_dir() and told.get("lock") == packages_lock(folder)


def packages_stamp(folder: Path) -> Path:
    """Where it is written down what node_modules was installed from."""
    return stamps.FOLDER / f"npm-{'-'.join(folder.relative_to(ROOT).parts)}.json"


def packages_lock(folder: Path) -> str:
    """SHA-256 of what npm installs from."""
    return stamps.digest_of([folder / "package.json", folder / "package-lock.json"])


def install_packages(folder: Path, what: str, env: Mapping[str, str]) -> None:
    """npm ci. Raises Failure."""
    run_logged(f"Installing {what}", ["npm", "ci"], LOGS / "npm.log", env=env, cwd=folder)
    stamps.write(packages_stamp(folder), lock=packages_lock(folder))


def rival_ready() -> bool:
    """Whether deep-chat is there, as pinned."""
    return packages_ready(RIVAL)


def install_rival() -> None:
    """Brings deep-chat. Raises Failure."""
    install_packages(RIVAL, "deep-chat", node_environment())


def web_ready() -> bool:
    """Whether the widget was built from the present sources."""
    told = stamps.read(stamps.FOLDER / "web.json")
    return packages_ready(WEB) and WIDGET.exists() and told.get("sources") == stamps.digest_of([WEB])


def build_web() -> None:
    """npm ci when the lock file changed, then the build. Raises Failure."""
    env = node_environment()
    if not packages_ready(WEB):
        install_packages(WEB, "the widget's packages", env)
    run_logged("Building the widget", ["npm", "run", "build"], LOGS / "web.log", env=env, cwd=WEB)
    stamps.write(stamps.FOLDER / "web.json", sources=stamps.digest_of([WEB]))


def model_is_whole() -> bool:
    """Whether the model's archive can be read to its end and holds what Rasa looks for first."""
    try:
        with tarfile.open(str(MODEL)) as archive:
            return "metadata.json" in [name.lstrip("./") for name in archive.getnames()]
    except (OSError, EOFError, tarfile.TarError, zlib.error):
        return False


def model_ready() -> bool:
    """Whether the model was trained from the present files and is not damaged."""
    if not MODEL.exists() or stamps.read(stamps.FOLDER / "model.json").get("sources") != model_digest():
        return False
    if model_is_whole():
        return True
    say("models/yuefu.tar.gz is damaged: it is trained again.")
    return False


def model_digest() -> str:
    """SHA-256 of everything that training reads."""
    return stamps.digest_of(TRAINED_FROM)


def train() -> None:
    """Trains models/yuefu.tar.gz. Raises Failure; the earlier model then stays as it was."""
    made_from = model_digest()
    run_logged("Training", train_command(), LOGS / "train.log", env=rasa_environment())
    stamps.write(stamps.FOLDER / "model.json", sources=made_from)


def train_command() -> list[str]:
    """Rasa's own command, as anybody would type it; a damaged model must not be compared with."""
    command = [str(BOT.folder / "bin" / "rasa"), "train", "--fixed-model-name", "yuefu"]
    return command if not MODEL.exists() or model_is_whole() else [*command, "--force"]


def rasa_environment() -> dict[str, str]:
    """This process's environment without telemetry and without TensorFlow's chatter."""
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2"}
