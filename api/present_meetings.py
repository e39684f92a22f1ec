"""Meetings as JSON: agenda, decisions, minutes."""

from __future__ import annotations

from typing import Any

from api.present import case, data, person, stamp, title, unit
from engine.meetings.queries import ItemView, MeetingView
from engine.rules.mask import Sight

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
        **({"items": [item(each, view.sight, english) for each in view.items]} if items else {}),
    }


def item(view: ItemView, sight: Sight, english: bool) -> Json:
    found = view.item
    rule = view.case.workflow.row(view.trigger, _gate(view)) if view.trigger else None
    decision = {
        "trigger": view.trigger,
        "ref": rule.ref if rule else None,
        "title": title(rule.title, english) if rule else view.trigger,
        "data": data(view.case.workflow, view.data, view.names, sight),
        "note": view.note,
        "by": found.decided.actor if found.decided else None,
    }
    return {
        "number": found.number or found.position,
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
