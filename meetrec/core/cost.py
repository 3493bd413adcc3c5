"""What transcription costs: an estimate before, the sum of what the service reported after. US dollars, list prices."""

from __future__ import annotations

from meetrec.core.models import Model


def estimate(model: Model, seconds: float) -> float | None:
    """Return about what `seconds` of audio cost with the model, None where its price is not known."""
    return None if model.price_per_minute is None else model.price_per_minute * seconds / 60


def maybe_charged_words(model: Model, seconds: float, unanswered: int) -> str:
    """Say what requests of `seconds` of audio whose answers never came may have cost, empty for none of them."""
    if not unanswered:
        return ""
    dollars = estimate(model, seconds * unanswered)
    about = "" if dollars is None else f", about ${dollars:.2f}" if dollars >= 0.01 else ", less than $0.01"
    return f"it may have been charged all the same ({unanswered} request{'s' * (unanswered > 1)}{about})"
