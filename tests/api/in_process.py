"""Requests to an application in this very process and thread: no socket, no second thread for the event loop. What a
test learns is the same as from a server; `tests/races` and `tests/drill` ask a real one.

What a server gives to its worker threads runs at once and here: a request goes to them and back ten times, and the
requests of a test come one after another anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any
from unittest.mock import patch

import httpx2 as httpx
from anyio import to_thread
from fastapi import FastAPI


async def _run_here(work: Callable[..., Any], *args: Any, **how: Any) -> Any:
    """In a copy of the context, as a thread has it."""
    return copy_context().run(work, *args)


class _Sent(httpx.AsyncByteStream):
    """The body of a request in the parts in which it was given."""

    def __init__(self, request: httpx.Request) -> None:
        self.request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self.request.stream, httpx.SyncByteStream)
        for part in self.request.stream:
            yield part


class _InProcess(httpx.BaseTransport):
    """Failures inside the application are answers (500), as a server gives them."""

    def __init__(self, app: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        self.app, self.loop = httpx.ASGITransport(app, raise_app_exceptions=False), loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with patch.object(to_thread, "run_sync", _run_here):
            return self.loop.run_until_complete(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, stream=_Sent(request))
        answer = await self.app.handle_async_request(sent)
        body = b"".join([part async for part in answer.stream])  # as it was sent, still compressed
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


@contextmanager
def client_of(app: FastAPI) -> Iterator[httpx.Client]:
    loop = asyncio.new_event_loop()
    try:
        with httpx.Client(transport=_InProcess(app, loop), base_url="http://testserver") as client:
            yield client
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def beside(client: httpx.Client) -> httpx.Client:
    """Another client of the same application, with cookies of its own."""
    return httpx.Client(transport=client._transport, base_url=client.base_url)
