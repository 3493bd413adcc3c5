"""Where everything is kept: the user's data, settings, state and cache, private whatever the umask."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from meetrec.storage.files import make_folder

HOME_VARIABLE = "MEETREC_HOME"


@dataclass(frozen=True)
class Paths:
    """The four folders of the program. None is made before something is written to it."""

    data: Path
    config: Path
    state: Path
    cache: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Paths:
        """Return the folders under MEETREC_HOME, or the system's usual places (XDG on Linux) where it is not set."""
        if home := environment.get(HOME_VARIABLE):
            return cls.under(Path(home).expanduser())
        import platformdirs  # costs 10 ms, and portable use does without

        own = platformdirs.PlatformDirs("meetrec", appauthor=False)
        return cls(own.user_data_path, own.user_config_path, own.user_state_path, own.user_cache_path)

    @classmethod
    def under(cls, home: Path) -> Paths:
        """Return all four folders inside one."""
        home = home.absolute()
        return cls(home / "data", home / "config", home / "state", home / "cache")

    @property
    def sessions(self) -> Path:
        """The folder of the session folders."""
        return self.data / "sessions"

    @property
    def rescued(self) -> tuple[Path, ...]:
        """Where sessions are kept whose place failed while they were recorded and `sessions` took them no more.

        In the order they are tried; the last one is in the system's temporary folder, one for each user and home.
        """
        # tempfile.gettempdir() would say it, but costs 10 ms to import
        temporary = Path(next(filter(None, map(os.environ.get, ("TMPDIR", "TEMP", "TMP"))), "/tmp"))  # noqa: S108 - a private folder in it
        user = os.getuid() if hasattr(os, "getuid") else 0
        return (self.state / "rescued", temporary / f"meetrec-{user}-{zlib.crc32(str(self.data).encode()):08x}")

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def running(self) -> Path:
        """The folder that tells which recorder processes run."""
        return self.state / "running"

    @property
    def ledger(self) -> Path:
        """The list of what left this machine."""
        return self.state / "sent.jsonl"

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.state / "logs"

    @property
    def index(self) -> Path:
        """The index that searching uses; it may be deleted at any time."""
        return self.cache / "index.sqlite"

    def make(self) -> Paths:
        """Make the folders that are missing, mode 0700. Raises StorageError where the system refuses."""
        for folder in (self.sessions, self.config, self.running, self.logs, self.cache):
            make_folder(folder)
        return self
