"""What a report form brought becomes an opened case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from api.deps import Services
from api.web.acts import late_entry
from api.web.forms import Filled, read
from api.web.reader import Posted, Reader
from api.web.report_people import behalf_of
from api.web.report_places import all_places, typed_place
from api.web.routes import back_to
from engine.cases.service import CaseHeld, OpenCase
from engine.definition.model import Row, Workflow
from engine.rules.attempt import Command
from engine.rules.refusals import FieldsRefused, NotFound


def row_of(workflow: Workflow, trigger: str) -> Row:
    """The row from `start` of this trigger, the report where none is named. Raises NotFound."""
    rows = workflow.rows_from("start")
    found = rows[0] if not trigger else next((row for row in rows if row.trigger == trigger), None)
    if found is None:
        raise NotFound("trigger")
    return found


def opened(request: Request, served: Services, who: Reader, row: Row, sent: Posted,
           kept: list[Filled]) -> CaseHeld:  # fmt: skip
    """The case. `kept` gets the form as far as it was read, with the uploads that need not be sent again; all that is
    wrong with fields is told at once. Raises Refusal."""
    data, filled = read(served, who, who.workflow, row, sent)
    kept.append(filled)
    try:
        unit = _unit(request, served, who, sent)
    except FieldsRefused as refused:
        raise _with_the_rest(refused, who, row, data) from refused
    command = Command(
        trigger=row.trigger,
        data=data,
        behalf=behalf_of(request, served, who, sent),
        client_at=None if who.simulated else _device_time(sent),
        **late_entry(sent, who.workflow.timezone),
    )
    key = who.caller(sent.get("once"), ["POST /report", row.trigger, sorted(sent.texts())])
    return served.cases.open(key, OpenCase(unit=unit, command=command))


def _unit(request: Request, served: Services, who: Reader, sent: Posted) -> str:
    if sent.get("unit"):
        return sent.get("unit")[:64]
    places = all_places(request, served, who, sent.get("under") or None)
    return typed_place(places, sent.get("unit_name"))


def _with_the_rest(refused: FieldsRefused, who: Reader, row: Row, data: dict[str, Any]) -> FieldsRefused:
    """The place is wrong; needed fields that are empty are told with it."""
    missing = [name for name in row.needs if name not in data]
    extra = tuple(replace(refused.problems[0], field=name, code="missing", facts={}) for name in missing)
    return FieldsRefused((*refused.problems, *extra), workflow=who.workflow)


def _device_time(sent: Posted) -> datetime | None:
    """When the phone stored it, where it could not be sent at once; what is no time is no news."""
    try:
        found = datetime.fromisoformat(sent.get("client_at").replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def sent_page(served: Services, who: Reader, held: CaseHeld) -> Response:
    """To the page that says what became of it; of a case that is hidden from him not even its number."""
    try:
        served.case_queries.present(who.person, held)
    except NotFound:
        return back_to("/report/handed-over")
    return back_to(f"/cases/{held.identity.id}/sent")
