"""What became of a report right after it was sent: who has it, what happens next, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.deps import Served, Services
from api.present import title
from api.shapes import CaseId
from api.web.reader import InEnglish, Reader, Sent, Signed, calendar_of
from api.web.rendering import render, say
from api.web.report_rows import openings_of
from api.web.routes import PageRoute, back_to
from api.web.values import chosen, gist_of
from engine.cases.clock_queries import Explained
from engine.cases.views import CaseView, Choices
from engine.definition.model import FieldType, Row, TimeUnit
from engine.people.queries import PAGE_MOST
from engine.rules.attempt import Command
from engine.rules.refusals import NotFound

router = APIRouter(include_in_schema=False, route_class=PageRoute)
CasePath = Annotated[CaseId, Path()]
_SOON = 2  # clocks that are told


@router.get("/cases/{case_id}/sent")
def sent(request: Request, case_id: CasePath, served: Served, who: Signed, english: InEnglish) -> Response:
    choices = served.case_queries.triggers(who.person, case_id)
    view = served.case_queries.get(who.person, case_id)
    return render(
        request,
        "report/sent.html",
        case={"id": case_id, "number": view.identity.number, "version": view.state.version, "unit": view.state.unit},
        gist=gist_of(view, english),
        about=_about(view, english),
        to=_in_charge(request, served, who, view, english),
        called=_called(served, who, view, english),
        clocks=[_clock(each, english) for each in _running(served, who, case_id)],
        meeting=_meeting(view, english),
        back=bool(_way_back(choices)),
        desk=max(who.levels, default=0) > 0,
        undone=view.state.closed_at is not None,
    )


@router.post("/cases/{case_id}/take-back")
def take_back(request: Request, case_id: CasePath, served: Served, who: Signed, form: Sent) -> Response:
    """Void the report and begin again at the same place. Raises Refusal."""
    choices = served.case_queries.triggers(who.person, case_id)
    row = next(iter(_way_back(choices)), None) or next((r for r in choices.view.workflow.rows if _gives_up(r)), None)
    if row is None:
        raise NotFound("trigger")
    fields = choices.view.workflow.fields
    data = {name: say(request, "报错了，撤回重说") for name in row.needs if fields[name].type is FieldType.TEXT}
    version = form.get("version")
    seen = int(version) if version.isdecimal() and len(version) < 10 else 0
    key = who.caller(form.get("once"), [f"POST {case_id}", row.trigger, seen])
    served.cases.fire(key, case_id, Command(trigger=row.trigger, data=data), seen)
    return back_to("/report", place=choices.view.state.unit)


def _way_back(choices: Choices) -> Sequence[Row]:
    """Rows by which the one who opened it may end it now, giving a reason alone."""
    return [offer.row for offer in choices.offers if offer.refusal is None and _gives_up(offer.row)]


def _gives_up(row: Row) -> bool:
    return "opener" in row.by and row.trigger == "void"


def _about(view: CaseView, english: bool) -> str:
    """`高子树组，安全隐患`."""
    parts = [view.names.get(view.state.unit), chosen(view, "danger_type", english) or chosen(view, "category", english)]
    return (", " if english else "，").join(part for part in parts if part)


def _in_charge(request: Request, served: Services, who: Reader, view: CaseView, english: bool) -> str:
    """`党小组组长唐国安`: who has it now, by post and name."""
    people = [_named(request, served, who, view.names.get(each, each), each, english)
              for each in view.state.responsible.people]  # fmt: skip
    units = [view.names.get(each, each) for each in view.state.responsible.units]
    return (", " if english else "、").join(people[:2] + units)


def _named(request: Request, served: Services, who: Reader, name: str, person: str, english: bool) -> str:
    day = calendar_of(request, who).today
    found = served.organisation.people(who.person, day, q=name, limit=PAGE_MOST).people
    post = next((post for each in found if each.id == person for post in each.posts), None)
    role = who.roles.get(post.role) if post else None
    if role is None:
        return name
    return f"{title(role.title, english)} {name}" if english else f"{title(role.title, english)}{name}"


def _called(served: Services, who: Reader, view: CaseView, english: bool) -> list[str]:
    """Whom an alarm calls: by name where the calls have gone out, else by post."""
    alarm = openings_of(view.workflow).alarm
    first = served.case_queries.history(who.person, view.identity.id)[0].event
    if alarm is None or first.trigger != alarm.trigger:
        return []
    calls = served.calls.calls(who.person, view.identity.id).calls
    names = list(dict.fromkeys(call.name or call.person for call in calls if call.kind == "page"))
    return names or [title(view.workflow.roles[role].title, english) for role in alarm.pages]


def _running(served: Services, who: Reader, case_id: str) -> Sequence[Explained]:
    """The clocks that end first, without those of the whole."""
    found = served.clocks.clocks(who.person, case_id).clocks
    running = [each for each in found if each.reckoning.is_running and each.reckoning.deadline is not None]
    near = [each for each in running if not each.reckoning.clock.total]
    return sorted(near, key=lambda each: str(each.reckoning.deadline))[:_SOON]


def _clock(each: Explained, english: bool) -> dict[str, Any]:
    told = each.reckoning
    return {
        "title": title(told.clock.title, english),
        "at": told.deadline,
        "provisional": told.is_provisional,
        "weekends": told.unit is TimeUnit.WORKING_DAYS,
    }


def _meeting(view: CaseView, english: bool) -> str | None:
    """The first meeting above, to which goes what cannot be settled here."""
    levels = list(view.workflow.levels)
    here = levels.index(view.state.level)
    for state in view.workflow.states.values():
        if state.gate and state.level is not None and levels.index(state.level) > here:
            return title(view.workflow.meetings[state.gate[0]].title, english)
    return None
