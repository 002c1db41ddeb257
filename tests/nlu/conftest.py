"""A model of the project's own training sentences, trained once a session in a folder of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

Parse = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model's file."""
    return train(tmp_path_factory.mktemp("nlu"))


@pytest.fixture(scope="session")
def parse(model: Path) -> Parse:
    """Parses a text with the trained model, as the bot does."""
    from rasa.core.channels.channel import UserMessage
    from rasa.utils.log_utils import configure_structlog

    from nlu.report import load_processor

    configure_structlog(logging.WARNING)
    processor = load_processor(model)
    return lambda text: asyncio.run(processor.parse_message(UserMessage(text)))


def train(folder: Path) -> Path:
    """Trains the project's NLU from scratch with a cache in `folder`; returns the model's file."""
    from rasa.model_training import train_nlu

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        patch.setenv("RASA_TELEMETRY_ENABLED", "false")
        patch.chdir(ROOT)
        result = train_nlu("config.yml", "data/nlu", str(folder), fixed_model_name="nlu")
    assert result
    return Path(result)
