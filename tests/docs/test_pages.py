from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import Block, Link, Page, anchor, commands, meetrec_calls, read_page, shows

TEXT = """\
# What it does, and how

See [the rest](docs/rest.md#part) and `meetrec list --json`; ![a picture](a.svg)

```console
$ meetrec list | \\
    head -1
ID …
$ meetrec show latest
```

```python
meetrec.unrelated()
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Page:
    path = tmp_path / "page.md"
    path.write_text(TEXT)
    return read_page(path)


def test_blocks_links_and_headings_are_found_with_their_lines(page: Page) -> None:
    assert [(block.language, block.line) for block in page.blocks] == [("console", 6), ("python", 13)]
    assert page.links == [Link("docs/rest.md#part", 3), Link("a.svg", 3)]
    assert page.anchors == {"what-it-does-and-how"}


def test_a_command_has_the_output_shown_below_it(page: Page) -> None:
    first, second = commands(page.blocks[0])
    assert (first.text, first.line, first.shown) == ("meetrec list | head -1", 6, ["ID …"])
    assert (second.text, second.shown) == ("meetrec show latest", [])


def test_commands_are_found_in_shell_blocks_and_in_code_spans(page: Page) -> None:
    calls = [words for _, words in meetrec_calls(page)]
    assert calls == [["list", "--json"], ["list"], ["show", "latest"]]


def test_a_call_is_found_behind_settings_and_pipes() -> None:
    page = Page(Path("x"), blocks=[Block("sh", "A=1 meetrec demo  # look\ncat x | meetrec record --from -\n", 1)])
    assert list(meetrec_calls(page)) == [(1, ["demo"]), (2, ["record", "--from", "-"])]


def test_an_anchor_is_the_heading_as_github_writes_it() -> None:
    assert anchor("Stop, `resume` & more (2)") == "stop-resume--more-2"


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (["one", "three"], None),
        (["three", "one"], "one"),
        (["t…ee"], None),
        (["… two … words …"], None),
        (["…", "two  words"], None),
        (["one", "", "three"], None),
        (["hre"], "hre"),
        ([], None),
    ],
)
def test_the_output_shown_must_appear_in_its_order(shown: list[str], missing: str | None) -> None:
    assert shows("one\ntwo   words\nthree\n", shown) == missing
