"""A model of the project's own training sentences, trained once a session in a folder of its own.

It is judged by questions.tsv, which was written without a look at those sentences.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.utils.io import read_yaml_file

from nlu.report import Understood, load_processor, read_questions, understand

ROOT = Path(__file__).parents[2]
QUESTIONS = read_questions(Path(__file__).parent / "questions.tsv")

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

    configure_structlog(logging.WARNING)
    processor = load_processor(model)
    return lambda text: asyncio.run(processor.parse_message(UserMessage(text)))


@pytest.fixture(scope="session")
def understood(model: Path) -> list[Understood]:
    """What the model makes of each question of the file, in its order."""
    return asyncio.run(understand(load_processor(model), [question.text for question in QUESTIONS]))


@pytest.fixture(scope="session")
def sentences() -> list[tuple[str, str]]:
    """All training sentences with their intents."""
    found = []
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in read_yaml_file(str(file))["nlu"]:
            lines = [line.strip().removeprefix("- ") for line in block["examples"].splitlines()]
            found += [(line, block["intent"]) for line in lines if line]
    return found


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
