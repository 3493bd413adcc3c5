"""Requests of several imports take turns."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from meetrec.core.errors import UnavailableError
from meetrec.recorder.sharing import in_turn


class Service:
    """Counts how many requests are under way."""

    def __init__(self) -> None:
        self.under_way = 0
        self.most = 0
        self.answered = 0

    async def __call__(
        self, path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0
    ) -> Any:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        self.answered += 1


@pytest.mark.parametrize("places", [1, 3])
async def test_no_more_requests_than_allowed_are_under_way_and_each_has_its_turn(tmp_path: Path, places: int) -> None:
    service = Service()
    imports = [in_turn(service, tmp_path, places) for _ in range(4)]
    await asyncio.gather(*(one(tmp_path / "000.wav", 1.0, ()) for one in imports for _ in range(2)))
    assert service.answered == 8
    assert service.most <= places


async def test_a_request_that_failed_or_was_given_up_leaves_its_place_to_others(tmp_path: Path) -> None:
    async def fails(path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0) -> Any:
        raise UnavailableError("the service is away", "try again")

    async def hangs(path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0) -> Any:
        under_way.set()
        await asyncio.Event().wait()

    under_way = asyncio.Event()
    with pytest.raises(UnavailableError):
        await in_turn(fails, tmp_path, 1)(tmp_path / "000.wav", 1.0, ())
    given_up = asyncio.create_task(in_turn(hangs, tmp_path, 1)(tmp_path / "000.wav", 1.0, ()))
    await under_way.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    service = Service()
    await in_turn(service, tmp_path, 1)(tmp_path / "000.wav", 1.0, ())
    assert service.answered == 1
