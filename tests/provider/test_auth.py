from __future__ import annotations

import asyncio
import copy
import pickle
import shlex
import sys
import threading
import time
import types
from typing import Any

import pytest

from meetrec.core.errors import MeetrecError, RefusedError, SettingsError
from meetrec.core.settings import KeysSettings, ProviderSettings
from meetrec.provider import auth
from meetrec.provider.auth import EntraSignIn, KeySignIn, Secret, default_scope, find_key, sign_in
from meetrec.provider.endpoints import Endpoint, find_endpoint

SENTINEL = "sk-sentinel0123456789"


def endpoint(kind: Any = "openai", base_url: str = "", **settings: Any) -> Endpoint:
    url = base_url or {"azure": "https://r.openai.azure.com", "compatible": "https://speech.example/v1"}.get(kind, "")
    return find_endpoint(ProviderSettings(kind=kind, base_url=url, **settings), {})


def python(code: str) -> KeysSettings:
    return KeysSettings(command=f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}")


async def test_the_environment_comes_first_then_the_command() -> None:
    keys = python("print('from-command')")
    assert (await find_key(endpoint(), keys, {"OPENAI_API_KEY": " from-env "})).reveal() == "from-env"
    assert (await find_key(endpoint(), keys, {})).reveal() == "from-command"
    azure = {"AZURE_OPENAI_API_KEY": "azure-key", "OPENAI_API_KEY": "other"}
    assert (await find_key(endpoint("azure"), KeysSettings(), azure)).reveal() == "azure-key"


async def test_no_key_is_a_sentence_that_names_the_variable() -> None:
    with pytest.raises(RefusedError, match="no key") as caught:
        await find_key(endpoint("azure"), KeysSettings(), {"OPENAI_API_KEY": "x"})
    assert "AZURE_OPENAI_API_KEY" in caught.value.hint


async def test_a_compatible_server_on_this_machine_may_go_without_a_key() -> None:
    local = endpoint("compatible", "http://127.0.0.1:8000/v1")
    assert await KeySignIn(local, KeysSettings(), {}).headers() == {}
    with pytest.raises(RefusedError):
        await find_key(endpoint("compatible"), KeysSettings(), {})


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; print('sk-sentinel0123456789'); sys.exit(3)", "status 3"),
        ("", "printed nothing"),
        ("print('two words')", "character"),
        ("print('k\\u00e9y')", "character"),
        ("print('\\x1b[2Jkey')", "character"),
    ],
)
async def test_a_command_that_fails_is_a_sentence_without_what_it_printed(code: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        await find_key(endpoint(), python(code), {})
    assert "sentinel" not in f"{caught.value} {caught.value.hint}"


async def test_only_the_first_line_of_a_command_is_the_key() -> None:
    key = await find_key(endpoint(), python("print('\\n key-1 \\nuser: me')"), {})
    assert key.reveal() == "key-1"


@pytest.mark.parametrize("command", ["/does/not/exist", "'unbalanced"])
async def test_a_command_that_cannot_be_started_is_a_sentence(command: str) -> None:
    with pytest.raises(SettingsError, match="could not be started"):
        await find_key(endpoint(), KeysSettings(command=command), {})


async def test_a_command_that_hangs_is_ended_and_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "COMMAND_LIMIT_S", 0.3)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        for _ in range(10):
            await asyncio.sleep(0.02)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(SettingsError, match="did not end"):
        await find_key(endpoint(), python("import time; time.sleep(60)"), {})
    await ticking
    assert ticks == 10


def fake_keyring(monkeypatch: pytest.MonkeyPatch, get: Any) -> None:
    monkeypatch.setitem(sys.modules, "keyring", types.SimpleNamespace(get_password=get))


