"""Who called what: for the audit office all of it, for supervisors what one case was looked at. Nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError

from api.cursors import pack, unpack
from api.deps import Served
from api.listings import AccessNarrowing
from api.present_access import access
from api.shapes import CaseId
from api.v1.access import KINDS, exported, narrowed
from api.web.reader import Reader, Signed
from api.web.rendering import render
from api.web.routes import PageRoute
from api.web.words import N_
from engine.audit.accesses import AccessFilter, AccessPage
from engine.rules.refusals import FieldProblem, FieldsRefused

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROWS = 50
_DAYS = {"since": 0, "until": 1}  #: a day that is given begins there, or ends there
_TEXTS = ("login", "object", "home", "way", "status")
#: What was done to a case, in words; anything else is shown as it was noted.
_DEEDS = {
    "/cases/{case_id}": N_("查看"),
    "/cases/{case_id}/print": N_("打印"),
    "/cases/{case_id}/sent": N_("查看"),
    "/cases/{case_id}/accesses": N_("查看访问记录"),
    "/cases/{case_id}/history": N_("查看经过"),
    "/cases/{case_id}/clocks": N_("查看时限"),
    "/cases/{case_id}/triggers": N_("查看能办什么"),
    "/cases/{case_id}/calls": N_("查看叫过谁"),
    "/cases/{case_id}/transitions": N_("办理"),
    "/cases/{case_id}/do/{trigger}": N_("办理"),
    "/files/{file_id}": N_("打开附件"),
}


@router.get("/access")
def list_access(request: Request, served: Served, who: Signed) -> Response:
    """A wrong filter is named and nothing is listed: a list that shows more than was asked for misleads."""
    given = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    wanted, wrong = _asked(given, who)
    page = served.accesses.page(who.session.offices, wanted or AccessFilter(limit=1))
    rows = _rows(page) if wanted else []
    kept = {name: value for name, value in given.items() if name != "cursor" and name not in wrong}
    older = _address("/access", kept, page) if wanted else None
    whole = "audit" in who.session.offices
    status = 422 if wrong else 200
    return render(request, "oversee/access.html", status, rows=rows, older=older, given=given, wrong=wrong,
                  case=None, kept=urlencode(kept), whole=whole, paged="cursor" in given)  # fmt: skip


@router.get("/access/export")
def export(request: Request, served: Served, who: Signed) -> Response:
    """What the page with the same filters lists, all of it. Raises FieldsRefused."""
    given = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    kind = given.pop("format", "csv")
    wanted, wrong = _asked(given, who)
    if wanted is None or kind not in KINDS:
        raise FieldsRefused(tuple(FieldProblem(field=name, code="bad_shape") for name in wrong or ["format"]))
    return exported(served, who.session.offices, who.session.login, wanted, kind)


@router.get("/cases/{case_id}/accesses")
def list_of_case(request: Request, case_id: Annotated[CaseId, Path()], served: Served, who: Signed,
                 cursor: Annotated[str | None, Query(max_length=400)] = None) -> Response:  # fmt: skip
    page = served.accesses.of_case(who.person, case_id, unpack(cursor, datetime, str), _ROWS)
    view = served.case_queries.get(who.person, case_id)
    older = _address(f"/cases/{case_id}/accesses", {}, page)
    return render(request, "oversee/access.html", rows=_rows(page), older=older, given={}, wrong=[], kept="",
                  case={"id": case_id, "number": view.identity.number}, whole=True,
                  paged=cursor is not None)  # fmt: skip


def _asked(given: Mapping[str, str], who: Reader) -> tuple[AccessFilter | None, list[str]]:
    """The filter, and the names of what is wrong with it: then there is none."""
    wrong = [name for name in given if name not in (*_TEXTS, *_DAYS, "cursor")]
    zone = ZoneInfo(who.workflow.timezone)
    chosen: dict[str, Any] = {name: given[name] for name in _TEXTS if name in given}
    for name in _DAYS.keys() & given.keys():
        try:
            day = date.fromisoformat(given[name]) + timedelta(days=_DAYS[name])
            chosen[name] = datetime.combine(day, time(), zone).isoformat()
        except (ValueError, OverflowError):
            wrong.append(name)
    try:
        asked = narrowed(AccessNarrowing.model_validate(chosen))
        after = unpack(given.get("cursor"), datetime, str)
    except ValidationError as error:
        return None, [*wrong, *(str(each["loc"][0]) for each in error.errors())]
    except FieldsRefused:
        return None, [*wrong, "cursor"]
    return (None, wrong) if wrong else (AccessFilter(**asked, after=after, limit=_ROWS), [])


def _rows(page: AccessPage) -> list[dict[str, Any]]:
    return [
        {**access(each, page.names), "at": each.at, "deed": _DEEDS.get(each.what.removeprefix("/v1"))}
        for each in page.rows
    ]


def _address(path: str, kept: Mapping[str, str], page: AccessPage) -> str | None:
    cursor = pack(page.next)
    return f"{path}?{urlencode({**kept, 'cursor': cursor})}" if cursor else None
