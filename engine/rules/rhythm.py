"""The rhythm of a meeting: on which days it sits at a unit, what a holiday does to that, and when its cut-off is. Pure.

The rhythm names a day of each week or month. Where that day is no working day, `on_holiday` says what becomes of the
turn. A turn belongs to its week or month, wherever a holiday moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from engine.definition.calendar import Calendar, Day
from engine.definition.model import Duration, Meeting, OnHoliday, TimeUnit, Turn
from engine.rules.worktime import Worktime

_DAY = timedelta(days=1)
_WEEK = 7
#: A turn that a holiday would move further than this does not take place.
_FARTHEST = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRhythm:
    """What a unit set for itself; None leaves what the file says. `weekday` counts from Monday, 0, and holds for a
    weekly meeting, `monthday` for a monthly one."""

    weekday: int | None = None
    monthday: int | None = None
    at: time | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """One turn: `period` is its week (`2026-W10`) or month (`2026-03`), `named` the day that the rhythm names, `at`
    when it sits. `provisional`: it lies in a year of which the calendar knows no holidays yet. `off` is the named day
    where it is not worked: why the turn sits on another."""

    period: str
    named: date
    at: datetime
    provisional: bool
    off: Day | None = None


def rhythm_at(meeting: Meeting, own: OwnRhythm | None) -> Turn | None:
    """The file's rhythm with what the unit set for itself; None for a meeting that is only called."""
    every = meeting.every
    if every is None or own is None:
        return every
    every = replace(every, at=every.at if own.at is None else own.at)
    if every.weekday is not None:
        return every if own.weekday is None else replace(every, weekday=own.weekday)
    return every if own.monthday is None else replace(every, monthday=own.monthday)


def turns(meeting: Meeting, work: Worktime, own: OwnRhythm | None, start: datetime, end: datetime) -> list[Sitting]:
    """Its turns at a place from `start` on and before `end`, in order, never two on one day."""
    every = rhythm_at(meeting, own)
    if every is None or meeting.on_holiday is None:
        return []
    margin = timedelta(days=_FARTHEST)
    named = _named(every, work.day_of(start) - margin, work.day_of(end) + margin)
    found = (_sitting(meeting.on_holiday, every, work, day) for day in named)
    return [each for each in found if each is not None and start <= each.at < end]


def named_turns(meeting: Meeting, work: Worktime, first: date, last: date) -> Iterator[tuple[date, Sitting | None]]:
    """Every day that the file's rhythm names from the first to the last day, with its turn; None where a holiday skips
    it, or moves it onto the day of the turn before."""
    if meeting.every is None or meeting.on_holiday is None or first > last:
        return
    for named in _named(meeting.every, first, last):
        yield named, _sitting(meeting.on_holiday, meeting.every, work, named)


def _named(every: Turn, first: date, last: date) -> Iterator[date]:
    """The days that the rhythm names from the first to the last day."""
    if every.weekday is not None:
        day = first + timedelta(days=(every.weekday - first.weekday()) % _WEEK)
    else:
        day = _day_of_month(every, first)
    while day <= last:
        if day >= first:
            yield day
        day = _after(every, day)


def _after(every: Turn, named: date) -> date:
    """The day that the rhythm names one turn later."""
    if every.weekday is not None:
        return named + timedelta(days=_WEEK)
    return _day_of_month(every, _last_of_month(named.replace(day=1)) + _DAY)


def _day_of_month(every: Turn, day: date) -> date:
    """The named day of this month; a month without it has its last day instead."""
    assert every.monthday is not None
    first = day.replace(day=1)
    in_month = first + timedelta(days=every.monthday - 1)
    return in_month if in_month.month == first.month else _last_of_month(first)


def _last_of_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - _DAY


def _before(every: Turn, named: date) -> date:
    """The day that the rhythm named one turn earlier."""
    if every.weekday is not None:
        return named - timedelta(days=_WEEK)
    return _day_of_month(every, named.replace(day=1) - _DAY)


