"""The commands; the one place that puts the parts together."""
