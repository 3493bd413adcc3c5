from __future__ import annotations

import pytest

from tests import needs

ABSENT = {"a-harp": needs.Need(lambda: False, "harp"), "air": needs.Need(lambda: True, "air")}
ABSENT["a-whale"] = needs.Need(lambda: False, "whale", optional="too big for most rooms")


@pytest.fixture(autouse=True)
def _an_absent_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "NEEDS", ABSENT)


def test_what_is_missing_skips_the_test_and_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"a-harp missing.*apt-get install harp"):
        needs.need("air", "a-harp")


def test_what_is_missing_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="a-harp missing"):
        needs.need("a-harp")


def test_what_is_optional_skips_the_test_even_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match="a-whale missing"):
        needs.need("air", "a-whale")
    with pytest.raises(pytest.fail.Exception, match="a-harp"):
        needs.need("a-whale", "a-harp")


def test_what_is_there_lets_the_test_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    needs.need("air")