def _sitting(rule: OnHoliday, every: Turn, work: Worktime, named: date) -> Sitting | None:
    """The turn of this named day; None where a holiday skips it, or moves it onto the day of the turn before."""
    day = _moved(rule, work.calendar, named)
    if day is None or day == _moved(rule, work.calendar, _before(every, named)):
        return None
    return Sitting(
        period=_period(every, named),
        named=named,
        at=datetime.combine(day, every.at, tzinfo=work.zone),
        provisional=not all(work.calendar.covers(each.year) for each in (named, day)),
        off=None if work.calendar.is_working(named) else work.calendar.day(named),
    )


def named_in(meeting: Meeting, work: Worktime, own: OwnRhythm | None, period: str) -> Day | None:
    """The day that the rhythm names in a week or month, as it is at the place: why a turn there does not take place.
    None where the rhythm names none."""
    every = rhythm_at(meeting, own)
    if every is None:
        return None
    first = date.fromisoformat(f"{period}-1" if every.weekday is not None else f"{period}-01")
    return work.calendar.day(next(_named(every, first, first + _DAY * 31)))


def _period(every: Turn, named: date) -> str:
    if every.weekday is None:
        return f"{named.year:04}-{named.month:02}"
    year, week, _ = named.isocalendar()
    return f"{year:04}-W{week:02}"


# --- holidays --------------------------------------------------------------------------------------------------------


def _moved(rule: OnHoliday, calendar: Calendar, named: date) -> date | None:
    """The day the turn takes place: the named one where it is worked, else as the rule says; None where it is skipped.
    Days are kept in their order, so that of several turns on one day each follows the other directly."""
    return named if calendar.is_working(named) else _RULES[rule](calendar, named)


def _previous(calendar: Calendar, named: date) -> date | None:
    return _nearest(calendar, named, -_DAY)


def _next(calendar: Calendar, named: date) -> date | None:
    return _nearest(calendar, named, _DAY)


def _previous_same_week(calendar: Calendar, named: date) -> date | None:
    """A week begins on Monday."""
    day = _previous(calendar, named)
    return day if day is not None and day >= named - timedelta(days=named.weekday()) else None


def _skipped(calendar: Calendar, named: date) -> date | None:  # noqa: ARG001 - one of four rules
    return None


_RULES: Mapping[OnHoliday, Callable[[Calendar, date], date | None]] = {
    OnHoliday.PREVIOUS: _previous,
    OnHoliday.NEXT: _next,
    OnHoliday.PREVIOUS_SAME_WEEK: _previous_same_week,
    OnHoliday.SKIP: _skipped,
}


def _nearest(calendar: Calendar, named: date, step: timedelta) -> date | None:
    day = named
    for _ in range(_FARTHEST):
        day += step
        if calendar.is_working(day):
            return day
    return None


# --- the cut-off -----------------------------------------------------------------------------------------------------


def cutoff_of(meeting: Meeting, work: Worktime, at: datetime) -> datetime | None:
    """What reaches the gate after this moment is for the next meeting; None for a meeting without a cut-off."""
    return None if meeting.cutoff is None else earlier(work, at, meeting.cutoff)


def earlier(work: Worktime, at: datetime, span: Duration) -> datetime:
    """So long before a moment, as the unit counts: minutes and hours round the clock, business hours inside those of
    working days; of days the day of the moment is not counted, and the day so found ends as a deadline does."""
    if span.unit is TimeUnit.MINUTES or span.unit is TimeUnit.HOURS:
        return at - work.length(span)
    if span.unit is TimeUnit.BUSINESS_HOURS:
        return _business_earlier(work, at, work.length(span))
    day = work.day_of(at)
    for _ in range(span.number):
        day = _day_before(work, day, span.unit)
    return min(at, work.end_of(span.unit, day))


def _day_before(work: Worktime, day: date, unit: TimeUnit) -> date:
    if unit is TimeUnit.NATURAL_DAYS:
        return day - _DAY
    return _previous(work.calendar, day) or day - _DAY


def _business_earlier(work: Worktime, at: datetime, left: timedelta) -> datetime:
    """The latest moment from which on so many business hours pass until `at`."""
    day = work.day_of(at)
    while left > timedelta():
        opens = datetime.combine(day, work.opens, tzinfo=work.zone)
        ends = min(at, datetime.combine(day, work.closes, tzinfo=work.zone))
        free = work.measured(TimeUnit.BUSINESS_HOURS, opens, ends)
        if free >= left:
            return ends - left
        left -= free
        day = _previous(work.calendar, day) or day - _DAY
    return at
