"""Every state of the app, built once: snapshots, screenshots and `python -m tests.tui.play` all come from here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from meetrec.core import events as ev
from meetrec.core.errors import AudioDeviceError, DiskFullError, StorageError
from meetrec.core.transcript import Gap
from meetrec.tui.app import MeetrecApp, Start
from meetrec.tui.screens.record import RecordScreen
from tests.tui import material as made
from tests.tui.fake_player import FakePlayer
from tests.tui.fakes import FakeLibrary, FakeRecorder, FakeRunning

SIZES = ((80, 24), (60, 20), (160, 45))
THEMES = ("meetrec-dark", "meetrec-light")
RUNNING_ID = "2026-11-20T14-05-33-weekly-sync"

Steps = Callable[[Pilot[Any]], Awaitable[None]]


@dataclass
class Stage:
    """What a scene plays on: the fakes behind the app."""

    library: FakeLibrary = field(default_factory=FakeLibrary)
    recorder: FakeRecorder = field(default_factory=FakeRecorder)
    start: Start = field(default_factory=Start)
    simulated: bool = False

    def app(self, theme: str = THEMES[0]) -> MeetrecApp:
        app = MeetrecApp(self.library, self.recorder, settings_theme=theme, start=self.start, simulated=self.simulated)
        app.NOTIFICATION_TIMEOUT = 3600  # type: ignore[misc] # pictures are the same at every moment
        return app


@dataclass(frozen=True)
class Scene:
    """A state of the app: how to set the stage, the keys to press, and a text that shows when it is there."""

    name: str
    stage: Callable[[], Stage]
    shows: str
    steps: tuple[str, ...] = ()
    beside: str = ""
    """What the preview shows by then, where there is room for it."""

    def shows_at(self, size: tuple[int, int]) -> str:
        """Return the last text to appear at a size."""
        return self.beside if self.beside and size[0] >= 76 else self.shows


async def settle(pilot: Pilot[Any], shows: str, *, seconds: float = 60.0) -> None:
    """Wait until a text is on the screen and nothing moves any more."""
    deadline = time.monotonic() + seconds
    last, stable = "", 0
    while time.monotonic() < deadline:
        await pilot.pause(0.03)
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False  # pictures are the same at every moment
        for screen in pilot.app.screen_stack:
            if isinstance(screen, RecordScreen):
                screen.show_state()  # clock and level would come with the next tick
        await pilot.pause(0.01)
        text = screen_text(pilot.app)
        stable = stable + 1 if text == last else 0
        at_size = pilot.app.screen.outer_size == pilot.app.size
        settled = shows in text and stable >= 2 and at_size and "Opening …" not in text
        if settled and not pilot.app._animator._animations:
            return
        last = text
    raise AssertionError(f"{shows!r} did not appear within {seconds} s; the screen shows:\n{last}")


def screen_text(app: MeetrecApp | Any) -> str:
    """Return what the screen shows, line by line."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))


async def play(scene: Scene, pilot: Pilot[Any]) -> None:
    """Bring a running app to the scene's state."""
    for step in scene.steps:
        text, _, keys = step.partition(" => ")
        await settle(pilot, text)
        await pilot.press(*keys.split())
    await settle(pilot, scene.shows_at(pilot.app.size))


def _library(*documents: Any, **stage: Any) -> Callable[[], Stage]:
    return lambda: Stage(library=FakeLibrary(documents), **stage)


def _recording(*events: ev.Event, simulated: bool = False, ends: bool = False) -> Callable[[], Stage]:
    def stage() -> Stage:
        running = FakeRunning(RUNNING_ID, events, ends=ends)
        recorder = FakeRecorder(running)
        shelf = FakeLibrary([made.document(words=made.transcript())])
        return Stage(recorder=recorder, library=shelf, start=Start("record", "Weekly sync"), simulated=simulated)

    return stage


def _review(document: Any) -> Callable[[], Stage]:
    return lambda: Stage(library=FakeLibrary([document]), start=Start("open", document.session.id))


def _held_library() -> Stage:
    stage = Stage()
    stage.library.gate.clear()
    return stage


def _broken_library() -> Stage:
    stage = Stage()
    stage.library.refusal = StorageError(
        "/srv/work/meetings cannot be read: permission denied", "allow it with chmod u+rx"
    )
    return stage


