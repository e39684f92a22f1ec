"""Pages from templates: escaped, in the reader's language, with the headers that keep foreign code out."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.web import cookies, guard
from api.web.assets import asset
from api.web.dates import Calendar
from api.web.icons import icon, logo
from api.web.look import Look
from api.web.navigation import destinations_of
from api.web.reader import Reader, calendar_of, english_of, fresh_once
from api.web.rule_links import rule_href
from api.web.stuck import stuck_of
from api.web.words import translations

_TEMPLATES = Path(__file__).parent / "templates"
_SMALL = 1_000  # bytes that are not worth compressing


@lru_cache(2)
def environment(english: bool) -> Environment:
    """Templates that speak one language."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    found.install_gettext_translations(translations(english), newstyle=True)  # type: ignore[attr-defined]
    found.globals.update(asset=asset, icon=icon, logo=logo, once=fresh_once, rule_href=rule_href)
    return found


def render(request: Request, template: str, /, status: int = 200, headers: Mapping[str, str] | None = None,
           **context: Any) -> HTMLResponse:  # fmt: skip
    """The page. `once` in a template is a fresh key for a form."""
    english = english_of(request)
    text = environment(english).get_template(template).render(**_frame(request, english), **context)
    return _answer(request, text, status, {**_headers(request, english), **(headers or {})})


def say(request: Request, text: str, **facts: Any) -> str:
    """One sentence of the catalogue in the reader's language; the Chinese text is the key."""
    found = translations(english_of(request)).gettext(text)
    return found % facts if facts else found


def _frame(request: Request, english: bool) -> dict[str, Any]:
    """What every page knows."""
    reader: Reader | None = getattr(request.state, "reader", None)
    when = calendar_of(request, reader) if reader else None
    large = request.cookies.get(cookies.TEXT) == "large"
    return {
        "english": english,
        "lang": "en" if english else "zh-CN",
        "comma": ", " if english else "，",
        "listing": ", " if english else "、",
        "colon": ": " if english else "：",
        "look": request.app.state.look,
        "text_size": "large" if large else "normal",
        "reader": reader,
        "when": when,
        "destinations": destinations_of(reader, request.url.path) if reader else (),
        "here": _here(request),
        "stuck": lambda: stuck_of(request, reader),
        "token": lambda: _token_field(request),
        **_moments(when),
    }


def _here(request: Request) -> str:
    """The address of this page, for going back to it: of a form that of the page that showed it."""
    return request.url.path + (f"?{request.url.query}" if request.url.query and request.method == "GET" else "")


def _token_field(request: Request) -> Markup:
    secret = cookies.browser_secret(request) or getattr(request.state, "before", None)
    assert secret is not None, "a form was shown to a browser without a cookie"
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(guard.FIELD, guard.token_of(secret))


def _moments(when: Calendar | None) -> dict[str, Any]:
    """`at`, `until`, `exact`, `day` of a moment as elements that never break in the middle."""
    if when is None:
        return {}

    def element(said: str, machine: Any) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(machine, said)

    return {
        "at": lambda moment: element(when.at(moment), moment),
        "until": lambda moment: element(when.until(moment), moment),
        "exact": lambda moment: element(when.exact(moment), moment),
        "full": lambda moment, end=False: element(when.full(moment, end=end), moment),
        "day": lambda found: element(when.day(found), found),
    }


def _headers(request: Request, english: bool) -> dict[str, str]:
    """What a page says otherwise than every answer (`api/guarding.py`)."""
    look: Look = request.app.state.look
    frames = " ".join(look.frames) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {frames}"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
        "Cache-Control": "private, no-store",
        "Content-Language": "en" if english else "zh-CN",
        "Vary": "Accept-Language, Cookie, Accept-Encoding",
    }


def _answer(request: Request, text: str, status: int, headers: dict[str, str]) -> HTMLResponse:
    body = text.encode()
    if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, 5)
    return HTMLResponse(body, status, headers)
