"""What servers do with item ids, one line per habit; the common ways are covered in test_protocol.py."""

from __future__ import annotations

from meetrec.provider.turns import Turn, TurnTable


def committed_table(*commits: int) -> TurnTable:
    table = TurnTable()
    for number, sent in enumerate(commits):
        table.sent = sent
        table.commit(f"commit_{number}")
    return table


def span(turn: Turn | None) -> tuple[int, int | None]:
    assert turn is not None
    return turn.begin, turn.end


def test_the_nth_committed_answers_the_nth_commit() -> None:
    table = committed_table(100, 250)
    table.committed("a", "e1")
    table.committed("b", "e2")
    assert span(table.find("a")) == (0, 100)
    assert span(table.find("b")) == (100, 250)


def test_text_may_come_before_its_commit() -> None:
    table = TurnTable()
    table.sent = 80
    turn = table.find("a")
    assert turn is table.open
    table.sent = 100
    table.commit("c1")
    table.committed("a", "e1")
    assert span(table.find("a")) == (0, 100)
    assert table.find("a") is turn


def test_text_taken_for_that_of_the_turn_before_moves_to_its_own() -> None:
    table = committed_table(100)
    early = table.find("b")  # the turn committed first is silent so far, so its text is taken for that one's
    assert early is not None
    early.text = "hello"
    table.committed("a", "e1")
    assert span(table.find("a")) == (0, 100)
    assert table.find("b") is table.open
    assert table.open.text == "hello"


def test_committed_without_an_id_gets_the_name_of_the_item_that_follows() -> None:
    table = committed_table(100, 200)
    table.committed("", "")
    table.announced("a")
    assert span(table.find("a")) == (0, 100)


def test_committed_under_one_name_and_transcribed_under_another() -> None:
    table = committed_table(100)
    table.committed("buffer_1", "")
    table.announced("item_1")
    assert span(table.find("item_1")) == (0, 100)


def test_an_announcement_under_the_same_name_changes_nothing() -> None:
    table = committed_table(100, 200)
    table.committed("a", "")
    table.announced("a")
    table.committed("b", "")
    table.announced("b")
    assert span(table.find("a")) == (0, 100)
    assert span(table.find("b")) == (100, 200)


def test_text_without_an_id_belongs_to_the_oldest_turn() -> None:
    table = committed_table(100, 200)
    table.committed("", "")
    turn = table.find("")
    assert span(turn) == (0, 100)
    assert turn is not None
    table.settle(turn)
    assert span(table.find("")) == (100, 200)


def test_a_server_that_repeats_ids_is_understood() -> None:
    table = committed_table(100)
    table.committed("item", "e1")
    first = table.find("item")
    assert first is not None
    assert first.name() == "item"
    table.settle(first)
    assert table.find("item") is None
    table.sent = 200
    table.commit("c2")
    table.committed("item", "e2")
    second = table.find("item")
    assert span(second) == (100, 200)
    assert second is not None
    assert second.name() == "item#2"


def test_a_repeated_committed_takes_no_other_turn() -> None:
    table = committed_table(100)
    table.committed("a", "e1")
    first = table.find("a")
    assert first is not None
    table.settle(first)
    table.sent = 200
    table.commit("c2")
    table.committed("a", "e1")
    table.committed("b", "e2")
    assert span(table.find("b")) == (100, 200)


def test_a_turn_the_server_cuts_on_its_own_is_all_audio_so_far() -> None:
    table = TurnTable()
    table.sent = 500
    table.committed("a", "e1")
    assert span(table.find("a")) == (0, 500)
    assert table.unsettled() == [(0, 500), (500, 500)]


def test_completed_without_committed_settles_all_audio_so_far() -> None:
    table = TurnTable()
    table.sent = 500
    turn = table.find("a")
    assert turn is not None
    table.settle(turn)
    assert table.unsettled() == [(500, 500)]
    assert table.find("a") is None


def test_a_name_once_shown_stays() -> None:
    table = committed_table(100)
    turn = table.find("")
    assert turn is not None
    name = turn.name()
    table.committed("late", "e1")
    assert table.find("late") is turn
    assert turn.name() == name


def test_what_the_service_heard_begins_and_ends_at_its_milliseconds() -> None:
    table = TurnTable()
    table.sent = 24_000
    table.speech_started("a", 200)
    speaking = [table.speaking]
    assert table.unsettled() == [(4800, 24_000), (4800, 24_000)]
    table.sent = 48_000
    table.speech_stopped("a", 1500)
    assert [*speaking, table.speaking] == [True, False]
    table.committed("a", "e1")
    assert span(table.find("a")) == (4800, 36_000)
    assert table.unsettled() == [(4800, 36_000), (36_000, 48_000)]


def test_the_last_commit_ends_a_turn_in_which_somebody_still_speaks() -> None:
    table = TurnTable()
    table.sent = 48_000
    table.speech_started("a", 1000)
    table.commit("c1")
    table.committed("a", "e1")
    turn = table.find("a")
    assert span(turn) == (24_000, 48_000)
    assert table.pending == [turn]


def test_a_commit_that_came_after_the_service_s_own_is_released() -> None:
    table = TurnTable()
    table.sent = 48_000
    table.speech_started("a", 100)
    table.commit("c1")
    table.speech_stopped("a", 1900)
    table.committed("a", "e1")
    ours = table.released("c1")
    assert ours is not None
    table.settle(ours)
    assert table.pending == [table.find("a")]


def test_milliseconds_beyond_what_was_sent_are_put_inside() -> None:
    table = TurnTable()
    table.sent = 2400
    table.speech_started("a", 1e9)
    table.speech_stopped("a", -5)
    assert span(table.find("a")) == (2400, 2400)


def test_cleared_audio_is_settled_and_its_item_forgotten() -> None:
    table = TurnTable()
    table.sent = 100
    table.find("a")
    table.clear()
    assert table.unsettled() == [(100, 100)]
    assert table.find("a") is None
    assert table.find("b") is table.open


def test_ids_are_harmless_and_short() -> None:
    table = committed_table(100)
    table.committed("\x1b[2J" + "i" * 10_000, "e")
    assert table.pending[0].name() == "i" * 124


def test_a_voice_heard_before_our_commit_arrived_is_in_the_turn_that_was_committed() -> None:
    table = TurnTable()
    table.sent = 24_000
    table.commit("c1")
    table.sent = 48_000
    table.speech_started("a", 250)
    table.committed("a", "e1")
    assert span(table.find("a")) == (6_000, 24_000)
    assert table.open.begin == 24_000
    table.speech_started("b", 1_500)
    assert span(table.find("b")) == (36_000, None)
