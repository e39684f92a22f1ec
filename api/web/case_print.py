"""A case for the file: head, stays, all that happened, deadlines, attachments, room for a verdict; A4, ink only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api import present
from api.deps import Served, Services
from api.shapes import CaseId
from api.web.checkpoint_shown import checkpoint_shown
from api.web.clock_results import clock_results, days_named
from api.web.event_shown import event_shown
from api.web.reader import InEnglish, Reader, Signed, calendar_of
from api.web.rendering import render
from api.web.routes import PageRoute
from api.web.stays import stays
from api.web.values import chosen, facts, gist_of, in_charge
from engine.audit.case_file import CaseFile
from engine.audit.coverage import Covered
from engine.cases.views import EventView

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/cases/{case_id}/print")
def print_case(request: Request, case_id: Annotated[CaseId, Path()], served: Served, who: Signed,
               english: InEnglish) -> Response:  # fmt: skip
    """Whoever may read the case may print it, masked: paper goes on to others."""
    file = served.case_files.read(who.person, case_id)
    return render(
        request,
        "oversee/print.html",
        **_head(file, english),
        **_time(request, served, who, file, english),
        rows=list(_rows(file, english)),
        attachments=list(_attachments(file.events)),
        flawed=file.flawed,
        last=file.events[-1].hash,
        witnessed=[_witnessed(request, each) for each in file.coverage.covered],
        waiting=file.coverage.waiting,
        now=who.now,
    )


def _witnessed(request: Request, found: Covered) -> dict[str, Any]:
    """The rows that a checkpoint covers, from the first to the last of them."""
    return {"first": found.seqs[0], "last": found.seqs[-1], **checkpoint_shown(request, found.checkpoint)}


def _head(file: CaseFile, english: bool) -> dict[str, Any]:
    view = file.case
    found = present.case(view, english)
    told = {fact["title"]: fact["value"] for fact in facts(view, english) if fact["kind"] == "text"}
    return {
        "case": found,
        "home": view.names.get(view.identity.home, view.identity.home),
        "gist": gist_of(view, english),
        "category": chosen(view, "category", english),
        "urgency": chosen(view, "urgency", english),
        "in_charge": in_charge(found["responsible"], english),
        "place": _told(file, told, "place", english),
        "reporter": _told(file, told, "reporter", english),
        "versions": sorted({each.event.workflow_version for each in file.events}),
    }


def _told(file: CaseFile, told: dict[str, Any], name: str, english: bool) -> str | None:
    """The value of a field that the rules may have, in words."""
    field = file.case.workflow.fields.get(name)
    return told.get(present.title(field.title, english)) if field else None


def _time(request: Request, served: Services, who: Reader, file: CaseFile, english: bool) -> dict[str, Any]:
    clocks = served.clocks.clocks(who.person, file.case.identity.id)
    titles = {each.event.seq: str(present.event(each, english)["title"]) for each in file.events}
    return {
        "stays": stays(served.office, file.case, file.events, who.now, english),
        "clocks": clock_results(clocks, titles, english),
        "named": days_named(clocks, calendar_of(request, who), english),
    }


def _rows(file: CaseFile, english: bool) -> Iterator[dict[str, Any]]:
    for each in file.events:
        shown = event_shown(each, english)
        state = each.workflow.states.get(each.event.target)
        yield {
            **shown,
            "state": present.title(state.title, english) if state and each.event.target != each.event.source else None,
            "moved": each.event.level_from is not None and each.event.level_from != each.event.level_to,
            "facts": [fact for fact in shown["shown"] if fact["kind"] != "files"],
            "sitting": _sitting(file, each, english),
        }


def _sitting(file: CaseFile, each: EventView, english: bool) -> dict[str, Any] | None:
    """The meeting that decided: which one, and how many of its members were there."""
    meeting = file.meetings.get(each.event.meeting or "")
    if meeting is None:
        return None
    rules = each.workflow.meetings.get(meeting.meeting)
    words = present.title(rules.title, english) if rules else meeting.meeting
    return {
        "title": words, "number": meeting.number, "year": meeting.year,
        "present": meeting.attending, "expected": len(meeting.expected),
    }  # fmt: skip


def _attachments(events: Sequence[EventView]) -> Iterator[dict[str, Any]]:
    """What was attached, by which row, with the hash that stands in the chain."""
    for each in events:
        for name, value in each.data.items():
            if each.workflow.fields[name].entry_type == "file":
                for file in value if isinstance(value, list) else [value]:
                    yield {"seq": each.event.seq, **file}
