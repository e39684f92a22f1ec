"""The headers that every answer has, whatever made it: a page says more than an answer of the API, none says less."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from api.web.look import Look

#: Nothing of an answer may be run, framed, guessed at or kept; each unless the answer says otherwise itself.
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000"


class Guarding:
    """Passes messages on, with the headers."""

    def __init__(self, scope: Scope, send: Send, look: Look) -> None:
        self._scope, self._send, self._look = scope, send, look

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self._wanted():
                headers.setdefault(name, value)
        await self._send(message)

    def _wanted(self) -> Iterator[tuple[str, str]]:
        path = str(self._scope["path"])
        for name, value in _ALWAYS.items():
            if name != "Cache-Control" or not path.startswith("/static/"):
                yield name, value
        if not self._look.frames:
            yield "X-Frame-Options", "DENY"
        if is_secure(self._look, self._scope):
            yield "Strict-Transport-Security", _HSTS


def is_secure(look: Look, scope: Scope) -> bool:
    """Browsers speak TLS to us, or to the proxy that the setting `public_url` names."""
    return look.public_url.startswith("https:") if look.public_url else scope.get("scheme") == "https"
