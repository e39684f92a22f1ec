"""Setting a meeting: what it is asked for, and what may be wrong with that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.cases.opening import unit_in_reach
from engine.meetings.access import Seat, must_be_member, seat
from engine.rules.attempt import Unit
from engine.rules.machine import Compiled
from engine.rules.refusals import FieldProblem, FieldsRefused
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow, held_between


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMeeting:
    """`workflow` is a key or key/version; None for the default one. `at` is aware."""

    meeting: str
    unit: str
    at: datetime
    workflow: str | None = None


def planned(tx: Tx, office: Office, person: str, wanted: NewMeeting) -> MeetingRow:
    """The meeting to be kept. Raises FieldsRefused, Forbidden where he is no member of it."""
    compiled, unit = _found(tx, office, person, wanted)
    there = seat(tx, office, compiled.workflow, wanted.meeting, person)
    if unit.kind != there.rules.level:
        raise FieldsRefused((FieldProblem(field="unit", code="wrong_level"),))
    must_be_member(there, unit)
    home = office.home_of(unit)
    return MeetingRow(
        home=home,
        id=office.new_id(home),
        workflow=compiled.workflow.key,
        workflow_version=compiled.workflow.version,
        meeting=wanted.meeting,
        unit=unit,
        at=wanted.at,
    )


def _found(tx: Tx, office: Office, person: str, wanted: NewMeeting) -> tuple[Compiled, Unit]:
    compiled = office.rulebook.find(wanted.workflow or office.default_workflow)
    unit = unit_in_reach(tx, office, Lookups(tx, office), person, wanted.unit, compiled)
    problems = [FieldProblem(field="unit", code="unknown_unit")] if unit is None else []
    if compiled is None:
        problems.append(FieldProblem(field="workflow", code="unknown_workflow"))
    elif wanted.meeting not in compiled.workflow.meetings:
        problems.append(FieldProblem(field="meeting", code="unknown_meeting"))
    if problems or compiled is None or unit is None:
        raise FieldsRefused(tuple(problems))
    return compiled, unit


def numbered(tx: Tx, there: Seat, meeting: MeetingRow) -> MeetingRow:
    """The meeting as it is opened, with its number at this unit in this year: the n-th that was not called off."""
    zone = ZoneInfo(there.workflow.timezone)
    start, end = (datetime(year, 1, 1, tzinfo=zone) for year in (there.day.year, there.day.year + 1))
    return replace(meeting, year=there.day.year, number=held_between(tx, meeting, start, end) + 1)
