"""Transcripts and acts of any kind, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from meetrec.core.editing.acts import (
    Act,
    AddSegment,
    AssignEach,
    AssignSegments,
    AssignSpan,
    Composite,
    CutSegment,
    DeleteSegments,
    EditText,
    MergeSpeakers,
    NameSpeaker,
    NewSpeaker,
    SwapSpeakers,
    TakeNames,
)
from meetrec.core.transcript import Segment, Speaker, Transcript

NAMES = st.sampled_from(["", "Ana", "ana", "Ben", "José", "Jose\u0301", "\x1b[31mEve\x07", "Speaker 1", "# * [x](y)"])
TEXTS = st.one_of(
    st.sampled_from(["yes", "we begin now", "", "こんにちは 世界", "\x1b[2Jboo", "a\nb"]), st.text(max_size=20)
)
SPEAKERS = st.sampled_from(["S1", "S2", "S3", "S4", "S9", "", "nobody"])
TIMES = st.floats(-5, 60)
IDS = st.integers(-1, 14)
SOME_IDS = st.lists(IDS, max_size=5).map(tuple)


def transcript(*spoken: tuple[str, str], seconds: float = 2.0) -> Transcript:
    """Return a transcript in which (speaker, text) follow each other every `seconds`."""
    return Transcript(
        segments=tuple(
            Segment(number, number * seconds, number * seconds + seconds * 0.8, speaker, text)
            for number, (speaker, text) in enumerate(spoken)
        ),
        speakers=tuple(Speaker(one, f"Speaker {one[1:]}") for one in dict.fromkeys(who for who, _ in spoken)),
        duration=len(spoken) * seconds,
    )


TRANSCRIPTS = st.lists(
    st.tuples(st.sampled_from(["S1", "S2", "S3"]), st.sampled_from(["hello", "we begin", "so it is then"])),
    max_size=10,
).map(lambda spoken: transcript(*spoken))

_SIMPLE = st.one_of(
    st.builds(NameSpeaker, SPEAKERS, NAMES),
    st.builds(TakeNames, st.lists(st.tuples(SPEAKERS, NAMES), max_size=3).map(tuple)),
    st.builds(MergeSpeakers, SPEAKERS, SPEAKERS),
    st.builds(NewSpeaker, SPEAKERS, SOME_IDS, NAMES),
    st.builds(SwapSpeakers, SPEAKERS, SPEAKERS, TIMES, st.none() | TIMES),
    st.builds(AssignSegments, SOME_IDS, SPEAKERS),
    st.builds(AssignEach, st.lists(st.tuples(IDS, SPEAKERS), max_size=3).map(tuple)),
    st.builds(AssignSpan, SPEAKERS, TIMES, st.none() | TIMES, SPEAKERS),
    st.builds(EditText, st.lists(st.tuples(IDS, TEXTS), max_size=3).map(tuple)),
    st.builds(CutSegment, IDS, TIMES, TEXTS, TEXTS, st.integers(8, 30)),
    st.builds(AddSegment, st.integers(8, 30), TIMES, TIMES, SPEAKERS, TEXTS),
    st.builds(DeleteSegments, SOME_IDS),
)
ACTS: st.SearchStrategy[Act] = st.recursive(
    _SIMPLE, lambda acts: st.builds(Composite, st.lists(acts, max_size=3).map(tuple), TEXTS), max_leaves=4
)
