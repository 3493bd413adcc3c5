from __future__ import annotations

from pathlib import Path

import pytest

from meetrec.core.settings import all_keys
from tests.cli.conftest import Command
from tests.cli.program import is_refusal, meetrec

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "config" / "settings.toml"
    path.parent.mkdir(parents=True)
    return path


def test_the_path_is_printed(command: Command, file: Path) -> None:
    assert command("settings", "path").out == f"{file}\n"


def test_what_is_set_is_got_and_comments_stay(command: Command, file: Path) -> None:
    file.write_text('# mine\n[captions]\nmodel = "whisper-1"  # for now\n')
    assert command("settings", "set", "captions.keywords", "Ana, Luis").code == 0
    assert command("settings", "get", "captions.keywords").out == "Ana,Luis\n"
    assert command("settings", "get", "captions.keywords", "--json").json == ["Ana", "Luis"]
    assert file.read_text().startswith('# mine\n[captions]\nmodel = "whisper-1"  # for now\n')


def test_show_prints_every_setting_with_where_it_comes_from(
    command: Command, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[minutes]\nparallel = 4\n")
    monkeypatch.setenv("MEETREC_AUDIO_RATE", "48000")
    shown = command("settings", "show", "--json").json
    assert list(shown) == [key for key, _, _ in all_keys()]
    assert shown["minutes.parallel"] == {"value": 4, "from": str(file)}
    assert shown["audio.rate"] == {"value": 48000, "from": "MEETREC_AUDIO_RATE"}
    assert shown["captions.model"]["from"] == "default"
    assert f"({file})" in next(line for line in command("settings").out.splitlines() if line.startswith("parallel = 4"))


def test_what_show_prints_is_a_settings_file(command: Command, file: Path) -> None:
    command("settings", "set", "captions.prompt", 'say "yes"\t\\ 🎉')
    shown = command("settings").out
    file.write_text(shown, "utf-8")
    assert command("settings", "get", "captions.prompt", "--json").json == 'say "yes"\t\\ 🎉'


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("get", "captions.modle"), "captions.model"),
        (("set", "captions.modle", "x"), "captions.model"),
        (("set", "captons.model", "x"), "captions.model"),
        (("set", "captions.delay", "slow"), ""),
        (("set", "minutes.parallel", "99"), ""),
        (("set", "minutes.parallel", "two"), ""),
        (("set", "captions.enabled", "perhaps"), ""),
        (("set", "provider.base_url", "example.com/v1"), ""),
        (("set", "provider.base_url", "https://user:pass@example.com/v1"), ""),
        (("set", "provider.base_url", "http://example.com/v1"), ""),
    ],
)
def test_a_wrong_key_or_value_is_refused_and_nothing_is_written(
    command: Command, file: Path, words: tuple[str, ...], near: str
) -> None:
    done = command("settings", *words)
    assert is_refusal(done, 2), done
    assert near in done.err
    assert "user:pass" not in done.err
    assert not file.exists()


@pytest.mark.parametrize("address", ["https://example.com/v1", "http://127.0.0.1:8080/v1", ""])
def test_a_sound_address_is_kept(command: Command, file: Path, address: str) -> None:
    assert command("settings", "set", "provider.base_url", address).code == 0
    assert command("settings", "get", "provider.base_url").out == f"{address}\n"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[captions]\nmodle = 1\n", "captions.modle"),
        ('[captions]\ndelay = "slow"\n', "captions.delay"),
        ("[captons]\n", "captons"),
        ("[captions\n", "TOML"),
        ("captions = 3\n", "captions"),
        ("\ud800", "UTF-8"),
    ],
)
def test_a_wrong_file_is_named_with_its_key_by_every_command_that_needs_it(
    command: Command, file: Path, content: str, named: str
) -> None:
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    for words in (["settings"], ["models"], ["record", "--headless"], ["settings", "set", "audio.rate", "48000"]):
        done = command(*words)
        assert is_refusal(done, 2), (words, done)
        assert str(file) in done.err
        assert named in done.err
    assert file.read_bytes() == content.encode("utf-8", "surrogatepass")


def test_a_wrong_file_does_not_keep_sessions_from_being_listed(command: Command, file: Path) -> None:
    file.write_text("[captions")
    assert command("list").code == 0


def test_a_wrong_variable_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETREC_CAPTIONS_MODLE", "x")
    done = command("settings")
    assert is_refusal(done, 2)
    assert "MEETREC_CAPTIONS_MODEL" in done.err


def test_setting_what_a_variable_overrides_says_so(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETREC_AUDIO_RATE", "48000")
    done = command("settings", "set", "audio.rate", "16000")
    assert done.code == 0
    assert "MEETREC_AUDIO_RATE" in done.err


def test_edit_opens_the_editor_and_tells_what_is_wrong_afterwards(file: Path) -> None:
    good = meetrec("settings", "edit", env={"EDITOR": 'sh -c \'echo [audio] >>"$1"; echo rate = 16000 >>"$1"\' sh'})
    assert (good.code, good.out) == (0, f"{file} is valid\n")
    assert meetrec("settings", "get", "audio.rate").out == "16000\n"
    bad = meetrec("settings", "edit", env={"VISUAL": "sh -c 'echo rte = 1 >>\"$1\"' sh", "EDITOR": "false"})
    assert is_refusal(bad, 2)
    assert "did you mean audio.rate?" in bad.err
    assert is_refusal(meetrec("settings", "edit", env={"VISUAL": "/no/such/editor"}), 2)


def test_a_file_that_cannot_be_written_is_told(command: Command, home: Path) -> None:
    home.mkdir()
    (home / "config").write_text("a file where the folder should be")
    assert is_refusal(command("settings", "set", "audio.rate", "16000"), 1)
