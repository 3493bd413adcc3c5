"""Long sequences aligned: right, and with work that grows with their length."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.editing.alignment import Stretch, differences, same_stretches

WORDS = st.one_of(
    st.lists(st.sampled_from("ab"), max_size=400),
    st.lists(st.integers(0, 1000), max_size=400),
    st.lists(st.sampled_from(["the", "a", *map(str, range(40))]), max_size=400),
)


class Counted:
    """A word that counts how often one is compared or looked up."""

    times: ClassVar[int] = 0

    def __init__(self, text: object) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        Counted.times += 1
        return isinstance(other, Counted) and self.text == other.text

    def __hash__(self) -> int:
        Counted.times += 1
        return hash(self.text)


def work(old: Sequence[object], new: Sequence[object], known: Sequence[tuple[int, int]] = ()) -> int:
    before, after = [Counted(one) for one in old], [Counted(one) for one in new]
    Counted.times = 0
    same_stretches(before, after, known)
    return Counted.times


@given(WORDS, WORDS)
def test_what_is_called_the_same_is_the_same_in_order_and_only_once(old: list[object], new: list[object]) -> None:
    at, place = 0, 0
    for start, first, size in same_stretches(old, new):
        assert start >= at
        assert first >= place
        assert old[start : start + size] == new[first : first + size]
        at, place = start + size, first + size


@given(WORDS, WORDS)
def test_stretches_and_differences_together_are_both_sequences(old: list[object], new: list[object]) -> None:
    stretches = same_stretches(old, new)
    left = [place for one, _ in differences(stretches, len(old), len(new)) for place in one]
    right = [place for _, one in differences(stretches, len(old), len(new)) for place in one]
    left += [start + number for start, _, size in stretches for number in range(size)]
    right += [first + number for _, first, size in stretches for number in range(size)]
    assert sorted(left) == [*range(len(old))]
    assert sorted(right) == [*range(len(new))]


@given(WORDS)
def test_what_did_not_change_is_one_stretch(words: list[object]) -> None:
    assert same_stretches(words, words) == ([Stretch(0, 0, len(words))] if words else [])


def test_one_word_of_very_many_is_all_that_differs() -> None:
    words = [f"w{number % 997}" for number in range(100_000)]
    other = [*words[:50_000], "else", *words[50_001:]]
    differing = [*differences(same_stretches(words, other), len(words), len(other))]
    assert differing == [(range(50_000, 50_001), range(50_000, 50_001))]


def _some_changed(words: list[object]) -> list[object]:
    return [f"new {number}" if number % 4 == 0 else word for number, word in enumerate(words)]


def _all_changed(words: list[object]) -> list[object]:
    return [f"new {number}" for number in range(len(words))]


def _deleted(words: list[object]) -> list[object]:
    return [*_some_changed(words[: len(words) // 3]), *words[len(words) * 2 // 3 :]]


def _moved(words: list[object]) -> list[object]:
    third = len(words) // 3
    return ["x", *words[third : 2 * third], *words[:third], *words[2 * third :], "y"]


def _shuffled(words: list[object]) -> list[object]:
    return random.Random(1).sample(words, len(words))


@pytest.mark.parametrize("change", [_some_changed, _all_changed, _deleted, _moved, _shuffled])
@pytest.mark.parametrize("kinds", [10**9, 2000, 50], ids=["all different", "many words", "few words"])
def test_the_work_grows_with_the_length_and_not_with_its_square(
    change: Callable[[list[object]], list[object]], kinds: int
) -> None:
    chance = random.Random(0)
    words: list[object] = [chance.randrange(kinds) for _ in range(40_000)]
    assert work(words, change(words)) < 200 * len(words)  # the square would be 40,000 times as much


def test_where_nothing_is_there_once_known_places_divide() -> None:
    old = ["so", "it", "is"] * 5_000
    new = ["so", "it", "was"] * 5_000
    known = [(place, place) for place in range(0, len(old), 30)]
    stretches = same_stretches(old, new, known)
    assert sum(size for *_, size in stretches) == 10_000
    assert all(start == first for start, first, _ in stretches)
