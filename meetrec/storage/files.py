"""Files that are old or new, never torn; private, and never reached through a planted symbolic link.

A whole file is written to a temporary name in the same folder, synced, and renamed: after a crash or a power cut there
is the old content or the new one (reliability: rename(2) is atomic, and the folder is synced after it).
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
import time
from pathlib import Path

from meetrec.core.errors import DiskFullError, StorageError

READ_LIMIT = 256 << 20
"""Bytes. The transcript of a whole day is 5 MB; what is larger is none of our files."""
STALE_S = 3600.0
FILE_MODE, FOLDER_MODE = 0o600, 0o700
_SUFFIX = ".tmp"
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = _NOFOLLOW | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def storage_error(error: OSError, path: Path, doing: str = "used") -> StorageError:
    """Put what the system said into words: "/x/y cannot be written: permission denied"."""
    if error.errno in _FULL:
        return DiskFullError(
            f"the disk is full: {path} cannot be {doing}", f"free space on the disk of {path.parent}, then try again"
        )
    if error.errno == errno.ELOOP or (error.errno == errno.EMLINK and sys.platform.startswith("freebsd")):
        return StorageError(f"{path} is a symbolic link and will not be followed", "put the file itself there")
    if isinstance(error, FileExistsError):
        return StorageError(f"{path} is already there and will not be overwritten", "choose another name")
    if isinstance(error, FileNotFoundError):
        return StorageError(f"{path} cannot be {doing}: it is not there", f"check the folder {path.parent}")
    reason = (error.strerror or type(error).__name__).lower()
    return StorageError(f"{path} cannot be {doing}: {reason}", f"check the permissions and the disk of {path.parent}")


def make_folder(folder: Path) -> None:
    """Make the folder and the missing ones above it, mode 0700 whatever the umask; existing ones stay as they are.

    Raises StorageError where the system refuses, or something else stands there.
    """
    missing = []
    try:
        here = folder
        while not here.is_dir():
            missing.append(here)
            here = here.parent
        for one in reversed(missing):
            with contextlib.suppress(FileExistsError):  # another process was quicker
                one.mkdir(FOLDER_MODE)
                one.chmod(FOLDER_MODE)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "a file is in its place", str(folder))
    except OSError as error:
        raise storage_error(error, folder, "made") from error


def write_whole(path: Path, content: bytes | str, *, new: bool = False, follow: bool = False) -> None:
    """Put `content` (a text as UTF-8) into the file, mode 0600: afterwards it is there as a whole, or not at all.

    `new` refuses to replace an existing file; `follow` writes to where a symbolic link at `path` leads (for files that
    people keep elsewhere), which is refused otherwise. Raises StorageError, DiskFullError where no space is left; the
    old content is then still there.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        if path.is_symlink():
            if not follow:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            path = path.resolve()
        remove_left_over(path.parent, f".{path.name[:100]}.")
        _write_and_rename(path, data, new)
    except OSError as error:
        raise storage_error(error, path, "written") from error


def _write_and_rename(path: Path, data: bytes, new: bool) -> None:
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}")
    fd = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        try:
            write_all(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
        if new:
            _rename_to_new(temporary, path)
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _rename_to_new(temporary: Path, path: Path) -> None:
    """Give the file its name unless the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError as error:  # a file system without links: FAT, some network shares
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        temporary.rename(path)


def open_private(path: Path, flags: int) -> int:
    """Open the file without following a symbolic link; one that this call makes gets mode 0600 whatever the umask."""
    fd = os.open(path, flags | _FLAGS, FILE_MODE)
    if flags & os.O_EXCL and hasattr(os, "fchmod"):
        os.fchmod(fd, FILE_MODE)
    return fd


def write_all(fd: int, data: bytes) -> None:
    """Write all of `data`; a nearly full disk takes a part and refuses the next."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def sync_folder(folder: Path) -> None:
    """Let a new or renamed entry of the folder survive a power cut."""
    if os.name == "nt":  # folders can't be opened there; renames are journaled by NTFS
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EROFS}:  # file systems that sync no folders
            raise
    finally:
        os.close(fd)


def remove_left_over(folder: Path, prefix: str = ".") -> int:
    """Remove temporary files that a killed process left in the folder, and return how many there were."""
    removed = 0
    with os.scandir(folder) as entries:
        left = [entry for entry in entries if entry.name.endswith(_SUFFIX) and entry.name.startswith(prefix)]
    for entry in left:
        writer = entry.name.removesuffix(_SUFFIX).rpartition(".")[2].partition("-")[0]
        with contextlib.suppress(FileNotFoundError):
            if not _is_alive(writer) or time.time() - entry.stat(follow_symlinks=False).st_mtime > STALE_S:
                Path(entry.path).unlink()
                removed += 1
    return removed


def _is_alive(pid: str) -> bool:
    """Tell whether the process may still run; on Windows, where signal 0 would end it, every one may."""
    if not pid.isdecimal():
        return True
    if os.name == "nt" or int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def read_bytes(path: Path, *, limit: int = READ_LIMIT, follow: bool = False) -> bytes:
    """Return the content of a regular file of at most `limit` bytes. Raises StorageError otherwise."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (_FLAGS & ~_NOFOLLOW if follow else _FLAGS))
        with os.fdopen(fd, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise storage_error(error, path, "read") from error
    if len(data) > limit:
        raise StorageError(f"{path} is larger than {limit:,} bytes, it is no file of meetrec", "move it away")
    return data


def read_text(path: Path, *, limit: int = READ_LIMIT, follow: bool = False) -> str:
    """Return the text of a UTF-8 file, without the byte order mark some editors put. Raises StorageError."""
    try:
        return read_bytes(path, limit=limit, follow=follow).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StorageError(f"{path} is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error


def read_head(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of a file, fewer where it is shorter; nothing where it cannot be read."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS)
        with os.fdopen(fd, "rb") as file:
            return file.read(size)
    except OSError:
        return b""


def free_bytes(folder: Path) -> int:
    """Return the space that is left for the user on the disk of the folder, or of the nearest one above that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise storage_error(error, folder, "measured") from error
