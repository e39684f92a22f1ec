"""Who is at a meeting, and what may be wrong with such a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.meetings.access import Seat, may_chair
from engine.rules.refusals import FieldProblem
from engine.store import register
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Attendance:
    """Ids of people; those present and on leave are members, the chair is present."""

    present: tuple[str, ...] = ()
    on_leave: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    chair: str | None = None
    recorder: str | None = None


def attendance_problems(tx: Tx, there: Seat, meeting: MeetingRow, attendance: Attendance) -> tuple[FieldProblem, ...]:
    """Every problem of the list at once, named by its field. `meeting.expected` are those of today."""
    members = set(meeting.expected)
    checks: list[tuple[str, str, Callable[[], bool]]] = [
        ("present", "not_members", lambda: set(attendance.present) <= members),
        ("on_leave", "not_members", lambda: set(attendance.on_leave) <= members),
        ("on_leave", "present_too", lambda: not set(attendance.on_leave) & set(attendance.present)),
        ("observers", "unknown_person", lambda: _known(tx, meeting, attendance.observers)),
        ("observers", "members_too", lambda: not set(attendance.observers) & members),
        ("chair", "not_present", lambda: (attendance.chair or meeting.chair) in attendance.present),
        ("chair", "may_not_chair", lambda: may_chair(tx, there, meeting, attendance.chair or meeting.chair)),
        ("recorder", "not_present", lambda: attendance.recorder in (None, *attendance.present, *attendance.observers)),
    ]
    return tuple(FieldProblem(field=name, code=code) for name, code, holds in checks if not holds())


def _known(tx: Tx, meeting: MeetingRow, people: tuple[str, ...]) -> bool:
    home = register.find_unit(tx, meeting.home)
    return home is not None and set(people) == register.people_of(tx, people, home)
