"""One meeting in the hall: its agenda, opening it, who is there. What is closed is shown as its minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api import present, present_meetings
from api.deps import Served, Services
from api.problems import KINDS, refusal_body
from api.shapes import MeetingId
from api.web.acts import errors_of, seen_version
from api.web.hall_shown import CLOSED, OPEN, PLANNED, groups, head, next_open
from api.web.listed import listed
from api.web.reader import InEnglish, Reader, Sent, Signed, calendar_of
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from api.web.values import wall_gist
from engine.cases.narrowing import CaseFilter
from engine.cases.views import CaseView
from engine.meetings.attendance import Attendance
from engine.meetings.queries import MeetingView
from engine.rules.refusals import NotFound, Refusal

router = APIRouter(include_in_schema=False, route_class=PageRoute)
MeetingPath = Annotated[MeetingId, Path()]
_PART = 50  # cases of one part of the agenda
_ROOM = 200  # people whom one list offers


@router.get("/meetings/{meeting_id}")
def meeting(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, english: InEnglish) -> Response:
    view = served.meeting_queries.get(who.person, meeting_id)
    if view.meeting.status == CLOSED:
        return back_to(f"/meetings/{meeting_id}/minutes")
    return _agenda(request, served, who, view, english)


def _agenda(request: Request, served: Services, who: Reader, view: MeetingView, english: bool,
            refusal: Refusal | None = None) -> Response:  # fmt: skip
    late = served.hall.late(who.person, view.meeting.id) if view.meeting.status in (PLANNED, OPEN) else []
    return render(
        request,
        "hall/agenda.html",
        KINDS[refusal.kind][0] if refusal else 200,
        **head(view, who, english),
        groups=groups(request, served, who, view, english),
        first=next_open(view.items, 0),
        decided=sum(item.trigger is not None for item in view.items),
        late=[_on_wall(request, served, who, each, english) for each in late],
        back=_looked_back(request, served, who, view, english),
        reports=[_report(each, english) for each in view.reports],
        fresh=_fresh(served, who, view),
        told=refusal_body(refusal, english) if refusal else None,
    )


def _report(view: Any, english: bool) -> dict[str, Any]:
    return {**present_meetings.report(view, english), "gist": wall_gist(view.case, english)}


def _looked_back(request: Request, served: Services, who: Reader, view: MeetingView, english: bool) -> list[Any]:
    """What is handled at this level here, and is overdue or has a card: the first thing a meeting looks at."""
    workflow = view.workflow
    states = tuple(code for code, s in workflow.states.items() if s.handling and s.level == view.rules.level)
    wanted = CaseFilter(unit=view.meeting.unit.code, workflow=workflow.key, state=states, order="due", limit=_PART)
    page = served.case_queries.page(who.person, wanted)
    found = [each for each in page.cases if each.overdue or each.data.get("card") in ("yellow", "red")]
    return [_on_wall(request, served, who, each, english) for each in found]


def _on_wall(request: Request, served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any]:
    """A line of a list as it may hang on a wall."""
    return {**listed(request, served, who, view, english), "gist": wall_gist(view, english)}


def _fresh(served: Services, who: Reader, view: MeetingView) -> int | None:
    """How many were opened here since the last meeting of this body; None where there was none yet."""
    last = _held_before(served, who, view)
    if last is None:
        return None
    wanted = CaseFilter(unit=view.meeting.unit.code, workflow=view.workflow.key, opened_from=last)
    return served.case_queries.counts(who.person, {"fresh": wanted})["fresh"]


def _held_before(served: Services, who: Reader, view: MeetingView) -> datetime | None:
    row = view.meeting
    held, _ = served.meeting_queries.page(who.person, unit=row.unit.code, status=CLOSED, until=row.at, limit=10)
    return next((each.meeting.opened_at for each in held if each.meeting.meeting == row.meeting), None)


@router.post("/meetings/{meeting_id}/open")
def open_meeting(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, sent: Sent,
                 english: InEnglish) -> Response:  # fmt: skip
    """Pressed twice it opens once."""
    try:
        served.meetings.open(who.person, meeting_id, seen_version(sent))
    except NotFound:
        raise
    except Refusal as refusal:
        view = served.meeting_queries.get(who.person, meeting_id)
        if not (view.meeting.status == OPEN and view.meeting.chair == who.person):
            return _agenda(request, served, who, view, english, refusal)
    return back_to(f"/meetings/{meeting_id}/attendance")


# --- who is there ----------------------------------------------------------------------------------------------------


@router.get("/meetings/{meeting_id}/attendance")
def ask_attendance(request: Request, meeting_id: MeetingPath, served: Served, who: Signed,
                   english: InEnglish) -> Response:  # fmt: skip
    view = served.meeting_queries.get(who.person, meeting_id)
    if view.meeting.status != OPEN:
        return back_to(f"/meetings/{meeting_id}")
    return _attendance(request, served, who, view, english, _kept(view))


@router.post("/meetings/{meeting_id}/attendance")
def keep_attendance(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, sent: Sent,
                    english: InEnglish) -> Response:  # fmt: skip
    stands = {name.removeprefix("p."): value for name, value in sent.texts() if name.startswith("p.")}
    given = Attendance(
        present=tuple(person for person, where in stands.items() if where == "here"),
        on_leave=tuple(person for person, where in stands.items() if where == "leave"),
        observers=tuple(each for each in sent.all("observers") if each),
        chair=sent.get("chair") or None,
        recorder=sent.get("recorder") or None,
    )
    try:
        served.meetings.attend(who.person, meeting_id, seen_version(sent), given)
    except NotFound:
        raise
    except Refusal as refusal:
        view = served.meeting_queries.get(who.person, meeting_id)
        return _attendance(request, served, who, view, english, given, refusal)
    return back_to(f"/meetings/{meeting_id}")


def _kept(view: MeetingView) -> Attendance:
    """As it stands; before anybody was ticked, everybody is there and the first who does not chair writes."""
    row = view.meeting
    if row.recorder or row.on_leave or len(row.present) > 1:
        return Attendance(present=row.present, on_leave=row.on_leave, observers=row.observers, chair=row.chair,
                          recorder=row.recorder)  # fmt: skip
    writes = next((person for person in row.expected if person != row.chair), row.chair)
    return Attendance(present=tuple(dict.fromkeys((*row.expected, *row.present))), chair=row.chair, recorder=writes)


def _attendance(request: Request, served: Services, who: Reader, view: MeetingView, english: bool, given: Attendance,
                refusal: Refusal | None = None) -> Response:  # fmt: skip
    chairs = served.hall.chairs(who.person, view.meeting.id)
    context = head(view, who, english)
    return render(
        request,
        "hall/attendance.html",
        KINDS[refusal.kind][0] if refusal else 200,
        **context,
        given=given,
        titles=_titles(request, served, who, view, english),
        chairs=[each for each in context["meeting"]["expected"] if each["id"] in chairs],
        guests=_guests(request, served, who, view, english),
        told=refusal_body(refusal, english) if refusal else None,
        errors=errors_of(refusal, None, english) if refusal else [],
    )


def _titles(request: Request, served: Services, who: Reader, view: MeetingView, english: bool) -> dict[str, str]:
    """The post of each member by which he is expected."""
    roles, unit, day = view.workflow.roles, view.meeting.unit.code, calendar_of(request, who).today
    found: dict[str, str] = {}
    for role in view.rules.members:
        page = served.organisation.people(who.person, day, unit=unit, role=role, limit=_ROOM)
        for person in page.people:
            found.setdefault(person.id, present.title(roles[role].title, english))
    return found


def _guests(request: Request, served: Services, who: Reader, view: MeetingView,
            english: bool) -> list[tuple[str, str]]:  # fmt: skip
    """Who may sit in: people with a post here who are not expected."""
    members = set(view.meeting.expected)
    day, unit = calendar_of(request, who).today, view.meeting.unit.code
    page = served.organisation.people(who.person, day, unit=unit, limit=_ROOM)
    found = [person for person in page.people if person.id not in members]
    return [(person.id, f"{person.name} · {_post(who, person, english)}") for person in found]


def _post(who: Reader, person: Any, english: bool) -> str:
    post = next(iter(person.posts), None)
    role = who.roles.get(post.role) if post else None
    words = present.title(role.title, english) if role else ""
    return f"{post.place_name} {words}".strip() if post else ""
