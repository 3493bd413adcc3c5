"""Minutes as Markdown with YAML front matter: the `minutes.md` of a session, fit for Obsidian and any reader.

No text can become markup, a link, an image, a tag or a template (CommonMark, GitHub's autolinks and mathematics,
Obsidian's wikilinks, tags, highlights and comments); prose stays as readable as it was. The same document gives the
same bytes.
"""

from __future__ import annotations

import re

from meetrec.core import front_matter
from meetrec.core.clock import format_clock
from meetrec.core.document import Document
from meetrec.core.session import Session
from meetrec.export.flow import Entry, entries, gap_words, headline, plain, remarks_on, speaker_names, spoken

MARK, NOTE = "★", "✎"
_ACTIVE = re.compile(
    r"[\\`*\[\]<~$^]"  # escapes, code, emphasis, links, HTML, strike-through, mathematics, footnotes and block names
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis, but not inside_a_word
    r"|=(?==)|(?<==)=|%(?=%)|(?<=%)%"  # highlights and comments
    r"|&(?=#?\w+;)"  # character references
    r"|(?<!\S)#"  # headings and tags
    r"|:(?=//)|(?<=\bwww)\.|(?<=[\w.+-])@(?=\w)",  # bare addresses that readers turn into links
    re.IGNORECASE,
)
_NO_TAG = re.compile(r"[\s!-,.:-@\[-^`{-~]+")  # blanks and ASCII's signs but for "_", "-" and "/"
_LINE_START = re.compile(r"(?:[>+-]|\d{1,9}(?=[.)](?:\s|$)))")  # quotes, lists, rules


def minutes(document: Document) -> str:
    """Return the whole file."""
    title = plain(document.session.title)
    blocks = [front(document), f"# {escaped(title)}", escaped(headline(document))]
    blocks += [remark_block(one) for one in remarks_on(document)]
    blocks += [block_of(entry, document) for entry in entries(document)]
    return "\n\n".join(block.rstrip("\n") for block in blocks) + "\n"


def front(document: Document) -> str:
    """Return the front matter: title, date, duration, speakers, models, id; attendees and tags where there are any."""
    session, transcript = document.session, spoken(document)
    names = dict.fromkeys(speaker_names(transcript).values())
    lists = {"attendees": session.attendees, "tags": tags_of(session)}
    models = {"captions": session.captions_model, "minutes": transcript.model or session.minutes_model}
    return front_matter.dump(
        {
            "title": plain(session.title),
            "date": session.started_at.isoformat(timespec="seconds"),
            "duration": format_clock(document.duration),
            "speakers": list(names),
            **{name: list(map(plain, listed)) for name, listed in lists.items() if listed},
            "models": [f"{use}: {plain(model)}" for use, model in models.items() if model],
            "id": plain(session.id),
            **({"simulated": "yes"} if session.simulated else {}),
        }
    )


def tags_of(session: Session) -> list[str]:
    """Return the tags as Obsidian takes them: blanks and signs become "-"."""
    tags = (_NO_TAG.sub("-", plain(one)).strip("-") for one in session.tags)
    return list(dict.fromkeys(filter(None, tags)))


def remark_block(sentence: str) -> str:
    """Return what stands above the text, as a quote."""
    return f"> {_escaped_words(sentence)}"


def block_of(entry: Entry, document: Document) -> str:
    """Return a paragraph: a turn under its speaker and time; a mark, a note or a gap as a quote."""
    at = format_clock(entry.start)
    if entry.kind == "gap":
        return f"> {_escaped_words(gap_words(entry, document))}"
    if entry.kind != "turn":
        sign = MARK if entry.kind == "mark" else NOTE
        return f"> {sign} {at} {escaped(entry.text)}".rstrip()
    head = f"**{escaped(entry.name)}** · {at}" if entry.name else f"**{at}**"
    return f"{head}\n\n{escaped(entry.text)}"


def _escaped_words(sentence: str) -> str:
    """Return a sentence of ours that may quote others; the command at its end becomes code."""
    before, found, command = sentence.rpartition("; run ")
    if not found:
        return escaped(sentence)
    return f"{escaped(before)}; run `{command.replace('`', chr(39))}`"


def escaped(text: str) -> str:
    """Return one line of text that Markdown shows as it is."""
    inline = _ACTIVE.sub(lambda match: "\\" + match.group(), text)
    start = _LINE_START.match(inline)
    if start is None:
        return inline
    # "1." becomes "1\.", ">" becomes "\>"
    split = start.end() if start.group().isdigit() else 0
    return f"{inline[:split]}\\{inline[split:]}"
