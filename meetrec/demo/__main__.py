"""`python -m meetrec.demo`: the simulated speech service on its own, until Ctrl+C."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from meetrec.core.errors import ExitCode, MeetrecError, UsageError
from meetrec.demo.meeting import load_sample
from meetrec.demo.service import DemoService
from meetrec.demo.truth import load_truth


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m meetrec.demo", description="Serve a simulated speech service.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (a free one)")
    parser.add_argument("--truth", type=Path, action="append", help="truth file of a recording to know; repeatable")
    parser.add_argument("--audio", type=Path, action="append", help="its audio, where the truth file names another")
    parser.add_argument("--latency", type=float, default=0.15, help="seconds from a commit to its text (0.15)")
    parser.add_argument("--key", help="the only key accepted (any)")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    audio = options.audio or [None] * len(options.truth or [])
    if len(audio) != len(options.truth or []):
        raise UsageError("--audio must be given once for each --truth.", "Give both, or leave --audio out.")
    known = [load_truth(path, file) for path, file in zip(options.truth, audio, strict=True)] if options.truth else None
    try:
        service = DemoService(known, key=options.key, latency=options.latency, port=options.port)
        await service.start()
    except OSError as error:
        problem = f"Cannot listen on port {options.port}: {os.strerror(error.errno or 0).lower()}."
        raise MeetrecError(problem, "Choose another --port.") from error
    except RuntimeError as error:  # of libsndfile
        raise MeetrecError(f"Cannot read the recording: {error}", "Check --audio.") from error
    titles = ", ".join(one.title for one in known or [load_sample()])
    print(f"Simulated speech service (no speech is recognized, nothing leaves this machine): {service.base_url}")
    print(f"It knows: {titles}. Any key will do. Ctrl+C ends it." if not options.key else f"It knows: {titles}.")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await service.stop()


def main() -> int:
    """Serve until interrupted; returns the exit status."""
    try:
        asyncio.run(_serve(_options()))
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except MeetrecError as error:
        print(f"{error} {error.hint}".strip(), file=sys.stderr)
        return int(error.exit_code)
    return int(ExitCode.DONE)


if __name__ == "__main__":
    sys.exit(main())
