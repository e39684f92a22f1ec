"""The escalation history across cases, and what was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import present, present_clocks
from api.answers_clocks import BlockedList
from api.answers_history import DenialPage, EventPage
from api.cursors import pack, unpack
from api.deps import English, Once, Served, Who, person_of
from api.docs import PROBLEMS, answers
from api.listings import HistoryListing, RefusalListing
from engine.audit.queries import HistoryFilter

router = APIRouter(prefix="/v1", tags=["history"], responses=PROBLEMS, dependencies=[Once])


@router.get(
    "/history",
    summary="Who moved what up, when, by which post and meeting, under which line",
    responses={200: answers(EventPage)},
)
def list_history(served: Served, who: Who, english: English, asked: Annotated[HistoryListing, Query()]) -> Any:
    """Rows of every case in reach, the newest recorded first."""
    wanted = HistoryFilter(**asked.model_dump(exclude={"cursor"}), after=unpack(asked.cursor, datetime, str, int))
    page = served.audit.history(person_of(who), wanted)
    return {"items": [present.event(view, english) for view in page.rows], "next": pack(page.next)}


@router.get(
    "/refusals",
    summary="What was refused: one's own, and for supervisors all within their units",
    responses={200: answers(DenialPage)},
)
def list_refusals(served: Served, who: Who, asked: Annotated[RefusalListing, Query()]) -> Any:
    after = unpack(asked.cursor, datetime, str)
    found, last = served.audit.refusals(person_of(who), case_id=asked.case, after=after, limit=asked.limit)
    return {"items": [present.denial(each) for each in found], "next": pack(last)}


@router.get(
    "/blocked",
    summary="What could not be carried out, with its reason, the oldest first",
    responses={200: answers(BlockedList)},
)
def list_blocked(served: Served, who: Who, english: English) -> Any:
    """Steps of clocks, letters and meetings: what is in the way, in words, and which posts could go on."""
    return {"items": [present_clocks.blocked(view, english) for view in served.clocks.blocked(person_of(who))]}
