"""Rasa's cache looks at a component's class alone; this lets it look at the modules the class uses too."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path


def source_of(*modules: str) -> str:
    """A hash (hexadecimal) of the source of the named modules of this package."""
    digest = sha256()
    for name in modules:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()
