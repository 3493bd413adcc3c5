"""The speech service: the realtime link and the transcription requests."""
