"""meetrec records meetings from the terminal: a safe WAV, live captions, speaker-labelled minutes."""

__version__ = "0.1.0"
