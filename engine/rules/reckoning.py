"""What one sum of one clock comes to: limit, deadline, shares. Pure: runs of the clock (`running.py`) and a calendar
in, moments out; the same runs give the same answer whenever one asks.

A sum is *granted* its limit, and what is left of the day it began on where whole days are counted. When the clock
starts again with less left than its `grace`, the rest up to that is granted too, so that nobody receives a case already
overdue. A `due` cuts the grant to its date; where the row extends the clock, it moves it there, never sooner. The
deadline is when the time used comes to the grant; a share of the limit before it or after it is a step. A change of a
field that the limit goes by sets the limit anew for the same time used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from engine.definition.model import Clock, Duration, TimeUnit
from engine.rules.running import day_of
from engine.rules.state import CaseState, Due, Run, Sum
from engine.rules.worktime import Worktime

_LEVEL = "level"
#: The unit by which a date of its own ends: with the business hours.
_DATED = TimeUnit.WORKING_DAYS


class Why(StrEnum):
    """Why time was granted or the date was moved."""

    LIMIT = "limit"
    START_DAY = "start_day"
    GRACE = "grace"
    DUE = "due"
    EXTENSION = "extension"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Time granted by the row `seq`; for `due` and `extension` the whole grant from then on, with its day."""

    why: Why
    seq: int
    amount: timedelta
    day: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoning:
    """One sum of one clock. Times are in the measure of `unit` (a working day is one day of business hours).
    `used_before` was used before the last run began; `granted` is what holds now. `limit` is None where the table says
    `none`, and for a clock with a date of its own; without either there is no deadline."""

    clock: Clock
    sum: Sum
    unit: TimeUnit
    limit: Duration | None
    length: timedelta
    granted: timedelta
    used_before: timedelta
    grants: tuple[Grant, ...]
    deadline: datetime | None
    work: Worktime

    @property
    def run(self) -> Run:
        return self.sum.runs[-1]

    @property
    def is_running(self) -> bool:
        return self.run.stopped is None

    @property
    def is_provisional(self) -> bool:
        """A day counted lies in a year that the calendar has no data for."""
        if self.deadline is None or self.unit in (TimeUnit.MINUTES, TimeUnit.HOURS):
            return False
        years = range(self.work.day_of(self.sum.runs[0].started).year, self.work.day_of(self.deadline).year + 1)
        return not all(self.work.calendar.covers(year) for year in years)

    def used(self, at: datetime) -> timedelta:
        return self.used_before + self.work.measured(self.unit, self.run.started, self.run.stopped or at)

    def left(self, at: datetime) -> timedelta:
        """Less than nothing once it is overdue."""
        return self.granted - self.used(at)

    @property
    def first_day(self) -> timedelta:
        """What remained of the day on which it began: given beside the limit, because that day is not counted."""
        return sum((each.amount for each in self.grants if each.why is Why.START_DAY), timedelta())

    def counted(self, at: datetime) -> timedelta:
        """Used of all that was granted but the first day: what a reader adds up from the days."""
        return max(timedelta(), self.used(at) - self.first_day)

    def still_open(self, at: datetime) -> timedelta:
        """What a reader has left: the first day takes nothing from it. Less than nothing once it is overdue."""
        return self.granted - self.first_day - self.counted(at)

    def moment_of(self, share: int) -> datetime | None:
        """When this share (percent) of the limit is used up, 100 being the deadline; in the last run at the earliest.
        None without a deadline."""
        if self.deadline is None or share == 100:
            return self.deadline
        part = abs(share - 100) * self.length / 100
        if share > 100:
            return self.work.later(self.unit, self.deadline, part)
        return self.work.later(self.unit, self.run.started, self.granted - part - self.used_before)

    def is_past(self, share: int, at: datetime) -> bool:
        """The clock has used that share by `at`, or had when it stopped."""
        moment = self.moment_of(share)
        return moment is not None and moment <= (self.run.stopped or at)


def reckon(state: CaseState, clock: Clock, found: Sum, work: Worktime) -> Reckoning:
    if clock.until is not None:
        return _dated(state, clock, found, work)
    limit = limit_of(clock, state, found.level)
    if limit is None:
        return _without_limit(clock, found, work)
    return _Tally(clock, found, limit, work).done()


