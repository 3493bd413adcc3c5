"""The review screen on a session of eight hours, 20,000 segments: how fast it opens, and how fast each key answers."""

from __future__ import annotations

import asyncio
import gc
import itertools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from benchmarks.processes import percentile
from meetrec.cli.app import DiskLibrary, ProcessRecorder
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.paths import Paths
from meetrec.storage.sessions import SessionStore
from meetrec.tui.app import MeetrecApp, Start
from meetrec.tui.screens.review import ReviewScreen
from meetrec.workflow.minutes import write_minutes

SEGMENTS = 20_000
RUNS = 5
TIMES = 6
BUSY_S = 3.5
"""So long after an act its shares, loops and minutes are still worked out."""
SIZE = (120, 40)
CPU_SECONDS: list[float] = []
"""What each key took of the thread of the screen: that a busy machine hardly changes."""
KEYS = (
    "j", "k", "pagedown", "pageup", "G", "home", "right_square_bracket", "left_square_bracket", "m", "w", "escape",
    "slash", "b", "u", "d", "enter", "n", "N", "escape", "d", "u", "ctrl+r", "u", "enter", "x", "escape", "u",
)  # fmt: skip
WIDE_KEYS = (
    "F", "2", "j", "G", "escape", "s", "Z", "enter", "u", "a", "h", "enter", "u", "S", "x", "enter", "u", "g", "g",
)  # fmt: skip
ACTS = ("d", "u", "d", "d", "u", "u")
BUSY_KEYS = ("j", "pagedown", "n", "right_square_bracket", "k", "N", "G", "pageup", "left_square_bracket", "home")
"""What is pressed while the consequences of an act are worked out."""
SAID = (
    "Good morning everybody. Shall we start? We have twenty minutes and three things on the list.",
    "Morning.",
    "Ich würde lieber auf die Zahlen vom November warten, bevor wir irgendwem etwas versprechen.",
    (
        "Can we spend the budget on the second room? The ceiling there swallows every other word, and people who call "
        "in have been asking us to repeat things since spring. A pair of flat microphones on the table would do."
    ),
)


def main() -> None:
    """Open an empty session and a large one in turn, then press keys in the large one."""
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths.under(Path(folder))
        empty, full = session(paths, 0), session(paths, SEGMENTS)
        empty_times, full_times = [], []
        for _ in range(RUNS):
            empty_times.append(asyncio.run(opening(paths, empty)))
            full_times.append(asyncio.run(opening(paths, full)))
        a, b = statistics.median(full_times) * 1000, statistics.median(empty_times) * 1000
        print(f"opening {SEGMENTS:,} segments: {a:.0f} ms, an empty session {b:.0f} ms")
        print(f"opening over an empty one's: {a - b:.0f} ms (at most 300)")
        for what, measure in (
            ("key to answer", partial(press_keys, KEYS)),
            ("with dialogs, and acts on thousands of lines", partial(press_keys, WIDE_KEYS)),
            ("while an act's consequences are worked out", press_on),
        ):
            CPU_SECONDS.clear()
            report(what, asyncio.run(with_app(paths, full, measure)))
            report("  of it CPU of the screen's thread", CPU_SECONDS)


def report(what: str, times: list[float]) -> None:
    """Print how long keys took."""
    median, p99, most = (1000 * one for one in (statistics.median(times), percentile(times, 0.99), max(times)))
    print(
        f"{what}, {len(times)} keys: median {median:.1f} ms, p99 {p99:.1f} ms (at most 50), the slowest {most:.1f} ms"
    )


