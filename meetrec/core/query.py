"""What is searched for, in a small language that people know from elsewhere; a value in, a value out.

Words beside each other must all occur, `OR` joins its two neighbors, "…" keeps words together, `word*` begins so, and
`-word` must not occur. `speaker:`, `title:` and `tag:` say where; `after:` and `before:` take a day, a month or a year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from meetrec.core.errors import UsageError
from meetrec.core.sanitize import one_line
from meetrec.core.session import SessionSummary

Field = Literal["words", "speaker", "title", "tag"]
TEXT_LIMIT = 500
TERM_LIMIT = 32
_TOKEN = re.compile(
    r"(?P<minus>-?)(?:(?P<field>speaker|title|tag|after|before):)?"
    r'(?:"(?P<quoted>[^"]*)(?P<closed>"|$)|(?P<bare>[^\s"]*))(?P<star>\*?)',
    re.IGNORECASE,
)
_QUOTES = str.maketrans("“”„«»", '"""""')
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand together, and where; `prefix` lets the last of them go on."""

    field: Field
    text: str
    prefix: bool = False


@dataclass(frozen=True, kw_only=True)
class Query:
    """Of each group one term must occur, of `without` none; `after` is the first day meant, `before` the first not."""

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    after: date | None = None
    before: date | None = None

    def __bool__(self) -> bool:
        return self != Query()

    def of(self, field: Field) -> list[Term]:
        """Return the wanted terms of a field."""
        return [term for group in self.groups for term in group if term.field == field]


class _Word(NamedTuple):
    negative: bool
    field: str
    text: str
    prefix: bool
    bare: bool
    ends: int

    @property
    def joins(self) -> bool:
        return self.bare and not self.negative and not self.field and self.text in {"OR", "AND"}


def parse_query(text: str, *, typing: bool = False) -> Query:
    """Read a query; `typing` takes a last word that nothing follows as the beginning of one.

    What is not finished (a quote, `OR`, `speaker:`) means what it would mean without its end. Raises UsageError for a
    date that is none, and for a query that is too long.
    """
    if len(text) > TEXT_LIMIT:
        raise UsageError(f"the query is longer than {TEXT_LIMIT} characters", "look for fewer words")
    text = unicodedata.normalize("NFC", text.translate(_QUOTES))
    groups: list[list[Term]] = []
    without: list[Term] = []
    days: dict[str, date] = {}
    joined = False
    for word in _words(text):
        if word.field in {"after", "before"}:
            if word.text:
                days[word.field] = _day(word)
        elif word.joins:
            joined = word.text == "OR" and bool(groups)
        elif any(char.isalnum() for char in word.text):  # else nothing of it is in any index
            prefix = word.prefix or (typing and word.bare and word.ends == len(text))
            term = Term(_FIELDS[word.field], word.text, prefix)
            place = without if word.negative else groups[-1] if joined else _new_in(groups)
            place.append(term)
            joined = False
    if sum(map(len, groups)) + len(without) > TERM_LIMIT:
        raise UsageError(f"the query has more than {TERM_LIMIT} words", "look for fewer words")
    return Query(groups=tuple(map(tuple, groups)), without=tuple(without), **days)


def _new_in(groups: list[list[Term]]) -> list[Term]:
    groups.append([])
    return groups[-1]


_FIELDS: dict[str, Field] = {"": "words", "speaker": "speaker", "title": "title", "tag": "tag"}


def _words(text: str) -> Iterator[_Word]:
    for found in _TOKEN.finditer(text):
        quoted, bare = found["quoted"], (found["bare"] or "")
        words = one_line(quoted if quoted is not None else bare.rstrip("*"), TEXT_LIMIT)
        if words or found["field"]:
            prefix = bool(found["star"]) or bare.endswith("*")
            field = (found["field"] or "").lower()
            yield _Word(bool(found["minus"]), field, words, prefix, quoted is None, found.end())


def _day(word: _Word) -> date:
    found = _DAY.fullmatch(word.text)
    if found and not word.negative:
        try:
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        except ValueError:
            found = None
    if word.negative:
        raise UsageError(
            f"-{word.field}: makes no sense", "use after: for the days from one on, before: for those before"
        )
    raise UsageError(
        f"{word.text} is no date", f"write {word.field}:2026-10-01, {word.field}:2026-10 or {word.field}:2026"
    )


# -- without an index ----------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Return the text as it is compared: without case and accents."""
    if text.isascii():
        return text.casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def selects(query: Query, session: SessionSummary) -> bool:
    """Tell whether a query for the list selects a session; words without a field belong to title, people and tags."""
    day = session.started_at.date()
    if (query.after and day < query.after) or (query.before and day >= query.before):
        return False
    if any(_occurs(term, session) for term in query.without):
        return False
    return all(any(_occurs(term, session) for term in group) for group in query.groups)


def _occurs(term: Term, session: SessionSummary) -> bool:
    wanted = fold(term.text)
    if term.field == "tag":
        return any(fold(tag).startswith(wanted) if term.prefix else fold(tag) == wanted for tag in session.tags)
    places = {"title": (session.title,), "speaker": session.speakers}.get(
        term.field, (session.title, *session.speakers, *session.tags)
    )
    return any(wanted in fold(place) for place in places)
