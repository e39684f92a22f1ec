"""Working time: how much of it lies between two moments, and which moment lies so much later.

Each unit counts in its own way (workflows/README.md, habit 5): minutes and hours run round the clock, business hours
inside the hours of a working day, working days in whole such days, natural days from midnight to midnight. All
arithmetic is on local wall-clock time. What was measured can be moved by: `later(a, measured(a, b))` is `b`, or the
earliest moment from which on nothing was counted until `b`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.definition.calendar import Calendar
from engine.definition.model import Duration, TimeUnit, Workflow

_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)
_ROUND_THE_CLOCK = (TimeUnit.MINUTES, TimeUnit.HOURS)
_INSIDE_HOURS = (TimeUnit.BUSINESS_HOURS, TimeUnit.WORKING_DAYS)
_WHOLE_DAYS = (TimeUnit.NATURAL_DAYS, TimeUnit.WORKING_DAYS)
#: No calendar has a stretch as long as this without a working day.
_TOO_LONG = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Worktime:
    """The calendar of a place, with the business hours and the timezone of a workflow. Moments are aware."""

    calendar: Calendar
    opens: time
    closes: time
    zone: ZoneInfo

    @classmethod
    def of(cls, workflow: Workflow, calendar: Calendar) -> Worktime:
        opens, closes = workflow.business_hours or (_MIDNIGHT, _MIDNIGHT)
        return cls(calendar=calendar, opens=opens, closes=closes, zone=ZoneInfo(workflow.timezone))

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def length(self, span: Duration) -> timedelta:
        """What a duration comes to in the measure of its unit: a working day is one day of business hours."""
        return span.number * self.length_of_one(span.unit)

    def length_of_one(self, unit: TimeUnit) -> timedelta:
        longer = {
            TimeUnit.MINUTES: timedelta(minutes=1),
            TimeUnit.NATURAL_DAYS: _DAY,
            TimeUnit.WORKING_DAYS: self._business_day(),
        }
        return longer.get(unit, timedelta(hours=1))

    def rest_of_day(self, unit: TimeUnit, start: datetime) -> timedelta:
        """What is left of the day of the start, which is not counted where whole days are."""
        if unit not in _WHOLE_DAYS:
            return timedelta()
        return self.measured(unit, start, self._aware(datetime.combine(self.day_of(start) + _DAY, _MIDNIGHT)))

    def measured(self, unit: TimeUnit, start: datetime, end: datetime) -> timedelta:
        """The time of this unit between two moments; nothing where the end is not after the start."""
        if end <= start:
            return timedelta()
        if unit in _ROUND_THE_CLOCK:
            return end - start
        here, there = self._local(start), self._local(end)
        if unit is TimeUnit.NATURAL_DAYS:
            return there - here
        return self._business_measured(here, there)

    def later(self, unit: TimeUnit, start: datetime, amount: timedelta) -> datetime:
        """The first moment by which so much time of the unit has passed since the start; the start for nothing."""
        if amount <= timedelta():
            return start
        if unit in _ROUND_THE_CLOCK:
            return start + amount
        here = self._local(start)
        if unit is TimeUnit.NATURAL_DAYS:
            return self._aware(here + amount)
        return self._aware(self._business_later(here, amount))

    def end_of(self, unit: TimeUnit, day: date) -> datetime:
        """When a date ends as a deadline: with the business hours where these are counted, else with the day."""
        if unit in _INSIDE_HOURS:
            return self._aware(datetime.combine(day, self.closes))
        return self._aware(datetime.combine(day + _DAY, _MIDNIGHT))

    def rolled(self, end: datetime) -> datetime:
        """The end of a span of natural days, past a holiday (民法典 203): if its last day is no working day, the end of
        the next one."""
        last = (self._local(end) - timedelta(microseconds=1)).date()
        next_one = self.calendar.next_working(last)
        return end if next_one == last else self.end_of(TimeUnit.NATURAL_DAYS, next_one)

    def days_later(self, span: Duration, day: date) -> date:
        """The day so many natural or working days after the day."""
        if span.unit is TimeUnit.NATURAL_DAYS:
            return day + timedelta(days=span.number)
        for _ in range(span.number):
            day = self.calendar.next_working(day + _DAY)
        return day

    def end_of_next(self, moment: datetime) -> datetime:
        """The end of the working day after the moment's day: of its business hours, where the file has some."""
        day = self.calendar.next_working(self.day_of(moment) + _DAY)
        return self.end_of(TimeUnit.WORKING_DAYS if self.opens < self.closes else TimeUnit.NATURAL_DAYS, day)

    # --- local wall-clock time ---

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)

    def _business_day(self) -> timedelta:
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def _hours_of(self, day: date) -> tuple[datetime, datetime]:
        return datetime.combine(day, self.opens), datetime.combine(day, self.closes)

    def _business_between(self, day: date, here: datetime, there: datetime) -> timedelta:
        if not self.calendar.is_working(day):
            return timedelta()
        opens, closes = self._hours_of(day)
        return max(timedelta(), min(there, closes) - max(here, opens))

    def _business_measured(self, here: datetime, there: datetime) -> timedelta:
        """Of the first and the last day what lies between them; the days in between count whole."""
        first, last = here.date(), there.date()
        if first == last:
            return self._business_between(first, here, there)
        ends = self._business_between(first, here, self._hours_of(first)[1])
        ends += self._business_between(last, self._hours_of(last)[0], there)
        whole = sum(self.calendar.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days))
        return ends + whole * self._business_day()

    def _business_later(self, here: datetime, amount: timedelta) -> datetime:
        day, left, one = here.date(), amount, self._business_day()
        free = self._business_between(day, here, self._hours_of(day)[1])
        for _ in range(_TOO_LONG + left.days * 24):
            if free >= left:
                return max(here, self._hours_of(day)[0]) + left
            left -= free
            day += _DAY
            free = one if self.calendar.is_working(day) else timedelta()
        raise ValueError(f"the calendar {self.calendar.code} has no working day from {here.date()} on")