def _labelled_library() -> Stage:
    stage = Stage(library=FakeLibrary(made.shelf()))
    ids = list(stage.library.documents)
    stage.library.pin(ids[2], True)
    stage.library.change_tags(ids[2], ["tides", "interview"])
    stage.library.change_tags(ids[0], ["planning"])
    return stage


def _indexing_library() -> Stage:
    stage = Stage(library=FakeLibrary(made.shelf()))
    stage.library.indexing = [(3200, 10_000)]
    return stage


def _refused(error: Exception) -> Callable[[], Stage]:
    return lambda: Stage(recorder=FakeRecorder(refusal=error), start=Start("record", "Weekly sync"))  # type: ignore[arg-type]


def _starting() -> Stage:
    return Stage(recorder=FakeRecorder(FakeRunning(RUNNING_ID)), start=Start("record", "Weekly sync"))


def _with_running() -> list[Any]:
    return [made.document("Planning day", state="recording", captions=6, duration=754.0), *made.shelf()[1:]]


def _stopped(*more: ev.Event) -> tuple[ev.Event, ...]:
    said = made.live_events(8, interim=False)
    at = said[-1].at
    return (*said, ev.RecordingStopped(at=at, duration=at, frames=int(at * 24000)), *more)


def _finishing() -> tuple[ev.Event, ...]:
    parts = [ev.PartSent(part=n, of=5, start=n * 1380.0, end=n * 1380.0 + 1380) for n in range(4)]
    done = [ev.PartDone(part=n, of=5, start=0, end=0, segments=300, took=24.0 + n) for n in range(2)]
    return _stopped(ev.MinutesStarted(parts=5, model="gpt-4o-transcribe-diarize"), *parts, *done)


def _people(count: int) -> Any:
    import dataclasses

    words = made.transcript(30)
    names = ("Ana", "Ben", "Chiara", "Dušan", "Eleni", "Farid", "Gudrun", "Hoshi")
    speakers = tuple(made.Speaker(f"S{n}", name, True) for n, name in enumerate(names[:count], 1))
    segments = tuple(dataclasses.replace(one, speaker=f"S{one.id % count + 1}") for one in words.segments)
    return dataclasses.replace(words, speakers=speakers, segments=segments)


def _doubtful() -> Any:
    """A session that deserves a second look: a doubtful speaker, and a text that goes round and round."""
    import dataclasses

    words = made.transcript(14)
    loop = dataclasses.replace(words.segments[-1], text="Thank you for watching. " * 6)
    return made.document(words=dataclasses.replace(words, segments=(*words.segments[:-1], loop)))


def _played(gone: str = "") -> Callable[[], Stage]:
    def stage() -> Stage:
        made_ready = _review(_REVIEWED)()
        player = FakePlayer(_REVIEWED.duration)
        player.ahead_s, player.gone = 4.0, gone
        player.set_speed(1.25)
        made_ready.library.players[_REVIEWED.session.id] = player
        return made_ready

    return stage


def _there() -> Stage:
    stage = _review(_REVIEWED)()
    stage.library.files.add(stage.library.export_path(_REVIEWED.session.id, "md"))
    return stage


def _read_only() -> Stage:
    stage = _review(_REVIEWED)()
    stage.library.read_only = "edits.jsonl was written by a newer version of meetrec"
    return stage


_REVIEWED = made.document(words=made.transcript(), duration=1262.0)
_BEHIND = made.live_events(8)
_OFFLINE = ev.LinkChanged(
    at=60, state="offline", why="the service cannot be reached", hint="it is tried again by itself"
)
_OFF = ev.LinkChanged(state="off", why="no key", hint="set OPENAI_API_KEY")
_FULL = "The disk became full"

