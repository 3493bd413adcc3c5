"""Errors written for the person reading them: what went wrong, and what to do next.

Foreign exceptions are translated once, at the border where they arise, into one of these. A message is one
sentence; a hint is an imperative ("run meetrec finish latest"). Neither may hold a key.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit statuses of every command (docs/command-line.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    MINUTES_MISSING = 3
    NO_AUDIO_DEVICE = 4
    INTERRUPTED = 130


DEFECT = "a defect in meetrec"
"""How the words begin in which an error of the program itself is told."""


class MeetrecError(Exception):
    """Something a person must be told. `str(error)` is the message alone."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MeetrecError):
    """The command or a value given to it makes no sense."""

    exit_code = ExitCode.USAGE


class SettingsError(UsageError):
    """A wrong settings file, key or value."""


class UntrustedHostError(SettingsError):
    """The environment names a host that is to be given key and recordings, and nobody has said that it may be."""

    def __init__(self, message: str, hint: str, host: str) -> None:
        super().__init__(message, hint)
        self.host = host


class AudioError(MeetrecError):
    """Audio could not be read, converted or written."""


class AudioDeviceError(AudioError):
    """No microphone can be used: none there, busy, refused, or PortAudio is missing."""

    exit_code = ExitCode.NO_AUDIO_DEVICE


class StorageError(MeetrecError):
    """The disk refused: full, read-only, gone, or a file is not what it should be."""


class DiskFullError(StorageError):
    """No space is left on the disk (ENOSPC, EDQUOT or EFBIG)."""


class FileThereError(StorageError):
    """A file is there already and would be replaced."""


class SessionNotFoundError(StorageError, UsageError):
    """No session, or more than one, answers to the given ID."""

    exit_code = ExitCode.USAGE


class BusyError(MeetrecError):
    """Another process holds the session, or a recording is already running."""


class ProviderError(MeetrecError):
    """The speech service did not do what was asked.

    `unanswered` counts the requests that went out and whose answers never came: the service may charge for them.
    """

    unanswered: int = 0


class RefusedError(ProviderError):
    """The service understood and said no: key, permission, model, quota, size. Trying again will not help."""


class TooLongError(RefusedError):
    """The service said the audio is too long or too large; cut it smaller.

    `limit_seconds` is the limit it named ("longer than 1400 seconds"), None where it named none (HTTP 413).
    """

    def __init__(self, message: str, hint: str = "", limit_seconds: float | None = None) -> None:
        super().__init__(message, hint)
        self.limit_seconds = limit_seconds


class UnavailableError(ProviderError):
    """The service could not be reached or is in trouble. Trying again later may help."""


class MisunderstoodError(ProviderError):
    """The service answered something that is not an answer."""
