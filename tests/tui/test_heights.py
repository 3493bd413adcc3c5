from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from meetrec.tui.heights import Heights

HEIGHTS = st.lists(st.integers(1, 9), max_size=12)


def tops(heights: list[int]) -> list[int]:
    return list(accumulate(heights, initial=0))


@given(HEIGHTS, st.data())
def test_what_is_replaced_moves_what_stands_below_it_and_nothing_else(before: list[int], data: st.DataObject) -> None:
    rows = Heights()
    rows.replace(0, 0, before, counted=False)
    first = data.draw(st.integers(0, len(before)))
    stop = data.draw(st.integers(first, len(before)))
    new = data.draw(HEIGHTS)
    rows.replace(first, stop, new, counted=True)
    after = [*before[:first], *new, *before[stop:]]
    assert rows.tops == tops(after)
    counted = [rows.is_counted(index) for index in range(len(rows))]
    assert counted == [first <= index < first + len(new) for index in range(len(after))]
    for index in range(len(after)):
        assert rows.item_at(rows.tops[index]) == rows.item_at(rows.tops[index + 1] - 1) == index
    assert rows.item_at(rows.lines) is None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.data())
def test_a_guess_gives_way_to_what_is_counted(guesses: list[int], data: st.DataObject) -> None:
    rows = Heights()
    rows.replace(0, 0, guesses, counted=False)
    counted = data.draw(st.dictionaries(st.integers(0, len(guesses) - 1), st.integers(1, 9)))
    rows.count(counted)
    assert rows.tops == tops([counted.get(index, height) for index, height in enumerate(guesses)])
    assert [rows.is_counted(index) for index in range(len(rows))] == [one in counted for one in range(len(guesses))]
