"""Opening a case of other rules than those of reports: a building project, a cooperative, whatever a file describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api import present
from api.deps import Served, Services
from api.problems import KINDS, refusal_body
from api.shapes import UnitCode, WorkflowKey
from api.web.acts import errors_of, late_entry
from api.web.forms import Filled, inputs, read, typed
from api.web.options import no_options
from api.web.reader import InEnglish, Posted, Reader, Sent, Signed, calendar_of, once_after
from api.web.rendering import render
from api.web.routes import PageRoute, back_to
from engine.cases.service import OpenCase
from engine.definition.model import Row, Workflow
from engine.people.kinds import kinds_from
from engine.people.queries import Place
from engine.rules.attempt import Command
from engine.rules.refusals import NotFound, Refusal

router = APIRouter(include_in_schema=False, route_class=PageRoute)
KeyPath = Annotated[WorkflowKey, Path()]
Where = Annotated[UnitCode, Query()]


@router.get("/open")
def choose(request: Request, served: Served, who: Signed, english: InEnglish) -> Response:
    """What this reader may open, and where."""
    return render(request, "open_choose.html", found=list(openings(request, served, who, english)))


def openings(request: Request, served: Services, who: Reader, english: bool) -> Iterator[dict[str, Any]]:
    """Rows that open a case of other rules, each with a place where this reader may fire it."""
    for workflow in others(served):
        for place in _places(request, served, who, workflow):
            for row in _allowed(served, who, workflow, place.code):
                yield {
                    "href": f"/open/{workflow.key}?unit={place.code}",
                    "workflow": present.title(workflow.title, english),
                    "title": present.title(row.title, english),
                    "place": place.name,
                }


def others(served: Services) -> list[Workflow]:
    """The newest published version of each workflow but that of reports."""
    office = served.office
    keys = {compiled.workflow.key for compiled in office.rulebook.all()} - {office.default_workflow}
    found = (office.rulebook.find(key) for key in sorted(keys))
    return [compiled.workflow for compiled in found if compiled is not None]


def _places(request: Request, served: Services, who: Reader, workflow: Workflow) -> list[Place]:
    """Only for roles that these rules name: nobody else may open anything by them."""
    if not any(post.role in workflow.roles for post in who.me.posts):
        return []
    today = calendar_of(request, who).today
    found = served.organisation.places(who.person, today, kinds=kinds_from(workflow.lowest.code))
    return [place for place in found if place.allowed and place.kind == workflow.lowest.code]


def _allowed(served: Services, who: Reader, workflow: Workflow, unit: str) -> list[Row]:
    offers = served.case_queries.openings(who.person, unit, f"{workflow.key}/{workflow.version}")
    return [offer.row for offer in offers if offer.refusal is None]


@router.get("/open/{key}")
def ask(request: Request, key: KeyPath, served: Served, who: Signed, english: InEnglish, unit: Where) -> Response:
    workflow, row = _row(served, who, key, unit)
    return _form(request, served, who, workflow, row, unit, Filled(), english)


@router.post("/open/{key}")
def open_case(request: Request, key: KeyPath, served: Served, who: Signed, sent: Sent, english: InEnglish) -> Response:
    unit = sent.get("unit")
    workflow, row = _row(served, who, key, unit)
    filled = typed(sent)
    try:
        data, filled = read(served, who, workflow, row, sent)
        return _opened(served, who, workflow, row, unit, sent, data)
    except NotFound:
        raise
    except Refusal as refusal:
        filled = filled.with_errors(errors_of(refusal, None, english))
        return _form(request, served, who, workflow, row, unit, filled, english, refusal)


def _row(served: Services, who: Reader, key: str, unit: str) -> tuple[Workflow, Row]:
    """Raises NotFound where there is nothing that this reader may open there."""
    workflow = next((each for each in others(served) if each.key == key), None)
    rows = _allowed(served, who, workflow, unit) if workflow else []
    if workflow is None or not rows:
        raise NotFound("workflow")
    return workflow, rows[0]


def _opened(served: Services, who: Reader, workflow: Workflow, row: Row, unit: str, sent: Posted,
            data: dict[str, Any]) -> Response:  # fmt: skip
    named = f"{workflow.key}/{workflow.version}"
    command = Command(trigger=row.trigger, data=data, **late_entry(sent, workflow.timezone))
    caller = who.caller(sent.get("once"), ["POST /open", named, sorted(sent.texts())])
    held = served.cases.open(caller, OpenCase(unit=unit, workflow=named, command=command))
    return back_to(f"/cases/{held.identity.id}", done=row.trigger)


def _form(request: Request, served: Services, who: Reader, workflow: Workflow, row: Row, unit: str, filled: Filled,
          english: bool, refusal: Refusal | None = None) -> Response:  # fmt: skip
    today = calendar_of(request, who).today.isoformat()
    place = next(each for each in _places(request, served, who, workflow) if each.code == unit)
    return render(
        request,
        "open.html",
        KINDS[refusal.kind][0] if refusal else 200,
        workflow={"key": workflow.key, "title": present.title(workflow.title, english)},
        act={"title": present.title(row.title, english)},
        place=place,
        inputs=inputs(workflow, row, english, today, no_options),
        filled=filled,
        told=refusal_body(refusal, english) if refusal else None,
        once=once_after(filled.one("once"), refusal),
        today=today,
    )
