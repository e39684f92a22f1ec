"""What was changed in running the system, for who checks on it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.administration_texts import OFFICE_TEXTS, facts_said
from api.deps import Served
from api.present_administration import act, one_more
from api.web.admin.frame import enter
from api.web.reader import InEnglish, Signed
from api.web.rendering import render
from api.web.routes import PageRoute
from engine.people.journal import Entry

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_ROWS = 50


@router.get("/admin/acts")
def acts(request: Request, served: Served, who: Signed, english: InEnglish,
         login: Annotated[str, Query(max_length=64)] = "", about: Annotated[str, Query(max_length=120)] = "",
         after: Annotated[str, Query(max_length=40)] = "") -> Response:  # fmt: skip
    """All of it for the audit office; for the security office what concerns the audit office."""
    acting = enter(who, "audit", "security")
    found = served.administration_queries.acts(
        acting, login=login or None, about=about or None, after=after or None, limit=_ROWS
    )
    shown, more = one_more(found, _ROWS)
    return render(request, "admin/acts.html", rows=[_shown(each, english) for each in shown], login=login, about=about,
                  next=shown[-1].id if more else None, first=not after, whole="audit" in acting.offices)  # fmt: skip


def _shown(entry: Entry, english: bool) -> dict[str, Any]:
    office = OFFICE_TEXTS[entry.office][english]
    return {**act(entry, english), "at": entry.at, "office": office, "facts": facts_said(entry.facts, english)}
