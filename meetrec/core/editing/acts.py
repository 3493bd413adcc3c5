"""What a person does to a transcript while reviewing it, as frozen values with a JSON form.

An act says what was meant ("everything by S2 from 61.0 on is S1's") and holds all it needs, so that carrying it out
again gives the same transcript: ids of new speakers and segments, and texts already distributed, are part of it.
`core/editing/edits.py` carries acts out; `edits.jsonl` is a list of them.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

Ids = tuple[int, ...]
Texts = tuple[tuple[int, str], ...]
Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One change. `kind` is its name in JSON."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class NameSpeaker(Act):
    """Name a speaker; an empty name takes the name away. A name that another speaker has makes the two one."""

    kind = "name"
    speaker: str
    name: str


@dataclass(frozen=True, slots=True)
class TakeNames(Act):
    """Take over names as somebody wrote them into `session.toml`: (speaker id, name), an empty name is none."""

    kind = "names"
    names: Names


@dataclass(frozen=True, slots=True)
class MergeSpeakers(Act):
    """Everything `other` said was said by `into`."""

    kind = "merge"
    into: str
    other: str


@dataclass(frozen=True, slots=True)
class NewSpeaker(Act):
    """The segments were said by a speaker of their own, `speaker`; also how one who was merged is split back."""

    kind = "new"
    speaker: str
    segments: Ids
    name: str = ""


@dataclass(frozen=True, slots=True)
class SwapSpeakers(Act):
    """What one said between `start` and `end` (seconds; None: the end) was said by the other, and the reverse."""

    kind = "swap"
    one: str
    other: str
    start: float = 0.0
    end: float | None = None


@dataclass(frozen=True, slots=True)
class AssignSegments(Act):
    """The segments were said by `speaker`. Said of segments that are theirs already, it settles the doubt."""

    kind = "assign"
    segments: Ids
    speaker: str


@dataclass(frozen=True, slots=True)
class AssignEach(Act):
    """Each segment was said by the speaker beside it: (id, speaker id), all at once, so that two may be swapped."""

    kind = "assign-each"
    speakers: Texts


@dataclass(frozen=True, slots=True)
class AssignSpan(Act):
    """What begins from `start` on and before `end` (None: to the end) was said by `speaker`.

    `only`, where it is given, confines it to what that speaker said.
    """

    kind = "assign-span"
    speaker: str
    start: float
    end: float | None = None
    only: str = ""


@dataclass(frozen=True, slots=True)
class EditText(Act):
    """The segments say something else: (id, new text)."""

    kind = "text"
    texts: Texts


@dataclass(frozen=True, slots=True)
class CutSegment(Act):
    """A segment becomes two at `at` seconds: it keeps `before`, the new segment `new` says `after`."""

    kind = "cut"
    segment: int
    at: float
    before: str
    after: str
    new: int


@dataclass(frozen=True, slots=True)
class AddSegment(Act):
    """Something was said that the service did not hear."""

    kind = "add"
    segment: int
    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class DeleteSegments(Act):
    """The segments were never said."""

    kind = "delete"
    segments: Ids


@dataclass(frozen=True, slots=True)
class Composite(Act):
    """Several acts done, undone and redone as one. `what` says in words what they are together."""

    kind = "several"
    acts: tuple[Act, ...]
    what: str = ""


KINDS: dict[str, type[Act]] = {cls.kind: cls for cls in Act.__subclasses__()}


class UnknownActError(ValueError):
    """An act of a newer version."""


def to_dict(act: Act) -> dict[str, Any]:
    """Return the JSON form, without what has its default."""
    values: dict[str, Any] = {"act": act.kind}
    for spec in dataclasses.fields(act):
        value = getattr(act, spec.name)
        if spec.default is dataclasses.MISSING or value != spec.default:
            values[spec.name] = [to_dict(one) for one in value] if spec.name == "acts" else value
    return values


def from_dict(values: object, depth: int = 0) -> Act:
    """Read the JSON form. Raises UnknownActError for acts of a newer version, ValueError for what is none."""
    if not isinstance(values, Mapping) or not isinstance(kind := values.get("act"), str) or depth > _DEEPEST:
        raise ValueError("not an act")
    cls = KINDS.get(kind)
    specs = dataclasses.fields(cls) if cls is not None else ()
    if cls is None or set(values) - {"act"} - {spec.name for spec in specs}:
        raise UnknownActError(f"an act of a newer version: {kind[:40]}")
    known: dict[str, Any] = {}
    for spec in specs:
        if spec.name in values or spec.default is dataclasses.MISSING:
            known[spec.name] = _read(values.get(spec.name), str(spec.type), depth)
    return cls(**known)


def to_json(act: Act) -> str:
    """Return the act as one line of JSON."""
    return json.dumps(to_dict(act))


def from_json(line: str) -> Act:
    """Read one line of JSON. Raises ValueError."""
    return from_dict(json.loads(line))


_DEEPEST = 8


def _read(value: object, declared: str, depth: int) -> Any:
    if declared == "tuple[Act, ...]" and isinstance(value, list):
        return tuple(from_dict(one, depth + 1) for one in value)
    if not _CHECKS[declared](value):
        raise ValueError(f"not an act: {str(value)[:40]} is no {declared}")
    if declared in {"Texts", "Names"} and isinstance(value, list):
        return tuple((key, text) for key, text in value)
    if declared == "Ids" and isinstance(value, list):
        return tuple(value)
    return float(value) if declared.startswith("float") and isinstance(value, int) else value


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_FAR < value < _FAR


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are(value: object, key: Callable[[object], bool]) -> bool:
    """Tell whether the value is a list of pairs of a key and a text."""
    return isinstance(value, list) and all(
        isinstance(one, list) and len(one) == 2 and key(one[0]) and isinstance(one[1], str) for one in value
    )


_FAR = 1e12
_CHECKS: dict[str, Callable[[object], bool]] = {
    "str": _is_text,
    "int": _is_id,
    "float": _is_float,
    "float | None": lambda value: value is None or _is_float(value),
    "Ids": lambda value: isinstance(value, list) and all(map(_is_id, value)),
    "Texts": lambda value: _are(value, _is_id),
    "Names": lambda value: _are(value, _is_text),
    "tuple[Act, ...]": lambda _: False,
}
