"""Conditions that look at time: how long since something happened, what a clock has used, how late a date may be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.definition.model import CLOSED, ENTERED, OPENED, ClockPast, Duration, FieldShare, Since, TimeUnit
from engine.rules.attempt import Attempt
from engine.rules.clocks import latest_day, present
from engine.rules.worktime import Worktime


def since(attempt: Attempt, asked: Since) -> bool | None:
    start = _happened(attempt, asked.event)
    if start is None:
        return asked.at_least is not None and asked.at_most is None
    after_low = asked.at_least is None or attempt.now >= _after(attempt, start, asked.at_least)
    return after_low and (asked.at_most is None or attempt.now <= _after(attempt, start, asked.at_most))


def _happened(attempt: Attempt, event: str) -> datetime | None:
    state = attempt.case.state
    if state is None:
        return None
    known = {OPENED: state.opened_at, ENTERED: state.stay.at, CLOSED: state.closed_at}
    return known[event] if event in known else state.fired.get(event)


def _after(attempt: Attempt, start: datetime, span: Duration) -> datetime:
    """Minutes and hours run round the clock; days end with the day, or its business hours, that of the start not
    counted."""
    if span.unit is TimeUnit.MINUTES:
        return start + timedelta(minutes=span.number)
    if span.unit is TimeUnit.HOURS:
        return start + timedelta(hours=span.number)
    if span.unit is not TimeUnit.NATURAL_DAYS:
        counted = work(attempt)
        return counted.later(span.unit, start, counted.length(span) + counted.rest_of_day(span.unit, start))
    local = start.astimezone(ZoneInfo(attempt.workflow.timezone))
    end = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=span.number + 1)
    return end.astimezone(start.tzinfo)


def field_share(attempt: Attempt, asked: FieldShare) -> bool | None:
    """The date keeps the clock's whole time within that share of its limit; where there is no limit, any date does."""
    if asked.field in attempt.open_fields:
        return None
    value = attempt.value(asked.field)
    if value is None:
        return False
    latest = latest_for(attempt, asked)
    return latest is None or date.fromisoformat(value) <= latest


def latest_for(attempt: Attempt, asked: FieldShare) -> date | None:
    """The last day that keeps within the share; None where the clock has no limit."""
    state = attempt.case.state
    return latest_day(attempt.workflow, state, asked, work(attempt), attempt.now) if state else None


def clock_past(attempt: Attempt, asked: ClockPast) -> bool | None:
    state = attempt.case.state
    found = present(attempt.workflow, state, asked.clock, work(attempt)) if state else None
    return found is not None and found.is_past(asked.past, attempt.now)


def work(attempt: Attempt) -> Worktime:
    if attempt.work is None:
        raise ValueError(f"{attempt.workflow.name} needs its calendar '{attempt.workflow.calendar}'")
    return attempt.work
