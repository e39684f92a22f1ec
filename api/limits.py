"""The application class: every call is noted, every answer has the headers that guard it, a JSON body that nests too
deep is not read, and a body, an address or headers over the limit are refused like every other refusal.

FastAPI counts the bytes (`max_body_size`) and answers 413 in plain text by itself, outside of every handler; here that
one answer is said again as problem+json, or on a page.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.guarding import Guarding
from api.nesting import watched
from api.noting import Noting, is_noted
from api.problems import Problem, problem_response
from api.web.routes import error_page, is_page

#: Bytes of an address with its query, and of all headers.
_ADDRESS, _HEADERS = 8_192, 32_768


class Application(FastAPI):
    """FastAPI with what must be around everything, also around what it answers by itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        send = Guarding(scope, send, self.state.look)
        if not is_noted(scope["path"]):
            await self._answer(scope, receive, send)
            return
        noting = Noting(scope, send, self.state.services.access)
        try:
            await self._answer(scope, receive, noting)
        finally:
            noting.end()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        if (problem := _too_long(scope)) is not None:
            await _told(scope, problem)(scope, receive, send)
            return
        await super().__call__(scope, watched(scope, receive), _Retelling(scope, receive, send))


class _Retelling:
    """Passes messages on, but for a plain 413: that is replaced as a whole."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start" and _is_plain_413(message):
            self._replaced = True
            await _told(self._scope, Problem("too_large", "too_large"))(self._scope, self._receive, self._send)
            return
        await self._send(message)


def _told(scope: Scope, problem: Problem) -> Response:
    """As a page for people; as nobody's, for which no database is asked."""
    request = Request({**scope, "state": {}})
    if is_page(request):
        return error_page(request, problem)
    return problem_response(problem, request.headers.get("accept-language"))


def _too_long(scope: Scope) -> Problem | None:
    """The server bounds what comes in pieces; what comes at once is bounded here."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope.get("query_string", b"")) > _ADDRESS:
        return Problem("address", "address_too_long")
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > _HEADERS:
        return Problem("headers", "headers_too_long")
    return None


def _is_plain_413(message: Message) -> bool:
    kind = Headers(raw=message.get("headers", [])).get("content-type", "")
    return bool(message["status"] == 413 and kind.startswith("text/plain"))
