from __future__ import annotations

from typing import Any

import pytest

from meetrec.core.errors import SettingsError, UntrustedHostError
from meetrec.core.settings import ProviderSettings
from meetrec.provider.endpoints import Endpoint, find_endpoint, is_loopback


def endpoint(base_url: str = "", kind: Any = "openai", **settings: Any) -> Endpoint:
    return find_endpoint(ProviderSettings(kind=kind, base_url=base_url, **settings), {})


def test_openai_is_the_default_and_its_address_names_no_model() -> None:
    one = endpoint()
    assert one.realtime_url("m") == "wss://api.openai.com/v1/realtime?intent=transcription"
    assert one.transcription_urls("m") == ["https://api.openai.com/v1/audio/transcriptions"]
    assert one.models_url() == "https://api.openai.com/v1/models"
    assert one.host == "api.openai.com"


def test_the_environment_is_read_as_the_official_client_does_but_settings_come_first() -> None:
    environment = {
        "OPENAI_BASE_URL": "https://eu.api.openai.com/v1/",
        "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/",
    }
    assert find_endpoint(ProviderSettings(), environment).base_url == "https://eu.api.openai.com/v1"
    azure = find_endpoint(ProviderSettings(kind="azure"), environment)
    assert azure.base_url == "https://r.openai.azure.com/openai/v1"
    set_one = ProviderSettings(base_url="https://us.api.openai.com/v1")
    assert find_endpoint(set_one, environment).base_url == "https://us.api.openai.com/v1"


@pytest.mark.parametrize(
    ("kind", "url", "named"),
    [
        ("openai", "https://api.openai.com/v1", False),
        ("openai", "https://eu.api.openai.com/v1", False),
        ("openai", "https://api.openai.com.evil.example/v1", True),
        ("openai", "https://gateway.example/v1", True),
        ("openai", "http://127.0.0.1:8000/v1", False),
        ("openai", "http://[::1]:8000/v1", False),
        ("compatible", "http://127.0.0.1:8000/v1", True),
        ("compatible", "https://speech.example/v1", True),
        ("azure", "https://r.openai.azure.com", False),
        ("azure", "https://apim.example/gate", False),
    ],
)
def test_only_gateways_get_the_model_in_the_address(kind: str, url: str, named: bool) -> None:
    assert endpoint(url, kind).names_model_in_url is named
    assert ("model=" in endpoint(url, kind).realtime_url("my model")) is named


def test_the_rule_for_the_model_can_be_overridden() -> None:
    url = endpoint(url_model="always").realtime_url("a b&c")
    assert url.endswith("/realtime?intent=transcription&model=a+b%26c")
    assert "model" not in endpoint("https://gateway.example/v1", url_model="never").realtime_url("m")


@pytest.mark.parametrize(
    "url",
    [
        "https://r.openai.azure.com",
        "https://r.openai.azure.com/",
        "https://r.openai.azure.com/openai",
        "https://r.openai.azure.com/openai/v1/",
    ],
)
def test_azure_addresses_are_understood_in_every_form_people_copy(url: str) -> None:
    one = endpoint(url, "azure")
    assert one.realtime_url("dep") == "wss://r.openai.azure.com/openai/v1/realtime?intent=transcription"
    older = "openai/deployments/my%20dep%2F1/audio/transcriptions?api-version=2025-04-01-preview"
    assert one.transcription_urls("my dep/1") == [
        "https://r.openai.azure.com/openai/v1/audio/transcriptions",
        f"https://r.openai.azure.com/{older}",
    ]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("api.openai.com/v1", "https://"),
        ("localhost:8000", "https://"),
        ("ftp://host/v1", "https://"),
        ("https://", "host"),
        ("https:///v1", "host"),
        ("https://user:secret@host/v1", "user or password"),
        ("https://secret@host/v1", "user or password"),
        ("https://host/v1?key=secret", "path"),
        ("https://host/v1#x", "path"),
        ("https://host/v1?", "path"),
        ("https://host:99999/v1", "not an address"),
        ("https://[::1/v1", "not an address"),
        ("https://ho st/v1", "character"),
        ("https://host/v1\x1b[2J", "character"),
        ("http://speech.example/v1", "in clear"),
        ("http://127.0.0.1.evil.example/v1", "in clear"),
        ("http://192.168.1.5/v1", "in clear"),
    ],
)
def test_a_wrong_address_is_a_sentence_with_what_to_do(url: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        endpoint(url)
    assert caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "variable"),
    [("openai", "OPENAI_BASE_URL"), ("compatible", "OPENAI_BASE_URL"), ("azure", "AZURE_OPENAI_ENDPOINT")],
)
def test_another_host_that_only_the_environment_names_is_given_nothing_until_it_is_confirmed(
    kind: Any, variable: str
) -> None:
    environment = {variable: "https://Gateway.example:8443/v1"}
    for trusted in ((), ("other.example",), ("example",)):
        with pytest.raises(UntrustedHostError, match=variable) as caught:
            find_endpoint(ProviderSettings(kind=kind, trusted_hosts=trusted), environment)
        assert caught.value.host == "gateway.example"
        assert caught.value.hint.endswith(",".join([*trusted, "gateway.example"]))
    trusting = ProviderSettings(kind=kind, trusted_hosts=("other.example", "GATEWAY.example"))
    assert find_endpoint(trusting, environment).host == "gateway.example"
    named = ProviderSettings(kind=kind, base_url=environment[variable])  # whoever wrote it there has confirmed it
    assert find_endpoint(named, {}).host == "gateway.example"


@pytest.mark.parametrize(
    "host", ["api.openai.com", "eu.api.openai.com", "r.openai.azure.com", "r.services.ai.azure.com", "127.0.0.1:8000"]
)
def test_the_services_own_hosts_need_no_confirmation(host: str) -> None:
    scheme = "http" if host.startswith("127") else "https"
    assert (
        find_endpoint(ProviderSettings(), {"OPENAI_BASE_URL": f"{scheme}://{host}/v1"}).host == host.partition(":")[0]
    )


@pytest.mark.parametrize("host", ["api.openai.com.evil.example", "evilapi.openai.com", "evil-openai.azure.com"])
def test_a_host_that_looks_like_the_services_own_is_another(host: str) -> None:
    with pytest.raises(UntrustedHostError):
        find_endpoint(ProviderSettings(), {"OPENAI_BASE_URL": f"https://{host}/v1"})


def test_plain_http_is_for_this_machine_unless_permitted() -> None:
    assert endpoint("http://127.0.0.1:8000/v1").realtime_url("m").startswith("ws://127.0.0.1:8000/v1/realtime")
    assert endpoint("http://localhost:8000/v1").is_loopback
    assert endpoint("http://10.0.0.5/v1", allow_http=True).base_url == "http://10.0.0.5/v1"


def test_azure_and_compatible_need_an_address() -> None:
    for kind, variable in (("azure", "AZURE_OPENAI_ENDPOINT"), ("compatible", "OPENAI_BASE_URL")):
        with pytest.raises(SettingsError, match="no address") as caught:
            endpoint(kind=kind)
        assert variable in caught.value.hint


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "a.localhost"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "notlocalhost", "localhost.evil.example", ""])  # noqa: S104  names that are refused
def test_nothing_else_is_loopback(host: str) -> None:
    assert not is_loopback(host)
