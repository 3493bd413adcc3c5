"""Screens and widgets."""

import os

# Textual reads it once. With its 60 frames a second, what follows from a key in a second frame comes up to 33 ms later.
os.environ.setdefault("TEXTUAL_FPS", "120")
