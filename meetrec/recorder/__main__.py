"""`python -m meetrec.recorder`: what front ends start. The job is in the environment (recorder/job.py)."""

from __future__ import annotations

import asyncio
import gc
import os
import sys

from meetrec.recorder.job import ENVIRONMENT, Job


def main() -> int:
    """Run the job and return its exit status."""
    text = os.environ.pop(ENVIRONMENT, "")
    if not text:
        print("meetrec: this is the recorder process, which the program starts itself", file=sys.stderr)
        print("try: meetrec record", file=sys.stderr)
        return 2
    gc.set_threshold(20_000)  # what is imported stays: to look for garbage in it takes a fifteenth of the time to start
    from meetrec.recorder.assembly import Assembly
    from meetrec.recorder.process import Process, hello_on_stdout

    job = Job.from_json(text)

    async def run() -> int:
        return await Process(job, Assembly(dict(os.environ))).run(hello_on_stdout)

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
