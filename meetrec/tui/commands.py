"""The command palette offers what the bindings offer, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import SystemCommand
from textual.screen import Screen


def binding_commands(screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield a command for each action that works on a screen now."""
    told: set[str] = set()
    for node, binding, enabled, _ in screen.active_bindings.values():
        if enabled and binding.id and binding.description and binding.action not in told:
            told.add(binding.action)
            key = screen.app.get_key_display(binding)
            yield SystemCommand(
                binding.description, f"Key: {key}", partial(screen.app.run_action, binding.action, node)
            )
