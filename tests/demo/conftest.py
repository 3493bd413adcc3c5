"""The sample meeting, read once, and a service that knows it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from meetrec.demo.fingerprint import Known
from meetrec.demo.meeting import load_sample
from meetrec.demo.service import DemoService
from meetrec.demo.truth import Truth
from tests.demo.link_client import Pcm, sample_pcm


@pytest.fixture(scope="session")
def sample() -> Known:
    return Known(load_sample())


@pytest.fixture(scope="session")
def truth(sample: Known) -> Truth:
    return sample.truth


@pytest.fixture(scope="session")
def pcm() -> Pcm:
    return sample_pcm()


@pytest.fixture
async def service(sample: Known) -> AsyncIterator[DemoService]:
    async with DemoService([sample], latency=0.02) as running:
        yield running
