"""Setting up: stamps, sentences, and one setup at a time."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import build, console, environments, setup, stamps
from scripts.console import Failure
from scripts.environments import BOT
from tests.scripts.conftest import alive

Program = Callable[[Path, str], Path]
RunModule = Callable[..., "subprocess.CompletedProcess[str]"]
POOR_UV = 'case "$1" in --version) echo uv 0.9.1;; *) exit 2;; esac'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes an empty folder the project's root for stamps."""
    monkeypatch.setattr(stamps, "ROOT", tmp_path)
    return tmp_path


def test_without_python_310_one_sentence_says_how_to_get_it(
    project: Path, program: Program, run_module: RunModule
) -> None:
    program(project / "bin" / "uv", POOR_UV)
    done = run_module(project, "scripts.setup", "bot")
    told = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert "Python 3.10" in told and "pyenv install 3.10" in told
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_an_unknown_name_is_refused(project: Path, run_module: RunModule) -> None:
    done = run_module(project, "scripts.setup", "bots")
    assert (done.returncode, done.stderr.strip()) == (1, "There is nothing called bots to set up.")


def test_a_failing_install_names_its_log(project: Path, program: Program, run_module: RunModule) -> None:
    program(project / "bin" / "python3.10", "echo CPython 3 10 1")
    full = (
        'case "$1" in --version) echo uv 0.9.1;; python) exit 2;; *) echo "error: disk full"; exit 1;; esac'
    )
    program(project / "bin" / "uv", full)
    done = run_module(project, "scripts.setup", "bot")
    assert done.returncode == 1
    assert "error: disk full. The log is .stamps/bot-venv.log." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_environment_is_left_alone(
    project: Path, program: Program, run_module: RunModule
) -> None:
    program(project / "bin" / "python3.10", "echo CPython 3 10 1")
    program(project / "bin" / "uv", POOR_UV)
    (project / ".venv-bot").mkdir()
    (project / ".venv-bot" / "letter.txt").write_text("mine")
    done = run_module(project, "scripts.setup", "bot")
    assert done.returncode == 1 and ".venv-bot exists and is no Python environment" in done.stderr
    assert (project / ".venv-bot" / "letter.txt").read_text() == "mine"


def test_digest_sees_content_names_and_words_but_not_what_tools_leave(here: Path) -> None:
    (here / "web").mkdir()
    (here / "web" / "a.ts").write_text("1")
    first = stamps.digest_of([here / "web"])
    (here / "web" / "node_modules").mkdir()
    (here / "web" / "node_modules" / "x.js").write_text("1")
    assert stamps.digest_of([here / "web"]) == first
    (here / "web" / "a.ts").rename(here / "web" / "b.ts")
    renamed = stamps.digest_of([here / "web"])
    (here / "web" / "b.ts").write_text("2")
    assert len({first, renamed, stamps.digest_of([here / "web"]), stamps.digest_of([here / "web"], "w")}) == 4


def test_a_damaged_stamp_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "stamp.json").write_text('{"requirements": "ab')
    assert stamps.read(tmp_path / "stamp.json") == {}
    assert stamps.read(tmp_path / "missing.json") == {}


def test_an_environment_for_tests_serves_the_demo_and_not_the_reverse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    BOT.python.parent.mkdir(parents=True)
    BOT.python.touch()
    stamp = BOT.folder / "stamp.json"
    stamps.write(stamp, requirements=stamps.digest_of(BOT.files(True)))
    assert environments.is_ready(BOT, dev=True) and environments.is_ready(BOT, dev=False)
    stamps.write(stamp, requirements=stamps.digest_of(BOT.files(False)))
    assert environments.is_ready(BOT, dev=False) and not environments.is_ready(BOT, dev=True)
    BOT.python.unlink()
    assert not environments.is_ready(BOT, dev=False)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole archive in the model's place, stamped as trained from the present files."""
    path = tmp_path / "yuefu.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("metadata.json")
        member.size = 50_000
        archive.addfile(member, io.BytesIO(bytes(range(250)) * 200))
    monkeypatch.setattr(build, "MODEL", path)
    monkeypatch.setattr(stamps, "FOLDER", tmp_path)
    monkeypatch.setattr(build, "model_digest", lambda: "now")
    stamps.write(tmp_path / "model.json", sources="now")
    return path


def test_a_whole_model_is_kept(model: Path) -> None:
    assert build.model_ready()
    assert "--force" not in build.train_command()


@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_a_damaged_model_is_told_and_trained_again(
    model: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = model.read_bytes()
    model.write_bytes({"cut": whole[: len(whole) // 2], "text": b"not a model", "empty": b""}[damage])
    assert not build.model_ready()
    assert capsys.readouterr().err == "models/yuefu.tar.gz is damaged: it is trained again.\n"
    assert "--force" in build.train_command()


def test_an_archive_that_holds_no_model_is_damaged(model: Path) -> None:
    model.write_bytes(gzip.compress(b"\0" * 10240))
    assert not build.model_is_whole()
    with tarfile.open(model, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("letter.txt"))
    assert not build.model_is_whole()


def test_a_model_of_other_sources_is_trained_again(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "model_digest", lambda: "later")
    assert not build.model_ready()


def test_a_step_is_made_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made: list[str] = []
    step = setup.Step("thing", "a thing: at once", lambda: bool(made), lambda: made.append("thing"))
    monkeypatch.setattr(setup, "steps", lambda names, dev: [step])
    setup.set_up(["thing"])
    setup.set_up(["thing"])
    assert made == ["thing"]
    assert "[1/1] a thing: at once" in capsys.readouterr().err


def test_stopping_a_step_ends_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = tmp_path / "pids"
    script = f"sleep 300 & echo $! >{pids}; echo $$ >>{pids}; wait"

    def stop_when_started(_self: object, timeout: float | None = None) -> int:
        while not pids.exists() or len(pids.read_text().split()) < 2:
            time.sleep(0.02)
        raise console.Stopped(2)

    monkeypatch.setattr(subprocess.Popen, "wait", stop_when_started)
    with pytest.raises(console.Stopped):
        console.run_logged("Sleeping", ["/bin/sh", "-c", script], tmp_path / "log")
    assert not any(alive(int(pid)) for pid in pids.read_text().split())


def test_a_missing_program_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="Building failed: no-such-thing cannot be run"):
        console.run_logged("Building", ["no-such-thing"], tmp_path / "log")


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("a\n\x1b[31mValueError: bad rule\x1b[0m\n\n---\n", "ValueError: bad rule."),
        ("Traceback\n  File\nmy.module.ConfigError: no file!\nbye\n", "my.module.ConfigError: no file!"),
        ("only this\n", "only this."),
        ("", "it said nothing."),
    ],
)
def test_last_words(tmp_path: Path, log: str, words: str) -> None:
    (tmp_path / "log").write_text(log)
    assert console.last_words(tmp_path / "log") == words


def test_the_browser_is_never_skipped_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CI", raising=False)
    setup.install_browser()
    assert "what needs a browser is skipped: chromium is missing" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Failure, match="apt-get is not here"):
        setup.install_browser()
