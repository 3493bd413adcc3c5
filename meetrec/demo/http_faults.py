"""The faults of a transcription request, played: refusals, pages that are no API answer, and broken answers."""

from __future__ import annotations

import asyncio

from aiohttp import web

from meetrec.demo.faults import Faults
from meetrec.demo.form_rules import ApiError

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_REFUSALS = {
    401: ("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    403: ("Project does not have access to this model.", "invalid_request_error", "model_not_found"),
    404: ("The model does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
    408: ("Request timed out.", "server_error", None),
    413: ("413: Maximum content size limit (26214400) exceeded (26214401 bytes read)", "server_error", None),
    429: ("Rate limit reached for requests. Please try again later.", "requests", "rate_limit_exceeded"),
}
_TROUBLE = ("The server had an error while processing your request. Sorry about that!", "server_error", None)


async def refuse(request: web.Request, fault: str, faults: Faults, closing: asyncio.Event) -> web.StreamResponse | None:
    """Play a fault that comes instead of an answer; None where `fault` is none of those. Raises ApiError."""
    if fault == "html":
        return web.Response(status=502, content_type="text/html", text=_PAGE)
    if fault == "redirect":
        return web.Response(status=307, headers={"Location": "/elsewhere"})
    if fault == "text-error":
        return web.json_response({"error": "boom"}, status=500)
    if fault == "detail":
        return web.json_response({"detail": [{"loc": ["body"], "msg": "field required"}]}, status=422)
    if fault == "empty":
        return web.Response(body=b"", content_type="application/json")
    if fault == "reset":
        return _broken(request, web.Response())
    if fault == "hang":
        await closing.wait()
        return _broken(request, web.Response())
    _raise_status(fault, faults)
    return None


def _raise_status(fault: str, faults: Faults) -> None:
    if fault == "quota":
        message = "You exceeded your current quota, please check your plan and billing details."
        raise ApiError(429, message, type="insufficient_quota", code="insufficient_quota")
    number, _, bare = fault.partition("-")
    if number.isdigit():
        status = int(number)
        message, kind, code = _REFUSALS.get(status, _TROUBLE)
        headers = {"Retry-After": faults.retry_after} if status == 429 and not bare else {}
        raise ApiError(status, message, type=kind, code=code, headers=headers)


async def answer_badly(request: web.Request, fault: str, body: bytes) -> web.StreamResponse:
    """Send a JSON answer, whole unless `fault` is "malformed" or "cut"."""
    if fault == "malformed":
        return web.Response(body=body[: len(body) // 2], content_type="application/json")
    if fault != "cut":
        return web.Response(body=body, content_type="application/json")
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return _broken(request, response)


def _broken(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Break the connection; whoever handles the response finds it gone."""
    if request.transport:
        request.transport.abort()
    return response
