"""Signing in and out, changing the password, and how a reader likes the pages."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.deps import Served, Services
from api.noting import know
from api.problems import Problem
from api.web import cookies
from api.web.reader import OurForm, Posted, Sent, Signed, newest
from api.web.rendering import render, say
from api.web.routes import PageRoute, back_to, code_page, local_path, resume_page, sign_in_page
from api.web.words import N_
from engine.people.errors import Wrong
from engine.people.passwords import Busy, Checked, Throttled
from engine.people.sessions import Begun
from engine.rules.fold import local_day

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_REMEMBERED = 90 * 24 * 3600
#: What is wrong with a new password: code -> the form's field and the sentence.
_WRONG = {
    "wrong_password": ("old", N_("现在的密码不对")),
    "password_too_short": ("new", N_("密码至少 8 个字")),
    "password_too_long": ("new", N_("密码最多 128 个字")),
    "password_common": ("new", N_("这个密码太常见，容易被猜到，请换一个")),
    "password_context": ("new", N_("密码里不要用姓名、登录名、电话、地名")),
    "password_same_as_before": ("new", N_("新密码和旧密码一样，请换一个")),
}


#: Why somebody does not come in. One answer for every wrong pair: nothing tells whether the login exists.
_NOT_IN = {
    "sign_in_failed": N_("登录名或密码不对，请再看一眼大小写"),
    "password_expired": N_("这个一次性密码已过期，请安全管理员再发一个"),
}


@router.get("/sign-in")
def ask(request: Request, to: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    return sign_in_page(request, to=local_path(to))


@router.post("/sign-in")
def sign_in(request: Request, served: Served, sent: Sent) -> Response:
    """One answer for every wrong pair: nothing tells whether the login exists."""
    login, kept, to = sent.get("login").strip(), sent.get("kept"), local_path(sent.get("to", "/"))
    try:
        checked, wrong = _checked(request, served, login, sent.get("password"))
    except Throttled as late:
        wrong = too_often(request, late)
        headers = {"Retry-After": str(late.retry_after)}
        return sign_in_page(request, to=to, kept=kept, login=login, wrong=wrong, status=429, headers=headers)
    if checked is None:
        return sign_in_page(request, to=to, kept=kept, login=login, wrong=wrong, status=422)
    return _welcome(request, served, sent, checked, to, kept)


def _checked(request: Request, served: Services, login: str, password: str) -> tuple[Checked | None, str]:
    """None where he does not come in, and what to say. Raises Throttled, Problem where too many sign in at once."""
    source = request.client.host if request.client else ""
    try:
        return served.passwords.check(login, password, source=source, device=cookies.device_secret(request)), ""
    except Wrong as wrong:
        return None, say(request, _NOT_IN[wrong.code])
    except Busy as busy:
        raise busy_now() from busy


def _welcome(request: Request, served: Services, sent: Posted, checked: Checked, to: str, kept: str) -> Response:
    """A new session whatever was there before; what a form had brought is shown again, ready to be sent."""
    remember = sent.get("remember") == "1"
    day = local_day(newest(served), served.setup.clock()[0])
    if earlier := cookies.session_secret(request):
        served.sessions.end(earlier)
    begun = served.sessions.begin(checked.login, remember=remember, day=day)
    _know(request, served, begun.secret)
    response = entered(request, to, kept, begun, remember=remember)
    if checked.device is not None:
        cookies.keep_device(request, response, checked.device)
    return response


def entered(request: Request, to: str, kept: str, begun: Begun, *, remember: bool) -> Response:
    """Where a session leads that has just begun: to the second factor if that is due, else where he wanted to go."""
    request.state.before = begun.secret
    response = _after(request, to, kept, begun)
    cookies.keep_session(request, response, begun.secret, _REMEMBERED if remember and not begun.proving else None)
    return response


def _after(request: Request, to: str, kept: str, begun: Begun) -> Response:
    if begun.proving:
        cookies.forget_secrets(request)
        return code_page(request, to=to, kept=kept)
    texts = _kept_texts(kept)
    if not texts:
        return back_to(to)
    cookies.forget_secrets(request)  # the page is for the new session, whose cookie goes out with it
    request.state.before = begun.secret
    return resume_page(request, to, texts)


def _kept_texts(kept: str) -> list[tuple[str, str]]:
    """What the sign-in page kept of a form; nothing where that was not made by it."""
    try:
        found = json.loads(kept) if kept else []
        json.dumps(found, ensure_ascii=False).encode()  # a page cannot show half a sign
    except (ValueError, RecursionError):
        return []
    pairs = [pair for pair in found if isinstance(pair, list) and len(pair) == 2] if isinstance(found, list) else []
    return [(name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)]


@router.post("/sign-out", dependencies=[OurForm])
def sign_out(request: Request, served: Served) -> Response:
    if secret := cookies.session_secret(request):
        _know(request, served, secret)
        served.sessions.end(secret)
    response = back_to("/sign-in")
    response.headers["Clear-Site-Data"] = '"cache"'  # what is stored is forgotten by our scripts, but for what waits
    cookies.drop_session(request, response)
    return response


def _know(request: Request, served: Services, secret: str) -> None:
    """Tell the log of access who signs in or out."""
    found = served.sessions.who(secret, local_day(newest(served), served.setup.clock()[0]))
    if found is not None:
        know(request, "session", found.login, found.person, found.offices)


@router.get("/password")
def ask_new(request: Request, who: Signed) -> Response:
    return render(request, "password.html", wrong={}, first=who.session.must_change)


@router.post("/password")
def change(request: Request, served: Served, sent: Sent, who: Signed) -> Response:
    """Ends every other session of the account."""
    first = who.session.must_change
    wrong = _mismatch(request, sent) or _changed(request, served, sent, who)
    if wrong:
        return render(request, "password.html", 422, wrong=wrong, first=first)
    return back_to("/", told="password")


def _mismatch(request: Request, sent: Posted) -> dict[str, str]:
    if sent.get("new") == sent.get("again"):
        return {}
    return {"again": say(request, "两次写的新密码不一样")}


def _changed(request: Request, served: Services, sent: Posted, who: Signed) -> dict[str, str]:
    """What was wrong, by field; nothing where it was changed."""
    session = who.session
    try:
        served.passwords.change(session.login, sent.get("old"), sent.get("new"), but=session.id)
    except Wrong as wrong:
        field, words = _WRONG[wrong.code]
        return {field: say(request, words)}
    except Throttled as late:
        return {"old": too_often(request, late)}
    except Busy as busy:
        raise busy_now() from busy
    return {}


def too_often(request: Request, late: Throttled) -> str:
    minutes = str(-(-late.retry_after // 60))
    return say(request, "试的次数多了，请过 %(minutes)s 分钟再试，或打电话请人代报", minutes=minutes)


def busy_now() -> Problem:
    return Problem("unavailable", "signing_in_busy", headers={"Retry-After": "5"})


@router.get("/liking")
def like(
    request: Request,
    text: Literal["large", "normal"] | None = None,
    lang: Literal["zh", "en"] | None = None,
    to: Annotated[str, Query(max_length=2000)] = "/",
) -> Any:
    """Large or normal text, Chinese or English: kept in the browser alone, changes nothing else."""
    response = back_to(local_path(to))
    for name, value in ((cookies.TEXT, text), (cookies.LANGUAGE, lang)):
        if value is not None:
            cookies.keep_liking(request, response, name, value)
    return response
