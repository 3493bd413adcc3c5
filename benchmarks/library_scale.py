"""The library with 10,000 sessions against one with 10; and searching them against a plain query of SQLite's FTS5."""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from benchmarks.processes import PROGRAM, environment, silent_service
from benchmarks.terminal import Terminal
from meetrec.core.query import parse_query
from meetrec.core.transcript import Segment, Speaker, Transcript
from meetrec.storage.index import SessionIndex
from meetrec.storage.paths import Paths

FEW, MANY = 10, 10_000
RUNS = 11
LINES = 40
QUERIES = 300
NEWEST = "The newest meeting"
_NAMES = ("Ana", "Ben", "Chiara", "Dušan")
_WORDS = [f"{first}{second}{third}" for first in "bdfgklmn" for second in ("a", "e", "io", "u", "ar") for third in
          ("ld", "n", "t", "mer", "st", "ga", "vo", "lip", "rk", "sh", "tz", "wen", "x", "y", "za")]  # fmt: skip
_WEIGHTS = [1 / rank for rank in range(1, len(_WORDS) + 1)]  # as words are spread in any language (Zipf)


def main() -> None:
    """Make both libraries, start the app in each in turn, then search the large one."""
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder, silent_service() as port:
        homes = [Path(folder) / f"{count}" for count in (FEW, MANY)]
        for home, count in zip(homes, (FEW, MANY), strict=True):
            make_library(home, count, rng)
        index = SessionIndex(Paths.under(homes[1]))
        began = time.perf_counter()
        SessionIndex(Paths.under(homes[0])).update()
        index.update()
        built = time.perf_counter() - began
        began = time.perf_counter()
        index.update()
        print(
            f"  index of {MANY:,} sessions: made in {built:.1f} s,"
            f" looked at again in {time.perf_counter() - began:.2f} s"
        )
        times: list[list[float]] = [[], []]
        for _ in range(RUNS):
            for home, taken in zip(homes, times, strict=True):
                taken.append(start_seconds(home, port))
        few, many = (statistics.median(one) for one in times)
        print(
            f"  library on the screen after {few * 1000:.0f} ms with {FEW} sessions, {many * 1000:.0f} ms with {MANY:,}"
        )
        print(f"library with {MANY:,} sessions: {many / few:.2f} of the time with {FEW} (at most 1.5)")
        compare_search(index, Path(folder) / "plain.sqlite", rng)


def start_seconds(home: Path, port: int) -> float:
    """Return the seconds until the newest session is on the screen."""
    terminal = Terminal([PROGRAM], environment(home, port))
    seconds = terminal.wait_for(NEWEST) - terminal.started
    terminal.end()
    return seconds


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, _WEIGHTS, k=rng.randint(5, 20)))


def make_library(home: Path, count: int, rng: random.Random) -> None:
    """Write `count` sessions with minutes, as they look an hour after they were made."""
    sessions = Paths.under(home).sessions
    sessions.mkdir(parents=True)
    start = datetime(2026, 11, 20, 14, 5, 33, tzinfo=timezone(timedelta(hours=1)))
    speakers = tuple(Speaker(f"S{number}", name, True) for number, name in enumerate(_NAMES, 1))
    for number in range(count):
        at = start - timedelta(hours=7 * number)
        folder = sessions / f"{at:%Y-%m-%dT%H-%M-%S}-meeting-{number}"
        folder.mkdir()
        title = NEWEST if number == 0 else f"Meeting {number}"
        (folder / "session.toml").write_text(f'title = "{title}"\nstarted_at = {at.isoformat()}\n')
        segments = tuple(Segment(n, n * 6.0, n * 6.0 + 5, f"S{n % 4 + 1}", sentence(rng)) for n in range(LINES))
        words = Transcript(segments, speakers, duration=LINES * 6.0)
        (folder / "transcript.json").write_text(json.dumps(words.to_dict()))
        (folder / "minutes.md").write_text(f'---\nduration: "00:04:00"\nspeakers: {json.dumps(_NAMES)}\n---\n')
        (folder / "events.jsonl").touch()
    time.sleep(2.1)  # files are no younger than the steps in which file systems tell time


def compare_search(index: SessionIndex, path: Path, rng: random.Random) -> None:
    """Search both for the same words, in turn."""
    plain = plain_index(index, path)
    ours, theirs = [], []
    for text in queries(rng):
        query = parse_query(text)
        ours.append(seconds(partial(index.search, query)))
        expression = " ".join(f'"{term.text}"{"*" if term.prefix else ""}' for (term,) in query.groups)
        theirs.append(seconds(partial(ask_plain, plain, expression)))
    a, b = (statistics.quantiles(one, n=20)[18] for one in (ours, theirs))
    print(f"  searching {MANY * LINES:,} lines: p50 {statistics.median(ours) * 1000:.1f} ms, p95 {a * 1000:.1f} ms;"
          f" a plain query {statistics.median(theirs) * 1000:.1f} and {b * 1000:.1f} ms")  # fmt: skip
    print(f"search, p95: {a / b:.2f} of a plain FTS5 query's (at most 2)")
    plain.close()


def queries(rng: random.Random) -> list[str]:
    """Return words and phrases, frequent and rare, as people look for them."""
    made = []
    for number in range(QUERIES):
        one, other = rng.choices(_WORDS, _WEIGHTS, k=2)
        rare = rng.choice(_WORDS[100:])
        made.append((one, rare, f"{one} {rare}", f'"{one} {other}"', f"{rare[:3]}*")[number % 5])
    return made


def plain_index(index: SessionIndex, path: Path) -> sqlite3.Connection:
    """Return a table of the same lines with nothing but FTS5's own defaults."""
    database = sqlite3.connect(path)
    database.execute("CREATE VIRTUAL TABLE plain USING fts5(said)")
    with sqlite3.connect(index.paths.index) as source:
        database.executemany("INSERT INTO plain VALUES (?)", source.execute("SELECT said FROM line"))
    source.close()
    database.commit()
    return database


def ask_plain(plain: sqlite3.Connection, expression: str) -> Sequence[object]:
    return plain.execute(
        "SELECT rowid, snippet(plain, 0, '[', ']', '…', 12) FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 20",
        (expression,),
    ).fetchall()


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
