"""Deadlines as badges: how much is left or how late, in working days, always in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from api.web.dates import Calendar
from engine.cases.office import Office
from engine.cases.views import CaseView
from engine.definition import calendar as working

_SOON = 1  # working days


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """`state` is ok, soon or over; `left` in working days, below nothing when late; `at` the deadline, RFC 3339."""

    state: str
    left: int
    at: str
    closed: bool
    provisional: bool


def due_of(office: Office, view: CaseView, when: Calendar) -> Due | None:
    """The badge of a case; None where no deadline is."""
    due = view.deadlines.due
    if due is None:
        return None
    closed = view.state.closed_at is not None
    days = office.rulebook.pinned(*view.identity.file).calendar
    there = when.local(due)
    last = (there - timedelta(microseconds=1)).date()
    left = working_days(days, when.today, last)
    state = "over" if view.overdue else "soon" if left <= _SOON else "ok"
    return Due(state=state, left=left, at=there.isoformat(), closed=closed, provisional=view.deadlines.provisional)


def working_days(days: working.Calendar | None, today: date, last: date) -> int:
    """Working days after today up to the last; counted backwards, with a minus, when it has passed."""
    if last < today:
        return -working_days(days, last, today)
    step, counted = today, 0
    while step < last:
        step += timedelta(days=1)
        counted += days is None or days.is_working(step)
    return counted
