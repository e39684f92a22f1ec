"""One case: where it stands, the next step, what cannot be done and why, its clocks and all that happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api import present, present_clocks
from api.deps import Served, Services
from api.shapes import CaseId, FileId
from api.v1.files import download
from api.web.deadlines import due_of
from api.web.ladder import stairs
from api.web.reader import InEnglish, Reader, Signed, calendar_of, fresh_once
from api.web.rendering import render
from api.web.routes import PageRoute
from engine.cases.views import CaseView, Choices, EventView
from engine.definition.model import Row
from engine.rules.explain import Offer
from engine.rules.next_step import Steps, steps_of
from engine.rules.refusals import OnlyInMeeting

router = APIRouter(include_in_schema=False, route_class=PageRoute)
CasePath = Annotated[CaseId, Path()]
_OPEN_BLOCKED = 4  # blocked acts that are shown before the rest is folded away


@router.get("/cases/{case_id}")
def case(request: Request, case_id: CasePath, served: Served, who: Signed, english: InEnglish) -> Response:
    choices = served.case_queries.triggers(who.person, case_id)
    view = served.case_queries.get(who.person, case_id)
    events = served.case_queries.history(who.person, case_id)
    return render(request, "case.html", **_context(request, served, who, choices, view, events, english))


def _context(request: Request, served: Services, who: Reader, choices: Choices, view: CaseView,
             events: list[EventView], english: bool) -> dict[str, Any]:  # fmt: skip
    steps = steps_of(view.workflow, view.state.state, view.state.counters, choices.offers)
    found = present.choices(choices, english)
    return {
        "case": present.case(view, english),
        "facts": list(facts(view, english)),
        "risk": risk_of(view, english),
        "category": chosen(view, "category", english),
        "due": due_of(served.office, view, calendar_of(request, who)),
        "stairs": stairs(served.office, view, events, who.now, english),
        "steps": _steps(steps, english),
        "meeting_acts": [_act(offer.row, english) for offer in steps.blocked if _in_meeting(offer)],
        "meeting": next_meeting(served, who, view, english),
        "blocked": _blocked(steps, found, open_ones=True),
        "blocked_more": _blocked(steps, found, open_ones=False),
        "events": [present.event(each, english) for each in reversed(events)],
        "clocks": present_clocks.clocks(served.clocks.clocks(who.person, view.identity.id), english)["clocks"],
        "once": fresh_once(),
    }


def _act(row: Row, english: bool) -> dict[str, Any]:
    plain = not row.needs and not row.takes
    return {"trigger": row.trigger, "ref": row.ref, "title": present.title(row.title, english), "plain": plain}


def _steps(steps: Steps, english: bool) -> dict[str, Any]:
    return {
        "main": _act(steps.main.row, english) if steps.main else None,
        "beside": [_act(offer.row, english) for offer in steps.beside],
        "seldom": [_act(offer.row, english) for offer in steps.seldom],
    }


def _in_meeting(offer: Offer) -> bool:
    return isinstance(offer.refusal, OnlyInMeeting)


def _blocked(steps: Steps, found: dict[str, Any], *, open_ones: bool) -> list[dict[str, Any]]:
    """Blocked acts in the order of the steps; what only a meeting decides is said once for all of it."""
    by_place = {(each["trigger"], each["ref"], each["title"]): each for each in found["blocked"]}
    ordered = [
        by_place[key]
        for offer in steps.blocked
        if not _in_meeting(offer)
        for key in by_place
        if key[0] == offer.row.trigger and key[1] == offer.row.ref and offer.row.title.zh in (key[2], offer.row.title.zh)
    ]
    unique = list({id(each): each for each in ordered}.values())
    return unique[:_OPEN_BLOCKED] if open_ones else unique[_OPEN_BLOCKED:]


def next_meeting(served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any] | None:
    """The next planned meeting that decides on a case in this state, where the reader may see it."""
    gate = view.workflow.states[view.state.state].gate
    if not gate:
        return None
    planned, _ = served.meeting_queries.page(who.person, unit=view.holder, status="planned", limit=50)
    coming = [each.meeting for each in planned if each.meeting.meeting in gate and each.meeting.at >= who.now]
    first = min(coming, key=lambda meeting: meeting.at, default=None)
    named = present.title(view.workflow.meetings[gate[0]].title, english)
    return {"title": named, "at": first.at if first else None, "id": first.id if first else None}


def facts(view: CaseView, english: bool) -> Iterator[dict[str, Any]]:
    """The values of the case with the titles of their fields, but what the page shows elsewhere."""
    values = present.data(view.workflow, view.data, view.names, view.sight)
    for name, value in values.items():
        if name not in ("gist", "category", "urgency") and value not in (None, "", [], False):
            yield {"title": present.title(view.workflow.fields[name].title, english), **shown(view, name, value, english)}


def shown(view: CaseView | EventView, name: str, value: Any, english: bool) -> dict[str, Any]:
    """A value as a page says it: `kind` is text, date, files; a choice by its title."""
    field = view.workflow.fields[name]
    several = value if isinstance(value, list) else [value]
    if field.entry_type == "file":
        return {"kind": "files", "value": several}
    if field.entry_type == "date":
        return {"kind": "date", "value": value}
    separator = ", " if english else "、"
    return {"kind": "text", "value": separator.join(_said(field, each, english) for each in several)}


def _said(field: Any, value: Any, english: bool) -> str:
    if field.entry_type == "choice":
        return present.title(field.choices[value], english) if value in field.choices else str(value)
    if isinstance(value, bool):
        return (("否", "是"), ("no", "yes"))[english][value]
    if isinstance(value, dict):
        return " ".join(str(value[part]) for part in ("name", "phone") if value.get(part))
    return str(value)


def chosen(view: CaseView, name: str, english: bool) -> str | None:
    """The title of the choice in a field; None where none was made."""
    field = view.workflow.fields.get(name)
    value = view.data.get(name)
    return present.title(field.choices[value], english) if field and value in field.choices else None


def risk_of(view: CaseView, english: bool) -> dict[str, str] | None:
    words = chosen(view, "urgency", english)
    return {"code": str(view.data["urgency"]), "title": words} if words else None


@router.get("/files/{file_id}")
def file(file_id: Annotated[FileId, Path()], served: Served, who: Signed, english: InEnglish) -> Response:
    """An attachment, for whoever may read the row that names it."""
    return download(served, who.person, file_id, english)
