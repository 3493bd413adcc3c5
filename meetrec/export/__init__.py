"""Documents made from a session and its transcript: pure functions, one module a format."""
