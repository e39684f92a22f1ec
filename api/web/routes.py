"""What goes wrong on a page becomes a page: sign in first, send again, a refusal in words, kept input."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.noting import tell_code
from api.problems import KINDS, PLAIN_TEXTS, Problem, refusal_body
from api.web import cookies, guard
from api.web.reader import FactorDue, FactorFirst, FormExpired, PasswordFirst, SignInNeeded, brought, english_of
from api.web.rendering import render
from engine.people.errors import Wrong
from engine.rules.refusals import Refusal
from engine.wiring import Unavailable

_UNKEPT = {"Cache-Control": "private, no-store"}
_KEPT_MOST = 190_000  #: bytes of a form that the sign-in page carries: it must fit into one field itself
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose refusals are pages. Who may GET it may ask for its head alone."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                _must_be_storable(request)
                return await handler(request)
            except SignInNeeded:
                return await _ask_to_sign_in(request)
            except PasswordFirst:
                return back_to("/password")
            except FactorFirst:
                return back_to("/second-factor")
            except FactorDue:
                return await _ask_for_code(request)
            except FormExpired:
                return await _ask_again(request)
            except (Refusal, Problem, RequestValidationError, Unavailable, Wrong, HTTPException) as error:
                return await run_in_threadpool(error_page, request, error)

        return handled


#: Lists that name what is wrong with their filters.
_NAMING = ("/cases", "/cases/list", "/history")


def _must_be_storable(request: Request) -> None:
    """Raises Problem for an address with a NUL, which no database looks for."""
    given = request.query_params.multi_items() if request.url.path not in _NAMING else ()
    if any("\0" in name + value for name, value in given):
        raise Problem("not_found", "page_not_found")


async def _ask_to_sign_in(request: Request) -> Response:
    """A reader comes back to the page he asked for; what a form brought is kept in the sign-in page itself."""
    if request.method in ("GET", "HEAD"):
        wanted = _address(request)
        to = "/sign-in" if wanted == "/" else f"/sign-in?to={quote(wanted, safe='')}"
        return back_to(to)
    form = await brought(request)
    kept = _to_keep(list(form.texts())) if guard.is_ours(request, form.get(guard.FIELD)) else ""
    return await run_in_threadpool(sign_in_page, request, to=_address(request), kept=kept, status=401)


async def _ask_for_code(request: Request) -> Response:
    """As for signing in: what a form brought is kept in the page that asks."""
    if request.method in ("GET", "HEAD"):
        return back_to(f"/code?to={quote(_address(request), safe='')}")
    form = await brought(request)
    kept = _to_keep(list(form.texts())) if guard.is_ours(request, form.get(guard.FIELD)) else ""
    return await run_in_threadpool(code_page, request, to=_address(request), kept=kept, status=401)


def code_page(request: Request, *, to: str = "/", kept: str = "", wrong: str = "", status: int = 200,
              headers: dict[str, str] | None = None) -> Response:  # fmt: skip
    """The page that asks for the code of the second factor; `wrong` says why the last try failed."""
    return render(request, "code.html", status, headers, to=to, kept=kept, wrong=wrong)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _to_keep(texts: Sequence[tuple[str, str]]) -> str:
    """The texts of a form, as the sign-in page carries them; nothing where it could not be sent again with them."""
    kept = json.dumps(texts, ensure_ascii=False) if texts else ""
    return kept if len(quote_plus(kept)) <= _KEPT_MOST else ""


async def _ask_again(request: Request) -> Response:
    """The form as it was sent, under the token that holds now: one press sends it."""
    form = await brought(request)
    if request.url.path == "/sign-in":  # with the password to be typed again
        to, kept, login = local_path(form.get("to", "/")), form.get("kept"), form.get("login")
        return await run_in_threadpool(sign_in_page, request, to=to, kept=kept, login=login, status=403)
    return await run_in_threadpool(resume_page, request, _address(request), list(form.texts()), 403)


def sign_in_page(request: Request, *, to: str = "/", kept: str = "", login: str = "", wrong: str = "",
                 status: int = 200, headers: dict[str, str] | None = None) -> Response:  # fmt: skip
    """The sign-in page; `wrong` says why the last try failed."""
    fresh = None if cookies.browser_secret(request) else secrets.token_urlsafe(32)
    request.state.before = fresh
    page = render(request, "sign_in.html", status, headers, to=to, kept=kept, login=login, wrong=wrong)
    if fresh is not None:
        cookies.keep_before(request, page, fresh)
    return page


def resume_page(request: Request, to: str, texts: list[tuple[str, str]], status: int = 200) -> Response:
    """What was typed, ready to be sent again to `to`."""
    if cookies.browser_secret(request) is None and getattr(request.state, "before", None) is None:
        return sign_in_page(request, to=to, kept=_to_keep(texts), status=401)
    return render(request, "resume.html", status, to=to, texts=texts)


def error_page(request: Request, error: Exception, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal, or a failure, as a page; `headers` beside those that the error itself brings."""
    kind, title, told, line = _words(request, error)
    tell_code(request, error.code if isinstance(error, Refusal) else _problem(error)[1])
    headers = dict(headers or {}) | dict((error.headers or {}) if isinstance(error, Problem) else {})
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.wait)
    status = KINDS[kind][0]
    return render(request, "error.html", status, headers, title=title, told=told, line=line)


def _words(request: Request, error: Exception) -> tuple[str, str, str, dict[str, Any] | None]:
    """(kind, title, sentence, line of the rules)."""
    english = english_of(request)
    if isinstance(error, Refusal):
        body = refusal_body(error, english)
        return error.kind, body["title"], body["detail"], body.get("refused_by")
    kind, code = _problem(error)
    _, zh, en = KINDS[kind]
    return kind, en if english else zh, PLAIN_TEXTS[code][english], None


def _problem(error: Exception) -> tuple[str, str]:
    if isinstance(error, Problem):
        return error.kind, error.code
    if isinstance(error, Unavailable):
        return ("full" if error.full else "unavailable"), error.code
    if isinstance(error, Wrong):
        return "invalid", "fields"
    if isinstance(error, HTTPException) and error.status_code in _STATUSES:
        return _STATUSES[error.status_code]
    return "not_found", "page_not_found"


_STATUSES = {
    400: ("bad_request", "form_unreadable"),
    405: ("method", "method_not_allowed"),
    413: ("too_large", "too_large"),
}


def back_to(path: str, **query: str) -> RedirectResponse:
    """See other: the page that shows what a form did."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303, _UNKEPT)


def local_path(wanted: str, default: str = "/") -> str:
    """A path of this site; anything that could lead elsewhere becomes the default."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain and "\\" not in wanted else default


_OTHERS = ("/v1", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/static")


def is_page(request: Request) -> bool:
    """Whether what went wrong is told to people: not by the API, operations and files, nor to programs, which show a
    token wherever they go."""
    path = request.url.path
    return "authorization" not in request.headers and not any(
        path == other or path.startswith(f"{other}/") for other in _OTHERS
    )
