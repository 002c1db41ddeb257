"""The compiled requirements belong to their sources, are hashed, and name no host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import requirements


def pins(name: str) -> dict[str, set[str]]:
    """The versions that a compiled file pins, by package."""
    found: dict[str, set[str]] = {}
    text = (requirements.FOLDER / f"{name}.txt").read_text("utf-8")
    for package, version in re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,_]+\])?==(\S+)", text, re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def test_all_are_made_from_the_present_sources() -> None:
    assert requirements.stale() == []


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("service.in", ["service", "dev-service", "mutants"]),
        ("dev-service.in", ["dev-service", "mutants"]),
        ("mutants.in", ["mutants"]),
    ],
)
def test_a_changed_source_is_noticed(
    project: Path, monkeypatch: pytest.MonkeyPatch, changed: str, stale: list[str]
) -> None:
    folder = project / "requirements"
    monkeypatch.setattr(requirements, "FOLDER", folder)
    (folder / changed).write_text((folder / changed).read_text() + "\nsix\n")
    assert requirements.stale() == stale


@pytest.mark.parametrize("name", list(requirements.SETS))
def test_every_pin_has_a_hash_and_no_host_is_named(name: str) -> None:
    text = (requirements.FOLDER / f"{name}.txt").read_text("utf-8")
    blocks = [block for block in re.split(r"\n(?=[a-z])", text) if "==" in block.splitlines()[0]]
    assert blocks and all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?:|--index|--find-links|file:", text)


@pytest.mark.parametrize(
    ("name", "with_it"), [("bot", "dev-bot"), ("service", "dev-service"), ("dev-service", "mutants")]
)
def test_what_tests_need_is_pinned_as_what_is_shipped(name: str, with_it: str) -> None:
    shipped, tested = pins(name), pins(with_it)
    both = shipped.keys() & tested.keys()
    assert both and all(tested[package] <= shipped[package] for package in both)
