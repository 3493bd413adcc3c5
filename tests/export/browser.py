"""A headless Chromium, driven over its debugging protocol (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 60.0
_ANSWER_LIMIT = 64 << 20


def find_browser() -> str | None:
    """Return the path of a Chromium that is installed."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Tab:
    """One page of the browser. `requests` are the addresses it asked for, `complaints` what its console was told.

    What its policy stopped was not asked for, and pictures that the browser brings for its own buttons are none.
    """

    def __init__(self, link: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._requests: dict[str, str] = {}
        self.complaints: list[str] = []
        self._link = link
        self._session = session
        self._sent = 0
        self._loaded = False

    @property
    def requests(self) -> list[str]:
        return [url for url in self._requests.values() if not url.startswith("data:")]

    async def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Send a command and return its result; events that arrive before it are noted."""
        self._sent += 1
        await self._link.send_json(
            {"id": self._sent, "method": method, "params": values}
            | ({"sessionId": self._session} if self._session else {})
        )
        while (message := await self._receive()).get("id") != self._sent:
            self._note(message)
        assert "error" not in message, message
        result: dict[str, Any] = message["result"]
        return result

    async def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = await asyncio.wait_for(self._link.receive_json(), PATIENCE_S)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        values = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self._requests[values["requestId"]] = values["request"]["url"]
            case "Network.loadingFailed" if values.get("blockedReason") == "csp":
                self._requests.pop(values["requestId"], None)
            case "Log.entryAdded":
                self.complaints.append(f"{values['entry']['text']} {values['entry'].get('url', '')}")
            case "Runtime.exceptionThrown":
                self.complaints.append(str(values["exceptionDetails"]))
            case "Page.javascriptDialogOpening":
                self.complaints.append(f"a dialog opened: {values['message']}")
            case "Page.loadEventFired":
                self._loaded = True

    async def open(self, path: Path) -> None:
        """Open a file and wait until it is loaded."""
        for domain in ("Page", "Network", "Log", "Runtime"):
            await self.call(f"{domain}.enable")
        self._loaded = False
        await self.call("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._note(await self._receive())

    async def run(self, script: str) -> Any:
        """Run a script in the page, wait for it where it gives a promise, and return its value."""
        done = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait until the condition, an expression, holds in the page."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.run(condition):  # noqa: ASYNC110 - the event would be in the browser
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def opened_tab(folder: Path) -> AsyncIterator[Tab]:
    """Start a browser that keeps its files in `folder` and reaches no other machine; yield an empty page."""
    program = find_browser()
    assert program is not None
    process = await asyncio.create_subprocess_exec(
        program,
        "--headless",
        "--no-sandbox",  # containers often forbid what it needs; the pages are our own
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--mute-audio",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder / 'browser'}",
        "about:blank",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
    )
    try:
        address = await _address(folder / "browser" / "DevToolsActivePort", process)
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(address, max_msg_size=_ANSWER_LIMIT) as link,
        ):
            whole = Tab(link, "")
            target = (await whole.call("Target.createTarget", url="about:blank"))["targetId"]
            attached = await whole.call("Target.attachToTarget", targetId=target, flatten=True)
            yield Tab(link, attached["sessionId"])
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _address(told: Path, process: asyncio.subprocess.Process) -> str:
    """Wait for the file in which the browser tells its port and path."""
    async with asyncio.timeout(PATIENCE_S):
        while len(lines := _lines(told)) < 2:
            assert process.returncode is None, f"the browser ended with {process.returncode}"
            await asyncio.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _lines(told: Path) -> list[str]:
    return told.read_text("utf-8").split("\n") if told.exists() else []