SCENES = (
    Scene("library-loading", _held_library, "Reading the library"),
    Scene("library-empty", _library(), "Nothing recorded yet"),
    Scene("library-empty-simulated", _library(simulated=True), "Simulated service"),
    Scene("library-broken", _broken_library, "cannot be read"),
    Scene("library", _library(*made.shelf()), "8 sessions", beside="Good morning"),
    Scene(
        "library-not-made", _library(*made.shelf()), "8 sessions", ("Weekly sync => down",), beside="Recorded, minutes"
    ),
    Scene(
        "library-running", lambda: Stage(library=FakeLibrary(_with_running())), "Recording now", beside="Good morning"
    ),
    Scene("library-rename", _library(*made.shelf()), "Rename the session", ("Weekly sync => n",)),
    Scene("library-delete", _library(*made.shelf()), "gone for good", ("Weekly sync => d",)),
    Scene("library-exported", _library(*made.shelf()), "Exported as Markdown", ("Weekly sync => e",)),
    Scene("library-labels", _labelled_library, "#planning", beside="Good morning"),
    Scene("library-tags", _labelled_library, "Separate them", ("Weekly sync => t",)),
    Scene("library-filter", _library(*made.shelf()), "Show only", ("Weekly sync => F",)),
    Scene("library-filtered", _labelled_library, "1 of 8", ("Weekly sync => F t a g : t i d e s enter",)),
    Scene("library-nothing-like-it", _library(*made.shelf()), "is like that", ("Weekly sync => F x y z enter",)),
    Scene(
        "library-by-length", _library(*made.shelf()), "longest first", ("Weekly sync => S S",), beside="Good morning"
    ),
    Scene("library-other-preview", _library(*made.shelf()), "8 sessions", ("Weekly sync => v",)),
    Scene("search", _library(*made.shelf()), "Type what was said", ("Weekly sync => slash",)),
    Scene("search-found", _library(*made.shelf()), "found in 7", ("Weekly sync => slash b u d g e t",)),
    Scene("search-nothing", _library(*made.shelf()), "Nothing was found", ("Weekly sync => slash x y z",)),
    Scene("search-no-date", _library(*made.shelf()), "is no date", ("Weekly sync => slash a f t e r : x",)),
    Scene("search-indexing", _indexing_library, "indexing 3,200 of 10,000", ("Weekly sync => slash b u d g e t",)),
    Scene("library-help", _library(*made.shelf()), "Here", ("Weekly sync => question_mark",)),
    Scene("record-starting", _starting, "Starting"),
    Scene("record-silent-start", _recording(*made.live_events(1)[:2]), "Listening"),
    Scene("record-live", _recording(*made.live_events(9)), "Captions    live"),
    Scene("record-simulated", _recording(*made.live_events(5, simulated=True), simulated=True), "Simulated service"),
    Scene("record-two-tracks", _recording(*made.live_events(5, tracks=("mic", "system"))), "Computer"),
    Scene("record-behind", _recording(*_BEHIND, ev.LinkChanged(at=80, state="behind", behind=12.4)), "12 s behind"),
    Scene("record-offline", _recording(*_BEHIND, _OFFLINE), "offline, the recording"),
    Scene("record-captions-off", _recording(made.started(), _OFF, ev.AudioSignal(state="normal")), "Captions are off"),
    Scene("record-muted", _recording(*made.live_events(4, level=-120), ev.AudioSignal(state="zero")), "muted?"),
    Scene(
        "record-very-quiet", _recording(*made.live_events(4, level=-51), ev.AudioSignal(state="quiet")), "very quiet"
    ),
    Scene("record-disk-low", _recording(*_BEHIND, ev.DiskChanged(state="low", minutes_left=42)), "only 42 min left"),
    Scene(
        "record-disk-critical", _recording(*_BEHIND, ev.DiskChanged(state="critical", minutes_left=7)), "nearly full"
    ),
    Scene("record-paused", _recording(*_BEHIND, ev.RecordingPaused(at=66)), "PAUSED"),
    Scene("record-note", _recording(*made.live_events(9)), "A note, at this moment", ("live => n",)),
    Scene(
        "record-scrolled-up",
        _recording(*made.live_events(60)),
        "Not following",
        ("live => pageup pageup pageup pageup",),
    ),
    Scene(
        "record-faults",
        _recording(
            *_BEHIND,
            ev.DeviceChanged(at=70, device="Built-in", what="The headset is gone, now reading Built-in microphone"),
            ev.AudioGap(at=72, seconds=1.4, why="the sound card stopped for a moment"),
            ev.Notice(at=73, what="The service does not know the parameter noise_reduction, it was left out"),
        ),
        "headset is gone",
    ),
    Scene("record-finishing", _recording(*_finishing()), "2 of 5 parts done"),
    Scene(
        "record-finishing-one-part",
        _recording(*_stopped(ev.MinutesStarted(parts=1), ev.PartSent(part=0, of=1, start=0, end=90))),
        "0 of 1 part done",
    ),
    Scene(
        "record-disk-full",
        _recording(*_BEHIND, ev.RecordingStopped(at=90, duration=90, frames=2160000, why=_FULL)),
        _FULL,
    ),
    Scene("record-lost", _recording(*_BEHIND, ends=True), "OUT OF TOUCH"),
    Scene(
        "record-no-microphone",
        _refused(
            AudioDeviceError("no microphone was found", "plug one in, or run meetrec devices to see what there is")
        ),
        "No microphone was found",
    ),
    Scene(
        "record-no-space",
        _refused(DiskFullError("only 4 minutes fit on the disk", "free some space")),
        "Only 4 minutes",
    ),
    Scene("record-help", _recording(*made.live_events(9)), "Here", ("live => question_mark",)),
    Scene("review", _review(made.document(words=made.transcript(), duration=1262.0)), "Ana"),
    Scene("review-unnamed", _review(made.document(words=made.transcript(named=False))), "Speaker 1"),
    Scene("review-eight-speakers", _review(made.document(words=_people(8))), "Ana"),
    Scene("review-simulated", _review(made.document(words=made.transcript(), simulated=True)), "Simulated service"),
    Scene("review-draft", _review(made.document(state="recorded", problem="no key", captions=9)), "Press f"),
    Scene("review-draft-finishing", _review(made.document(state="finishing", captions=9)), "First draft"),
    Scene("review-empty", _review(made.document(words=made.transcript(0))), "No words"),
    Scene(
        "review-gap",
        _review(made.document(words=made.transcript(6, gaps=(Gap(18.0, 31.0, "the service failed three times"),)))),
        "Not transcribed",
    ),
    Scene("review-name", _review(made.document(words=made.transcript(named=False))), "Who is", ("Speaker 1 => 2",)),
    Scene("review-moved", _review(made.document(words=made.transcript(30))), "Ana", ("Ana => j j j j j j j",)),
    Scene("review-huge", _review(made.document(words=made.transcript(3000))), "Ana", ("Ana => G",)),
    Scene("review-doubt", _review(_doubtful()), "speaker uncertain", ("Ana => right_square_bracket",)),
    Scene("review-loop", _review(_doubtful()), "text repeats itself", ("Ana => G",)),
    Scene("review-edit", _review(_REVIEWED), "Save, next turn", ("Ana => j j j enter",)),
    Scene(
        "review-edited",
        _review(_REVIEWED),
        "Text changed",
        ("Ana => j j enter", "Save, next => exclamation_mark enter"),
    ),
    Scene("review-undone", _review(_REVIEWED), "Undone: ", ("Ana => j j d", "Turn deleted => u")),
    Scene("review-assign", _review(_REVIEWED), "said by somebody else", ("Ana => j j a",)),
    Scene("review-assign-who", _review(_REVIEWED), "Who said it?", ("Ana => j j a", "somebody else => h")),
    Scene(
        "review-speaker",
        _review(_REVIEWED),
        "Split S4 back",
        ("Ana => 4", "Who is => A n a enter", "one speaker now => S"),
    ),
    Scene("review-becomes-one", _review(_REVIEWED), "become one", ("Ana => s", "Who is => B e n")),
    Scene("review-filter", _review(_REVIEWED), "Only Ben", ("Ana => F", "only what one => 2")),
    Scene("review-find", _review(_REVIEWED), "1 of 4", ("Ana => slash", "Keep => f i g u r e s")),
    Scene("review-go", _review(_REVIEWED), "Go to", ("Ana => g",)),
    Scene("review-panel", _review(_REVIEWED), "S3 · 2 turns", ("Ana => w",)),
    Scene("review-export", _review(_REVIEWED), "Export as", ("Ana => e",)),
    Scene(
        "review-export-there", _there, "Replace the file?", ("Ana => e", "Export as => enter", "which file => enter")
    ),
    Scene("review-playing", _played(), "1.25×", ("Ana => j j j j space",)),
    Scene("review-no-output", _played("no output: no device to play on"), "Space tries", ("Ana => space",)),
    Scene("review-read-only", _read_only, "Nothing can be changed"),
    Scene("review-draft-nothing", _review(made.document(state="recorded", problem="no key")), "No captions were kept"),
    Scene("review-failed", _review(made.document(state="failed", problem="the audio file is damaged")), "damaged"),
    Scene(
        "review-broken",
        _review(made.document(words=made.transcript(4), problem="line 3 of events.jsonl cannot be read")),
        "line 3 of events.jsonl",
    ),
    Scene("review-missing", lambda: Stage(start=Start("open", "gone")), "There is no session gone"),
    Scene("review-help", _review(made.document(words=made.transcript())), "Here", ("Ana => question_mark",)),
)
