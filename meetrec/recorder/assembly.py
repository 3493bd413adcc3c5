"""Where real parts are put into the ports of the workflows: microphone, disk, service."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from meetrec.audio.levels import Level
from meetrec.audio.recording import Recording as SoundEngine
from meetrec.audio.sound_files import SoundReader, SoundWriter
from meetrec.audio.source import Source
from meetrec.audio.wav import repair
from meetrec.core.errors import BusyError, DiskFullError, StorageError, UsageError
from meetrec.core.events import Event, Notice, RecordingRecovered, RecordingStarted, SignalState
from meetrec.core.models import find_model
from meetrec.core.settings import Settings
from meetrec.recorder.awake import awake
from meetrec.recorder.job import Job
from meetrec.recorder.publishing import publish
from meetrec.recorder.recorded_audio import RecordedAudio
from meetrec.recorder.rescue import Rescue
from meetrec.recorder.service import Service
from meetrec.recorder.sharing import in_turn
from meetrec.recorder.sources import open_source
from meetrec.storage.files import free_bytes
from meetrec.storage.journal import Journal
from meetrec.storage.ledger import Ledger
from meetrec.storage.locks import JobLease, running_jobs, start_job
from meetrec.storage.part_files import PartFiles
from meetrec.storage.paths import Paths
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.session_state import was_interrupted
from meetrec.storage.sessions import SessionStore
from meetrec.storage.settings_file import load_settings
from meetrec.workflow.finish import Finish
from meetrec.workflow.finish_job import FinishJob
from meetrec.workflow.record import CRITICAL_MINUTES, Recording

SAMPLE_BYTES = 2


@dataclass
class Started:
    """A job that has begun: its session, and the recording where it is one."""

    folder: SessionFolder
    settings: Settings
    service: Service
    lease: JobLease
    sound: SoundReader
    part_files: PartFiles
    recording: Recording | None = None
    notices: list[Notice] = dataclasses.field(default_factory=list)
    """What is to be told when the minutes are ready."""

    @property
    def session_id(self) -> str:
        """The name of the session's folder."""
        return self.folder.id

    def open_journal(self) -> Journal:
        """Open the journal of the session."""
        return self.folder.open_journal()


