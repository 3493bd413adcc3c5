"""Where the key comes from, and the headers that carry it.

Order: environment, `keys.command`, the system's keyring. A key is wrapped in `Secret` from its first moment, so that
no repr, log or traceback shows it; `reveal()` is called where a header is made and nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import shlex
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from meetrec.core.errors import RefusedError, SettingsError
from meetrec.core.settings import KeysSettings
from meetrec.provider.endpoints import Endpoint

COMMAND_LIMIT_S = 10.0
KEYRING_LIMIT_S = 3.0
KEYRING_SERVICE = "meetrec"
_CLASSIC_SCOPE = "https://cognitiveservices.azure.com/.default"
_FOUNDRY_SCOPE = "https://ai.azure.com/.default"


class Secret:
    """A text that no repr, format or log shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a secret is not to be stored")


class SignIn(Protocol):
    """Gives the headers that sign a request in."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers. Raises RefusedError where there is no key, SettingsError where one cannot be had."""
        ...

    def other_audience(self) -> bool:
        """The service said that a token was meant for another: whether there is another way to try."""
        ...


class KeySignIn:
    """Signs in with a key, found on first use."""

    def __init__(self, endpoint: Endpoint, keys: KeysSettings, environment: Mapping[str, str]) -> None:
        self._endpoint = endpoint
        self._keys = keys
        # only what is needed is kept of the environment, and the key wrapped at once
        self._set = _key_in(environment, endpoint)
        self._accounts = {
            header: value
            for header, name in (("OpenAI-Organization", "OPENAI_ORG_ID"), ("OpenAI-Project", "OPENAI_PROJECT_ID"))
            if (value := environment.get(name, "").strip()) and endpoint.kind == "openai"
        }
        self._key: Secret | None = None

    async def headers(self) -> Mapping[str, str]:
        if self._key is None:
            self._key = await _find(self._endpoint, self._keys, self._set)
        key = self._key.reveal()
        if not key:
            return {}
        if self._endpoint.kind == "azure":
            return {"api-key": key}
        return {"Authorization": f"Bearer {key}", **self._accounts}

    def other_audience(self) -> bool:
        return False


class EntraSignIn:
    """Signs in to Azure through Entra ID (`azure-identity`, an extra). Tokens are cached and renewed by the library."""

    def __init__(self, endpoint: Endpoint, token: Callable[[str], Awaitable[str]] | None = None) -> None:
        first = endpoint.azure_scope or default_scope(endpoint.host)
        self._scopes = [first] if endpoint.azure_scope else [first, _other_scope(first)]
        self._token = token

    async def headers(self) -> Mapping[str, str]:
        if self._token is None:
            self._token = _entra_tokens()
        try:
            token = await self._token(self._scopes[0])
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - azure-identity raises another class for each way to sign in
            raise RefusedError(
                f"signing in to Azure failed ({type(error).__name__})",
                "run az login, or set provider.azure_auth to key",
            ) from None
        return {"Authorization": f"Bearer {token}"}

    def other_audience(self) -> bool:
        if len(self._scopes) < 2:
            return False
        self._scopes.pop(0)
        return True


def default_scope(host: str) -> str:
    """Return the Entra scope by the kind of resource."""
    return _FOUNDRY_SCOPE if host.endswith(".services.ai.azure.com") else _CLASSIC_SCOPE


def _other_scope(scope: str) -> str:
    return _CLASSIC_SCOPE if scope == _FOUNDRY_SCOPE else _FOUNDRY_SCOPE


def _entra_tokens() -> Callable[[str], Awaitable[str]]:
    try:
        identity = importlib.import_module("azure.identity")
    except ImportError:
        raise SettingsError(
            "provider.azure_auth is entra, which needs azure-identity", "run pip install 'meetrec[entra]'"
        ) from None
    # the variant without asyncio, in a thread: the other one wants to be closed, and there is no good moment for that
    credential = identity.DefaultAzureCredential()

    async def token(scope: str) -> str:
        return str((await asyncio.to_thread(credential.get_token, scope)).token)

    return token


def sign_in(endpoint: Endpoint, keys: KeysSettings, environment: Mapping[str, str]) -> SignIn:
    """Return the way to sign in that the settings ask for."""
    if endpoint.kind == "azure" and endpoint.azure_auth == "entra":
        return EntraSignIn(endpoint)
    return KeySignIn(endpoint, keys, environment)


def key_variable(endpoint: Endpoint) -> str:
    """Return the environment variable that may hold the key."""
    return "AZURE_OPENAI_API_KEY" if endpoint.kind == "azure" else "OPENAI_API_KEY"


def _key_in(environment: Mapping[str, str], endpoint: Endpoint) -> Secret:
    return Secret(environment.get(key_variable(endpoint), "").strip())


async def find_key(endpoint: Endpoint, keys: KeysSettings, environment: Mapping[str, str]) -> Secret:
    """Return the key. A compatible server on this machine may go without one: then it is empty.

    Raises RefusedError where there is none, SettingsError where `keys.command` failed.
    """
    return await _find(endpoint, keys, _key_in(environment, endpoint))


async def _find(endpoint: Endpoint, keys: KeysSettings, found: Secret) -> Secret:
    variable = key_variable(endpoint)
    if not found and keys.command.strip():
        found = await _from_command(keys.command)
    if not found and keys.keyring:
        found = await _from_keyring(variable)
    if found:
        key = found.reveal()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise SettingsError("the key holds a character that no key has", f"check {variable} or keys.command")
        return found
    if endpoint.kind == "compatible" and endpoint.is_loopback:
        return found
    raise RefusedError("there is no key for the speech service", f"set {variable}, or keys.command in the settings")


async def _from_command(command: str) -> Secret:
    """Run `keys.command` and return the first line it prints. What it prints is kept out of every message."""
    hint = "run the command of keys.command by hand"
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (OSError, ValueError):
        raise SettingsError("keys.command could not be started", hint) from None
    try:
        async with asyncio.timeout(COMMAND_LIMIT_S):
            output, _ = await process.communicate()
    except TimeoutError:
        raise SettingsError(f"keys.command did not end within {COMMAND_LIMIT_S:g} s", hint) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SettingsError(f"keys.command failed with status {process.returncode}", hint)
    lines = output.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        raise SettingsError("keys.command printed nothing", hint)
    return Secret(lines[0].strip())


async def _from_keyring(name: str) -> Secret:
    """Ask the system's keyring, which may hang (a locked wallet asks on another screen): 3 s, in its own thread."""
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise SettingsError("keys.keyring is on, which needs keyring", "run pip install 'meetrec[keyring]'") from None
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Secret] = loop.create_future()

    def ask() -> None:
        try:
            found = Secret(keyring.get_password(KEYRING_SERVICE, name) or "")
        except Exception:  # noqa: BLE001 - each backend raises its own; a keyring that fails holds no key
            found = Secret("")
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(lambda: None if answer.done() else answer.set_result(found))

    # a daemon thread, not a pool's: a keyring that hangs must not keep the program from ending
    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(KEYRING_LIMIT_S):
            return await answer
    except TimeoutError:
        return Secret("")
