from __future__ import annotations

from collections.abc import Callable

import pytest

from meetrec.cli import main
from tests.cli.program import Done

Command = Callable[..., Done]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that carries out a command line in this process: quick, for what starts no process."""

    def run(*words: str) -> Done:
        capsys.readouterr()
        code = main(list(words))
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run
