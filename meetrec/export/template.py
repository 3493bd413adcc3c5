"""Markdown after a template of the user's (docs/export.md).

A template is Markdown with `{placeholders}`. What they stand for is text and stays text: it is escaped for the place
where it stands, and where no escape helps (in code, in HTML, in the address of a link) a placeholder is refused when
the template is read, not when somebody says the wrong word in a meeting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meetrec.core import front_matter
from meetrec.core.clock import format_clock, format_length
from meetrec.core.document import Document, Remark
from meetrec.core.errors import SettingsError
from meetrec.export.flow import Entry, entries, headline, plain, remarks_on, speaker_names, spoken
from meetrec.export.markdown import block_of, escaped, front, remark_block, tags_of
from meetrec.export.placeholders import check_names, filled, placeholders

BLOCKS = ("front_matter", "remarks", "transcript", "marks", "notes")
"""Placeholders that stand for several lines, and therefore alone on theirs."""
WORDS = (
    "title", "date", "time", "started_at", "duration", "length", "speakers", "attendees", "tags", "headline", "id",
    "model",
)  # fmt: skip
TURN_WORDS = ("speaker", "time", "seconds", "text")
BUILT_IN = "{front_matter}\n\n# {title}\n\n{headline}\n\n{remarks}\n\n{transcript}\n"
"""What minutes look like without a template of the user's, as a template."""
_FENCE = re.compile(r"[\s>*+\d.)-]*(?:`{3,}|~{3,})")
_HTML = re.compile(r"<[a-zA-Z/!?%]")
_LINKED = re.compile(r"\]\([^)]*\{|\]:.*\{|(?:://|www\.)\S*\{")
_YAML = re.compile(r"""(?P<head>\s*(?:-\s+)?(?:[^\s:{}"'#-][^:{}]*:\s+)?)(?P<value>\S.*)""")


@dataclass(frozen=True)
class Template:
    """A template that was checked: the lines of its front matter (no fences), those of its body, and one turn."""

    front: tuple[str, ...] | None
    body: tuple[str, ...]
    turn: str


def read_template(text: str, turn: str = "", source: str = "the template") -> Template:
    """Check a template and how a turn is written in it (empty: as everywhere). Raises SettingsError, with the line."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n").split("\n")
    front: tuple[str, ...] | None = None
    if lines[0] == "---" and "---" in lines[1:]:
        end = lines.index("---", 1)
        front, lines = tuple(lines[1:end]), lines[end + 1 :]
        for number, line in enumerate(front, 2):
            _check_yaml(line, f"{source}, line {number}")
    _check_body(lines, (*WORDS, *BLOCKS), source, len(front) + 3 if front is not None else 1)
    _check_body(turn.split("\n"), TURN_WORDS, "export.turn", 1)
    return Template(front, tuple(lines), turn.strip("\n"))


def _check_yaml(line: str, place: str) -> None:
    check_names(line, WORDS, place)
    match = _YAML.fullmatch(line)
    if placeholders(line) and (match is None or not match["head"].strip()):
        raise SettingsError(f"{place}: a placeholder stands where a key belongs", 'write "key: {placeholder}"')


def _check_body(lines: list[str], known: tuple[str, ...], source: str, first: int) -> None:
    fenced = False
    for number, line in enumerate(lines, first):
        place = f"{source}, line {number}"
        fence = _FENCE.match(line) is not None
        fenced = fenced != fence
        check_names(line, known, place)
        _check_place(line, place, code=fenced or fence)


def _check_place(line: str, place: str, *, code: bool) -> None:
    hint = "placeholders stand in text: not in code, formulas, HTML or the address of a link"
    if _HTML.search(line):
        raise SettingsError(f"{place}: a template holds no HTML and no scripts", hint)
    names = placeholders(line)
    if not names:
        return
    if code or "`" in line or "$" in line:
        raise SettingsError(f"{place}: {{{names[0]}}} stands in code", hint)
    if _LINKED.search(line):
        raise SettingsError(f"{place}: {{{names[0]}}} stands in an address", hint)
    if set(names) & set(BLOCKS) and line.strip() != f"{{{names[0]}}}":
        raise SettingsError(f"{place}: a block needs a line of its own", f"put {{{names[0]}}} on a line of its own")


def render_template(template: Template, document: Document) -> str:
    """Return the whole file."""
    values = _words(document)
    blocks = {
        "front_matter": front(document).rstrip("\n"),
        "remarks": "\n\n".join(map(remark_block, remarks_on(document))),
        "transcript": "\n\n".join(_transcript(template.turn, document)),
        "marks": _listed(document.marks),
        "notes": _listed(document.notes),
    }
    lines = []
    if template.front is not None:
        lines = ["---", *(_yaml_line(line, values, _lists(document)) for line in template.front), "---"]
    for line in template.body:
        name = line.strip()[1:-1] if placeholders(line) else ""
        if name not in blocks:
            lines.append(_line(line, values))
        elif blocks[name]:
            lines.append(blocks[name])
        elif lines[-1:] == [""]:  # of the empty lines around what is empty only one stays
            lines.pop()
    return "\n".join(lines).rstrip("\n") + "\n"


def _lists(document: Document) -> dict[str, list[str]]:
    names = dict.fromkeys(speaker_names(spoken(document)).values())
    session = document.session
    return {
        "speakers": list(names),
        "attendees": list(map(plain, session.attendees)),
        "tags": tags_of(session),
    }


def _words(document: Document) -> dict[str, str]:
    session, transcript = document.session, spoken(document)
    return {
        "title": plain(session.title),
        "date": f"{session.started_at:%Y-%m-%d}",
        "time": f"{session.started_at:%H:%M}",
        "started_at": session.started_at.isoformat(timespec="seconds"),
        "duration": format_clock(document.duration),
        "length": format_length(document.duration),
        **{name: ", ".join(listed) for name, listed in _lists(document).items()},
        "headline": headline(document),
        "id": plain(session.id),
        "model": plain(transcript.model or session.minutes_model),
    }


def _yaml_line(line: str, values: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> str:
    """Return a line whose value is one quoted text, whatever it holds; `{speakers}` and such alone are lists."""
    match = _YAML.fullmatch(line)
    if match is None or not placeholders(line):
        return line
    head, value = match["head"], match["value"].rstrip()
    if value[1:-1] in lists and value == f"{{{value[1:-1]}}}":
        return f"{head}[{', '.join(map(front_matter.quoted, lists[value[1:-1]]))}]"
    if value[0] == value[-1] and value[0] in "\"'" and len(value) > 1:
        value = value[1:-1]
    return head + front_matter.quoted(filled(value, values))


def _line(line: str, values: Mapping[str, str]) -> str:
    if not placeholders(line):
        return filled(line, {})
    shown = {name: escaped(values[name]) for name in placeholders(line)}
    if "|" in line:  # perhaps a table
        shown = {name: value.replace("|", "\\|") for name, value in shown.items()}
    return filled(line, shown)


def _transcript(turn: str, document: Document) -> Iterator[str]:
    for entry in entries(document):
        if entry.kind != "turn" or not turn:
            yield block_of(entry, document)
        else:
            yield "\n".join(_line(line, _turn_words(entry)) for line in turn.split("\n"))


def _turn_words(entry: Entry) -> dict[str, str]:
    return {
        "speaker": entry.name or "Speaker",
        "time": format_clock(entry.start),
        "seconds": f"{max(0.0, entry.start):.0f}",
        "text": entry.text,
    }


def _listed(remarks: Sequence[Remark]) -> str:
    return "\n".join(f"- {format_clock(one.at)} {escaped(plain(one.text))}".rstrip() for one in remarks)
