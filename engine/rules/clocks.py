"""What the clocks of a case say: its deadlines, and the latest day that a date given in their place may name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engine.definition.model import FieldShare, Per, Row, Workflow
from engine.rules.reckoning import Reckoning, reckon
from engine.rules.running import clock_of_due, running_sum
from engine.rules.state import CaseState, Event, Run, Sum
from engine.rules.worktime import Worktime


def reckon_all(workflow: Workflow, state: CaseState, work: Worktime) -> Iterator[Reckoning]:
    """Every sum of every clock of the case, in the order of the file and then of their beginning."""
    for clock in workflow.clocks.values():
        for each in state.clocks.get(clock.code, ()):
            yield reckon(state, clock, each, work)


def running(workflow: Workflow, state: CaseState, work: Worktime) -> tuple[Reckoning, ...]:
    """The clocks that run now."""
    found = ((clock, running_sum(state.clocks.get(clock.code, ()))) for clock in workflow.clocks.values())
    return tuple(reckon(state, clock, each, work) for clock, each in found if each)


def present(workflow: Workflow, state: CaseState, code: str, work: Worktime) -> Reckoning | None:
    """The sum of the clock that runs, or else the last one that could go on at this level; None where there is none."""
    clock = workflow.clocks[code]
    sums = state.clocks.get(code, ())
    fitting = [each for each in sums if not each.over and (clock.per is not Per.LEVEL or each.level == state.level)]
    chosen = running_sum(sums) or (fitting[-1] if fitting else None)
    return reckon(state, clock, chosen, work) if chosen else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadlines:
    """What lists sort by: the earliest deadline of the clocks that run, and that of the total clock."""

    due: datetime | None = None
    total: datetime | None = None
    provisional: bool = False


NO_DEADLINES = Deadlines()


def deadlines(ticking: Iterable[Reckoning]) -> Deadlines:
    """Of the clocks that run now."""
    found = [each for each in ticking if each.deadline is not None]
    ordinary = [each.deadline for each in found if each.deadline and not each.clock.total]
    total = [each.deadline for each in found if each.clock.total]
    return Deadlines(
        due=min(ordinary, default=None),
        total=next(iter(total), None),
        provisional=any(each.is_provisional for each in found),
    )


# --- dates that somebody gives -------------------------------------------------------------------------------------


def latest_due(workflow: Workflow, after: CaseState, event: Event, row: Row, work: Worktime | None) -> date | None:
    """The last day that the `due` of this event may name: that of the rule's own deadline. None where the event gives
    none, the row extends, or no clock with a limit runs."""
    code = clock_of_due(workflow, after.state)
    found = running_sum(after.clocks.get(code, ())) if code and work else None
    if found is None or work is None or row.extends or not any(due.seq == event.seq for due in found.dues):
        return None
    plain = replace(found, dues=tuple(due for due in found.dues if due.seq != event.seq))
    reckoning = reckon(after, workflow.clocks[code or ""], plain, work)
    # that day's own end may be later than the deadline: then the deadline holds
    return work.day_of(reckoning.deadline - timedelta(microseconds=1)) if reckoning.deadline else None


def latest_day(workflow: Workflow, state: CaseState, asked: FieldShare, work: Worktime, now: datetime) -> date | None:
    """The last day that keeps the clock's whole time, what it has used included, within a share of its limit. A clock
    that does not run is asked as if it began now. None where it has no limit."""
    clock = workflow.clocks[asked.clock]
    found = running_sum(state.clocks.get(clock.code, ())) or Sum(
        seq=0, level=state.level, runs=(Run(seq=0, started=now),)
    )
    reckoning = reckon(state, clock, found, work)
    if reckoning.limit is None:
        return None
    first_day = work.rest_of_day(reckoning.unit, found.runs[0].started)
    whole = reckoning.length * asked.at_most / 100 + first_day
    return _last_day(reckoning, work.later(reckoning.unit, reckoning.run.started, whole - reckoning.used_before))


def _last_day(reckoning: Reckoning, end: datetime) -> date:
    """The last day that has ended by this moment."""
    day = reckoning.work.day_of(end)
    return day if reckoning.work.end_of(reckoning.unit, day) <= end else day - timedelta(days=1)
