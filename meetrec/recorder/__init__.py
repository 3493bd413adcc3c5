"""The recorder process, which outlives its screens, and the client that attaches to it."""
