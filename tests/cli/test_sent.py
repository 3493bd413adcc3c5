from __future__ import annotations

from meetrec.core.events import RequestSent
from meetrec.storage.ledger import Ledger
from meetrec.storage.paths import Paths
from tests.cli.program import meetrec

URL = "https://api.openai.com/v1/audio/transcriptions"


def test_a_request_without_an_answer_is_said_to_be_charged_perhaps() -> None:
    paths = Paths.from_environment()
    paths.make()
    ledger = Ledger(paths.ledger)
    for status, size in ((200, 5000), (0, 5000), (0, 0)):
        ledger.append(RequestSent(method="POST", url=URL, purpose="minutes", bytes=size, status=status, session="s"))
    told = [line for line in meetrec("sent").out.splitlines() if URL in line]
    assert ["may be charged" in line for line in told] == [False, True, False]
    assert [row["maybe_charged"] for row in meetrec("sent", "--json").json] == [False, True, False]
