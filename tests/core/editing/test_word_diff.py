"""Two transcripts compared word by word."""

from __future__ import annotations

from hypothesis import given

from meetrec.core.editing.acts import AssignSegments, DeleteSegments, EditText, NameSpeaker
from meetrec.core.editing.edits import apply
from meetrec.core.editing.word_diff import Hunk, called_alike, word_diff
from meetrec.core.transcript import Segment, Transcript
from tests.core.acting import TRANSCRIPTS, transcript

SAID = transcript(("S1", "Shall we begin?"), ("S2", "Yes, let us."), ("S1", "So then."))


def shown(hunk: Hunk) -> str:
    signs = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return " ".join(signs[one.kind].format(one.text.strip()) for one in hunk.pieces)


@given(TRANSCRIPTS)
def test_a_transcript_does_not_differ_from_itself(said: Transcript) -> None:
    assert word_diff(said, said) == []


def test_words_speakers_and_lines_that_differ_are_shown_with_their_time() -> None:
    (text,) = word_diff(SAID, apply(SAID, EditText(((1, "Yes, we should."),))))
    assert (text.at, shown(text)) == (2.0, "Speaker 2: Yes, [-let us.-] {+we should.+}")
    (gone,) = word_diff(SAID, apply(SAID, DeleteSegments((1,))))
    assert "[-Speaker 2:-]" in shown(gone)
    assert "[-Yes, let us.-]" in shown(gone)
    (other,) = word_diff(SAID, apply(SAID, AssignSegments((1,), "S1")))
    assert "[-Speaker 2:-]" in shown(other)
    assert "{+" not in shown(other).replace("{+Speaker 1:+}", "")
    assert [shown(one) for one in word_diff(SAID, apply(SAID, NameSpeaker("S2", "Ben")))] == [
        "[-Speaker 2:-] {+Ben:+} Yes, let us."
    ]


def test_of_one_version_only_the_names_differ_where_only_names_were_given() -> None:
    named = apply(SAID, NameSpeaker("S2", "Ben"))
    old, names = called_alike(SAID, named)
    assert names == [("Speaker 2", "Ben")]
    assert word_diff(old, named) == []


def test_of_a_long_turn_only_what_is_near_the_difference_is_shown() -> None:
    words = [f"w{number}" for number in range(100)]
    old, new = transcript(("S1", " ".join(words))), transcript(("S1", " ".join([*words[:50], "new", *words[50:]])))
    (hunk,) = word_diff(old, new)
    assert shown(hunk) == "… Speaker 1: w44 w45 w46 w47 w48 w49 {+new+} w50 w51 w52 w53 w54 w55 …"


def test_two_runs_over_a_long_meeting_are_compared_in_windows() -> None:
    def run(changed: int) -> Transcript:
        return Transcript(
            tuple(
                Segment(n, n * 3.0 + changed / 10, n * 3.0 + 2, "S1", f"word{n} and {n * 7 + changed} of it all")
                for n in range(3000)
            ),
            SAID.speakers,
            duration=9000.0,
        )

    hunks = word_diff(run(0), run(1))
    assert len(hunks) > 50
    assert [one.at for one in hunks] == sorted(one.at for one in hunks)
