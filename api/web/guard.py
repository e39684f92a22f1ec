"""What stands before every form: it comes from our own pages, and carries the token of the browser that was given it.

The token is an HMAC of the browser's secret cookie (the session, or before sign-in a cookie of its own), hidden behind
a fresh mask each time, so that the length of compressed pages tells nothing about it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

from api.problems import Problem
from api.web.cookies import browser_secret

_LENGTH = 32
FIELD = "token"  #: the hidden field of every form


def token_of(secret: str) -> str:
    """A token for a form shown to the browser that holds the secret; another one at each call."""
    mask = secrets.token_bytes(_LENGTH)
    hidden = bytes(a ^ b for a, b in zip(mask, _proof(secret), strict=True))
    return base64.urlsafe_b64encode(mask + hidden).decode()


def is_token(secret: str, token: str) -> bool:
    """Whether the token was made for the secret."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        return False
    mask, hidden = raw[:_LENGTH], raw[_LENGTH:]
    if len(mask) != _LENGTH or len(hidden) != _LENGTH:
        return False
    return hmac.compare_digest(bytes(a ^ b for a, b in zip(mask, hidden, strict=True)), _proof(secret))


def _proof(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"minqing form", hashlib.sha256).digest()


def check_origin(request: Request) -> None:
    """Raises Problem (403) for a form that another site sent. Old browsers that name no origin are told by the token
    alone."""
    origin = request.headers.get("origin")
    if origin is None:
        site = request.headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none"):
            raise Problem("forbidden", "foreign_origin")
    elif origin != own_origin(request):
        raise Problem("forbidden", "foreign_origin")


def check_sender(request: Request) -> None:
    """The same of whatever may change something. Cookies do not come with what another site sends, so it looks as if
    nobody were signed in; it must not be kept for whoever signs in then."""
    if request.method not in ("GET", "HEAD"):
        check_origin(request)


def own_origin(request: Request) -> str:
    """The address under which browsers know us: the setting `public_url`, else the host that was asked for."""
    public = urlsplit(request.app.state.look.public_url)
    if public.scheme:
        return f"{public.scheme}://{public.netloc}"
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def is_ours(request: Request, token: str) -> bool:
    """Whether a form came from our own pages though nobody is signed in: the browser says so, or it has the token of
    the session that ended."""
    said = "origin" in request.headers or "sec-fetch-site" in request.headers
    return said or has_token(request, token)


def has_token(request: Request, token: str) -> bool:
    secret = browser_secret(request)
    return secret is not None and is_token(secret, token)
