"""The cookies: the session, the secret of a browser before sign-in, the known device, and how a reader likes pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api import guarding

_SESSION = "mq_session"
_BEFORE = "mq_before"
_DEVICE = "mq_device"
LANGUAGE = "mq_lang"
TEXT = "mq_text"
_YEAR = 365 * 24 * 3600


def is_secure(request: Request) -> bool:
    """The browser speaks TLS to us, or to the proxy that the setting `public_url` names."""
    return guarding.is_secure(request.app.state.look, request.scope)


def _named(request: Request, name: str) -> str:
    """Under TLS bound to this very host: no other page of the domain can set it."""
    return f"__Host-{name}" if is_secure(request) else name


def session_secret(request: Request) -> str | None:
    return request.cookies.get(_named(request, _SESSION))


def device_secret(request: Request) -> str | None:
    return request.cookies.get(_named(request, _DEVICE))


def before_secret(request: Request) -> str | None:
    return request.cookies.get(_named(request, _BEFORE))


def browser_secret(request: Request) -> str | None:
    """What the tokens of forms hang on: the session's cookie, before sign-in one of its own."""
    return session_secret(request) or before_secret(request)


def keep_session(request: Request, response: Response, secret: str, seconds: int | None) -> None:
    """`seconds`: how long the browser keeps it; None: until it is closed."""
    _keep(request, response, _SESSION, secret, seconds)
    _drop(request, response, _BEFORE)


def keep_device(request: Request, response: Response, secret: str) -> None:
    _keep(request, response, _DEVICE, secret, _YEAR)


def keep_before(request: Request, response: Response, secret: str) -> None:
    _keep(request, response, _BEFORE, secret, None)


def forget_secrets(request: Request) -> None:
    """For the rest of this request the browser has none; how its reader likes pages stays known."""
    for name in (_SESSION, _BEFORE, _DEVICE):
        request.cookies.pop(_named(request, name), None)


def drop_session(request: Request, response: Response) -> None:
    _drop(request, response, _SESSION)


def keep_liking(request: Request, response: Response, name: str, value: str) -> None:
    """A liking of the reader: no secret, so plain."""
    response.set_cookie(name, value, max_age=_YEAR, path="/", secure=is_secure(request), httponly=True, samesite="lax")


def _keep(request: Request, response: Response, name: str, value: str, seconds: int | None) -> None:
    named = _named(request, name)
    secure = is_secure(request)
    response.set_cookie(named, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def _drop(request: Request, response: Response, name: str) -> None:
    named = _named(request, name)
    response.delete_cookie(named, path="/", secure=is_secure(request), httponly=True, samesite="lax")
