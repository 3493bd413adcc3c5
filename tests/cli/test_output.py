from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetrec.cli.output import Output, Styled
from meetrec.core.errors import MeetrecError

HOSTILE = [
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[31m",
    "\x9b31m",
    "\u202egnp.exe",
    "a\rb\x08",
    "\x1b]8;;http://x",
    "\x1bPq#0\x1b\\",
]
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_way_of_printing_lets_a_control_sequence_through(payload: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(json_events=True)
    output.line(payload, Styled(payload, "red"))
    output.caption(payload)
    output.document(f"# {payload}\n{payload}\tx\n")
    output.json_value({payload: [payload]})
    output.error(MeetrecError(payload, payload))
    output.warn(payload, payload)
    captured = capsys.readouterr()
    assert ACTS.search(captured.out + captured.err) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.recursive(
        st.text() | st.floats(allow_nan=False), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_is_harmless_and_keeps_its_meaning(capsys: pytest.CaptureFixture[str], value: object) -> None:
    Output().json_value(value)
    printed = capsys.readouterr().out
    assert ACTS.search(printed) is None
    assert json.loads(printed) == value


def test_a_document_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = "# Minutes\n\n| a | b |\n\n\tcode\nlast\n"
    Output().document(text)
    assert capsys.readouterr().out == text


def test_an_error_is_two_lines_on_standard_error_and_with_json_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    Output(json_events=True).error(MeetrecError("it\nbroke", "mend it"))
    captured = capsys.readouterr()
    assert captured.err == "meetrec: it broke\ntry: mend it\n"
    event = json.loads(captured.out)
    assert (event["v"], event["type"], event["what"], event["hint"]) == (1, "fault", "it\nbroke", "mend it")


def test_colors_need_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Output().line(Styled("x", "red"))
    assert capsys.readouterr().out == "x\n"


def test_lines_for_people_are_dropped_when_only_captions_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(quiet=True)
    output.line("for people")
    output.caption("said")
    assert capsys.readouterr().out == "said\n"


def run(code: str, tail: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$0" -c "$1" {tail}', sys.executable, code],
        capture_output=True,
        text=True,
        timeout=60,
    )


MANY_LINES = """
import sys
from meetrec.cli.output import Output
output = Output()
for number in range(100_000):
    output.line(f"line {number}")
sys.exit(output.end(0))
"""


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = run(MANY_LINES, "| head -1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "line 0\n", "")


def test_a_full_disk_behind_standard_output_is_told() -> None:
    done = run(MANY_LINES, "> /dev/full")
    assert done.returncode == 1
    assert done.stderr == (
        "meetrec: standard output could not be written: No space left on device\ntry: write it elsewhere\n"
    )


def test_a_closed_standard_output_is_no_error() -> None:
    done = run(MANY_LINES, ">&-")
    assert (done.returncode, done.stderr) == (0, "")
