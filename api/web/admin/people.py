"""People of the register: the system administrator registers them, the security administrator gives them posts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import Served, Services
from api.present_administration import one_more
from api.running import rules_day
from api.shapes import PersonId
from api.shapes_administration import PostId
from api.web.admin.frame import Errors, by, enter, missing, told, tried, typed
from api.web.reader import OurForm, Reader, Sent, Signed
from api.web.rendering import render, say
from api.web.routes import PageRoute, back_to
from engine.people.administration import NewPost
from engine.rules.refusals import NotFound

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROWS = 50
_PLACES = 20
_NEW = {"name": "", "phone": ""}
_POST = {"role": "", "place": "", "valid_from": "", "valid_to": ""}
Person = Annotated[PersonId, Path()]


@router.get("/admin/people")
def people(request: Request, served: Served, who: Signed, q: Annotated[str, Query(max_length=50)] = "",
           after: Annotated[str, Query(max_length=80)] = "") -> Response:  # fmt: skip
    return _list(request, served, who, q=q, after=after)


def _list(request: Request, served: Services, who: Reader, *, q: str = "", after: str = "",
          given: dict[str, str] = _NEW, errors: Errors = (), once: str = "",
          status: int = 200) -> Response:  # fmt: skip
    acting = enter(who, "system", "security")
    found = served.administration_queries.people(acting, q=q.strip() or None, after=after or None, limit=_ROWS)
    shown, more = one_more(found, _ROWS)
    return render(request, "admin/people.html", status, rows=shown, q=q, given=given, errors=errors, kept=once,
                  next=shown[-1].id if more else None, first=not after)  # fmt: skip


@router.post("/admin/people")
def add(request: Request, served: Served, who: Signed, sent: Sent) -> Response:
    """The key of the form is his id, so that a form sent twice registers one person."""
    given, once = typed(sent, "name", "phone"), sent.get("once")
    acting = by(who)
    made: list[str] = []
    errors = missing(request, given, "name") or tried(
        request,
        lambda: made.append(
            served.administration.add_person(acting, given["name"], given["phone"] or None, f"p-{once}")
        ),
    )
    if errors:
        return _list(request, served, who, given=given, errors=errors, once=once, status=422)
    return back_to(f"/admin/people/{made[0]}", told="person_added")


@router.get("/admin/people/{person}")
def one(person: Person, request: Request, served: Served, who: Signed,
        q: Annotated[str, Query(max_length=50)] = "") -> Response:  # fmt: skip
    """`q` looks for the place of a post."""
    return _one(request, served, who, person, q=q)


def _one(request: Request, served: Services, who: Reader, person: str, *, q: str = "",
         given: dict[str, str] = _POST, errors: Errors = (), status: int = 200) -> Response:  # fmt: skip
    acting = enter(who, "system", "security")
    found = served.administration_queries.people(acting, ident=person)
    if not found:
        raise NotFound("person")
    secures = "security" in acting.offices
    places = served.administration_queries.places(acting, q.strip(), _PLACES) if secures and q.strip() else []
    relatives = served.kinship.of(acting, person) if secures else ()
    return render(request, "admin/person.html", status, person=found[0], secures=secures, places=places, q=q,
                  relatives=relatives, given=given, errors=errors, today=rules_day(served),
                  told=told(request))  # fmt: skip


@router.post("/admin/people/{person}/posts")
def give_post(person: Person, request: Request, served: Served, who: Signed, sent: Sent) -> Response:
    """The place is chosen as `unit:code` or `body:code`."""
    given, q = typed(sent, "role", "place", "valid_from", "valid_to"), sent.get("q")
    acting = by(who)
    errors: Errors = missing(request, given, "role", "place") + _bad_days(request, given)
    errors = errors or tried(
        request, lambda: served.administration.give_post(acting, _asked(person, given, rules_day(served)))
    )
    if errors:
        return _one(request, served, who, person, q=q, given=given, errors=errors, status=422)
    return back_to(f"/admin/people/{person}", told="post_given")


def _bad_days(request: Request, given: dict[str, str]) -> list[dict[str, str]]:
    words = say(request, "要写成年-月-日，如 2026-03-06")
    return [{"field": name, "code": "bad_date", "message": words} for name in ("valid_from", "valid_to")
            if given[name] and _day(given[name]) is None]  # fmt: skip


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year < 2200 else None


def _asked(person: str, given: dict[str, str], today: date) -> NewPost:
    kind, _, code = given["place"].partition(":")
    first, last = _day(given["valid_from"]) or today, _day(given["valid_to"])
    place: dict[str, Any] = {"unit": code if kind == "unit" else None, "body": code if kind == "body" else None}
    return NewPost(person=person, role=given["role"], **place, valid_from=first, valid_to=last)


@router.post("/admin/people/{person}/posts/{post_id}/end", dependencies=[OurForm])
def end_post(
    person: Person, post_id: Annotated[PostId, Path()], request: Request, served: Served, who: Signed
) -> Response:
    """At once: yesterday was its last day."""
    acting = by(who)
    errors = tried(request, lambda: served.administration.end_post(acting, post_id, rules_day(served)))
    if errors:
        return _one(request, served, who, person, errors=errors, status=422)
    return back_to(f"/admin/people/{person}", told="post_ended")


@router.post("/admin/people/{person}/relatives/end")
def end_relative(person: Person, served: Served, who: Signed, sent: Sent) -> Response:
    """The relation as it stands on record, whoever of the two declared it."""
    one, other, kind = (sent.get(name) for name in ("person", "other", "kind"))
    served.kinship.end(by(who), one, other, kind, rules_day(served))
    return back_to(f"/admin/people/{person}", told="relative_ended")
