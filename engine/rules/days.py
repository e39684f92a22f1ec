"""A deadline explained day by day: which days a clock counted, which not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from engine.definition.calendar import Day
from engine.definition.model import TimeUnit
from engine.rules.reckoning import Reckoning
from engine.rules.state import Run

_DAY = timedelta(days=1)
_WHOLE_DAYS = (TimeUnit.NATURAL_DAYS, TimeUnit.WORKING_DAYS)
_AT_WORK = (TimeUnit.BUSINESS_HOURS, TimeUnit.WORKING_DAYS)


class Note(StrEnum):
    """What a day was to a clock."""

    START = "start"  #: the day it began, not counted
    COUNTED = "counted"
    OFF = "off"  #: no working day
    PAUSED = "paused"  #: the case was where the clock does not run
    ROLLED = "rolled"  #: past the last day, which was none to work on


@dataclass(frozen=True, kw_only=True, slots=True)
class DayLine:
    """`counted` is in the measure of the clock's unit. `stopped_by` is the row that made the clock pause."""

    day: Day
    note: Note
    counted: timedelta
    stopped_by: int | None = None


def day_lines(reckoning: Reckoning, at: datetime) -> Iterator[DayLine]:
    """From the day the sum began to its deadline, or to where it stopped, or to `at` where there is neither."""
    last = reckoning.run.stopped or reckoning.deadline or at
    day = reckoning.work.day_of(reckoning.sum.runs[0].started)
    while day <= reckoning.work.day_of(last - timedelta(microseconds=1)):
        yield _line(reckoning, day, last)
        day += _DAY


def _line(reckoning: Reckoning, day: date, last: datetime) -> DayLine:
    found = reckoning.work.calendar.day(day)
    counted = sum((_counted(reckoning, run, day, last) for run in reckoning.sum.runs), timedelta())
    note = _note(reckoning, found, counted, last)
    if note is Note.START:
        counted = timedelta()
    stopped_by = _stopped_before(reckoning, day) if note is Note.PAUSED else None
    return DayLine(day=found, note=note, counted=counted, stopped_by=stopped_by)


def _note(reckoning: Reckoning, day: Day, counted: timedelta, last: datetime) -> Note:
    if reckoning.unit in _WHOLE_DAYS and day.date == reckoning.work.day_of(reckoning.sum.runs[0].started):
        return Note.START
    if reckoning.unit in _AT_WORK and not day.working:
        return Note.OFF
    if _is_rolled(reckoning, day.date):
        return Note.ROLLED
    return Note.COUNTED if counted or last == reckoning.run.started else Note.PAUSED


def _is_rolled(reckoning: Reckoning, day: date) -> bool:
    """Beyond what was granted: the last day was none to work on."""
    if reckoning.unit is not TimeUnit.NATURAL_DAYS or reckoning.deadline is None or not reckoning.is_running:
        return False
    work = reckoning.work
    end = work.later(reckoning.unit, reckoning.run.started, reckoning.granted - reckoning.used_before)
    return day > work.day_of(end - timedelta(microseconds=1))


def _counted(reckoning: Reckoning, run: Run, day: date, last: datetime) -> timedelta:
    work = reckoning.work
    begins = datetime.combine(day, time(0, 0), tzinfo=work.zone)
    start = max(run.started, begins)
    end = min(run.stopped or last, begins + _DAY)
    return work.measured(reckoning.unit, start, end)


def _stopped_before(reckoning: Reckoning, day: date) -> int | None:
    runs = [run for run in reckoning.sum.runs if run.stopped and reckoning.work.day_of(run.stopped) <= day]
    return runs[-1].until if runs else None
