"""What I reported, and what became of each in one line."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.cursors import pack, unpack
from api.deps import Served
from api.present import title
from api.web.contacts import above
from api.web.listed import listed
from api.web.reader import InEnglish, Reader, Signed, calendar_of, english_of
from api.web.rendering import render, say
from api.web.report_rows import may_report
from api.web.routes import PageRoute
from engine.cases.narrowing import CaseFilter
from engine.cases.views import CaseView

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_PAGE, _FEW = 20, 4


@router.get("/mine")
def mine(request: Request, served: Served, who: Signed, english: InEnglish,
         after: Annotated[str | None, Query(max_length=400)] = None) -> Response:  # fmt: skip
    wanted = CaseFilter(reported=True, limit=_PAGE, after=unpack(after, datetime, str))
    page = served.case_queries.page(who.person, wanted)
    cases = [
        {**listed(request, served, who, view, english), "fate": fate(request, who, view, english)}
        for view in page.cases
    ]
    people = [] if cases or after else above(request, served, who, english, None)[:_FEW]
    return render(request, "mine.html", cases=cases, next=pack(page.next), people=people, may_report=may_report(who))


def fate(request: Request, who: Reader, view: CaseView, english: bool) -> str:
    """One line in spoken words: who has it and by when, or how it ended."""
    state = view.workflow.states[view.state.state]
    words = title(state.title, english)
    when = calendar_of(request, who)
    if view.follows is not None:
        return say(request, "并到 %(number)s 一起办了", number=view.follows.identity.number)
    if view.state.closed_at is not None:
        return say(request, "%(state)s，%(when)s", state=words, when=when.day(when.local(view.state.closed_at).date()))
    if state.gate:
        return say(request, "等%(meeting)s议定", meeting=title(view.workflow.meetings[state.gate[0]].title, english))
    return _going_on(
        request, view, words, state.handling, when.until(view.deadlines.due) if view.deadlines.due else None
    )


def _going_on(request: Request, view: CaseView, words: str, handling: bool, by: str | None) -> str:
    facts: dict[str, Any] = {"who": _who(view, ", " if english_of(request) else "、"), "when": by, "state": words}
    if not facts["who"]:
        return words
    if not by:
        return say(request, "%(state)s，在%(who)s手里", **facts)
    if view.overdue:
        return say(request, "%(state)s，在%(who)s手里，%(when)s就该办好", **facts)
    if handling:
        return say(request, "%(who)s在办，%(when)s前办好", **facts)
    return say(request, "%(state)s，在%(who)s手里，%(when)s前有回音", **facts)


def _who(view: CaseView, between: str) -> str:
    slot = view.state.responsible
    return between.join(view.names.get(each, each) for each in (*slot.people, *slot.units)[:2])
