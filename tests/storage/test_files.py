"""Files are old or new, never torn; private; and never reached through a planted link."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from meetrec.core.errors import DiskFullError, StorageError
from meetrec.storage import files
from meetrec.storage.files import (
    free_bytes,
    make_folder,
    open_private,
    read_bytes,
    read_text,
    remove_left_over,
    write_whole,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def any_umask(request: pytest.FixtureRequest) -> object:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("any_umask")
def test_files_and_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    write_whole(tmp_path / "a" / "b" / "c", "text")
    os.close(open_private(tmp_path / "a" / "b" / "d", os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    assert [mode(tmp_path / one) for one in ("a", "a/b", "a/b/c", "a/b/d")] == [0o700, 0o700, 0o600, 0o600]


@pytest.mark.usefixtures("any_umask")
def test_the_temporary_file_is_private_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    monkeypatch.setattr(os, "fsync", lambda fd: modes.append(stat.S_IMODE(os.fstat(fd).st_mode)))
    write_whole(tmp_path / "file", "text")
    assert modes[0] == 0o600


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        make_folder(tmp_path / "file")
    with pytest.raises(StorageError):
        make_folder(tmp_path / "file" / "below")


def test_content_is_replaced_as_a_whole_and_nothing_else_stays(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", "a long first text")
    write_whole(tmp_path / "file", b"second")
    assert read_text(tmp_path / "file") == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_new_file_replaces_nothing(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", "first", new=True)
    with pytest.raises(StorageError, match="already there"):
        write_whole(tmp_path / "file", "second", new=True)
    assert read_text(tmp_path / "file") == "first"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_new_file_is_made_where_the_file_system_knows_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    write_whole(tmp_path / "file", "first", new=True)
    with pytest.raises(StorageError, match="already there"):
        write_whole(tmp_path / "file", "second", new=True)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["first"]


@pytest.mark.parametrize("new", [False, True])
def test_a_planted_symbolic_link_is_refused(tmp_path: Path, new: bool) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link"
    victim.write_text("old")
    link.symlink_to(victim)
    with pytest.raises(StorageError, match="symbolic link"):
        write_whole(link, "evil", new=new)
    with pytest.raises(StorageError, match="symbolic link"):
        read_text(link)
    assert victim.read_text() == "old"
    assert link.is_symlink()


def test_a_dangling_link_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="symbolic link"):
        write_whole(tmp_path / "link", "evil")
    assert not (tmp_path / "elsewhere").exists()


def test_a_link_is_followed_where_that_is_wanted_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "new", follow=True)
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "link").is_symlink()
    assert read_text(tmp_path / "link", follow=True) == "new"


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    write_whole(tmp_path / "file", "old")
    monkeypatch.setattr(Path if call == "replace" else os, call, full)
    with pytest.raises(DiskFullError, match="the disk is full") as caught:
        write_whole(tmp_path / "file", "new")
    assert caught.value.hint
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_really_full_device_is_told_in_words() -> None:
    fd = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space left") as caught:
            files.write_all(fd, b"x")
    finally:
        os.close(fd)
    assert isinstance(files.storage_error(caught.value, Path("/x/y")), DiskFullError)


def test_a_part_that_the_disk_takes_is_followed_by_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:3]))
    write_whole(tmp_path / "file", "0123456789")
    assert (tmp_path / "file").read_text() == "0123456789"


def test_a_folder_that_is_not_there_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="it is not there") as caught:
        write_whole(tmp_path / "no" / "file", "x")
    assert str(tmp_path / "no") in caught.value.message
    with pytest.raises(StorageError, match="it is not there"):
        read_text(tmp_path / "no")


def test_what_a_dead_writer_left_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = tmp_path / f".file.{int(dead.stdout)}-abcd.tmp"
    living, foreign, old = (
        tmp_path / f".file.{os.getppid()}-abcd.tmp",
        tmp_path / "file.tmp",
        tmp_path / ".file.1-a.tmp",
    )
    for path in (left, living, foreign, old):
        path.touch()
    os.utime(old, (1, 1))
    assert remove_left_over(tmp_path) == 2
    assert sorted(tmp_path.iterdir()) == sorted([living, foreign])


def test_the_next_write_of_a_file_removes_what_was_left_of_the_last(tmp_path: Path) -> None:
    left = tmp_path / ".file.999999999-abcd.tmp"
    left.write_text("half")
    write_whole(tmp_path / "file", "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


KILLED = """
    import sys
    from pathlib import Path
    from meetrec.storage.files import write_whole
    path = Path(sys.argv[1])
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        write_whole(path, f"{number}\\n" * 20_000)
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for attempt in range(10):
        write_whole(path, "0\n" * 20_000)
        writer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.003 * attempt)  # any moment will do
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        lines = path.read_text().splitlines()
        assert len(lines) == 20_000
        assert len(set(lines)) == 1
    write_whole(path, "end")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_too_large_or_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\xfe1234")
    with pytest.raises(StorageError, match="larger than 3 bytes"):
        read_bytes(tmp_path / "file", limit=3)
    with pytest.raises(StorageError, match="not UTF-8 text"):
        read_text(tmp_path / "file")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbftext")
    assert read_text(tmp_path / "file") == "text"


def test_a_pipe_in_place_of_a_file_does_not_stop_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_bytes(tmp_path / "pipe") == b""
    assert files.read_head(tmp_path / "pipe", 10) == b""


def test_free_space_is_that_of_the_nearest_folder_there_is(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") > 0
