"""One case a screen: what it is about, what may be decided, recording it and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import Served, Services
from api.shapes import Code
from api.web.acts import late_entry, not_now, seen_version
from api.web.forms import Filled, read, typed
from api.web.hall_forms import settled
from api.web.hall_screen import Told, briefs_of, screen
from api.web.hall_shown import OPEN, mark, mark_of, next_open, number_of
from api.web.meeting_page import MeetingPath
from api.web.reader import InEnglish, Posted, Reader, Sent, Signed
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from engine.definition.model import Row, Value
from engine.meetings.queries import ItemView, MeetingView
from engine.meetings.service import NewDecision
from engine.rules.attempt import Command
from engine.rules.refusals import NotFound, Refusal, Stale

router = APIRouter(include_in_schema=False, route_class=PageRoute)
ItemPath = Annotated[int, Path(ge=1, le=100_000)]


@router.get("/meetings/{meeting_id}/items/{number}")
def item(request: Request, meeting_id: MeetingPath, number: ItemPath, served: Served, who: Signed, english: InEnglish,
         do: Annotated[Code | None, Query()] = None) -> Response:  # fmt: skip
    view = served.meeting_queries.get(who.person, meeting_id)
    found = next((each for each in view.items if number_of(each) == number), None)
    if found is None:
        raise NotFound("case")
    return screen(request, served, who, view, found, english, do=do)


@router.post("/meetings/{meeting_id}/items/{number}")
def decide(request: Request, meeting_id: MeetingPath, number: ItemPath, served: Served, who: Signed, sent: Sent,
           english: InEnglish) -> Response:  # fmt: skip
    """Record the decision on a case, or do at once what is no decision. Sent twice it is recorded once."""
    view = served.meeting_queries.get(who.person, meeting_id)
    found = _item(view, sent.get("case"))
    trigger, filled = sent.get("trigger"), typed(sent)
    try:
        row = _row(view, found, trigger)
        given = settled(sent)
        data, kept = read(served, who, found.case.workflow, row, given)
        filled = Filled(values=filled.values, kept=kept.kept)
        _take(served, who, view, found, row, data, sent)
    except NotFound:
        raise
    except Refusal as refusal:
        view = served.meeting_queries.get(who.person, meeting_id)
        told = Told(refusal=refusal, trigger=trigger, filled=filled)
        return screen(request, served, who, view, _item(view, sent.get("case")), english, told=told)
    return _on(served, who, meeting_id, number)


def _on(served: Services, who: Reader, meeting_id: str, number: int) -> Response:
    """To the next case without a decision; after the last one to the closing."""
    view = served.meeting_queries.get(who.person, meeting_id)
    following = next_open(view.items, number)
    base = f"/meetings/{meeting_id}"
    return back_to(f"{base}/items/{following}" if following else f"{base}/closing")


def _item(view: MeetingView, case_id: str) -> ItemView:
    """Raises NotFound."""
    found = next((each for each in view.items if each.case.identity.id == case_id), None)
    if found is None:
        raise NotFound("case")
    return found


def _row(view: MeetingView, found: ItemView, trigger: str) -> Row:
    """The row of a decision from where the case waits. Raises NotFound, NotInState."""
    case = found.case
    rows = [row for row in case.workflow.rows_from(case.state.state) if row.trigger == trigger]
    ours = [row for row in rows if view.meeting.meeting in row.via] or [row for row in rows if not row.via]
    if not ours:
        raise not_now(case, trigger)
    return ours[0]


def _take(served: Services, who: Reader, view: MeetingView, found: ItemView, row: Row, data: dict[str, Value],
          sent: Posted) -> None:  # fmt: skip
    if row.via:
        _record(served, who, view, found, row.trigger, data, sent.get("seen"))
        return
    case = found.case.identity.id
    request = [f"POST {case}", row.trigger, sorted(sent.texts())]
    command = Command(trigger=row.trigger, data=data, **late_entry(sent, found.case.workflow.timezone))
    served.cases.fire(who.caller(sent.get("once"), request), case, command, seen_version(sent))


def _record(served: Services, who: Reader, view: MeetingView, found: ItemView, trigger: str, data: Mapping[str, Value],
            seen: str) -> None:  # fmt: skip
    """What the form did not see is another decision on this very case: then both are shown. What another desk did to
    the rest of the meeting is no reason to ask again."""
    wanted, case = mark(trigger, data), found.case.identity.id
    for _ in range(3):
        now = mark_of(_item(view, case))
        if now == wanted and view.meeting.status == OPEN:
            return
        if now != seen:
            raise Stale(view.meeting.version - 1, view.meeting.version)
        try:
            decision = NewDecision(case_id=case, trigger=trigger, data=dict(data))
            served.meetings.decide(who.person, view.meeting.id, view.meeting.version, [decision])
            return
        except Stale:
            view = served.meeting_queries.get(who.person, view.meeting.id)
    raise Stale(view.meeting.version - 1, view.meeting.version)


@router.post("/meetings/{meeting_id}/items/{number}/undo")
def undo(meeting_id: MeetingPath, number: ItemPath, served: Served, who: Signed, sent: Sent) -> Response:
    """Take a decision back; one that is gone already is as it should be."""
    view = served.meeting_queries.get(who.person, meeting_id)
    found = _item(view, sent.get("case"))
    if found.item.decided is not None:
        served.meetings.undo(who.person, meeting_id, view.meeting.version, found.case.identity.id)
    return back_to(f"/meetings/{meeting_id}/items/{number}")


@router.get("/meetings/{meeting_id}/briefs")
def briefs(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, english: InEnglish) -> Response:
    """One page a case, to be printed and read before the meeting."""
    view = served.meeting_queries.get(who.person, meeting_id)
    return render(request, "hall/briefs.html", **briefs_of(request, served, who, view, english))
