"""The keys of the review screen: the one list that feeds the line at the bottom, the palette and the help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from meetrec.tui.playback import PLAYBACK_KEYS

REVIEW_KEYS: list[BindingType] = [
    Binding("enter", "edit", "Edit", id="review.edit"),
    Binding("s", "name", "Name", id="review.name"),
    Binding("a", "assign", "Assign", id="review.assign"),
    Binding("slash", "find", "Find", id="review.find"),
    Binding("u", "undo", "Undo", id="review.undo"),
    *PLAYBACK_KEYS,
    Binding("e", "export", "Export", id="review.export"),
    Binding("f", "finish", "Make minutes", id="review.finish"),
    Binding("S", "speaker", "Speaker: merge, split, swap", id="review.speaker", show=False),
    Binding("c", "confirm", "The doubtful speaker is right", id="review.confirm", show=False),
    Binding("d,delete", "delete", "Delete the turn", id="review.delete", show=False),
    Binding("ctrl+r", "redo", "Redo", id="review.redo", show=False),
    Binding("n", "next_found(1)", "Next match", id="review.next", show=False),
    Binding("N", "next_found(-1)", "Previous match", id="review.previous", show=False),
    Binding("right_square_bracket", "next_doubt(1)", "Next doubt", id="review.next_doubt", show=False),
    Binding("left_square_bracket", "next_doubt(-1)", "Previous doubt", id="review.previous_doubt", show=False),
    Binding("m", "next_mark(1)", "Next mark or note", id="review.next_mark", show=False),
    Binding("M", "next_mark(-1)", "Previous mark or note", id="review.previous_mark", show=False),
    Binding("g", "go", "Go to a time, a mark; gg, G", id="review.go", show=False),
    Binding("F", "filter", "Show only one speaker", id="review.filter", show=False),
    Binding("w", "panel", "Speakers", id="review.panel"),
    Binding("E", "outside", "Edit in $EDITOR", id="review.outside", show=False),
    Binding("y", "copy", "Copy as Markdown", id="review.copy", show=False),
    Binding("f2", "rename", "Rename the session", id="review.rename", show=False),
    *(
        Binding(str(number), f"name_number({number})", f"Name speaker {number}", id=f"review.name{number}", show=False)
        for number in range(1, 10)
    ),
    Binding("q,escape", "leave", "Back", id="review.leave"),
]
