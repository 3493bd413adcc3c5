"""The ledger tells what left this machine, and can't tell a secret."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.errors import StorageError
from meetrec.core.events import RequestSent
from meetrec.storage.ledger import Ledger, without_secrets

SENT = RequestSent(
    method="POST",
    url="https://api.openai.com/v1/audio/transcriptions",
    purpose="minutes, part 1",
    bytes=1_000_000,
    status=200,
    session="2026-11-20T14-05-33",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state" / "sent.jsonl", clock=lambda: datetime(2026, 11, 20, tzinfo=UTC))


def test_what_was_sent_is_read_back_with_its_time(ledger: Ledger) -> None:
    assert ledger.read() == []
    ledger.append(SENT)
    assert ledger.read() == [dataclasses.replace(SENT, time="2026-11-20T00:00:00.000+00:00")]
    assert ledger.path.stat().st_mode & 0o777 == 0o600


def test_the_last_rows_are_asked_for_by_number(ledger: Ledger) -> None:
    for size in range(10):
        ledger.append(dataclasses.replace(SENT, bytes=size))
    assert [row.bytes for row in ledger.read(limit=3)] == [7, 8, 9]
    assert len(ledger.read()) == 10


def test_broken_rows_are_passed_over(ledger: Ledger) -> None:
    ledger.append(SENT)
    with ledger.path.open("ab") as file:
        file.write(b"null\n[]\n\xff\n{}\n" + b"[" * 100_000 + b"\nhalf")
    assert len(ledger.read()) == 1


def test_a_planted_link_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    ledger.path.parent.mkdir()
    ledger.path.symlink_to(tmp_path / "victim")
    with pytest.raises(StorageError, match="symbolic link"):
        ledger.append(SENT)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "wss://api.openai.com/v1/realtime?intent=transcription",
            "wss://api.openai.com/v1/realtime?intent=transcription",
        ),
        ("https://user:sk-secret@host/v1", "https://host/v1"),
        ("https://sk-secret@host:8443/v1", "https://host:8443/v1"),
        ("https://host/v1?api-key=sk-secret&model=m", "https://host/v1?api-key=***&model=m"),
        ("https://host/v1#sk-secret", "https://host/v1"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://ho\x1b[31mst/", "https://host/"),
        ("https://host:port/sk-secret", "(unreadable address)"),
        ("https://[bad/sk-secret", "(unreadable address)"),
        ("sk-secret", "(unreadable address)"),
        ("", "(unreadable address)"),
    ],
)
def test_an_address_is_kept_without_what_could_be_secret(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    assert "secret" not in shown


@given(st.text())
def test_no_address_is_too_strange(url: str) -> None:
    assert "\n" not in without_secrets(url)


WRITER = """
    import sys
    from pathlib import Path
    from meetrec.core.events import RequestSent
    from meetrec.storage.ledger import Ledger
    for number in range(200):
        Ledger(Path(sys.argv[1])).append(
            RequestSent(method="POST", url="https://host/" + "x" * 500, purpose=sys.argv[2], bytes=number)
        )
"""


def test_several_processes_may_write_at_the_same_time(ledger: Ledger) -> None:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(ledger.path)]
    writers = [subprocess.Popen([*command, str(number)]) for number in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    rows = ledger.read()
    for number in range(3):
        assert [row.bytes for row in rows if row.purpose == str(number)] == list(range(200))
