"""What an act would do to the clocks, before anybody takes it: the deadline by the rules, from which a date is
proposed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engine.definition.model import Duration, FieldBound, Row, TimeUnit, Workflow, walk
from engine.rules.attempt import SYSTEM_ACTOR, Attempt, Command, Snapshot, World
from engine.rules.days import DayLine, day_lines
from engine.rules.effects import event_of
from engine.rules.fold import apply
from engine.rules.machine import Destination
from engine.rules.reckoning import Reckoning, reckon
from engine.rules.running import clock_of_due, running_sum
from engine.rules.state import CaseState
from engine.rules.worktime import Worktime

_DAYS = (TimeUnit.WORKING_DAYS, TimeUnit.NATURAL_DAYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A date for a `due`: so many whole units from now, ending at `deadline`. `days` are counted one by one."""

    span: Duration
    day: date
    deadline: datetime
    days: tuple[DayLine, ...]


def proposals(workflow: Workflow, case: Snapshot, row: Row, work: Worktime, now: datetime) -> tuple[Proposal, ...]:
    """The date that the rules give where the row leads, and one of half the time. None where no clock with a limit
    would run there, or the row's state is not known beforehand."""
    found = reckoned_after(workflow, case, row, work, now)
    if found is None or found.deadline is None or found.limit is None:
        return ()
    whole = _whole(found)
    return tuple(_proposal(found, number, now) for number in ([whole, whole // 2] if whole > 1 else [whole]))


def reckoned_after(workflow: Workflow, case: Snapshot, row: Row, work: Worktime, now: datetime) -> Reckoning | None:
    """The clock whose date a `due` would replace, as it would run after the row."""
    after = _after(workflow, case, row, work, now)
    code = clock_of_due(workflow, after.state) if after else None
    running = running_sum(after.clocks.get(code, ())) if after and code else None
    return reckon(after, workflow.clocks[code], running, work) if after and code and running else None


def _after(workflow: Workflow, case: Snapshot, row: Row, work: Worktime, now: datetime) -> CaseState | None:
    """The case as the row would leave it, without what its fields give."""
    target = row.targets[-1]
    if case.state is None or target.to not in workflow.states:
        return None
    attempt = Attempt(workflow=workflow, case=case, actor=SYSTEM_ACTOR, row=row, given={}, world=World(), now=now,
                      today=work.day_of(now), work=work)  # fmt: skip
    event = event_of(attempt, Command(trigger=row.trigger), Destination(target, target.to))
    return apply(workflow, case.state, event)


def _whole(found: Reckoning) -> int:
    """Whole units that are left; the rest of the first day is not counted."""
    first_day = found.work.rest_of_day(found.unit, found.run.started)
    return max(1, int((found.granted - found.used_before - first_day) / found.work.length_of_one(found.unit)))


def _proposal(found: Reckoning, number: int, now: datetime) -> Proposal:
    """The whole time ends with the rules' own deadline; any other count ends so many units after now."""
    found = found if number == _whole(found) else _shortened(found, number)
    assert found.deadline is not None
    day = found.work.day_of(found.deadline - timedelta(microseconds=1))
    return Proposal(span=Duration(number=number, unit=found.unit), day=day, deadline=found.deadline,
                    days=tuple(day_lines(found, now)) if found.unit in _DAYS else ())  # fmt: skip


def _shortened(found: Reckoning, number: int) -> Reckoning:
    work, start = found.work, found.run.started
    amount = found.work.length(Duration(number=number, unit=found.unit)) + work.rest_of_day(found.unit, start)
    return replace(found, deadline=work.later(found.unit, start, amount), granted=found.used_before + amount)


def latest_days(row: Row, work: Worktime, today: date) -> Mapping[str, date]:
    """Date field of the row -> the last day that its conditions name, where they bound it from today."""
    found: dict[str, date] = {}
    for name, span in _bounds(row):
        day = work.days_later(span, today)
        found[name] = min(day, found.get(name, day))
    return found


def _bounds(row: Row) -> Iterator[tuple[str, Duration]]:
    for each in (part for condition in row.when for part in walk(condition)):
        if isinstance(each, FieldBound) and isinstance(each.at_most, Duration):
            yield each.field, each.at_most
