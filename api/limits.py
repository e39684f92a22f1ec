"""The application class: a body over the limit is refused with a problem like every other refusal.

FastAPI counts the bytes (`max_body_size`) and answers 413 in plain text by itself, outside of every handler; here that
one answer is said again as problem+json.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from api.problems import Problem, problem_response


class Application(FastAPI):
    """FastAPI whose 413 is problem+json."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, _Retelling(scope, receive, send) if scope["type"] == "http" else send)


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
            accept = Headers(scope=self._scope).get("accept-language")
            await problem_response(Problem("too_large", "too_large"), accept)(self._scope, self._receive, self._send)
            return
        await self._send(message)


def _is_plain_413(message: Message) -> bool:
    kind = Headers(raw=message.get("headers", [])).get("content-type", "")
    return bool(message["status"] == 413 and kind.startswith("text/plain"))
