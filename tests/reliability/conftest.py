"""What these tests share with the end-to-end tests: a service on loopback, no process left, the key in no file."""

from __future__ import annotations

from tests.e2e.conftest import _key_in_no_file, _no_recorder_left, lab, sample, served, shared_lab

__all__ = ["_key_in_no_file", "_no_recorder_left", "lab", "sample", "served", "shared_lab"]
