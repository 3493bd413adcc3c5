from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from tests.conftest import INHERITED, NetworkForbiddenError, leaves_the_machine

ELSEWHERE = ("192.0.2.1", 443)


def test_each_test_has_a_home_of_its_own(home: Path, tmp_path: Path) -> None:
    assert os.environ["MEETREC_HOME"] == str(home)
    assert home.is_relative_to(tmp_path)


def test_no_key_or_setting_is_inherited() -> None:
    inherited = {name for name in os.environ if name.startswith(INHERITED)}
    assert inherited <= {"MEETREC_HOME"}


def test_connecting_to_another_machine_is_refused_and_noted(only_loopback: list[object]) -> None:
    with socket.socket() as tried, pytest.raises(NetworkForbiddenError):
        tried.connect(ELSEWHERE)
    assert only_loopback == [ELSEWHERE]
    only_loopback.clear()


async def test_asyncio_cannot_reach_another_machine_either(only_loopback: list[object]) -> None:
    with pytest.raises(NetworkForbiddenError):
        await asyncio.open_connection(*ELSEWHERE)
    only_loopback.clear()


async def test_loopback_is_allowed() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("address", "leaves"),
    [
        (("127.0.0.1", 1), False),
        (("127.8.8.8", 1), False),
        (("::1", 1, 0, 0), False),
        (("localhost", 1), False),
        ("/run/socket", False),
        (("10.0.0.1", 1), True),
        (("example.com", 1), True),
        (("fe80::1%eth0", 1, 0, 2), True),
    ],
)
def test_loopback_is_told_from_the_rest(address: object, leaves: bool) -> None:
    assert leaves_the_machine(address) is leaves
