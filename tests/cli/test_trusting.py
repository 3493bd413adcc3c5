"""A host that only the environment names is asked about once, where somebody can answer."""

from __future__ import annotations

from meetrec.storage.paths import Paths
from meetrec.storage.settings_file import load_settings
from tests.cli.program import command_line, environment, is_refusal, meetrec, sessions_left
from tests.cli.test_record import SAMPLE
from tests.terminal import Terminal

HOST = "gateway.invalid"
OTHER = {
    "OPENAI_BASE_URL": f"https://{HOST}/v1",
    "OPENAI_API_KEY": "sk-x",
    "HTTPS_PROXY": "http://127.0.0.1:9",  # where nobody listens: what is sent to the host goes nowhere
}


def trusted() -> tuple[str, ...]:
    return load_settings(Paths.from_environment().settings, {}).provider.trusted_hosts


def test_without_a_terminal_it_is_refused_in_words_that_say_how_to_allow_it() -> None:
    done = meetrec("record", "--from", SAMPLE, env=OTHER)
    assert is_refusal(done, 2), done
    assert f"OPENAI_BASE_URL names {HOST}" in done.err
    assert f"meetrec settings set provider.trusted_hosts {HOST}" in done.err
    assert sessions_left() == []
    assert meetrec("settings", "set", "provider.trusted_hosts", HOST).code == 0
    done = meetrec("import", SAMPLE, env=OTHER)
    assert done.code == 3
    assert "trusted_hosts" not in done.err


def test_what_sends_nothing_asks_for_nothing() -> None:
    done = meetrec("record", "--from", SAMPLE, "--speed", "0", "--no-captions", "--no-finish", env=OTHER)
    assert done.code == 0, done


def test_in_a_terminal_it_is_asked_once_and_remembered() -> None:
    command = command_line("import", SAMPLE)
    with Terminal(*command, env=environment(OTHER)) as terminal:
        terminal.wait_for("May it? [y/N]")
        terminal.keys("n", "Enter")
        assert terminal.wait_for_exit() == 2
    assert (trusted(), sessions_left()) == ((), [])
    with Terminal(*command, env=environment(OTHER)) as terminal:
        terminal.wait_for("May it? [y/N]")
        terminal.keys("y", "Enter")
        assert terminal.wait_for_exit() == 3
    assert trusted() == (HOST,)
    assert len(sessions_left()) == 1
    with Terminal(*command, env=environment(OTHER)) as terminal:
        assert terminal.wait_for_exit() == 3
        assert "May it?" not in terminal.screen()
