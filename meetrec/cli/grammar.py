"""Every command with its arguments. `run` names what carries it out, "module:function" below meetrec.cli.

Nothing heavy is imported here, so that `meetrec --help` costs next to nothing.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

from meetrec import __version__
from meetrec.cli.parser import Parser
from meetrec.cli.review_grammar import add_review

FORMATS = ("md", "txt", "json", "srt", "vtt", "html", "docx")
SORTS = ("date", "title", "length")
_QUERY = 'words, "words together", OR, begin*, -not, speaker:Ana, title:, tag:, after:2026-10-01, before:2026-11'
_SESSION = "a session's folder name, an unambiguous part of it, or latest"
_EPILOG = """\
ID is a session's folder name, an unambiguous part of it, or latest.
Exit codes: 0 done, 1 failed, 2 usage, 3 recorded and safe but the minutes are not made (run meetrec finish ID),
4 no usable audio device, 130 interrupted.
To try it without a key and without a microphone: meetrec demo"""

_Add = Callable[[str, str, str], Parser]


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="meetrec",
        description="Record a meeting: live captions while it runs, speaker-labelled minutes when it stops. "
        "Without a command: the app, at the library of sessions.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"meetrec {__version__}")
    parser.set_defaults(run="app:open_library", json=False, plain=False)
    adding = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")

    def add(name: str, run: str, about: str) -> Parser:
        command: Parser = adding.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        command.set_defaults(run=run)
        parser.commands[name] = command
        return command

    for group in (_recording, _running, _reading, _exporting, _making, _machine, _settings):
        group(add)
    return parser


def _recording(add: _Add) -> None:
    record = add("record", "record:record", "the app, recording at once")
    record.add_argument("title", nargs="*", metavar="TITLE", help="what the meeting is called")
    record.add_argument("--device", default="", metavar="NAME", help="the microphone, by (part of) its name")
    record.add_argument(
        "--from",
        dest="source",
        default="",
        metavar="FILE",
        help='an audio file instead of the microphone, in real time; "-": raw s16le mono PCM on standard input',
    )
    record.add_argument("--rate", type=_rate, metavar="HZ", help='with "--from -": its samples per second (24000)')
    record.add_argument("--speed", type=_speed, metavar="X", help="with --from: X times real time; 0: at once")
    record.add_argument("--continue", dest="continued", default="", metavar="ID", help="go on with this session")
    record.add_argument("--no-captions", dest="captions", action="store_false", help="record only")
    record.add_argument("--no-finish", dest="finish", action="store_false", help="make no minutes on stop")
    _front_end(record)
    demo = add("demo", "demo:demo", "all of it on a built-in simulated service: no key, no microphone")
    demo.add_argument("--keep", action="store_true", help="keep the session among your own")
    demo.add_argument("--speed", type=_speed, metavar="X", help="X times real time; 0: at once")
    _front_end(demo)
    attach = add("attach", "app:attach", "the app, on the running recording")
    attach.add_argument("id", nargs="?", default="", metavar="ID", help=_SESSION)


def _running(add: _Add) -> None:
    for name, about in (
        ("stop", "stop the running recording; its minutes are made"),
        ("pause", "write nothing until resume"),
        ("resume", "go on recording"),
    ):
        _json(add(name, f"control:{name}", about))
    mark = add("mark", "control:mark", "mark this moment of the running recording")
    mark.add_argument("text", nargs="*", metavar="TEXT", help="why")
    _json(mark)
    note = add("note", "control:note", "keep a note at this moment of the running recording")
    note.add_argument("text", nargs="+", metavar="TEXT", help="the note")
    _json(note)
    status = add("status", "control:status", "is something recording, how long, how healthy")
    status.add_argument("--follow", action="store_true", help="go on, one line for each change")
    _json(status)


def _reading(add: _Add) -> None:
    listing = add("list", "sessions:list_sessions", "all sessions, newest first")
    listing.add_argument("--limit", type=_limit, metavar="N", help="at most N (default 50, with --json all); 0: all")
    listing.add_argument("--tag", action="append", default=[], metavar="TAG", help="only those that bear the tag")
    listing.add_argument("--person", action="append", default=[], metavar="NAME", help="only those with that speaker")
    listing.add_argument("--after", default="", metavar="DATE", help="only those of that day (2026-10-01) or later")
    listing.add_argument("--before", default="", metavar="DATE", help="only those before that day")
    listing.add_argument("--sort", choices=SORTS, metavar="KEY", help="date (newest first), title or length")
    _json(listing)
    search = add("search", "searching:search", "find what was said, noted or marked in all sessions")
    search.add_argument("query", nargs="+", metavar="QUERY", help=_QUERY)
    search.add_argument("--limit", type=_limit, metavar="N", help="at most N sessions (default 20); 0: all")
    _json(search)
    show = add("show", "showing:show", "the minutes, in the terminal")
    show.add_argument("id", metavar="ID", help=_SESSION)
    how = show.add_mutually_exclusive_group()
    _json(how)
    how.add_argument("--plain", action="store_true", help="plain text, without any markup")
    play = add("play", "playing:play", "hear a session; Ctrl+C ends it")
    play.add_argument("id", metavar="ID", help=_SESSION)
    play.add_argument("--from", dest="start", metavar="TIME", help="from TIME on: 12:34, 1:02:03, mark:2 or note:1")
    play.add_argument("--speed", type=_play_speed, default=1.0, metavar="X", help="0.75 to 2 times as fast, same pitch")
    play.add_argument("--speaker", default="", metavar="S", help="only what this speaker says, by label or name")
    add_review(add, _SESSION)
    rename = add("rename", "sessions:rename", "give a session another title")
    rename.add_argument("id", metavar="ID", help=_SESSION)
    rename.add_argument("title", nargs="+", metavar="TITLE", help="the new title")
    _json(rename)
    tag = add("tag", "labels:tag", "list the tags of a session, or change them")
    tag.add_argument("id", metavar="ID", help=_SESSION)
    tag.add_argument("changes", nargs=argparse.REMAINDER, metavar="+TAG -TAG", help="give a tag, take a tag away")
    _json(tag)
    for name, about in (("pin", "keep a session at the top of the library"), ("unpin", "undo pin")):
        pinning = add(name, f"labels:{name}", about)
        pinning.add_argument("id", metavar="ID", help=_SESSION)
        _json(pinning)
    folder = add("folder", "labels:folder", "open the folder of a session; without a desktop print where it is")
    folder.add_argument("id", metavar="ID", help=_SESSION)
    _json(folder)
    delete = add("delete", "sessions:delete", "delete a session, or only its sound")
    delete.add_argument("id", metavar="ID", help=_SESSION)
    delete.add_argument("--audio", action="store_true", help="only the sound; minutes and captions stay")
    delete.add_argument("-y", "--yes", action="store_true", help="do not ask")
    _json(delete)


def _exporting(add: _Add) -> None:
    export = add("export", "exporting:export", "write minutes to a file")
    export.add_argument("ids", nargs="+", metavar="ID", help=_SESSION)
    export.add_argument("-f", "--format", choices=FORMATS, metavar="FORMAT", help=f"{', '.join(FORMATS)} (default md)")
    export.add_argument("-o", "--output", default="", metavar="PATH", help='a file or folder; "-": standard output')
    export.add_argument("--audio", action="store_true", help="with html: put the sound beside the page, to be heard")
    export.add_argument("--force", action="store_true", help="replace a file that is there, without asking")


def _making(add: _Add) -> None:
    importing = add("import", "importing:import_files", "make sessions of existing recordings, with minutes")
    importing.add_argument("files", nargs="+", metavar="FILE", help="an audio file")
    importing.add_argument("--no-finish", dest="finish", action="store_false", help="make no minutes")
    finish = add("finish", "finishing:finish", "make what is missing of a session's minutes")
    finish.add_argument("id", metavar="ID", help=_SESSION)
    finish.add_argument("--again", action="store_true", help="a new version; the old one is kept")
    for command in (importing, finish):
        command.add_argument("--model", default="", metavar="M", help="the model for the minutes")
        _json(command)


def _machine(add: _Add) -> None:
    devices = add("devices", "devices:devices", "the microphones of this machine")
    devices.add_argument("--test", action="store_true", help="listen to each for one second and tell its level")
    _json(devices)
    _json(add("models", "models:models", "speech models: what they can do, cost, and until when"))
    _json(add("sent", "sent:sent", "what left this machine: when, where, how many bytes, what for"))


def _settings(add: _Add) -> None:
    settings = add("settings", "settings:show", "show or change the settings")
    _json(settings)
    actions = settings.add_subparsers(title="actions", dest="action", metavar="ACTION")
    for name, about in (
        ("show", "every setting and where it comes from"),
        ("path", "where the settings file is"),
        ("edit", "open the settings file in $VISUAL or $EDITOR"),
        ("get", "print one setting"),
        ("set", "change one setting"),
    ):
        action: Parser = actions.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        action.set_defaults(run=f"settings:{'show' if name == 'show' else f'{name}_setting'}")
        if name in {"get", "set"}:
            action.add_argument("key", metavar="KEY", help="such as captions.model")
        if name == "set":
            action.add_argument("value", metavar="VALUE", help="lists are separated by commas")
        if name in {"show", "get"}:
            _json(action)


def _front_end(command: Parser) -> None:
    command.add_argument("--headless", action="store_true", help="no screen; Ctrl+C or meetrec stop stops")
    how = command.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="headless; every event as one line of JSON")
    how.add_argument("--plain", action="store_true", help="headless; one finished caption a line, nothing else")


def _json(command: argparse._ActionsContainer) -> None:
    # suppressed, not False: an action of `settings` must not undo what was said before it
    command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON")


def _speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number from 0 on, not {text}")
    return value


def _play_speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.75 <= value <= 2:
        raise argparse.ArgumentTypeError(f"must be a number from 0.75 to 2, not {text}")
    return value


def _rate(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 8000 <= int(text) <= 192_000:
        raise argparse.ArgumentTypeError(f"must be a whole number from 8000 to 192000, not {text}")
    return int(text)


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 on, not {text}")
    return int(text)
