"""Where the assistant's parts are read from."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

RESPONSES_FOLDER = "responses"


class TopicImporter(RasaFileImporter):
    """Reads `data/responses/*.yml` as parts of the domain.

    Rasa takes files with `responses:` among the training data for NLU data as well: then each changed word
    trains the classifier again. Here they belong to the domain alone.
    """

    _nlu_files: list[str]

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        Message.__deepcopy__ = copy_of_message
        self._response_files = sorted(file for file in self._nlu_files if _holds_responses(file))
        self._nlu_files = [file for file in self._nlu_files if not _holds_responses(file)]

    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The sentences, read once: Rasa asks five times in one training, and copies what it is given."""
        return super().get_nlu_data(language)

    @cached_method
    def get_domain(self) -> Domain:
        """The domain of the domain file with the responses of all topics.

        Raises:
            InvalidDomain: a file of responses cannot be read as a domain.
        """
        domain = super().get_domain()
        if domain.is_empty() or not self._response_files:
            return domain
        return domain.merge(Domain.load(list(self._response_files)))


def copy_of_message(message: Message, memo: dict[int, Any]) -> Message:
    """`copy.deepcopy` of a sentence without its detour: nearly all in it is text, which never changes.

    Rasa copies all sentences twenty times in one training.
    """
    made = copy.copy(message)
    made.data = {
        name: value if isinstance(value, str) else copy.deepcopy(value, memo)
        for name, value in message.data.items()
    }
    made.features = copy.deepcopy(message.features, memo)
    made.output_properties = set(message.output_properties)
    return made


def _holds_responses(file: str) -> bool:
    return Path(file).parent.name == RESPONSES_FOLDER
