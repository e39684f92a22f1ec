"""Accounts: the list, one account with its tokens, and what may be done with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.administration_texts import OFFICE_TEXTS, SCOPE_TEXTS
from api.deps import Served, Services
from api.present_administration import one_more
from api.shapes_administration import Login, TokenId
from api.web.admin.frame import Errors, by, enter, missing, told, tried, typed
from api.web.navigation import home_of
from api.web.reader import InEnglish, OurForm, Reader, Sent, Signed
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from engine.people.scopes import SCOPES
from engine.people.tokens import NewToken
from engine.rules.refusals import NotFound

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROWS = 50
_NEW = {"login": "", "person": ""}
_TOKEN = {"label": "", "scope": "read", "days": ""}
AccountLogin = Annotated[Login, Path()]


@router.get("/admin")
def admin(who: Signed) -> Response:
    """Where one's own administration begins."""
    enter(who, "system", "security", "audit")
    return back_to(home_of(who))


@router.get("/admin/accounts")
def accounts(request: Request, served: Served, who: Signed, english: InEnglish,
             q: Annotated[str, Query(max_length=50)] = "",
             after: Annotated[str, Query(max_length=64)] = "",
             person: Annotated[str, Query(max_length=80)] = "") -> Response:  # fmt: skip
    """`person` fills in whose account is to be added."""
    return _list(request, served, who, english, q=q, after=after, given=_NEW | {"person": person})


def _list(request: Request, served: Services, who: Reader, english: bool, *, q: str = "", after: str = "",
          given: dict[str, str] = _NEW, errors: Errors = (), status: int = 200) -> Response:  # fmt: skip
    acting = enter(who, "system", "security", "audit")
    found = served.administration_queries.accounts(acting, q=q.strip() or None, after=after or None, limit=_ROWS)
    shown, more = one_more(found, _ROWS)
    rows = [{"seen": each, "offices": _offices(each.account.offices, english)} for each in shown]
    return render(request, "admin/accounts.html", status, rows=rows, q=q, given=given, errors=errors,
                  next=shown[-1].account.login if more else None, first=not after, told=told(request))  # fmt: skip


@router.post("/admin/accounts")
def add(request: Request, served: Served, who: Signed, sent: Sent, english: InEnglish) -> Response:
    given = typed(sent, "login", "person")
    acting = by(who)
    errors = missing(request, given, "login") or tried(
        request, lambda: served.administration.add_account(acting, given["login"], given["person"] or None)
    )
    if errors:
        return _list(request, served, who, english, given=given, errors=errors, status=422)
    return back_to(f"/admin/accounts/{given['login']}", told="account_added")


@router.get("/admin/accounts/{login}")
def account(login: AccountLogin, request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    return _one(request, served, who, login, english)


def _one(request: Request, served: Services, who: Reader, login: str, english: bool, *, given: dict[str, str] = _TOKEN,
         errors: Errors = (), secret: dict[str, str] | None = None, status: int = 200) -> Response:  # fmt: skip
    """`secret` is what is shown this once: {kind, words}."""
    acting = enter(who, "system", "security", "audit")
    seen = served.administration_queries.account(acting, login)
    if seen is None:
        raise NotFound("account")
    closely = bool(acting.offices & {"security", "audit"})
    tokens = served.administration_queries.tokens(acting, login=login, limit=200) if closely else []
    person = seen.account.person
    posts = served.administration_queries.posts(acting, person) if closely and person else []
    return render(request, "admin/account.html", status, seen=seen, tokens=tokens, posts=posts, closely=closely,
                  offices=_offices(seen.account.offices, english), scopes=_scopes(english), given=given,
                  errors=errors, secret=secret, told=told(request))  # fmt: skip


@router.post("/admin/accounts/{login}/password", dependencies=[OurForm])
def give_password(login: AccountLogin, request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    """Shown on this very answer and nowhere again: an address that could be opened twice would keep it."""
    made: list[str] = []
    acting = by(who)
    errors = tried(request, lambda: made.append(served.administration.give_password(acting, login)))
    secret = {"kind": "password", "words": made[0]} if made else None
    return _one(request, served, who, login, english, errors=errors, secret=secret, status=422 if errors else 200)


@router.post("/admin/accounts/{login}/tokens")
def issue_token(login: AccountLogin, request: Request, served: Served, who: Signed, sent: Sent,
                english: InEnglish) -> Response:  # fmt: skip
    """Its secret is shown like a password."""
    given = typed(sent, "label", "scope", "days")
    made: list[str] = []
    acting = by(who)
    errors = missing(request, given, "label") or tried(
        request, lambda: made.append(served.administration.issue_token(acting, _asked(login, given)).secret)
    )
    secret = {"kind": "token", "words": made[0]} if made else None
    again = given if errors else _TOKEN
    status = 422 if errors else 200
    return _one(request, served, who, login, english, given=again, errors=errors, secret=secret, status=status)


def _asked(login: str, given: dict[str, str]) -> NewToken:
    """Days that are no number are the usual ones; too many are refused by the service."""
    days = (
        int(given["days"]) if given["days"].isascii() and given["days"].isdigit() and len(given["days"]) < 6 else None
    )
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    return NewToken(login=login, label=given["label"], scope=given["scope"], expires_at=until)


@router.post("/admin/tokens/{token_id}/revoke", dependencies=[OurForm])
def revoke(token_id: Annotated[TokenId, Path()], served: Served, who: Signed) -> Response:
    served.administration.revoke_token(by(who), token_id)
    found = served.administration_queries.token(token_id)
    assert found is not None
    return back_to(f"/admin/accounts/{found.login}", told="token_revoked")


@router.post("/admin/accounts/{login}/{deed}", dependencies=[OurForm])
def do(login: AccountLogin, deed: str, request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    """`end`, `sessions` or `factor`."""
    acts: dict[str, tuple[str, Any]] = {
        "end": ("account_ended", served.administration.end_account),
        "sessions": ("sessions_ended", served.administration.end_sessions),
        "factor": ("factor_removed", served.administration.remove_factor),
    }
    if deed not in acts:
        raise NotFound("account")
    said, act = acts[deed]
    acting = by(who)
    errors = tried(request, lambda: act(acting, login))
    if errors:
        return _one(request, served, who, login, english, errors=errors, status=422)
    return back_to(f"/admin/accounts/{login}", told=said)


def _offices(held: frozenset[str], english: bool) -> list[str]:
    return [words[english] for office, words in OFFICE_TEXTS.items() if office in held]


def _scopes(english: bool) -> list[tuple[str, str]]:
    return [(scope, SCOPE_TEXTS[scope][english]) for scope in SCOPES]
