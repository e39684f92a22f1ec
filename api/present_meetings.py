"""Meetings as JSON: agenda, decisions, minutes."""

from __future__ import annotations

from typing import Any

from api.present import case, data, person, stamp, title, unit
from engine.meetings.queries import ItemView, MeetingView, ReportView

Json = dict[str, Any]


def meeting(view: MeetingView, english: bool, *, items: bool = True) -> Json:
    row, workflow, names = view.meeting, view.workflow, view.names
    return {
        "id": row.id,
        "workflow": row.workflow,
        "workflow_version": row.workflow_version,
        "meeting": row.meeting,
        "title": title(view.rules.title, english),
        "unit": unit(row.unit.code, names),
        "at": stamp(workflow, row.at),
        "status": row.status,
        "version": row.version,
        "opened_at": stamp(workflow, row.opened_at),
        "closed_at": stamp(workflow, row.closed_at),
        "chair": person(row.chair, names) if row.chair else None,
        "recorder": person(row.recorder, names) if row.recorder else None,
        "expected": [person(each, names) for each in row.expected],
        "present": [person(each, names) for each in row.present],
        "on_leave": [person(each, names) for each in row.on_leave],
        "observers": [person(each, names) for each in row.observers],
        "quorum": {"percent": view.rules.quorum, "reached": view.quorate},
        "reason": row.reason,
        "turn": row.turn,
        "moved": row.moved,
        "provisional": view.provisional,
        "year": row.year,
        "number": row.number,
        "delegation": _delegation(view),
        **(_agenda(view, english) if items else {}),
    }


def _agenda(view: MeetingView, english: bool) -> Json:
    return {
        "cutoff": stamp(view.workflow, view.cutoff),
        "checkpoint": f"/v1/audit/checkpoints/{view.checkpoint.id}" if view.checkpoint else None,
        "items": [{**item(each, english), "added": _added(view, each)} for each in view.items],
        "reports": [report(each, english) for each in view.reports],
    }


def _delegation(view: MeetingView) -> Json | None:
    row = view.meeting
    if row.delegate is None or row.delegated_by is None:
        return None
    return {
        "delegate": person(row.delegate, view.names),
        "by": person(row.delegated_by, view.names),
        "at": stamp(view.workflow, row.delegated_at),
        "reason": row.delegation,
    }


def _added(view: MeetingView, item: ItemView) -> Json | None:
    found = item.item
    if found.added_by is None:
        return None
    at, by = stamp(view.workflow, found.added_at), person(found.added_by, view.names)
    return {"by": by, "at": at, "reason": found.added_reason}


def report(view: ReportView, english: bool) -> Json:
    """What the meeting is to ratify or is told."""
    event, workflow = view.event, view.case.workflow
    row = workflow.row(event.trigger, event.source)
    return {
        "kind": view.report.kind,
        "case": case(view.case, english),
        "seq": event.seq,
        "trigger": event.trigger,
        "ref": event.ref,
        "title": title(row.title, english) if row else event.trigger,
        "by": event.actor,
        "at": stamp(workflow, event.recorded_at),
    }


def item(view: ItemView, english: bool) -> Json:
    found = view.item
    rule = view.case.workflow.row(view.trigger, _gate(view)) if view.trigger else None
    decision = {
        "trigger": view.trigger,
        "ref": rule.ref if rule else None,
        "title": title(rule.title, english) if rule else view.trigger,
        "data": data(view.case.workflow, view.data, view.names, view.case.sight),
        "note": view.note,
        "by": found.decided.actor if found.decided else None,
    }
    return {
        "number": found.number,
        "case": case(view.case, english),
        "decision": decision if view.trigger else None,
        "outcome": found.outcome,
        "refusal": found.refusal,
        "seq": found.seq,
    }


def _gate(view: ItemView) -> str:
    """A state from which the decision's row goes; enough to find its words."""
    rows = (row for row in view.case.workflow.rows if row.trigger == view.trigger)
    return next((row.sources[0] for row in rows), "")
