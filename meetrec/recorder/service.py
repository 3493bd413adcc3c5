"""The speech service as a job uses it: the configured one, or the built-in simulated one.

What speaks to the network is imported when it is first needed, off the event loop: sound is being written by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meetrec.audio.sound_files import SoundReader
from meetrec.core.events import RequestSent
from meetrec.core.models import Model, find_model
from meetrec.core.settings import ProviderSettings, Settings
from meetrec.provider.auth import SignIn, sign_in
from meetrec.provider.endpoints import Endpoint, find_endpoint
from meetrec.storage.ledger import Ledger
from meetrec.workflow.ports import Answer, Captions, Transcribe

if TYPE_CHECKING:
    from meetrec.audio.resample import Resampler
    from meetrec.provider.transcribe import Transcriber

LINK_RATE = 24_000
VOICE_TAIL_MS = 300
"""The voice detector hears a voice for about this long after it has ended: the pauses it finds are shorter."""


class Service:
    """Makes live captions and transcription requests for one session; each request goes into the ledger.

    Raises SettingsError for a wrong address. What it opens is closed by `stack`.
    """

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        stack: contextlib.AsyncExitStack,
        *,
        ledger: Ledger,
        session: str,
        is_simulated: bool,
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._stack = stack
        self._ledger = ledger
        self._session = session
        self._simulated = is_simulated
        self._opening = asyncio.Lock()
        self._endpoint: Endpoint | None = None
        self._transcriber: Transcriber | None = None

    def check(self) -> None:
        """Find the service's address, so that a wrong one shows before anything begins. Raises SettingsError."""
        if not self._simulated:
            self._endpoint = find_endpoint(self._settings.provider, self._environment)

    async def captions(self, reader: SoundReader, start_frame: int) -> Captions:
        """Return the live captions of the recording that `reader` reads."""
        await _load("meetrec.provider.live_captions", "meetrec.audio.vad")
        from meetrec.audio.vad import VoiceDetector
        from meetrec.provider.live_captions import LiveCaptions

        endpoint, signs_in = await self._open()
        if reader.rate != LINK_RATE:
            await _load("meetrec.audio.resample")
        settings = self._settings
        return LiveCaptions(
            endpoint,
            signs_in,
            dataclasses.replace(settings.captions, pause_ms=max(settings.captions.pause_ms - VOICE_TAIL_MS, 100)),
            find_model(settings.captions.model),
            reader=reader,
            resampler=lambda: _resampler(reader.rate),
            detector=lambda: VoiceDetector(reader.rate),
            start_frame=start_frame,
            replay_speed=settings.provider.replay_speed,
            ledger=self._log,
        )

    def transcribe(self, model: Model) -> Transcribe:
        """Return the function that sends one file to the model of the minutes."""

        async def send(path: Path, seconds: float, known: Sequence[tuple[str, bytes]], unanswered: int = 0) -> Answer:
            transcriber = await self._open_transcriber()
            language = self._settings.minutes.language
            return await transcriber.transcribe(
                path,
                model=model,
                language=language,
                known_speakers=known,
                audio_seconds=seconds,
                unanswered=unanswered,
            )

        return send

    async def _open_transcriber(self) -> Transcriber:
        if self._transcriber is None:
            await _load("meetrec.provider.transcribe")
            from meetrec.provider.transcribe import Transcriber

            endpoint, signs_in = await self._open()
            self._transcriber = Transcriber(endpoint, signs_in, ledger=self._log)
        return self._transcriber

    async def _open(self) -> tuple[Endpoint, SignIn]:
        """Return where to send and how to sign in; a simulated session starts the built-in service."""
        async with self._opening:
            self.check()
            if self._endpoint is None:
                await _load("meetrec.demo.service")
                from meetrec.demo.service import DemoService

                service = await self._stack.enter_async_context(DemoService())
                self._environment = {"OPENAI_API_KEY": "simulated"}
                self._endpoint = find_endpoint(ProviderSettings(base_url=service.base_url), self._environment)
        return self._endpoint, sign_in(self._endpoint, self._settings.keys, self._environment)

    def _log(self, sent: RequestSent) -> None:
        """Put the request into the ledger, off the event loop."""
        row = dataclasses.replace(sent, session=self._session)
        asyncio.get_running_loop().run_in_executor(None, self._ledger.append, row)


async def _load(*names: str) -> None:
    """Import modules off the event loop."""
    for name in names:
        await asyncio.to_thread(importlib.import_module, name)


def _resampler(rate: int) -> Resampler:
    from meetrec.audio.resample import Resampler

    return Resampler(rate, LINK_RATE)