def session(paths: Paths, count: int) -> str:
    """Make a session of so many segments by four people, and return its id."""
    length = 1.44
    segments = tuple(
        Segment(
            number, number * length, (number + 0.9) * length, f"S{number % 4 + 1}", f"{SAID[number % 4]} {number}",
            doubt="overlapping voices" if number % 500 == 7 else "",
        )
        for number in range(count)
    )  # fmt: skip
    speakers = tuple(Speaker(f"S{number}", f"Speaker {number}") for number in range(1, 5)) if count else ()
    folder = SessionStore(paths).create(f"{count} segments", datetime(2026, 11, 20, tzinfo=UTC))
    folder.save_transcript(Transcript(segments, speakers, duration=max(count * length, 60.0)))
    write_minutes(folder)
    return folder.id


async def with_app(
    paths: Paths, session_id: str, measure: Callable[[Pilot[None]], Awaitable[list[float]]]
) -> list[float]:
    """Run the app on a session and return what was measured."""
    app = MeetrecApp(DiskLibrary(paths), ProcessRecorder(paths), start=Start("open", session_id))
    async with app.run_test(size=SIZE) as pilot:
        return await measure(pilot)


async def opening(paths: Paths, session_id: str) -> float:
    """Return the seconds from the start of the app until the session is shown."""
    gc.collect()
    began = time.perf_counter()

    async def shown(pilot: Pilot[None]) -> list[float]:
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen)
        while screen.document is None or (screen.turns.entries and screen.turns.cursor is None):  # noqa: ASYNC110 - of the code that is measured
            await asyncio.sleep(0.001)
        await painted(pilot)
        taken = time.perf_counter() - began
        await screen.workers.wait_for_complete()  # or what is worked out next would slow down the next opening
        return [taken]

    return (await with_app(paths, session_id, shown))[0]


async def press_keys(keys: Sequence[str], pilot: Pilot[None]) -> list[float]:
    """Return for each key the seconds until everything that follows from it is worked off and painted.

    An act is on the disk by then; what is worked out in the background of it (shares, loops) goes on meanwhile.
    """
    await looked_at(pilot)
    answers = []
    for _ in range(TIMES):
        for key in keys:
            answers.append(await press(pilot, key))
            await asyncio.sleep(0.02)
    return answers


async def press_on(pilot: Pilot[None]) -> list[float]:
    """The same for keys that are pressed while shares, loops and minutes are worked out after an act."""
    await looked_at(pilot)
    for key in ("slash", "b", "u", "enter"):
        await press(pilot, key)
    CPU_SECONDS.clear()
    answers = []
    for act in ACTS:
        answers.append(await press(pilot, act))
        end = time.perf_counter() + BUSY_S
        for key in itertools.cycle(BUSY_KEYS):
            answers.append(await press(pilot, key))
            await asyncio.sleep(0.02)
            if time.perf_counter() > end:
                break
    return answers


async def looked_at(pilot: Pilot[None]) -> None:
    """Wait until everything is worked out that follows from opening a session."""
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    await screen.workers.wait_for_complete()


async def press(pilot: Pilot[None], key: str) -> float:
    """Return the seconds until a key is answered."""
    began, worked = time.perf_counter(), time.thread_time()
    pilot.app.simulate_key(key)
    await worked_off(pilot.app)
    await painted(pilot)
    CPU_SECONDS.append(time.thread_time() - worked)
    return time.perf_counter() - began


async def worked_off(app: App[None]) -> None:
    """Wait until a key has gone its way, from the app to what has the focus and up again, and its act is done or asks.

    Shares, loops and minutes are not waited for.
    """
    screen = app.screen
    way = (app, *(screen.focused or screen).ancestors_with_self, app, screen)
    for pump in way:
        passed = asyncio.Event()
        pump.call_later(passed.set)
        while not passed.is_set() and (pump is app or pump.is_attached):  # noqa: ASYNC110 - a dialog that is answered goes
            await asyncio.sleep(0)
    while isinstance(app.screen, ReviewScreen) and any(one.group == "act" for one in app.screen.workers):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def painted(pilot: Pilot[None]) -> None:
    """Wait until the screen has painted what changed."""
    done = asyncio.Event()
    pilot.app.screen.call_after_refresh(done.set)
    await done.wait()


if __name__ == "__main__":
    main()
