"""The intents of a message in their order."""

from __future__ import annotations

from typing import Any

from rasa.shared.nlu.constants import INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY


def put_first(ranking: list[dict[str, Any]], intent: str, confidence: float) -> list[dict[str, Any]]:
    """`intent` at the head; the others keep their order and share what `confidence` leaves."""
    others = [entry for entry in ranking if entry[INTENT_NAME_KEY] != intent]
    share = sum(entry[PREDICTED_CONFIDENCE_KEY] for entry in others)
    scale = (1 - confidence) / share if share else 0.0
    rest = [{**entry, PREDICTED_CONFIDENCE_KEY: entry[PREDICTED_CONFIDENCE_KEY] * scale} for entry in others]
    return [{INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}, *rest]
