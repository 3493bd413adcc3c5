"""Screens: each owns its workers and its state."""
