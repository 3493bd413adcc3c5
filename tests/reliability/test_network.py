"""Networks that vanish, swallow or crawl between the recorder and the service: no sample and no word is lost."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.meeting import RATE, SAMPLE, WORDS, Pcm, caption_words, cut, sample_pcm, words_between, write_wav
from tests.e2e.program import Done, Live, jobs, meetrec, only_session, shown, until, wav_pcm
from tests.e2e.served import PATIENCE_S, Served
from tests.proxy import Proxy

log = logging.getLogger(__name__)

SPEECH = (6.6, 22.7)
SPEECH_WORDS = words_between(*SPEECH)


class Network:
    """A proxy between the programs and the service, in a thread of its own."""

    def __init__(self, served: Served) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network")
        self._thread.start()
        self._proxy = Proxy(served.service.port)
        self._run(self._proxy.__aenter__)
        self.url = f"http://127.0.0.1:{self._proxy.port}/v1"

    def close(self) -> None:
        self._run(self._proxy.__aexit__)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _run(self, call: Callable[[], object]) -> None:
        async def run() -> None:
            result = call()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE_S)

    def vanish(self) -> None:
        """Reset all connections and refuse new ones."""
        self._proxy.accepts = False
        self._run(self._proxy.reset_all)

    def come_back(self) -> None:
        self._proxy.accepts = True
        self._proxy.bytes_per_second = None
        self._run(self._proxy.passes.set)

    def swallow(self) -> None:
        """Let nothing pass any more, and end no connection."""
        self._run(self._proxy.passes.clear)

    def crawl(self, bytes_per_second: float) -> None:
        self._proxy.bytes_per_second = bytes_per_second


@pytest.fixture
def network(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    network = Network(served)
    monkeypatch.setenv("OPENAI_BASE_URL", network.url)
    yield network
    network.close()


def elapsed() -> float:
    return float(meetrec("status", "--json").json.get("elapsed", 0.0))


def memory(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    fields = Path(f"/proc/{pid}/status").read_text().split()
    return int(fields[fields.index("VmRSS:") + 1]) / 1024


def states(done: Done) -> list[str]:
    told: list[str] = []
    for event in done.events:
        if event["type"] == "link.changed" and told[-1:] != [event["state"]]:
            told.append(event["state"])
    return told


def assert_whole(samples: Pcm) -> None:
    assert wav_pcm(only_session().audio) == samples.tobytes()


def test_ten_minutes_without_a_network_cost_no_word_and_no_memory(
    served: Served, network: Network, tmp_path: Path
) -> None:
    """Forty times as fast as life; what was missed goes out again, and is nowhere kept but in the WAV."""
    samples = np.tile(sample_pcm(), 13)
    path = write_wav(tmp_path / "meeting.wav", samples)
    with Live("record", "--from", str(path), "--speed", "40", "--no-finish", "--json") as live:
        live.wait_for('"caption.final"', times=2)
        network.vanish()
        live.wait_for('"offline"')
        gone_at = elapsed()
        (job,) = jobs()
        before = memory(job.pid)
        until(lambda: elapsed() > gone_at + 600, 120)
        grown = memory(job.pid) - before
        network.come_back()
        began, captioned = time.monotonic(), len(live.holding('"caption.final"'))
        live.wait_for('"caption.final"', times=captioned + 1)
        log.info("captions back after %.1f s", time.monotonic() - began)
        done = live.end()
    log.info("memory grown by %.1f MB", grown)
    assert done.code == 0, done
    assert caption_words(shown()) == WORDS * 13
    assert_whole(samples)
    assert grown < 10
    after = [event for event in done.events if event["type"] == "link.changed"]
    assert (after[-1]["state"], after[-1]["behind"]) == ("off", 0)


def test_a_half_open_connection_is_noticed_and_what_it_swallowed_is_captioned(
    served: Served, network: Network, tmp_path: Path
) -> None:
    """With the real limits: promised are 16 s."""
    samples = np.tile(sample_pcm(), 2)
    path = write_wav(tmp_path / "meeting.wav", samples)
    with Live("record", "--from", str(path), "--speed", "6", "--no-finish", "--json") as live:
        live.wait_for('"caption.final"', times=3)
        network.swallow()
        began = time.monotonic()
        line = live.wait_for('"offline"')
        took = time.monotonic() - began
        network.come_back()
        done = live.end()
    log.info("noticed after %.1f s", took)
    assert "does not answer any more" in line
    assert took < 30  # a busy machine is given more
    assert done.code == 0, done
    assert caption_words(shown()) == WORDS * 2
    assert_whole(samples)


def test_a_network_slower_than_speech_makes_captions_late_and_loses_no_word(served: Served, network: Network) -> None:
    with Live("record", "--from", SAMPLE, "--speed", "4", "--no-finish", "--json") as live:
        live.wait_for('"caption.final"', times=2)
        network.crawl(60_000)  # a quarter of what is spoken
        live.wait_for('"state": "behind"')
        network.come_back()
        done = live.end()
    assert done.code == 0, done
    told = states(done)
    assert "live" in told[told.index("behind") :]
    assert caption_words(shown()) == WORDS
    assert_whole(sample_pcm())


def test_ten_minutes_of_silence_end_no_captions_and_fill_no_journal(
    served: Served, network: Network, tmp_path: Path
) -> None:
    samples = np.concatenate([np.zeros(600 * RATE, np.int16), cut(*SPEECH)])
    path = write_wav(tmp_path / "silence.wav", samples)
    with Live("record", "--from", str(path), "--speed", "60", "--no-finish", "--json") as live:
        done = live.end()
    assert done.code == 0, done
    assert caption_words(shown()) == SPEECH_WORDS
    assert "offline" not in states(done)
    assert len(list(only_session().events())) < 60
    assert len(served.links) <= 2  # the second for what was recorded before the first was open
