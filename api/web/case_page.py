"""One case: where it stands, the next step, what cannot be done and why, its clocks and all that happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import present
from api.deps import Served, Services
from api.shapes import CaseId, Code, FileId
from api.v1.files import download
from api.web.clock_shown import clocks_shown, week_names
from api.web.deadlines import due_of
from api.web.event_shown import event_shown
from api.web.ladder import stairs
from api.web.reader import InEnglish, Reader, Signed, calendar_of, fresh_once
from api.web.rendering import render
from api.web.routes import PageRoute
from api.web.values import card_of, chosen, facts, gist_of, in_charge, place_and_role, risk_of
from engine.cases.views import CaseView, Choices, EventView
from engine.definition.model import Row, Workflow
from engine.rules.explain import Offer
from engine.rules.next_step import Steps, steps_of
from engine.rules.refusals import NotNamed, OnlyInMeeting

router = APIRouter(include_in_schema=False, route_class=PageRoute)
CasePath = Annotated[CaseId, Path()]
_BLOCKED = 3  # blocked acts that are shown before the rest is folded away


@router.get("/cases/{case_id}")
def case(request: Request, case_id: CasePath, served: Served, who: Signed, english: InEnglish,
         done: Annotated[Code | None, Query()] = None) -> Response:  # fmt: skip
    choices = served.case_queries.triggers(who.person, case_id)
    view = served.case_queries.get(who.person, case_id)
    events = served.case_queries.history(who.person, case_id)
    steps = steps_of(view.workflow, view.state, choices.offers)
    return render(
        request,
        "case.html",
        **_head(served, who, view, events, english),
        **_acts(choices, steps, english),
        **_time(request, served, who, view, english),
        events_shown=[event_shown(each, english) for each in reversed(events)],
        done=_done(events, done, english),
        once=fresh_once(),
        read_only=who.supervises and not who.levels,
    )


def _head(served: Services, who: Reader, view: CaseView, events: Sequence[EventView], english: bool) -> dict[str, Any]:
    found = present.case(view, english)
    return {
        "case": found,
        "gist": gist_of(view, english),
        "risk": risk_of(view, english),
        "category": chosen(view, "category", english),
        "card": card_of(view, english),
        "facts": list(facts(view, english)),
        "in_charge": in_charge(found["responsible"], english),
        "successor": in_charge(found["successor"], english),
        "stairs": stairs(served.office, view, events, who.now, english),
    }


def _time(request: Request, served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any]:
    when = calendar_of(request, who)
    return {
        "due": due_of(served.office, view, when),
        "clocks": clocks_shown(served.clocks.clocks(who.person, view.identity.id), when, english),
        "week_names": week_names(english),
        "meeting": _next_meeting(served, who, view, english),
    }


def _next_meeting(served: Services, who: Reader, view: CaseView, english: bool) -> dict[str, Any] | None:
    """The next planned meeting that decides on a case in this state, as far as the reader may see meetings there."""
    gate = view.workflow.states[view.state.state].gate
    if not gate:
        return None
    planned, _ = served.meeting_queries.page(who.person, unit=view.holder, status="planned", limit=50)
    coming = [each.meeting for each in planned if each.meeting.meeting in gate and each.meeting.at >= who.now]
    first = min(coming, key=lambda meeting: meeting.at, default=None)
    named = present.title(view.workflow.meetings[gate[0]].title, english)
    return {"title": named, "at": first.at if first else None, "id": first.id if first else None}


def _acts(choices: Choices, steps: Steps, english: bool) -> dict[str, Any]:
    in_meeting = [offer for offer in steps.blocked if isinstance(offer.refusal, OnlyInMeeting)]
    others = [offer for offer in steps.blocked if offer not in in_meeting]
    others.sort(key=lambda offer: isinstance(offer.refusal, NotNamed))  # first what he could do himself but for a rule
    blocked = [_blocked(choices, offer, english) for offer in others]
    return {
        "steps": {
            "main": _act(steps.main.row, english) if steps.main else None,
            "beside": _all(steps.beside, english),
            "seldom": _all(steps.seldom, english),
        },
        "meeting_acts": _all(in_meeting, english),
        "blocked": blocked[:_BLOCKED],
        "blocked_more": blocked[_BLOCKED:],
    }


def _blocked(choices: Choices, offer: Offer, english: bool) -> dict[str, Any]:
    workflow = choices.view.workflow
    found = present.blocked_offer(workflow, offer, choices.view.names, english)
    return {**found, "posts": posts_in_words(workflow, found["could"], english)}


def posts_in_words(workflow: Workflow, could: Sequence[dict[str, Any]], english: bool) -> str:
    """Who could, by post and unit."""
    words = []
    for each in could:
        role = workflow.roles.get(each["name"])
        places = [unit["name"] or unit["code"] for unit in each["units"]] or [""]
        words += [place_and_role(place, role, each["title"], english) for place in places]
    return (", " if english else "、").join(dict.fromkeys(words))


def _all(offers: Sequence[Offer], english: bool) -> list[dict[str, Any]]:
    return [_act(offer.row, english) for offer in offers]


def _act(row: Row, english: bool) -> dict[str, Any]:
    """`plain`: it asks for nothing, so its button does it."""
    plain = not row.needs and not row.takes
    return {"trigger": row.trigger, "ref": row.ref, "title": present.title(row.title, english), "plain": plain}


def _done(events: Sequence[EventView], trigger: str | None, english: bool) -> str | None:
    """The title of what was done just now; only the last row can be."""
    last = events[-1] if events else None
    if last is None or trigger is None or last.event.trigger != trigger:
        return None
    return str(present.event(last, english)["title"])


@router.get("/files/{file_id}")
def file(file_id: Annotated[FileId, Path()], served: Served, who: Signed, english: InEnglish) -> Response:
    """An attachment, for whoever may read the row that names it."""
    return download(served, who.person, file_id, english)
