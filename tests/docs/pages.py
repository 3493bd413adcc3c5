"""Reading the project's pages: their code, links and headings, each with the line it stands on."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SHELL_LANGUAGES = {"", "bash", "console", "sh", "shell", "text"}


@dataclass(frozen=True)
class Block:
    """A fenced block: the language after the fence, its text, and the line number of its first line."""

    language: str
    text: str
    line: int


@dataclass
class Command:
    """A line that starts with "$ ", without the "$ ", and the lines of output shown below it."""

    text: str
    line: int
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Link:
    """A link or picture: where it points, and the line of its paragraph."""

    target: str
    line: int


@dataclass
class Page:
    """One Markdown file."""

    path: Path
    blocks: list[Block] = field(default_factory=list)
    spans: list[tuple[int, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The path as it stands in the repository."""
        return self.path.relative_to(ROOT).as_posix() if self.path.is_relative_to(ROOT) else self.path.name


def read_page(path: Path) -> Page:
    """Read a Markdown file."""
    page = Page(path)
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))
    for before, token in zip([None, *tokens], tokens, strict=False):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "fence":
            page.blocks.append(Block(token.info.strip(), token.content, line + 1))
        for child in token.children or []:
            _add_inline(page, child, line)
        if before and before.type == "heading_open":
            page.anchors.add(anchor(token.content))
    return page


def _add_inline(page: Page, token: Token, line: int) -> None:
    if token.type == "code_inline":
        page.spans.append((line, token.content))
    target = token.attrGet("href") if token.type == "link_open" else token.attrGet("src")
    if token.type in {"link_open", "image"} and target:
        page.links.append(Link(str(target), line))


def anchor(heading: str) -> str:
    """Return the fragment under which GitHub offers a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block, each with the output shown; a trailing backslash continues a line."""
    found: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), block.line):
        if line.startswith("$ "):
            found.append(Command(line[2:], number))
        elif found and found[-1].text.endswith("\\") and not found[-1].shown:
            found[-1].text = found[-1].text[:-1] + line.strip()
        elif found:
            found[-1].shown.append(line)
    return found


def meetrec_calls(page: Page) -> Iterator[tuple[int, list[str]]]:
    """Yield the words after `meetrec` wherever a page names a command, in shell blocks and in code spans."""
    lines = list(page.spans)
    for block in page.blocks:
        if block.language in SHELL_LANGUAGES:
            lines += list(enumerate(block.text.splitlines(), block.line))
    for number, line in lines:
        for call in re.split(r"&&|\|\||[|;]", line):
            start = re.match(r"\s*(?:\$ )?\s*(?:\w+=\S* )*meetrec(?:\s+(.*))?$", call)
            if start:
                yield number, _words(start[1] or "")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in a description
        return line.split()


def shows(output: str, shown: list[str]) -> str | None:
    """Return the first line of `shown` that `output` does not have after the ones before it; None if all are there.

    `…` stands for anything or nothing, a line of it for any lines; blanks between words count as one.
    """
    rest = iter([" ".join(line.split()) for line in output.splitlines()])
    for line in (" ".join(line.split()) for line in shown):
        pattern = re.compile(".*".join(re.escape(piece) for piece in re.split(r" ?… ?", line)))
        if line and line != "…" and not any(pattern.fullmatch(candidate) for candidate in rest):
            return line
    return None
