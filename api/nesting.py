"""How deep a JSON body may nest: what reads it, and what handles it afterwards, goes down one call a level."""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

DEEPEST = 20  #: nothing of ours lies deeper than six
#: A bracket, or a string: what stands in one is no bracket. The string may be cut off by the end of the part.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


class TooDeep(Exception):
    """The body nests deeper than anything of ours; FastAPI says of whatever goes wrong here that it is unreadable."""


def watched(scope: Scope, receive: Receive) -> Receive:
    """`receive` for a request whose JSON is too deep raises TooDeep. Other bodies pass."""
    kind = Headers(scope=scope).get("content-type", "application/json").partition(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")):
        return receive
    body = bytearray()

    async def watching() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            body.extend(message.get("body", b""))
            if not message.get("more_body", False) and is_deep(bytes(body)):
                raise TooDeep
        return message

    return watching


def is_deep(body: bytes) -> bool:
    """Whether brackets nest deeper than `DEEPEST`."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for token in _TOKEN.finditer(body):
        sign = token.group()
        depth += 1 if sign in (b"[", b"{") else -1 if sign in (b"]", b"}") else 0
        if depth > DEEPEST:
            return True
    return False
