"""The application class: every call is noted, every answer has the headers that guard it, a JSON body that nests too
deep is not read, and a body over the limit is refused like every other refusal.

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
            await self._said_again()(self._scope, self._receive, self._send)
            return
        await self._send(message)

    def _said_again(self) -> Response:
        """As a page for people; as nobody's, for which no database is asked."""
        problem = Problem("too_large", "too_large")
        request = Request({**self._scope, "state": {}})
        if is_page(request):
            return error_page(request, problem)
        return problem_response(problem, request.headers.get("accept-language"))


def _is_plain_413(message: Message) -> bool:
    kind = Headers(raw=message.get("headers", [])).get("content-type", "")
    return bool(message["status"] == 413 and kind.startswith("text/plain"))
