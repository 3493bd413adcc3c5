"""All settings: their defaults, what values they take, and one clear sentence for what is wrong.

Layers are merged in the order defaults ← settings file ← environment ← command line (docs/settings.md).
"""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from meetrec.core.errors import SettingsError
from meetrec.core.fields import coerced
from meetrec.core.sanitize import one_line


def _setting(default: Any, about: str, low: float | None = None, high: float | None = None) -> Any:
    """Declare a setting: its default, a line of help, and the range of a number."""
    metadata = {"about": about, "low": low, "high": high}
    if isinstance(default, tuple):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class ProviderSettings:
    """Where the speech service is."""

    kind: Literal["openai", "azure", "compatible"] = _setting("openai", "which service")
    base_url: str = _setting("", "its address; empty: OPENAI_BASE_URL, AZURE_OPENAI_ENDPOINT or OpenAI's own")
    azure_auth: Literal["key", "entra"] = _setting("key", "how to sign in to Azure")
    azure_scope: str = _setting("", "Entra scope; empty: by the host's name")
    url_model: Literal["auto", "always", "never"] = _setting("auto", "name the model in the live link's address")
    allow_http: bool = _setting(False, "permit http:// beyond this machine; the key would travel in clear")
    trusted_hosts: tuple[str, ...] = _setting(
        (), "hosts, beside the services' own, that OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT may name"
    )
    replay_speed: float = _setting(4.0, "how many times faster than real time missed audio is sent", 1.0, 60.0)


@dataclass(frozen=True)
class KeysSettings:
    """Where the key comes from when no environment variable holds it."""

    command: str = _setting("", "a command that prints the key; what it prints is never stored")
    keyring: bool = _setting(False, "ask the system's keyring (needs the extra: pip install 'meetrec[keyring]')")


@dataclass(frozen=True)
class CaptionsSettings:
    """The live captions."""

    enabled: bool = _setting(True, "caption while recording")
    model: str = _setting("gpt-live-transcribe", "the realtime model (on Azure: its deployment)")
    languages: tuple[str, ...] = _setting((), "languages spoken, as ISO 639-1 codes; empty: let the service find out")
    keywords: tuple[str, ...] = _setting((), "names and terms to listen for")
    prompt: str = _setting("", "free text that helps the model")
    delay: Literal["", "minimal", "low", "medium", "high", "xhigh"] = _setting("low", "speed against accuracy")
    noise_reduction: Literal["far_field", "near_field", "off"] = _setting("far_field", "room or headset microphone")
    turn_detection: Literal["server_vad", "semantic_vad"] = _setting(
        "server_vad", "how the service cuts turns, for models where it does"
    )
    vad_threshold: float = _setting(0.5, "server_vad: how loud is speech", 0.0, 1.0)
    vad_prefix_padding_ms: int = _setting(300, "server_vad: audio kept before speech", 0, 5000)
    vad_silence_duration_ms: int = _setting(500, "server_vad: the pause that ends a turn", 50, 10000)
    eagerness: Literal["low", "medium", "high", "auto"] = _setting("auto", "semantic_vad: how soon a turn ends")
    pause_ms: int = _setting(650, "the pause that ends a turn, for models where meetrec cuts them", 100, 5000)
    min_voice_ms: int = _setting(300, "the least speech worth a turn", 0, 5000)
    max_turn_s: float = _setting(22.0, "the longest turn", 5.0, 60.0)
    max_cost_per_session: float = _setting(
        0.0, "dollars after which captions stop (never the recording); 0: no cap", 0.0
    )


@dataclass(frozen=True)
class MinutesSettings:
    """The final, speaker-labelled minutes."""

    model: str = _setting("gpt-4o-transcribe-diarize", "the model (on Azure: its deployment)")
    language: str = _setting("", "the language spoken, as an ISO 639-1 code; empty: let the service find out")
    while_recording: bool = _setting(True, "send parts while the recording runs, so that minutes are ready soon after")
    upload: Literal["auto", "wav", "flac", "mp3"] = _setting("auto", "auto: wav where one request holds it, else mp3")
    parallel: int = _setting(2, "requests at a time", 1, 8)
    max_part_seconds: float = _setting(1380.0, "the longest part of a recording sent at once", 10.0, 1390.0)


@dataclass(frozen=True)
class AudioSettings:
    """The microphone."""

    device: str = _setting("", "(part of) its name; empty: the system's default")
    rate: int = _setting(24000, "samples per second", 8000, 192000)
    system: bool = _setting(False, "also record what the computer plays: not built yet, true is refused")


@dataclass(frozen=True)
class ScreenSettings:
    """The app."""

    theme: str = _setting("meetrec-dark", "meetrec-dark, meetrec-light, or a Textual theme such as nord")


@dataclass(frozen=True)
class ExportSettings:
    """Minutes written to files."""

    file_name: str = _setting("{title}", "how exported files are called, such as {date} {title}")
    template: str = _setting("", "a file with a template for Markdown; empty: the one built in")
    turn: str = _setting("", "how a turn is written in the template, such as [{time}] {speaker}: {text}")


