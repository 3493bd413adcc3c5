"""Sessions, settings and what else is kept on disk."""
