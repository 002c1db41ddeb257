"""Alert rules and dashboards: they can be read, and name only what the two programs count."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from actions.metrics import Metrics
from scripts.console import ROOT
from scripts.environments import BOT

DEPLOY = ROOT / "deploy"
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))
NAME = re.compile(r"\byuefu[_:][a-z0-9_:]+")
SELECTOR = re.compile(r"([a-z_:0-9]+)\{([^}]*)\}")
BY_PROMETHEUS = {"job", "instance", "le"}


def samples(registry: CollectorRegistry) -> dict[str, set[str]]:
    """The names that Prometheus will know of a registry's metrics, each with its labels."""
    known = {}
    for metric in registry._collector_to_names:
        labels = set(getattr(metric, "_labelnames", ()))
        known |= dict.fromkeys(registry._collector_to_names[metric], labels)
    return known


def of_the_bot() -> dict[str, set[str]]:
    """Told by the bot's own environment."""
    ask = (
        "from channels.metrics import bot\nimport json\nr = bot().registry._collector_to_names\n"
        "print(json.dumps({n: list(getattr(m, '_labelnames', ())) for m in r for n in r[m]}))"
    )
    told = subprocess.run([str(BOT.python), "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name: set(labels) for name, labels in json.loads(told.stdout).items()}


@cache
def counted() -> dict[str, set[str]]:
    recorded = {rule["record"]: {"journey"} for rule in rules() if "record" in rule}
    return {**samples(Metrics().registry), **of_the_bot(), **recorded}


def rules() -> list[dict[str, Any]]:
    loaded = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))
    return [rule for group in loaded["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for path in DASHBOARDS:
        board = json.loads(path.read_text("utf-8"))
        yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])


def test_every_metric_that_is_watched_is_counted() -> None:
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(named) > 20 and named - counted().keys() == set()


def test_every_metric_that_is_counted_is_watched() -> None:
    text = "\n".join(expressions())
    ours = {name.removesuffix("_total").removesuffix("_created") for name in counted() if name[:5] == "yuefu"}
    ours = {re.sub("_(bucket|count|sum)$", "", name) for name in ours}
    assert {name for name in ours if name not in text} == set()


def test_every_label_that_is_asked_for_is_there() -> None:
    for expression in expressions():
        for name, wanted in SELECTOR.findall(expression):
            asked = set(re.findall(r"(\w+)!?=", wanted))
            assert asked <= counted().get(name, set()) | BY_PROMETHEUS, expression


def test_every_value_that_is_asked_for_is_one() -> None:
    """Of the labels whose values are few and ours, as the code says them."""
    code = "".join(
        path.read_text("utf-8")
        for name in ("actions", "channels", "ledger")
        for path in (ROOT / name).glob("*.py")
    )
    code += "".join(path.name for path in (ROOT / "data" / "nlu").glob("*.yml"))
    values = {
        value
        for expression in expressions()
        for _, wanted in SELECTOR.findall(expression)
        for label, value in re.findall(r'(\w+)!?=~?"([^"]*)"', wanted)
        if label not in ("status", "job")
        for value in value.split("|")
    }
    assert len(values) > 15
    assert {value for value in values if f'"{value}"' not in code} == set()


@pytest.mark.parametrize(
    "rule", [rule for rule in rules() if "alert" in rule], ids=lambda rule: rule["alert"]
)
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"].keys() == {"summary", "action"}
    assert all(text.endswith(".") for text in rule["annotations"].values())


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_laid_out_without_gaps_and_overlaps(path: Path) -> None:
    board = json.loads(path.read_text("utf-8"))
    places = [(p["gridPos"], p["title"]) for p in board["panels"]]
    taken = [
        (x, y)
        for place, _ in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken)) and max(x for x, _ in taken) < 24
    assert len({title for _, title in places}) == len(places)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_both_programs_are_scraped_with_the_secret() -> None:
    loaded = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    jobs = {each["job_name"]: each for each in loaded["scrape_configs"]}
    assert jobs.keys() == {"yuefu-bot", "yuefu-service"}
    assert all(each["authorization"]["credentials_file"] for each in jobs.values())
    assert loaded["rule_files"] == ["alerts.yml"]
