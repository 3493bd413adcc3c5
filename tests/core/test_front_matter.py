"""Front matter: any YAML reader takes it, and no text gets out of its quotes."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from meetrec.core.front_matter import dump, load

ANY = st.text() | st.text(st.sampled_from("\"\\':#-\n\r\t\x85\u2028\u2029\ufeff\x00\x7f\x9b\ud800\ufffe[]{}&*!|>%@` 𝄞"))
VALUES = st.dictionaries(st.sampled_from(["title", "date", "speakers", "id"]), ANY | st.lists(ANY, max_size=4))


def whole(value: object) -> object:
    """Return the value as UTF-8 can hold it: half a surrogate pair becomes U+FFFD."""
    if isinstance(value, list):
        return [whole(one) for one in value]
    assert isinstance(value, str)
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)


@given(VALUES)
def test_yaml_reads_every_text_back_as_it_was(values: dict[str, str | list[str]]) -> None:
    block = dump(values)
    assert block.startswith("---\n")
    assert block.endswith("\n---\n")
    read = yaml.safe_load(block.removesuffix("---\n").encode().decode())
    assert (read or {}) == {key: whole(value) for key, value in values.items()}


@given(VALUES, st.text())
def test_it_is_read_back_whatever_follows(values: dict[str, str | list[str]], body: str) -> None:
    assert load(dump(values) + body) == {key: whole(value) for key, value in values.items()}


@given(st.text())
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    load(text)
    load(f"---\n{text}\n---\n")


def test_text_without_front_matter_holds_no_values() -> None:
    assert load("") == {}
    assert load('# Title\n---\nid: "x"\n---\n') == {}


def test_each_value_stands_on_a_line_of_its_own() -> None:
    assert dump({"title": 'a"\n---\nb', "speakers": ["Ana"], "models": []}) == (
        '---\ntitle: "a\\"\\n---\\nb"\nspeakers:\n  - "Ana"\nmodels: []\n---\n'
    )
