"""The escalation history across cases, and what was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import present
from api.answers import DenialPage, EventPage
from api.cursors import pack, unpack
from api.deps import English, Served, Who, person_of
from api.docs import PROBLEMS, answers
from api.shapes import CaseId, Code, MeetingId, Moment, PersonId, Plain, UnitCode
from engine.audit.queries import HistoryFilter

router = APIRouter(prefix="/v1", tags=["history"], responses=PROBLEMS)
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get(
    "/history",
    summary="Who moved what up, when, by which post and meeting, under which line",
    responses={200: answers(EventPage)},
)
def list_history(
    served: Served,
    who: Who,
    english: English,
    unit: Annotated[UnitCode | None, Query(description="this unit with all below")] = None,
    trigger: Code | None = None,
    ref: Annotated[Plain | None, Query(max_length=40)] = None,
    from_level: Code | None = None,
    to_level: Code | None = None,
    actor: PersonId | None = None,
    meeting: MeetingId | None = None,
    since: Moment | None = None,
    until: Annotated[Moment | None, Query(description="exclusive")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Rows of every case in reach, the newest recorded first."""
    wanted = HistoryFilter(
        unit=unit,
        trigger=trigger,
        ref=ref,
        from_level=from_level,
        to_level=to_level,
        actor=actor,
        meeting=meeting,
        since=since,
        until=until,
        after=unpack(cursor, datetime, str, int),
        limit=limit,
    )
    page = served.audit.history(person_of(who), wanted)
    return {"items": [present.event(view, english) for view in page.rows], "next": pack(page.next)}


@router.get(
    "/refusals",
    summary="What was refused: one's own, and for supervisors all within their units",
    responses={200: answers(DenialPage)},
)
def list_refusals(
    served: Served,
    who: Who,
    case: CaseId | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    after = unpack(cursor, datetime, str)
    found, last = served.audit.refusals(
        person_of(who), case_id=case, after=(after[0], after[1]) if after else None, limit=limit
    )
    return {"items": [present.denial(each) for each in found], "next": pack(last)}
