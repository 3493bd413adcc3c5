"""The simulated speech service: an aiohttp server on loopback that speaks the real wire protocol.

It knows a few recordings and answers with the truth about exactly the audio it was sent. Served are, below `/v1` and
in Azure's form below `/openai/v1`: `realtime` (WebSocket), `audio/transcriptions` (multipart) and `models`.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Self

from aiohttp import WSCloseCode, web

from meetrec.demo.faults import Faults, LinkFaults
from meetrec.demo.fingerprint import Known
from meetrec.demo.form_rules import FILE_MODELS, ApiError
from meetrec.demo.link_rules import LINK_MODELS
from meetrec.demo.meeting import load_sample
from meetrec.demo.realtime import Link
from meetrec.demo.records import Coverage, LinkRecord, Upload, coverage
from meetrec.demo.rest import Transcriber, copy_headers
from meetrec.demo.truth import Truth

_STOP_SECONDS = 1.0
_BETA = "beta_api_shape_disabled"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class DemoService:
    """Serves the known recordings (the sample meeting by default) on 127.0.0.1; use it as `async with`.

    `key` is the only one accepted; None accepts any but none. `latency` is the time from commit to completed text, in
    seconds. `aliases` maps names of deployments to models. `url_model` is how gateways are: the URL of a link must name
    the model. `keep_audio` keeps all PCM of links in their records. `port` 0 takes a free one. What is given as `Known`
    need not be read again.
    """

    def __init__(
        self,
        truth: Sequence[Truth | Known] | None = None,
        *,
        key: str | None = None,
        faults: Faults | None = None,
        latency: float = 0.15,
        aliases: dict[str, str] | None = None,
        url_model: bool = False,
        keep_audio: bool = False,
        port: int = 0,
    ) -> None:
        self.uploads: list[Upload] = []
        self.links: list[LinkRecord] = []
        self.known: list[Known] = []
        self.latency, self.aliases, self.keep_audio = latency, dict(aliases or {}), keep_audio
        self.closing = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._truth = truth
        self._key, self._url_model, self._port = key, url_model, port
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()
        self._models: list[dict[str, Any]] = []
        self.faults = faults or Faults()

    # -- life -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Read the recordings and listen. Raises OSError where the port is taken."""
        given = [load_sample()] if self._truth is None else self._truth
        self.known += [one if isinstance(one, Known) else await asyncio.to_thread(Known, one) for one in given]
        self.faults = self.faults
        names = dict.fromkeys([*FILE_MODELS, *LINK_MODELS, *self.aliases])
        self._models = [{"id": one, "object": "model", "created": 1_753_660_800, "owned_by": "demo"} for one in names]
        app = web.Application(middlewares=[self._as_api])
        for root in ("/v1", "/openai/v1"):
            app.router.add_get(root + "/realtime", self._realtime)
            app.router.add_post(root + "/audio/transcriptions", self._transcriptions)
            app.router.add_get(root + "/models", self._list_models)
            app.router.add_get(root + "/models/{id}", self._one_model)
        app.router.add_post("/openai/deployments/{deployment}/audio/transcriptions", self._transcriptions)
        self._runner = web.AppRunner(app, shutdown_timeout=_STOP_SECONDS, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()

    async def stop(self) -> None:
        """Close the links with 1001 and stop listening."""
        self.closing.set()
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port listened on. Raises RuntimeError before start."""
        if not self._runner or not self._runner.addresses:
            raise RuntimeError("the simulated service is not running")
        return int(self._runner.addresses[0][1])

    @property
    def base_url(self) -> str:
        """What to set as base URL of a provider."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def azure_url(self) -> str:
        """What to set as endpoint of an Azure provider."""
        return f"http://127.0.0.1:{self.port}/openai/v1"

    @property
    def faults(self) -> Faults:
        """What goes wrong; setting it starts the scripts anew."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._link_faults = iter(faults.links)
        self._transcriber = Transcriber(self.known, faults, self.aliases)

    # -- what arrived ---------------------------------------------------------------------------------------------

    @property
    def requests(self) -> list[Upload | LinkRecord]:
        """Everything that came in: the transcription requests, then the links, each in order."""
        return [*self.uploads, *self.links]

    async def links_ended(self) -> None:
        """Wait until no link is open, so that all records are complete."""
        await self._idle.wait()

    def links_coverage(self, truth: Truth | None = None) -> Coverage:
        """What of a recording (the first by default) came over links that have ended, taken together."""
        return self._coverage(truth, (piece for link in self.links for piece in link.pieces))

    def captions_coverage(self, truth: Truth | None = None) -> Coverage:
        """The same for turns that were completed."""
        items = (item for link in self.links for item in link.items if item.outcome == "completed")
        return self._coverage(truth, (piece for item in items for piece in item.pieces))

    def uploads_coverage(self, truth: Truth | None = None) -> Coverage:
        """The same for the transcription requests that were answered."""
        return self._coverage(truth, (piece for one in self.uploads if one.status == 200 for piece in one.pieces))

    def _coverage(self, truth: Truth | None, pieces: Iterable[Any]) -> Coverage:
        return coverage(truth or self.known[0].truth, pieces)

    # -- requests -------------------------------------------------------------------------------------------------

    @web.middleware
    async def _as_api(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refusals as the API words them."""
        try:
            return await handler(request)
        except ApiError as error:
            response = web.json_response(error.body, status=error.status, headers=error.headers)
        except web.HTTPNotFound:
            unknown = ApiError(404, f"Invalid URL ({request.method} {request.path})")
            response = web.json_response(unknown.body, status=404)
        response.headers["x-request-id"] = f"req_{len(self.uploads)}_{len(self.links)}"
        return response

    def _authorized(self, request: web.Request) -> str:
        """How the key came: "bearer" or "api-key". Raises ApiError where it is missing or wrong."""
        kind, given = "bearer", ""
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            given = header.removeprefix("Bearer ").strip()
        elif request.path.startswith("/openai/"):
            kind, given = "api-key", request.headers.get("api-key", "")
        if not given:
            message = "You didn't provide an API key. You need to provide your API key in an Authorization header."
            raise ApiError(401, message)
        if self._key is not None and not hmac.compare_digest(given.encode(), self._key.encode()):
            raise ApiError(401, "Incorrect API key provided.", code="invalid_api_key")
        return kind

    async def _list_models(self, request: web.Request) -> web.StreamResponse:
        self._authorized(request)
        return web.json_response({"object": "list", "data": self._models})

    async def _one_model(self, request: web.Request) -> web.StreamResponse:
        self._authorized(request)
        for row in self._models:
            if row["id"] == request.match_info["id"]:
                return web.json_response(row)
        message = f"The model '{request.match_info['id']}' does not exist"
        raise ApiError(404, message, param="model", code="model_not_found")

    async def _transcriptions(self, request: web.Request) -> web.StreamResponse:
        upload = Upload(request.method, request.path, "", copy_headers(request), started=time.monotonic())
        self.uploads.append(upload)
        try:
            upload.auth = self._authorized(request)
            self._check_azure(request)
            response = await self._transcriber.answer(request, upload, self.closing)
        except ApiError as error:
            upload.status, upload.body = error.status, error.body
            raise
        finally:
            upload.answered = time.monotonic()
        upload.status = response.status
        return response

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        faults = next(self._link_faults, self._faults.every_link)
        record = LinkRecord(len(self.links) + 1, request.path, dict(request.query), "", copy_headers(request))
        self.links.append(record)
        try:
            record.auth = self._authorized(request)
            self._check_azure(request)
            self._check_refused(faults)
        except ApiError as error:
            record.status, record.closed = error.status, True
            raise
        socket = web.WebSocketResponse(max_msg_size=32 << 20, timeout=_STOP_SECONDS)
        await socket.prepare(request)
        self._sockets.add(socket)
        self._idle.clear()
        try:
            await self._talk(request, socket, record, faults)
        finally:
            self._sockets.discard(socket)
            if not self._sockets:
                self._idle.set()
            record.closed = True
            record.close_code = record.close_code or socket.close_code
        return socket

    async def _talk(
        self, request: web.Request, socket: web.WebSocketResponse, record: LinkRecord, faults: LinkFaults
    ) -> None:
        def abort() -> None:
            if request.transport:
                request.transport.abort()

        link = Link(self, socket, record, faults, abort)
        model = request.query.get("model")
        if request.headers.get("OpenAI-Beta", "").startswith("realtime"):
            await link.sender.error("The Realtime Beta API is no longer supported. Please use /v1/realtime.", _BETA)
            await link.sender.close(4000, f"invalid_request_error.{_BETA}")
        elif self._url_model and not model:
            await link.sender.error("You must provide a model parameter in the URL.", "invalid_model", "model")
            await link.sender.close(1011)
        elif request.query.get("intent") != "transcription":
            await link.converse({"type": "realtime", "model": model or "gpt-realtime"})
        elif model and not self._url_model:
            message = "You must not provide a model parameter for transcription sessions."
            await link.sender.error(message, "invalid_model", "model")
            await link.sender.close(4000, "invalid_request_error.invalid_model")
        else:
            await link.run()

    @staticmethod
    def _check_refused(faults: LinkFaults) -> None:
        if faults.refuse:
            headers = {"Retry-After": faults.retry_after} if faults.retry_after else {}
            kind = "server_error" if faults.refuse >= 500 else "invalid_request_error"
            raise ApiError(faults.refuse, "The handshake was refused.", type=kind, headers=headers)

    @staticmethod
    def _check_azure(request: web.Request) -> None:
        """Azure's GA form takes neither a version nor, for links, a deployment in the URL."""
        if not request.path.startswith("/openai/v1/"):
            return
        if "api-version" in request.query:
            raise ApiError(401, "api-version is not allowed when using the /openai/v1 path", code="401")
        if request.path.endswith("/realtime") and {"model", "deployment"} & set(request.query):
            raise ApiError(400, "The requested operation is unsupported.", code="OperationNotSupported")
