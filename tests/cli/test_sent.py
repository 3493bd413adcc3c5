from __future__ import annotations

from meetrec.core.events import RequestSent
from meetrec.storage.ledger import Ledger
from meetrec.storage.paths import Paths
from tests.cli.conftest import Command


def test_nothing_sent_is_said_plainly(command: Command) -> None:
    assert command("sent").out == "nothing has left this machine\n"
    assert command("sent", "--json").json == []


def test_what_left_the_machine_is_listed_without_secrets(command: Command) -> None:
    Ledger(Paths.from_environment().ledger).append(
        RequestSent(
            method="POST",
            url="https://me:secret@api.openai.com/v1/audio/transcriptions?key=secret",
            purpose="minutes",
            bytes=1_234_567,
            status=200,
            session="2026-11-20T14-05-33-weekly-sync",
        )
    )
    done = command("sent")
    assert "https://api.openai.com/v1/audio/transcriptions" in done.out
    assert "1,234,567" in done.out
    (row,) = command("sent", "--json").json
    assert (row["bytes"], row["status"], row["purpose"]) == (1_234_567, 200, "minutes")
    assert "secret" not in done.out + str(row)
