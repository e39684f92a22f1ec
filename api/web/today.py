"""Today: the two doors, what waits for me, what became of my reports, what I was told."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api import present
from api.deps import Served, Services
from api.web.listed import listed
from api.web.navigation import home_of
from api.web.opening import openings
from api.web.reader import InEnglish, Reader, Signed
from api.web.rendering import render
from api.web.report_rows import may_report
from api.web.routes import PageRoute, back_to
from engine.cases.narrowing import CaseFilter
from engine.messages.inbox import MessageFilter, MessageView
from engine.rules.next_step import steps_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_WAITING, _REPORTED, _TOLD = 12, 5, 4
_AHEAD = timedelta(days=7)
_MEETINGS = 200  # more than a township and all its villages hold in a week


@router.get("/")
def today(request: Request, served: Served, who: Signed, english: InEnglish,
          told: Annotated[Literal["password", "hidden"] | None, Query()] = None) -> Response:  # fmt: skip
    if home_of(who) != "/":
        return back_to(home_of(who))
    waiting = _page(request, served, who, english, CaseFilter(waiting=True, order="due", limit=_WAITING))
    steps = _next_steps(served, who, [each["id"] for each in waiting], english)
    for each in waiting:
        each["next"] = steps.get(each["id"])
    messages = [_told(view, english) for view in _unread(served, who)]
    return render(
        request,
        "today.html",
        waiting=waiting,
        more=len(waiting) == _WAITING,
        reported=_page(request, served, who, english, CaseFilter(reported=True, limit=_REPORTED)),
        told=messages,
        alarms=list({each["href"]: each for each in messages if each["urgent"]}.values())[:3],
        meetings=_meetings(served, who, english),
        may_report=may_report(who),
        may_open=any(True for _ in openings(request, served, who, english)),
        request_told=told,
    )


def _page(request: Request, served: Services, who: Reader, english: bool, wanted: CaseFilter) -> list[dict[str, Any]]:
    found = served.case_queries.page(who.person, wanted)
    return [listed(request, served, who, view, english) for view in found.cases]


def _next_steps(served: Services, who: Reader, ids: list[str], english: bool) -> dict[str, str]:
    """Case -> the title of what this reader does next with it."""
    found = {}
    for choices in served.case_queries.choices(who.person, ids):
        view = choices.view
        main = steps_of(view.workflow, view.state, choices.offers).main
        if main is not None:
            found[view.identity.id] = present.title(main.row.title, english)
    return found


def _unread(served: Services, who: Reader) -> tuple[MessageView, ...]:
    return served.inbox.page(who.person, MessageFilter(unread=True, limit=_TOLD)).messages


def _told(view: MessageView, english: bool) -> dict[str, Any]:
    return {
        "id": view.id,
        "href": f"/cases/{view.case_id}",
        "title": _short(view, english),
        "number": view.number,
        "place": view.unit_name,
        "state": present.title(view.workflow.states[view.state].title, english),
        "urgent": view.urgent,
        "at": view.shown_at,
    }


def _short(view: MessageView, english: bool) -> str:
    """What happened, or which clock has used how much."""
    words = present.title(view.title, english)
    if view.share is None:
        return words
    if view.share < 100:
        return f"{words}: {view.share}% used" if english else f"{words}已用 {view.share}%"
    over = view.share - 100
    if english:
        return f"{words}: over by {over}%" if over else f"{words}: time is up"
    return f"{words}已过 {over}%" if over else f"{words}已到"


def _meetings(served: Services, who: Reader, english: bool) -> list[dict[str, Any]]:
    """Meetings of the coming week, and those that are open, at which the reader is expected."""
    views = [
        view
        for status in ("open", "planned")
        for view in served.meeting_queries.page(who.person, status=status, until=who.now + _AHEAD, limit=_MEETINGS)[0]
        if who.person in view.meeting.expected
    ]
    return [
        {
            "href": f"/meetings/{view.meeting.id}",
            "title": present.title(view.rules.title, english),
            "place": view.names.get(view.meeting.unit.code, ""),
            "at": view.meeting.at,
            "open": view.meeting.status == "open",
        }
        for view in sorted(views, key=lambda view: view.meeting.at)
    ]
