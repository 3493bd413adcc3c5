"""The speech service as a job uses it: the configured one, or the built-in simulated one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from meetrec.audio.resample import Resampler
from meetrec.audio.vad import VoiceDetector
from meetrec.audio.wav import WavReader
from meetrec.core.events import RequestSent
from meetrec.core.models import Model, find_model
from meetrec.core.settings import MinutesSettings, ProviderSettings, Settings
from meetrec.provider.auth import sign_in
from meetrec.provider.endpoints import find_endpoint
from meetrec.provider.live_captions import LiveCaptions
from meetrec.provider.transcribe import Transcriber
from meetrec.storage.ledger import Ledger
from meetrec.workflow.ports import Answer, Captions, Transcribe

LINK_RATE = 24_000


class Service:
    """Makes live captions and transcription requests for one session; each request goes into the ledger."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], ledger: Ledger, session: str) -> None:
        self._settings = settings
        self._environment = environment
        self._ledger = ledger
        self._session = session

    def captions(self, audio: Path, start_frame: int, stack: contextlib.AsyncExitStack) -> Captions:
        """Return the live captions of the recording in `audio`. Raises SettingsError for a wrong address."""
        settings = self._settings
        endpoint = find_endpoint(settings.provider, self._environment)
        reader = stack.enter_context(WavReader(audio))
        return LiveCaptions(
            endpoint,
            sign_in(endpoint, settings.keys, self._environment),
            settings.captions,
            find_model(settings.captions.model),
            reader=reader,
            resampler=lambda: Resampler(reader.rate, LINK_RATE),
            detector=lambda: VoiceDetector(reader.rate),
            start_frame=start_frame,
            replay_speed=settings.provider.replay_speed,
            ledger=self._log,
        )

    def transcribe(self, model: Model, settings: MinutesSettings) -> Transcribe:
        """Return the function that sends one file. Raises SettingsError for a wrong address."""
        endpoint = find_endpoint(self._settings.provider, self._environment)
        transcriber = Transcriber(endpoint, sign_in(endpoint, self._settings.keys, self._environment), ledger=self._log)

        async def send(path: Path, seconds: float, known: Sequence[tuple[str, bytes]]) -> Answer:
            return await transcriber.transcribe(
                path, model=model, language=settings.language, known_speakers=known, audio_seconds=seconds
            )

        return send

    def _log(self, sent: RequestSent) -> None:
        """Put the request into the ledger, off the event loop."""
        row = dataclasses.replace(sent, session=self._session)
        asyncio.get_running_loop().run_in_executor(None, self._ledger.append, row)


async def simulated(settings: Settings, stack: contextlib.AsyncExitStack) -> tuple[Settings, dict[str, str]]:
    """Start the built-in service on loopback; returns the settings and the environment that lead to it alone."""
    from meetrec.demo.service import DemoService  # for simulated sessions only

    service = await stack.enter_async_context(DemoService())
    provider = ProviderSettings(kind="openai", base_url=service.base_url, replay_speed=settings.provider.replay_speed)
    return dataclasses.replace(settings, provider=provider), {"OPENAI_API_KEY": "simulated"}
