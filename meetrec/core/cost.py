"""What transcription costs: an estimate before, the sum of what the service reported after. US dollars, list prices."""

from __future__ import annotations

from meetrec.core.models import Model


def estimate(model: Model, seconds: float) -> float | None:
    """Return about what `seconds` of audio cost with the model, None where its price is not known."""
    return None if model.price_per_minute is None else model.price_per_minute * seconds / 60
