"""Endpoint: where the speech service is, and how its addresses are made.

OpenAI and compatible servers: `{base}/realtime` and `{base}/audio/transcriptions`. Azure, GA form: the same below
`https://RESOURCE.openai.azure.com/openai/v1`, and `/openai/deployments/NAME/audio/transcriptions` where that is 404.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from meetrec.core.errors import SettingsError, UntrustedHostError
from meetrec.core.settings import ProviderSettings

OPENAI_URL = "https://api.openai.com/v1"
_OWN_HOSTS = (
    "api.openai.com",
    "openai.azure.com",
    "cognitiveservices.azure.com",
    "services.ai.azure.com",
    "openai.azure.us",
    "openai.azure.cn",
)
"""The services' own, and all below them."""
AZURE_API_VERSION = "2025-04-01-preview"
_SET_URL = "run meetrec settings set provider.base_url https://HOST/v1"


@dataclass(frozen=True)
class Endpoint:
    """Addresses of one service. `base_url` ends without a slash and holds neither user, password nor query."""

    kind: Literal["openai", "azure", "compatible"]
    base_url: str
    names_model_in_url: bool
    """Whether the live link's address carries `model` (gateways route by it; OpenAI and Azure refuse it)."""
    azure_auth: Literal["key", "entra"] = "key"
    azure_scope: str = ""

    @property
    def host(self) -> str:
        """The host's name, for a person and for the ledger."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """Whether the service runs on this machine."""
        return is_loopback(self.host)

    def realtime_url(self, model: str) -> str:
        """Return the address of a live link, `wss://…/realtime?intent=transcription`."""
        scheme, netloc, path, _, _ = urlsplit(self.base_url)
        query = {"intent": "transcription"}
        if self.names_model_in_url:
            query["model"] = model
        secure = "wss" if scheme == "https" else "ws"
        return urlunsplit((secure, netloc, f"{path}/realtime", urlencode(query), ""))

    def transcription_urls(self, model: str) -> list[str]:
        """Return where recordings are sent; the second, if any, is tried once where the first is 404."""
        first = f"{self.base_url}/audio/transcriptions"
        if self.kind != "azure":
            return [first]
        resource = self.base_url.removesuffix("/v1")
        version = urlencode({"api-version": AZURE_API_VERSION})
        return [first, f"{resource}/deployments/{quote(model, safe='')}/audio/transcriptions?{version}"]

    def models_url(self) -> str:
        """Return the address that lists the models, the cheapest question to ask of a service."""
        return f"{self.base_url}/models"


def find_endpoint(settings: ProviderSettings, environment: Mapping[str, str]) -> Endpoint:
    """Work out the service's address: the setting, else the environment as the official SDK reads it, else OpenAI's.

    Raises SettingsError for an address that is none, or that would carry the key in clear, UntrustedHostError for a
    host that only the environment names.
    """
    variable = "AZURE_OPENAI_ENDPOINT" if settings.kind == "azure" else "OPENAI_BASE_URL"
    source, url = "provider.base_url", settings.base_url.strip()
    if not url:
        source, url = variable, environment.get(variable, "").strip()
    if not url and settings.kind == "openai":
        source, url = "OpenAI", OPENAI_URL
    if not url:
        hint = "run meetrec settings set provider.base_url https://…"
        raise SettingsError(f"provider.kind is {settings.kind}, but no address is set", f"set {variable}, or {hint}")
    checked = _checked(url, source, allow_http=settings.allow_http)
    if source == variable:
        _check_trust(variable, urlsplit(checked).hostname or "", settings)
    base_url = _azure_base(checked) if settings.kind == "azure" else checked
    return Endpoint(
        kind=settings.kind,
        base_url=base_url,
        names_model_in_url=_names_model(settings, urlsplit(base_url).hostname or ""),
        azure_auth=settings.azure_auth,
        azure_scope=settings.azure_scope,
    )


def _check_trust(variable: str, host: str, settings: ProviderSettings) -> None:
    """Refuse a host nobody has confirmed: the variable may be meant for another program, or set by somebody else."""
    own = any(host == one or host.endswith(f".{one}") for one in _OWN_HOSTS)
    if not own and not is_loopback(host) and host not in {one.strip().lower() for one in settings.trusted_hosts}:
        hosts = ",".join([*settings.trusted_hosts, host])
        raise UntrustedHostError(
            f"{variable} names {host}, which would be given your key and what is said",
            f"if that is right, run meetrec settings set provider.trusted_hosts {hosts}",
            host,
        )


def _names_model(settings: ProviderSettings, host: str) -> bool:
    """Decide `provider.url_model = auto`.

    OpenAI and Azure refuse a model in the address, gateways route by it. A loopback host of kind "openai" counts as
    OpenAI (the built-in service, test doubles); of kind "compatible" it is a gateway like any other.
    """
    if settings.url_model != "auto":
        return settings.url_model == "always"
    if settings.kind == "azure":
        return False
    first_party = host == "api.openai.com" or host.endswith(".api.openai.com")
    return not (first_party or (settings.kind == "openai" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Say whether `host` is this machine, by name or number."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked(url: str, source: str, *, allow_http: bool) -> str:
    """Return `url` without a final slash, or raise SettingsError. The message never repeats a password."""
    try:
        parts = urlsplit(url)
        host, has_port = parts.hostname, parts.port is not None
    except ValueError:
        raise SettingsError(f"{source} is not an address", _SET_URL) from None
    if "@" in parts.netloc:
        raise SettingsError(f"{source} must not hold a user or password", "keep keys in OPENAI_API_KEY or keys.command")
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError(f"{source} must begin with https:// and name a host, it is {_shown(url)!r}", _SET_URL)
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise SettingsError(f"{source} must end with the path, without ? or #", _SET_URL)
    if any(not char.isprintable() or char in ' \\"<>' for char in url):
        raise SettingsError(f"{source} holds a character that no address has", _SET_URL)
    if parts.scheme == "http" and not is_loopback(host) and not allow_http:
        raise SettingsError(
            f"{source} begins with http://, so the key would travel in clear to {host}",
            "use https://, or permit it: meetrec settings set provider.allow_http true",
        )
    shown_host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if has_port else ""
    return urlunsplit((parts.scheme, f"{shown_host}{port}", parts.path.rstrip("/"), "", ""))


def _shown(url: str) -> str:
    return url if len(url) <= 60 else url[:59] + "…"


def _azure_base(url: str) -> str:
    """Return the GA base, `…/openai/v1`, of a resource address in any of the forms people copy."""
    if url.endswith("/openai/v1"):
        return url
    return f"{url}/v1" if url.endswith("/openai") else f"{url}/openai/v1"
