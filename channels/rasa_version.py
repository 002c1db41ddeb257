"""The one version of Rasa whose insides are changed here."""

from __future__ import annotations

from typing import Final

import rasa

RASA_VERSION: Final = "3.6.21"


class WrongRasa(Exception):
    """The changes were written for another version of Rasa."""


def require(who: str) -> None:
    """Raises WrongRasa when the Rasa installed is not the one that the changes of `who` (a file) fit."""
    if rasa.__version__ != RASA_VERSION:
        raise WrongRasa(f"{who} fits Rasa {RASA_VERSION}, this is {rasa.__version__}.")
