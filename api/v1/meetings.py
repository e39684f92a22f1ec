"""Meetings: set, open, attendance, decisions, undo, closing preview, closing, cancelling, minutes as data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse

from api import present_meetings as present
from api.answers_meetings import MeetingOut, MeetingPage
from api.cursors import pack, unpack
from api.deps import English, Once, Seen, Served, Services, Who, person_of
from api.docs import FIRST, MEETING_LINKS, PROBLEMS, answers, link, versioned
from api.listings import MeetingListing
from api.shapes import CaseId, MeetingId
from api.shapes_meetings import (
    AgendaBody,
    AttendanceBody,
    CancelBody,
    DecisionsBody,
    DelegateBody,
    MeetingBody,
    MoveBody,
)
from engine.meetings.attendance import Attendance
from engine.meetings.service import NewDecision, NewMeeting

router = APIRouter(prefix="/v1", tags=["meetings"], responses=PROBLEMS, dependencies=[Once])
MeetingPath = Annotated[MeetingId, Path(description="Id of the meeting")]


def answer(served: Services, person: str, meeting_id: str, english: bool, *, status: int = 200) -> JSONResponse:
    view = served.meeting_queries.get(person, meeting_id)
    headers = {"ETag": f'"{view.meeting.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/meetings/{meeting_id}"
    return JSONResponse(present.meeting(view, english), status, headers)


@router.get(
    "/meetings",
    summary="Meetings at my units and below, the latest first",
    responses={
        200: answers(MeetingPage, links={"first": link("get_meeting", "The first of them", {"meeting_id": FIRST})})
    },
)
def list_meetings(served: Served, who: Who, english: English, asked: Annotated[MeetingListing, Query()]) -> Any:
    after = unpack(asked.cursor, datetime, str)
    views, last = served.meeting_queries.page(
        person_of(who), unit=asked.unit, status=asked.status, after=after, limit=asked.limit
    )
    return {"items": [present.meeting(view, english, items=False) for view in views], "next": pack(last)}


@router.post(
    "/meetings", status_code=201, summary="Set a meeting", responses={201: versioned(MeetingOut, links=MEETING_LINKS)}
)
def create_meeting(body: MeetingBody, served: Served, who: Who, english: English) -> Any:
    wanted = NewMeeting(workflow=body.workflow, meeting=body.meeting, unit=body.unit, at=body.at)
    meeting_id = served.meetings.create(person_of(who), wanted)
    return answer(served, person_of(who), meeting_id, english, status=201)


@router.get(
    "/meetings/{meeting_id}",
    summary="The meeting with its agenda, decisions and minutes",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def get_meeting(meeting_id: MeetingPath, served: Served, who: Who, english: English, response: Response) -> Any:
    view = served.meeting_queries.get(person_of(who), meeting_id)
    response.headers["ETag"] = f'"{view.meeting.version}"'
    return present.meeting(view, english)


@router.post(
    "/meetings/{meeting_id}/move",
    summary="Hold a planned meeting at another time; the rhythm then leaves it alone",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def move_meeting(
    meeting_id: MeetingPath, body: MoveBody, served: Served, who: Who, english: English, seen: Seen
) -> Any:
    served.arranging.move(person_of(who), meeting_id, seen, body.at)
    return answer(served, person_of(who), meeting_id, english)


@router.post(
    "/meetings/{meeting_id}/delegate",
    summary="Name in writing another member who chairs a planned meeting",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def delegate_chair(
    meeting_id: MeetingPath, body: DelegateBody, served: Served, who: Who, english: English, seen: Seen
) -> Any:
    served.arranging.delegate(person_of(who), meeting_id, seen, body.delegate, body.reason)
    return answer(served, person_of(who), meeting_id, english)


@router.post(
    "/meetings/{meeting_id}/agenda",
    summary="The chair puts a case on the agenda: one that came late, or for a meeting that takes cases by hand",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def add_to_agenda(
    meeting_id: MeetingPath, body: AgendaBody, served: Served, who: Who, english: English, seen: Seen
) -> Any:
    served.arranging.add(person_of(who), meeting_id, seen, body.case, body.reason)
    return answer(served, person_of(who), meeting_id, english)


@router.post(
    "/meetings/{meeting_id}/open",
    summary="Open it: the agenda is fixed, who opens takes the chair",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def open_meeting(meeting_id: MeetingPath, served: Served, who: Who, english: English, seen: Seen) -> Any:
    served.meetings.open(person_of(who), meeting_id, seen)
    return answer(served, person_of(who), meeting_id, english)


@router.post(
    "/meetings/{meeting_id}/attendance",
    summary="Who is there, on leave, sitting in, in the chair",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def set_attendance(
    meeting_id: MeetingPath, body: AttendanceBody, served: Served, who: Who, english: English, seen: Seen
) -> Any:
    attendance = Attendance(
        present=tuple(body.present),
        on_leave=tuple(body.on_leave),
        observers=tuple(body.observers),
        chair=body.chair,
        recorder=body.recorder,
    )
    served.meetings.attend(person_of(who), meeting_id, seen, attendance)
    return answer(served, person_of(who), meeting_id, english)


@router.post(
    "/meetings/{meeting_id}/decisions",
    summary="Record decisions, all or none",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def decide(meeting_id: MeetingPath, body: DecisionsBody, served: Served, who: Who, english: English, seen: Seen) -> Any:
    """Judged now, effective at closing; the first refusal is the answer."""
    wanted = [NewDecision(case_id=d.case, trigger=d.trigger, data=d.data, note=d.note) for d in body.decisions]
    served.meetings.decide(person_of(who), meeting_id, seen, wanted)
    return answer(served, person_of(who), meeting_id, english)


@router.delete(
    "/meetings/{meeting_id}/decisions/{case_id}",
    summary="Take a decision back, until closing",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def undo_decision(
    meeting_id: MeetingPath, case_id: Annotated[CaseId, Path()], served: Served, who: Who, english: English, seen: Seen
) -> Any:
    served.meetings.undo(person_of(who), meeting_id, seen, case_id)
    return answer(served, person_of(who), meeting_id, english)


@router.get(
    "/meetings/{meeting_id}/closing",
    summary="What closing now would do",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def preview_closing(meeting_id: MeetingPath, served: Served, who: Who, english: English, response: Response) -> Any:
    view = served.meeting_queries.closing(person_of(who), meeting_id)
    response.headers["ETag"] = f'"{view.meeting.version}"'
    return present.meeting(view, english)


@router.post(
    "/meetings/{meeting_id}/close",
    summary="All decisions take effect, the rest is carried over",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def close_meeting(meeting_id: MeetingPath, served: Served, who: Who, english: English, seen: Seen) -> Any:
    served.meetings.close(person_of(who), meeting_id, seen)
    return answer(served, person_of(who), meeting_id, english)


@router.post(
    "/meetings/{meeting_id}/cancel",
    summary="Call it off: its cases wait on, nothing is counted",
    responses={200: versioned(MeetingOut, links=MEETING_LINKS)},
)
def cancel_meeting(
    meeting_id: MeetingPath, body: CancelBody, served: Served, who: Who, english: English, seen: Seen
) -> Any:
    served.meetings.cancel(person_of(who), meeting_id, seen, body.reason)
    return answer(served, person_of(who), meeting_id, english)
