"""Telling the user about a refusal: one sentence, and what to do next."""

from __future__ import annotations

from textual.dom import DOMNode

from meetrec.core.errors import MeetrecError


def tell_error(node: DOMNode, error: MeetrecError) -> None:
    """Show an error for a while in the corner of the screen."""
    node.app.notify(error.hint or "Nothing was changed.", title=error.message, severity="error", markup=False)
