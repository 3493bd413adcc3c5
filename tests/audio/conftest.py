"""What the tests of this floor share."""

from __future__ import annotations

from tests.lab import lab, shared_lab

__all__ = ["lab", "shared_lab"]
