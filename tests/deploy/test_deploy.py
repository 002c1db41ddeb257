"""What is in deploy/ fits the programs: every setting that it names exists, and each has its place."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from profiles.environment import SECRETS
from scripts import stores
from scripts.cluster_members import Addresses, Keys, environment_of
from scripts.console import ROOT

DEPLOY = ROOT / "deploy"
NAME = re.compile(r"\b(YUEFU_[A-Z_]+|DATABASE_URL)\b")
READ = re.compile(r'environ\.get\("(YUEFU_[A-Z_]+)"')
BOT_CODE = ("channels/settings.py", "channels/start.py")
SERVICE_CODE = (
    "actions/settings.py",
    "actions/server.py",
    "ledger/opening.py",
    "ledger/gateway/over_http.py",
)
#: Settings that have a default for everybody, or belong to another profile than production.
AT_CHOICE = {
    "YUEFU_LOG",
    "YUEFU_JWT_SECRET",  # the demo's
    "YUEFU_JWT_JWKS_URL",  # instead of YUEFU_JWT_PUBLIC_KEY
    "YUEFU_JWT_AUDIENCE",
    "YUEFU_WEB_DIR",  # the demo's page
    "YUEFU_RUN_DIR",  # in the image
    "YUEFU_ENDPOINTS",
    "YUEFU_ACTION_TIMEOUT_S",
    "YUEFU_CHAT_MAX_CHARS",
    "YUEFU_CHAT_MAX_BODY_BYTES",
    "YUEFU_CHAT_RATE_MESSAGES",
    "YUEFU_CHAT_RATE_WINDOW_S",
    "YUEFU_CHAT_VISITORS",
    "YUEFU_LINK_URLS",  # messaging apps, where there are some
    "YUEFU_LINK_LIFE_S",
    "YUEFU_APPS_WITHOUT_LINKS",
    "YUEFU_SEALS_FILE",  # a place that the ledger's administrators cannot change
}


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def read_by(*files: str) -> set[str]:
    """The settings that the code of a program reads, with those that both do."""
    of_both = READ.findall((ROOT / "profiles/environment.py").read_text("utf-8"))
    return {*of_both, *(name for file in files for name in NAME.findall((ROOT / file).read_text("utf-8")))}


def plain(names: set[str]) -> set[str]:
    """The settings behind the names; NAME_FILE is another way to give one of `SECRETS`."""
    of_files = {f"{name}_FILE": name for name in SECRETS}
    return {of_files.get(name, name) for name in names}


def of_compose(service: str) -> set[str]:
    return set(documents("compose.yml")[0]["services"][service]["environment"])


def of_kubernetes(name: str) -> set[str]:
    [found] = [
        each["data"]
        for each in documents("kubernetes/settings.yml")
        if (each["kind"], each["metadata"]["name"]) == ("ConfigMap", name)
    ]
    return set(found)


PROGRAMS = [("bot", BOT_CODE), ("service", SERVICE_CODE)]


@pytest.mark.parametrize(("program", "code"), PROGRAMS)
@pytest.mark.parametrize("where", ["compose", "kubernetes"])
def test_every_setting_that_is_given_is_read_and_every_one_that_is_read_is_given(
    program: str, code: tuple[str, ...], where: str
) -> None:
    given = of_compose(f"{program}-1") if where == "compose" else of_kubernetes(f"yuefu-{program}")
    read = read_by(*code)
    assert plain(given) - read == set(), "nobody reads it"
    assert read - plain(given) - AT_CHOICE == set(), "it is not given"


def test_the_cluster_of_one_machine_is_told_the_same(tmp_path: Path) -> None:
    at, keys = Addresses.free(), Keys.random()

    def told(name: str) -> set[str]:
        found = environment_of(name, tmp_path, at, keys, "redis://", str)
        return {key for key in found if NAME.fullmatch(key)}

    for program, code in PROGRAMS:
        assert told(f"{program}-1") - read_by(*code) - {"YUEFU_RUN_DIR"} == set()
    of_caddy = set(NAME.findall((DEPLOY / "Caddyfile").read_text("utf-8")))
    assert told("proxy") - {"YUEFU_PROFILE", "YUEFU_RUN_DIR"} == of_caddy
    assert of_compose("proxy") == of_caddy


def test_no_secret_is_written_down_or_on_a_command_line() -> None:
    for name in ("compose.yml", "env.example", *(f"kubernetes/{each}.yml" for each in ("settings", "bot"))):
        text = (DEPLOY / name).read_text("utf-8")
        for secret in SECRETS:
            assert not re.search(rf"^\s*{secret}\s*[:=]", text, re.MULTILINE), f"{secret} in {name}"
    for service in documents("compose.yml")[0]["services"].values():
        assert "PASSWORD=" not in str(service.get("command"))


def test_every_file_that_is_mounted_or_copied_is_here() -> None:
    compose = documents("compose.yml")[0]
    mounts = [str(each) for service in compose["services"].values() for each in service.get("volumes", ())]
    for mount in mounts:
        if mount.startswith("./"):
            assert (DEPLOY / mount.split(":")[0]).exists(), mount
    for program in ("bot", "service"):
        for line in (DEPLOY / f"{program}.Dockerfile").read_text("utf-8").splitlines():
            if line.startswith("COPY ") and "--from" not in line and line != "COPY . .":
                for source in line.split()[1:-1]:
                    assert (ROOT / source).exists(), line
    made = (DEPLOY / "secrets.sh").read_text("utf-8")
    for secret in compose["secrets"].values():
        assert Path(secret["file"]).name in made, secret


@pytest.mark.parametrize("program", ["bot", "service"])
def test_an_image_holds_all_code_that_its_program_imports(program: str) -> None:
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    lines = (DEPLOY / f"{program}.Dockerfile").read_text("utf-8").splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY ") and line.split()[1] in ours}
    code = [path.read_text("utf-8") for folder in copied for path in (ROOT / folder).rglob("*.py")]
    imports = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
    imported = {name for text in code for name in imports.findall(text)}
    assert copied and imported & ours <= copied


def test_containers_see_only_the_secrets_that_they_need() -> None:
    services = documents("compose.yml")[0]["services"]
    assert not {"staff", "gateway", "database_url", "webhook"} & set(services["bot-1"]["secrets"])
    assert not {"button", "chat_db", "redis_url"} & set(services["service-1"]["secrets"])
    assert "secrets" not in services["proxy"]


@pytest.mark.parametrize("name", ["bot", "service"])
def test_a_rollout_leaves_nobody_alone(name: str) -> None:
    deployment, budget, service = documents(f"kubernetes/{name}.yml")
    spec = deployment["spec"]
    assert spec["replicas"] >= 2
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert budget["spec"]["minAvailable"] >= 1
    labels = spec["template"]["metadata"]["labels"]
    for selector in (spec["selector"], budget["spec"]["selector"]):
        assert selector["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    [container] = spec["template"]["spec"]["containers"]
    ports = {port["name"] for port in container["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz", "a ledger away kills no bot"
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    keys = {item["key"] for item in spec["template"]["spec"]["volumes"][0]["secret"]["items"]}
    [config] = [each["configMapRef"]["name"] for each in container["envFrom"]]
    settings = {d["metadata"]["name"]: d.get("data") for d in documents("kubernetes/settings.yml")}[config]
    paths = {Path(value).name for value in settings.values() if value.startswith("/run/secrets/")}
    assert paths == keys
    grace = spec["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace > float(settings.get("YUEFU_DRAIN_S", 5)) + 20


def test_the_proxys_file_is_one_that_the_proxy_takes(tmp_path: Path) -> None:
    env = {**os.environ, **environment_of("proxy", tmp_path, Addresses.free(), Keys.random(), "", str)}
    command = [stores.caddy(), "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    told = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    env["YUEFU_SITE"] = "chat.shop.example"  # with certificates
    adapted = subprocess.run(
        [*command[:1], "adapt", *command[2:]], env=env, capture_output=True, text=True, timeout=60
    )
    assert '":443"' in adapted.stdout and '"Strict-Transport-Security"' in adapted.stdout


def test_the_secrets_are_made_once_and_fit(tmp_path: Path) -> None:
    script = tmp_path / "secrets.sh"
    script.write_text((DEPLOY / "secrets.sh").read_text("utf-8"))
    made = []
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True, timeout=60)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert made[0]["chat_db"].startswith("postgresql://chat:")
    assert len({made[0][name] for name in ("action", "button", "staff", "webhook")}) == 4