def limit_of(clock: Clock, state: CaseState, level: str) -> Duration | None:
    """The limit by the present values of the fields in `by`; None where there is none, or a field has no value."""
    key = tuple(level if name == _LEVEL else str(state.values.get(name)) for name in clock.by)
    return clock.limits.get(key)


def _without_limit(clock: Clock, found: Sum, work: Worktime) -> Reckoning:
    nothing = timedelta()
    before = (work.measured(TimeUnit.HOURS, run.started, run.stopped or run.started) for run in found.runs[:-1])
    used = sum(before, nothing)
    return Reckoning(
        clock=clock, sum=found, unit=TimeUnit.HOURS, limit=None, length=nothing, granted=nothing, used_before=used,
        grants=(), deadline=None, work=work,
    )  # fmt: skip


def _dated(state: CaseState, clock: Clock, found: Sum, work: Worktime) -> Reckoning:
    """A clock with a date of its own: its shares are those of the time round the clock from the last start to it."""
    day = state.values.get(clock.until or "")
    if day is None:
        return _without_limit(clock, found, work)
    deadline = work.end_of(_DATED, date.fromisoformat(day))
    length = max(timedelta(), deadline - found.runs[-1].started)
    grant = Grant(why=Why.DUE, seq=found.runs[-1].seq, amount=length, day=day)
    return Reckoning(
        clock=clock, sum=found, unit=TimeUnit.HOURS, limit=None, length=length, granted=length, used_before=timedelta(),
        grants=(grant,), deadline=deadline, work=work,
    )  # fmt: skip


class _Tally:
    """Goes through the runs of one sum: what was granted when, and what was used."""

    def __init__(self, clock: Clock, found: Sum, limit: Duration, work: Worktime) -> None:
        self.clock, self.found, self.limit, self.work = clock, found, limit, work
        self.unit, self.length = limit.unit, work.length(limit)
        first = found.runs[0]
        rest = work.rest_of_day(self.unit, first.started)
        self.by_rule = self.length + rest
        self.by_due: timedelta | None = None
        self.used = self.used_before = timedelta()
        self.grants = [Grant(why=Why.LIMIT, seq=first.seq, amount=self.length)]
        if rest:
            self.grants.append(Grant(why=Why.START_DAY, seq=first.seq, amount=rest))

    @property
    def granted(self) -> timedelta:
        return self.by_rule if self.by_due is None else min(self.by_due, self.by_rule)

    def done(self) -> Reckoning:
        for number, run in enumerate(self.found.runs):
            if number:
                self._return(run)
            self._run(run)
        return Reckoning(
            clock=self.clock,
            sum=self.found,
            unit=self.unit,
            limit=self.limit,
            length=self.length,
            granted=self.granted,
            used_before=self.used_before,
            grants=tuple(self.grants),
            deadline=self._deadline(),
            work=self.work,
        )

    def _return(self, run: Run) -> None:
        """No less than its grace is left when the clock starts again."""
        least = self.used + self.length * self.clock.grace / 100
        lacking = least - self.granted
        if lacking <= timedelta():
            return
        self.by_rule = max(self.by_rule, least)
        self.by_due = max(self.by_due, least) if self.by_due is not None else None
        self.grants.append(Grant(why=Why.GRACE, seq=run.seq, amount=lacking))

    def _run(self, run: Run) -> None:
        self.used_before = self.used
        for due in self.found.dues:
            if run.seq <= due.seq and (run.until is None or due.seq <= run.until):
                self._due(run, due)
        if run.stopped is not None:
            self.used += self.work.measured(self.unit, run.started, run.stopped)

    def _due(self, run: Run, due: Due) -> None:
        end = self.work.end_of(self.unit, day_of(due))
        amount = self.used_before + self.work.measured(self.unit, run.started, end)
        if due.extends:
            if amount <= self.granted:
                return  # an extension takes no time away: a row may extend two clocks by one date
            self.by_rule = max(self.by_rule, amount)  # what is decided from then on may go as far
        self.by_due = amount
        why = Why.EXTENSION if due.extends else Why.DUE
        self.grants.append(Grant(why=why, seq=due.seq, amount=amount, day=due.day))

    def _deadline(self) -> datetime:
        run = self.found.runs[-1]
        end = self.work.later(self.unit, run.started, self.granted - self.used_before)
        is_date = self.by_due is not None and self.granted == self.by_due
        return self.work.rolled(end) if self.unit is TimeUnit.NATURAL_DAYS and not is_date else end
