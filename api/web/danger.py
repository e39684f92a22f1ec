"""Danger: the telephones before everything, then two taps: what, and where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import Served
from api.present import title
from api.web.contacts import called
from api.web.reader import InEnglish, Signed, fresh_once
from api.web.rendering import render
from api.web.report_places import tiles_of
from api.web.report_rows import may_report, openings_of
from api.web.report_tiles import dangers
from api.web.routes import PageRoute
from api.web.words import N_

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Asked = Annotated[str | None, Query(max_length=64)]
DIALS = (
    ("119", N_("着火、被困")),
    ("120", N_("有人受伤")),
    ("110", N_("打架、伤人")),
    ("12119", N_("山林着火")),
)


@router.get("/danger")
def danger(request: Request, served: Served, who: Signed, english: InEnglish, type: Asked = None,  # noqa: A002
           under: Asked = None) -> Response:  # fmt: skip
    """The telephones are for everybody; the alarm for whom the rules name."""
    alarm = openings_of(who.workflow).alarm
    kinds = dangers(who.workflow, alarm, english) if alarm and may_report(who) else []
    chosen = next((kind for kind in kinds if kind.code == type), None)
    return render(
        request,
        "report/danger.html",
        dials=DIALS,
        people=called(request, served, who, english),
        kinds=kinds,
        chosen=chosen,
        field=alarm.needs[0] if alarm and alarm.needs else None,
        trigger=alarm.trigger if alarm else None,
        notice=title(alarm.notice, english) if alarm and alarm.notice else None,
        tiles=tiles_of(request, served, who, under) if chosen else [],
        under=under,
        once=fresh_once(),
    )