class Assembly:
    """Builds what a job needs. `environment` holds keys and settings; it is read, never written down."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._paths = Paths.from_environment(environment)
        self._store = SessionStore(self._paths)

    async def begin(self, job: Job, stack: contextlib.AsyncExitStack) -> Started:
        """Take the session and open the sound. What `stack` holds is given back at the end, whatever happens.

        Raises MeetrecError with what keeps the job from beginning; then nothing was made.
        """
        self._paths.make()
        settings = load_settings(self._paths.settings, self._environment)
        if job.model:
            settings = dataclasses.replace(settings, minutes=dataclasses.replace(settings.minutes, model=job.model))
        if job.kind != "finish":
            return await self._begin_recording(job, settings, stack)
        folder = self._store.find(job.session)
        lease = stack.enter_context(start_job(self._paths, folder.id, job.kind))
        folder.tidy()
        if not folder.audio_files:
            raise StorageError(f"{folder.id} has no sound to make minutes from", "it was deleted, or never recorded")
        service = self._service(folder, settings, stack)
        service.check()
        if job.again:
            PartFiles(folder.parts_dir).clear()
        sound = stack.enter_context(SoundReader([]))  # it is opened when it is in order, see `recover`
        return Started(folder, settings, service, lease, sound, PartFiles(folder.parts_dir))

    def finish(self, started: Started) -> Finish:
        """Return the making of the session's minutes. Raises SettingsError for a wrong address."""
        settings = started.settings.minutes
        model = find_model(settings.model)
        transcribe = started.service.transcribe(model)
        if started.lease.job.kind == "import":
            transcribe = in_turn(transcribe, self._paths.running, settings.parallel)
        return Finish(
            FinishJob(
                settings=settings,
                model=model,
                audio=RecordedAudio(started.sound),
                files=started.part_files,
                transcribe=transcribe,
                publish=lambda transcript: publish(started.folder, transcript, started.notices),
            )
        )

    def recover(self, started: Started) -> list[Event]:
        """Put in order what a recorder that died has left, and open the sound; returns what to tell of it. Blocks."""
        folder = started.folder
        if started.recording is not None:
            return []
        interrupted = was_interrupted(folder)
        for path in folder.audio_files if interrupted else ():
            repair(path)
        started.sound.go_on_in(folder.audio_files or [folder.audio])
        if not interrupted:
            return []
        length = folder.duration()
        return [RecordingRecovered(at=length, duration=length)]

    def rescued(self, started: Started, path: Path) -> None:
        """Go on in the folder to which the recording was rescued. Blocks; raises BusyError or StorageError."""
        before, started.folder = started.folder, SessionFolder(path)
        started.part_files.move_to(started.folder.parts_dir)
        if before.id != started.folder.id:
            started.lease.move_to(self._paths, started.folder.id)

    def warnings(self, started: Started, job: Job) -> list[Notice]:
        """Return what is worth knowing before the work: a model it uses that ends within 120 days."""
        if started.folder.session.simulated:
            return []
        names = [started.settings.minutes.model] if job.finish else []
        if started.recording is not None and job.captions and started.settings.captions.enabled:
            names.append(started.settings.captions.model)
        ending = [find_model(name).ending_words(datetime.now().astimezone().date()) for name in names]
        hint = "meetrec models lists the others"
        return [Notice(at=started.folder.duration(), what=words, hint=hint) for words in ending if words]

    def _service(self, folder: SessionFolder, settings: Settings, stack: contextlib.AsyncExitStack) -> Service:
        return Service(
            settings,
            self._environment,
            stack,
            ledger=Ledger(self._paths.ledger),
            session=folder.id,
            is_simulated=folder.session.simulated,
        )

    # -- recording -----------------------------------------------------------------------------------------------

    async def _begin_recording(self, job: Job, settings: Settings, stack: contextlib.AsyncExitStack) -> Started:
        if job.kind == "record" and any(one.records for one in running_jobs(self._paths)):
            raise BusyError("a recording is already running", "meetrec attach shows it, meetrec stop ends it")
        source = await asyncio.to_thread(open_source, job, settings.audio)
        stack.callback(source.stop)
        self._check_space(source.rate)
        folder = self._session_folder(job, settings, source)
        stack.callback(self._discard_unless_begun, folder)
        lease = stack.enter_context(start_job(self._paths, folder.id, job.kind))
        service = self._service(folder, settings, stack)
        wanted = job.captions and settings.captions.enabled
        if wanted or job.finish:
            service.check()
        sound = stack.enter_context(SoundReader([]))
        writer = _open_writer(folder, source, sound)
        stack.callback(writer.close)
        sound.go_on_in(writer.paths)
        if job.source == "microphone":
            stack.enter_context(awake())
        first_frame = writer.frames  # captions open when sound has been written already, and begin here all the same
        session = folder.session
        started = RecordingStarted(
            at=writer.duration,
            id=folder.id,
            folder=str(folder.path),
            title=session.title,
            rate=source.rate,
            device=source.device_name,
            captions_model=session.captions_model,
            minutes_model=session.minutes_model,
            simulated=session.simulated,
        )
        rescue = Rescue(self._paths, folder, sound)
        recording = Recording(
            started,
            open_sound=lambda listener: _open_sound(source, writer, listener, rescue),
            open_captions=(lambda: service.captions(sound, first_frame)) if wanted else None,
            minutes_left=lambda: _minutes_left(rescue.folder.path, source.rate),
        )
        return Started(folder, settings, service, lease, sound, PartFiles(folder.parts_dir), recording)

    def _session_folder(self, job: Job, settings: Settings, source: Source) -> SessionFolder:
        """Return the session to go on with, or a new one."""
        if job.session:
            folder = self._store.find(job.session)
            if not folder.audio.exists():
                raise StorageError(f"the audio of {folder.id} is gone", "start a new recording instead")
            return folder
        started_at = datetime.now().astimezone()
        if job.started_at:
            started_at = datetime.fromisoformat(job.started_at)
        elif job.kind == "import":
            started_at = datetime.fromtimestamp(Path(job.path).stat().st_mtime).astimezone()
        return self._store.create(
            job.title,
            started_at,
            rate=source.rate,
            device=source.device_name if job.source == "microphone" else "",
            source=source.device_name if job.source != "microphone" else "microphone",
            captions_model=settings.captions.model if job.captions and settings.captions.enabled else "",
            minutes_model=settings.minutes.model,
            simulated=job.simulated,
        )

    def _check_space(self, rate: int) -> None:
        if _minutes_left(self._paths.sessions, rate) < CRITICAL_MINUTES:
            raise DiskFullError(
                f"less than {CRITICAL_MINUTES:.0f} minutes of recording fit on the disk of {self._paths.sessions}",
                "make space, or point MEETREC_HOME to another disk",
            )

    def _discard_unless_begun(self, folder: SessionFolder) -> None:
        """Remove the folder of a recording that never began; where a sound or an event is in it, it stays."""
        if not folder.path.is_dir() or folder.duration() > 0:
            return
        if not any(isinstance(event, RecordingStarted) for event in folder.events()):
            self._store.delete(folder)


def _minutes_left(folder: Path, rate: int) -> float:
    """Return how long the free space lasts, in minutes of recording."""
    return free_bytes(folder) / (rate * SAMPLE_BYTES * 60)


def _open_writer(folder: SessionFolder, source: Source, sound: SoundReader) -> SoundWriter:
    """Return the writer of the session's sound, at its end where there is some; `sound` reads it."""
    if not folder.audio.exists():
        return SoundWriter(folder.audio, rate=source.rate, on_file=sound.go_on_in)
    writer = SoundWriter.append_to(folder.audio_files, on_file=sound.go_on_in)
    if writer.rate == source.rate:
        return writer
    writer.close()
    raise UsageError(
        f"the session was recorded at {writer.rate} Hz and {source.device_name} gives {source.rate} Hz",
        "start a new recording instead",
    )


def _open_sound(source: Source, writer: SoundWriter, listener: Recording, rescue: Rescue) -> SoundEngine:
    def on_level(level: Level) -> None:
        listener.on_level(level.rms_db, level.peak_db)

    rescue.on_rescued = lambda folder, why, missing: listener.on_rescued(str(folder.path), why, missing)
    return SoundEngine(
        source,
        writer,
        on_advance=listener.on_advance,
        on_level=on_level,
        on_signal=lambda state: listener.on_signal(cast("SignalState", state)),
        on_gap=lambda seconds: listener.on_gap(seconds, "the microphone did not deliver it"),
        on_sleep=listener.on_sleep,
        on_trouble=listener.on_trouble,
        on_fault=listener.on_fault,
        on_ended=listener.on_ended,
        rescue=rescue,
    )