@dataclass(frozen=True)
class Settings:
    """Every setting by section; `settings.captions.model`."""

    provider: ProviderSettings = field(default_factory=ProviderSettings)
    keys: KeysSettings = field(default_factory=KeysSettings)
    captions: CaptionsSettings = field(default_factory=CaptionsSettings)
    minutes: MinutesSettings = field(default_factory=MinutesSettings)
    audio: AudioSettings = field(default_factory=AudioSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    export: ExportSettings = field(default_factory=ExportSettings)

    def with_values(self, values: Mapping[str, object], source: str) -> Settings:
        """Return the settings with the values of one layer, `{"captions": {"model": "…"}}`.

        `source` names the layer in errors. Raises SettingsError for an unknown section or key or a wrong value.
        """
        sections: dict[str, Any] = {}
        for section, content in values.items():
            if section not in _SECTIONS:
                raise _unknown(f"[{section}]", section, _SECTIONS, source)
            if not isinstance(content, Mapping):
                raise SettingsError(f"{source}: {section} must be a table", f"write [{section}] above its keys")
            new = {key: _checked(section, key, value, source) for key, value in content.items()}
            sections[section] = dataclasses.replace(getattr(self, section), **new)
        return dataclasses.replace(self, **sections)

    def with_text(self, key: str, text: str, source: str) -> Settings:
        """Return the settings with "captions.model" set from text, as the command line and the environment give it."""
        section, name = split_key(key, source)
        return self.with_values({section: {name: value_from_text(key, text, source)}}, source)

    def get(self, key: str) -> object:
        """Return the value of "captions.model"."""
        section, name = split_key(key, "the command line")
        return getattr(getattr(self, section), name)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return plain values by section and key, as TOML and JSON hold them."""
        return {
            section: {key: list(value) if isinstance(value, tuple) else value for key, value in content.items()}
            for section, content in dataclasses.asdict(self).items()
        }


_TRUE = frozenset({"true", "yes", "1", "on"})
_FALSE = frozenset({"false", "no", "0", "off"})
_SECTIONS: dict[str, Any] = {spec.name: spec.default_factory for spec in dataclasses.fields(Settings)}


def all_keys() -> Iterator[tuple[str, str, object]]:
    """Yield (key, line of help, default) of every setting, "captions.model" and so on, in order."""
    for section, cls in _SECTIONS.items():
        defaults = cls()
        for spec in dataclasses.fields(cls):
            yield f"{section}.{spec.name}", spec.metadata["about"], getattr(defaults, spec.name)


def choices(key: str) -> tuple[str, ...]:
    """Return the values that the setting takes, nothing where it takes any."""
    section, name = split_key(key, "the command line")
    hint = _hint(section, name)
    return typing.get_args(hint) if typing.get_origin(hint) is Literal else ()


def split_key(key: str, source: str) -> tuple[str, str]:
    """Return ("captions", "model") for "captions.model"; raises SettingsError for what is no setting."""
    section, _, name = key.partition(".")
    if section not in _SECTIONS or name not in _names(section):
        raise _unknown(key, key, [known for known, _, _ in all_keys()], source)
    return section, name


def value_from_text(key: str, text: str, source: str) -> object:
    """Return text as a value of the setting's type; lists are separated by commas."""
    section, name = split_key(key, source)
    hint = _hint(section, name)
    if hint is bool:
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise _wrong(key, text, "true or false", source)
        return word in _TRUE
    if hint in (int, float):
        try:
            return int(text) if hint is int else float(text)
        except ValueError:
            raise _wrong(key, text, "a whole number" if hint is int else "a number", source) from None
    if typing.get_origin(hint) is tuple:
        return [one.strip() for one in text.split(",") if one.strip()]
    return text


def _names(section: str) -> list[str]:
    return [spec.name for spec in dataclasses.fields(_SECTIONS[section])]


def _hint(section: str, name: str) -> Any:
    return typing.get_type_hints(_SECTIONS[section])[name]


def _checked(section: str, name: str, value: object, source: str) -> object:
    """Return `value` as the setting's type or raise SettingsError."""
    key = f"{section}.{name}"
    if name not in _names(section):
        raise _unknown(key, key, [known for known, _, _ in all_keys()], source)
    hint = _hint(section, name)
    if typing.get_origin(hint) is Literal:
        if value not in typing.get_args(hint):
            listed = ", ".join(repr(one) for one in typing.get_args(hint))
            raise _wrong(key, value, f"one of {listed}", source)
        return value
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise _wrong(key, value, "a list of texts", source)
        return tuple(_text(key, one, source) for one in value)
    if hint in (int, float):
        return _number(key, value, hint, source)
    if hint is bool and not isinstance(value, bool):
        raise _wrong(key, value, "true or false", source)
    return value if hint is bool else _text(key, value, source)


def _text(key: str, value: object, source: str) -> str:
    if not isinstance(value, str):
        raise _wrong(key, value, "a text", source)
    if any("\ud800" <= char <= "\udfff" for char in value):  # an argument that is not UTF-8
        raise _wrong(key, value, "a text in UTF-8", source)
    return value


def _number(key: str, value: object, hint: type, source: str) -> float | int:
    section, name = key.split(".")
    spec = next(one for one in dataclasses.fields(_SECTIONS[section]) if one.name == name)
    low, high = spec.metadata["low"], spec.metadata["high"]
    kind = "a whole number" if hint is int else "a number"
    if isinstance(value, bool) or not isinstance(value, int if hint is int else (int, float)):
        raise _wrong(key, value, kind, source)
    number = coerced(value, "float")
    fits = number is not None and (low is None or number >= low) and (high is None or number <= high)
    if not fits:
        bounds = f"{kind} from {low:g}" + (f" to {high:g}" if high is not None else " on")
        raise _wrong(key, value, bounds, source)
    return int(value) if hint is int else float(value)


def _wrong(key: str, value: object, wanted: str, source: str) -> SettingsError:
    shown = one_line(repr(value) if isinstance(value, str | int | float) else str(value), 80)
    return SettingsError(f"{source}: {key} is {shown}, it must be {wanted}", f"run meetrec settings set {key} VALUE")


def _unknown(shown: str, key: str, known: typing.Iterable[str], source: str) -> SettingsError:
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "meetrec settings show lists them all"
    return SettingsError(f"{source}: there is no setting {one_line(shown, 80)}", hint)
