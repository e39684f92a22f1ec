"""The second factor of one's account, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import Served, Services
from api.web import cookies
from api.web.qr import qr
from api.web.reader import Posted, Reader, Sent, Signed, newest
from api.web.rendering import render, say
from api.web.routes import PageRoute, back_to, code_page, local_path
from api.web.sign_in import busy_now, entered, too_often
from engine.people.errors import Wrong
from engine.people.passwords import Busy, Throttled
from engine.rules.fold import local_day

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/code")
def ask_code(request: Request, who: Signed, to: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Nothing to ask where it was shown already."""
    return code_page(request, to=local_path(to)) if who.session.proving else back_to(local_path(to))


@router.post("/code")
def prove(request: Request, served: Served, sent: Sent, who: Signed) -> Response:
    """A right code begins the whole session; the one that waited for it ends."""
    to, kept = local_path(sent.get("to", "/")), sent.get("kept")
    if not who.session.proving:
        return back_to(to)
    try:
        served.factors.prove(who.session.login, _code(sent))
    except Throttled as late:
        headers = {"Retry-After": str(late.retry_after)}
        return code_page(request, to=to, kept=kept, wrong=too_often(request, late), status=429, headers=headers)
    except Wrong:
        return code_page(
            request, to=to, kept=kept, wrong=say(request, "动态码不对，请看手机上现在的 6 位数"), status=422
        )
    secret = cookies.session_secret(request) or ""
    begun = served.sessions.proved(secret, local_day(newest(served), served.setup.clock()[0]))
    return entered(request, to, kept, begun, remember=who.session.remembered)


def _code(sent: Posted) -> str:
    """Six digits, as apps show them with a blank in the middle."""
    return "".join(sign for sign in sent.get("code") if not sign.isspace())


@router.get("/second-factor")
def offer(request: Request, served: Served, who: Signed) -> Response:
    return _factor_page(request, served, who, {})


@router.post("/second-factor")
def confirm(request: Request, served: Served, sent: Sent, who: Signed) -> Response:
    """The password once more, and the first code: from the next sign-in on one is asked for."""
    wrong = _wrong_password(request, served, sent, who) or _wrong_first(request, served, sent, who)
    return _factor_page(request, served, who, wrong, 422) if wrong else back_to("/sign-ins")


def _factor_page(request: Request, served: Services, who: Reader, wrong: dict[str, str], status: int = 200) -> Response:
    if who.session.has_factor:
        return render(request, "second_factor.html", status, offered=None, drawn="", wrong=wrong, first=False)
    offered = served.factors.offer(who.session.login)
    drawn = qr(offered.address, say(request, "要扫的码"))
    first = request.app.state.look.second_factor != "none"
    return render(request, "second_factor.html", status, offered=offered, drawn=drawn, wrong=wrong, first=first)


def _wrong_password(request: Request, served: Services, sent: Posted, who: Reader) -> dict[str, str]:
    try:
        served.passwords.confirm(who.session.login, sent.get("password"))
    except Wrong:
        return {"password": say(request, "现在的密码不对")}
    except Throttled as late:
        return {"password": too_often(request, late)}
    except Busy as busy:
        raise busy_now() from busy
    return {}


def _wrong_first(request: Request, served: Services, sent: Posted, who: Reader) -> dict[str, str]:
    try:
        served.factors.confirm(who.session.login, _code(sent))
    except Wrong:
        return {"code": say(request, "动态码不对，请看手机上现在的 6 位数")}
    except Throttled as late:
        return {"code": too_often(request, late)}
    return {}


@router.get("/sign-ins")
def sign_ins(request: Request, served: Served, who: Signed) -> Response:
    return _sign_ins_page(request, served, who, {})


@router.post("/sign-ins")
def end_some(request: Request, served: Served, sent: Sent, who: Signed) -> Response:
    """Sign out one place, or all but this one; the password proves again that it is he."""
    wrong = _wrong_password(request, served, sent, who)
    if wrong:
        return _sign_ins_page(request, served, who, wrong, 422)
    if session := sent.get("session"):
        served.sessions.end_one(who.session.login, session)
    else:
        served.sessions.end_all(who.session.login, but=who.session.id)
    return back_to("/sign-ins")


def _sign_ins_page(
    request: Request, served: Services, who: Reader, wrong: dict[str, str], status: int = 200
) -> Response:
    places = served.sessions.of_login(who.session.login)
    return render(request, "sign_ins.html", status, places=places, wrong=wrong)