async def test_the_keyring_is_asked_last_and_only_if_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get(service: str, name: str) -> str:
        asked.append((service, name))
        return "from-keyring"

    fake_keyring(monkeypatch, get)
    with pytest.raises(RefusedError):
        await find_key(endpoint(), KeysSettings(), {})
    assert asked == []
    assert (await find_key(endpoint(), KeysSettings(keyring=True), {})).reveal() == "from-keyring"
    assert asked == [("meetrec", "OPENAI_API_KEY")]


async def test_a_keyring_that_raises_or_hangs_holds_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "KEYRING_LIMIT_S", 0.2)

    def raises(_service: str, _name: str) -> str:
        raise RuntimeError("no keyring")

    unlocked = threading.Event()

    def hangs(_service: str, _name: str) -> str:
        unlocked.wait(60)
        return "late"

    for get in (raises, hangs):
        fake_keyring(monkeypatch, get)
        with pytest.raises(RefusedError, match="no key"):
            await find_key(endpoint(), KeysSettings(keyring=True), {})
    unlocked.set()


async def test_the_header_is_the_one_each_provider_reads() -> None:
    environment = {"OPENAI_API_KEY": "k", "AZURE_OPENAI_API_KEY": "a", "OPENAI_ORG_ID": "org", "OPENAI_PROJECT_ID": "p"}
    assert await sign_in(endpoint(), KeysSettings(), environment).headers() == {
        "Authorization": "Bearer k",
        "OpenAI-Organization": "org",
        "OpenAI-Project": "p",
    }
    assert await sign_in(endpoint("azure"), KeysSettings(), environment).headers() == {"api-key": "a"}
    compatible = await sign_in(endpoint("compatible"), KeysSettings(), environment).headers()
    assert compatible == {"Authorization": "Bearer k"}


async def test_entra_asks_for_the_audience_of_the_host_and_knows_another() -> None:
    asked = []

    async def token(scope: str) -> str:
        asked.append(scope)
        return "token"

    classic = EntraSignIn(endpoint("azure", azure_auth="entra"), token)
    assert await classic.headers() == {"Authorization": "Bearer token"}
    assert classic.other_audience()
    await classic.headers()
    assert not classic.other_audience()
    assert asked == ["https://cognitiveservices.azure.com/.default", "https://ai.azure.com/.default"]
    assert default_scope("r.services.ai.azure.com") == "https://ai.azure.com/.default"
    fixed = EntraSignIn(endpoint("azure", azure_auth="entra", azure_scope="api://x"), token)
    assert not fixed.other_audience()


async def test_entra_that_fails_is_a_sentence_without_the_library_s_words() -> None:
    async def token(_scope: str) -> str:
        raise RuntimeError(f"failed with {SENTINEL}")

    with pytest.raises(RefusedError, match="signing in to Azure failed") as caught:
        await EntraSignIn(endpoint("azure", azure_auth="entra"), token).headers()
    assert SENTINEL not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_entra_asks_the_library_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    class Credential:
        def get_token(self, scope: str) -> Any:
            time.sleep(0.05)
            return types.SimpleNamespace(token=f"token for {scope}")

    monkeypatch.setitem(sys.modules, "azure.identity", types.SimpleNamespace(DefaultAzureCredential=Credential))
    headers = await sign_in(endpoint("azure", azure_auth="entra", azure_scope="s"), KeysSettings(), {}).headers()
    assert headers == {"Authorization": "Bearer token for s"}


async def test_entra_without_its_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(SettingsError) as caught:
        await sign_in(endpoint("azure", azure_auth="entra"), KeysSettings(), {}).headers()
    assert "meetrec[entra]" in caught.value.hint


async def test_the_keyring_without_its_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MeetrecError) as caught:
        await find_key(endpoint(), KeysSettings(keyring=True), {})
    assert "meetrec[keyring]" in caught.value.hint


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(SENTINEL)
    shown = [repr(secret), str(secret), f"{secret}", f"{[secret]}", "%s" % secret, repr({"key": secret})]  # noqa: UP031  a way it may leak
    assert not any("sentinel" in one for one in shown)
    assert secret.reveal() == SENTINEL
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)
