"""Around a meeting: setting one, giving it another day, naming who chairs it instead, calling it off, adding a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from api import present
from api.deps import Served, Services
from api.problems import KINDS, refusal_body
from api.web.acts import errors_of, seen_version
from api.web.forms import Filled, typed
from api.web.hall_shown import head
from api.web.meeting_page import MeetingPath
from api.web.moments import occurred
from api.web.reader import InEnglish, Posted, Reader, Sent, Signed, calendar_of
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from api.web.values import wall_gist
from engine.meetings.service import NewMeeting
from engine.rules.refusals import FieldProblem, FieldsRefused, NotFound, Refusal

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/meetings/new")
def ask(request: Request, who: Signed, english: InEnglish) -> Response:
    return _new(request, who, english, Filled())


@router.post("/meetings")
def create(request: Request, served: Served, who: Signed, sent: Sent, english: InEnglish) -> Response:
    kind, _, unit = sent.get("what").partition("@")
    try:
        at = _at(sent, who.workflow.timezone)
        meeting_id = served.meetings.create(who.person, NewMeeting(meeting=kind, unit=unit, at=at))
    except Refusal as refusal:
        filled = typed(sent).with_errors(errors_of(refusal, None, english))
        return _new(request, who, english, filled, refusal)
    return back_to(f"/meetings/{meeting_id}")


def _at(sent: Posted, zone: str) -> datetime:
    """The day and the time that a form brought. Raises FieldsRefused."""
    try:
        found = occurred(sent.get("on_day"), sent.get("on_time"), zone)
    except FieldsRefused as refused:
        problems = tuple(FieldProblem(field="at", code=each.code, facts=each.facts) for each in refused.problems)
        raise FieldsRefused(problems) from refused
    if found is None or not sent.get("on_time").strip():
        raise FieldsRefused((FieldProblem(field="at", code="missing"),))
    return found


def _new(request: Request, who: Reader, english: bool, filled: Filled,
         refusal: Refusal | None = None) -> Response:  # fmt: skip
    return render(
        request,
        "hall/new.html",
        KINDS[refusal.kind][0] if refusal else 200,
        kinds=_kinds(who, english),
        filled=filled,
        told=refusal_body(refusal, english) if refusal else None,
        today=calendar_of(request, who).today.isoformat(),
    )


def _kinds(who: Reader, english: bool) -> list[tuple[str, str]]:
    """The meetings of which the reader is a member where he has a post; special ones, which have no rhythm, first."""
    found = []
    for rules in sorted(who.workflow.meetings.values(), key=lambda each: each.every is not None):
        words = present.title(rules.title, english)
        places = {post.place: post.place_name for post in who.me.posts if post.role in rules.members}
        found += [(f"{rules.code}@{place}", f"{words} · {name}") for place, name in places.items()]
    return found


# --- one that is set -------------------------------------------------------------------------------------------------


@router.get("/meetings/{meeting_id}/arrange")
def arrange(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, english: InEnglish) -> Response:
    return _arranging(request, served, who, meeting_id, english, "", Filled())


def _arranging(request: Request, served: Services, who: Reader, meeting_id: str, english: bool, what: str,
               filled: Filled, refusal: Refusal | None = None) -> Response:  # fmt: skip
    """`what` is the form that was sent; the others stay as they are."""
    view = served.meeting_queries.get(who.person, meeting_id)
    local = calendar_of(request, who).local(view.meeting.at)
    return render(
        request,
        "hall/arrange.html",
        KINDS[refusal.kind][0] if refusal else 200,
        **head(view, who, english),
        what=what,
        filled=filled,
        told=refusal_body(refusal, english) if refusal else None,
        on_day=local.date().isoformat(),
        on_time=f"{local:%H:%M}",
        today=calendar_of(request, who).today.isoformat(),
    )


def _doing(request: Request, served: Services, who: Reader, meeting_id: str, english: bool, what: str, sent: Posted,
           act: Callable[[], Any]) -> Response:  # fmt: skip
    """Do it, and go back to the meeting; a refusal keeps what was typed."""
    try:
        act()
    except NotFound:
        raise
    except Refusal as refusal:
        filled = typed(sent).with_errors(errors_of(refusal, None, english))
        return _arranging(request, served, who, meeting_id, english, what, filled, refusal)
    return back_to(f"/meetings/{meeting_id}")


@router.post("/meetings/{meeting_id}/move")
def move(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, sent: Sent,
         english: InEnglish) -> Response:  # fmt: skip
    def act() -> None:
        at = _at(sent, who.workflow.timezone)
        served.arranging.move(who.person, meeting_id, seen_version(sent), at)

    return _doing(request, served, who, meeting_id, english, "move", sent, act)


@router.post("/meetings/{meeting_id}/delegate")
def delegate(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, sent: Sent,
             english: InEnglish) -> Response:  # fmt: skip
    def act() -> None:
        to, reason = sent.get("delegate"), sent.get("reason")
        served.arranging.delegate(who.person, meeting_id, seen_version(sent), to, reason)

    return _doing(request, served, who, meeting_id, english, "delegate", sent, act)


@router.post("/meetings/{meeting_id}/cancel")
def cancel(request: Request, meeting_id: MeetingPath, served: Served, who: Signed, sent: Sent,
           english: InEnglish) -> Response:  # fmt: skip
    def act() -> None:
        served.meetings.cancel(who.person, meeting_id, seen_version(sent), sent.get("reason"))

    return _doing(request, served, who, meeting_id, english, "cancel", sent, act)


@router.get("/meetings/{meeting_id}/add/{case_id}")
def ask_to_add(request: Request, meeting_id: MeetingPath, case_id: str, served: Served, who: Signed,
               english: InEnglish) -> Response:  # fmt: skip
    return _adding(request, served, who, meeting_id, case_id, english, Filled())


@router.post("/meetings/{meeting_id}/add/{case_id}")
def add(request: Request, meeting_id: MeetingPath, case_id: str, served: Served, who: Signed, sent: Sent,
        english: InEnglish) -> Response:  # fmt: skip
    try:
        served.arranging.add(who.person, meeting_id, seen_version(sent), case_id, sent.get("reason"))
    except NotFound:
        raise
    except Refusal as refusal:
        filled = typed(sent).with_errors(errors_of(refusal, None, english))
        return _adding(request, served, who, meeting_id, case_id, english, filled, refusal)
    return back_to(f"/meetings/{meeting_id}")


def _adding(request: Request, served: Services, who: Reader, meeting_id: str, case_id: str, english: bool,
            filled: Filled, refusal: Refusal | None = None) -> Response:  # fmt: skip
    """Raises NotFound for a case that does not wait for this meeting."""
    view = served.meeting_queries.get(who.person, meeting_id)
    late = {each.identity.id: each for each in served.hall.late(who.person, meeting_id)}
    if case_id not in late and refusal is None:
        raise NotFound("case")
    case = late.get(case_id)
    return render(
        request,
        "hall/add.html",
        KINDS[refusal.kind][0] if refusal else 200,
        **head(view, who, english),
        case=present.case(case, english) if case else None,
        gist=wall_gist(case, english) if case else "",
        case_id=case_id,
        filled=filled,
        told=refusal_body(refusal, english) if refusal else None,
    )
