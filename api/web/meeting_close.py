"""The end of a meeting: what closing it now would do, closing it, and the minutes, which are never edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api import present, present_meetings
from api.deps import Served, Services
from api.problems import KINDS, refusal_body
from api.web.acts import seen_version
from api.web.checkpoint_shown import checkpoint_shown
from api.web.hall_outcomes import summary, why_void
from api.web.hall_screen import decision_facts
from api.web.hall_shown import CLOSED, OPEN, head, line, number_of
from api.web.meeting_page import MeetingPath
from api.web.reader import InEnglish, Reader, Sent, Signed
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from api.web.values import wall_gist
from engine.meetings.queries import ItemView
from engine.rules.refusals import NotFound, Refusal

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/meetings/{meeting_id}/closing")
def closing(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, english: InEnglish) -> Response:
    view = served.meeting_queries.get(who.person, meeting_id)
    if view.meeting.status != OPEN:
        return back_to(f"/meetings/{meeting_id}")
    return _preview(request, served, who, meeting_id, english)


def _preview(request: Request, served: Services, who: Reader, meeting_id: str, english: bool,
             refusal: Refusal | None = None) -> Response:  # fmt: skip
    view = served.meeting_queries.closing(who.person, meeting_id)
    lines = [line(request, served, who, item, english) for item in view.items]
    return render(
        request,
        "hall/closing.html",
        KINDS[refusal.kind][0] if refusal else 200,
        **head(view, who, english),
        rows=summary(view, english),
        items=lines,
        undecided=[each for each, item in zip(lines, view.items, strict=True) if item.trigger is None
                   and not each["gone"]],
        void=[{**each, "why": why_void(item, english)} for each, item in zip(lines, view.items, strict=True)
              if item.item.outcome == "void"],
        told=refusal_body(refusal, english) if refusal else None,
    )  # fmt: skip


@router.post("/meetings/{meeting_id}/close")
def close(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, sent: Sent,
          english: InEnglish) -> Response:  # fmt: skip
    """Once, however often it is pressed. What another desk recorded since the preview is shown first."""
    view = served.meeting_queries.get(who.person, meeting_id)
    if view.meeting.status != CLOSED:
        try:
            served.meetings.close(who.person, meeting_id, seen_version(sent))
        except NotFound:
            raise
        except Refusal as refusal:
            if view.meeting.status != OPEN:
                raise
            return _again(request, served, who, meeting_id, english, refusal)
    return back_to(f"/meetings/{meeting_id}/minutes")


def _again(request: Request, served: Services, who: Reader, meeting_id: str, english: bool,
           refusal: Refusal) -> Response:  # fmt: skip
    """The preview as it is now, with what refused; a meeting that the first press closed has its minutes."""
    if served.meeting_queries.get(who.person, meeting_id).meeting.status == CLOSED:
        return back_to(f"/meetings/{meeting_id}/minutes")
    return _preview(request, served, who, meeting_id, english, refusal)


# --- minutes ---------------------------------------------------------------------------------------------------------


@router.get("/meetings/{meeting_id}/minutes")
def minutes(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, english: InEnglish) -> Response:
    """Before the closing there are none: then the page says so."""
    view = served.meeting_queries.get(who.person, meeting_id)
    if view.meeting.status != CLOSED:
        return render(request, "hall/no_minutes.html", 404, **head(view, who, english))
    return render(
        request,
        "hall/minutes.html",
        **head(view, who, english),
        items=[_minuted(item, english) for item in view.items],
        rows=summary(view, english),
        reports=[_reported(each, english) for each in view.reports],
        workflow=view.workflow,
        signed=checkpoint_shown(request, view.checkpoint) if view.checkpoint else None,
    )


def _minuted(item: ItemView, english: bool) -> dict[str, Any]:
    told = present_meetings.item(item, english)
    facts = decision_facts(item, told["decision"]["data"], english) if told["decision"] else []
    return {
        "number": number_of(item),
        "case": item.case.identity.id,
        "case_number": item.case.identity.number,
        "place": item.names.get(item.place or "", ""),
        "gist": wall_gist(item.case, english),
        "title": told["decision"]["title"] if told["decision"] else None,
        "facts": _facts(facts),
        "outcome": item.item.outcome,
        "why": why_void(item, english) if item.item.outcome == "void" else "",
        "state": present.title(item.case.workflow.states[item.case.state.state].title, english),
        "added": item.item.added_reason if item.item.added_by else None,
    }


def _facts(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in found if each["kind"] != "files"]


def _reported(view: Any, english: bool) -> dict[str, Any]:
    return {**present_meetings.report(view, english), "gist": wall_gist(view.case, english)}
