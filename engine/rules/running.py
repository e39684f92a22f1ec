"""When the clocks of a case run: a fold of its history, without any calendar.

A clock runs while the case is in a state that names it and its `when` holds. It adds up in *sums*: one for each
unbroken run (`per: stay`), one a level (`per: level`) or one in all (`per: case`); a row that `restarts` it begins a
sum anew and leaves the old one on record. What the times come to is for `clocks.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from engine.definition.model import (
    AllOf,
    AnyOf,
    Clock,
    Condition,
    CounterBound,
    FieldBound,
    FieldGiven,
    FieldIs,
    FieldType,
    LevelIs,
    Not,
    Per,
    Row,
    Slot,
    Workflow,
)
from engine.rules.counting import count
from engine.rules.folding_plan import plan_of
from engine.rules.state import CaseState, Due, Event, Move, Run, Sum

Sums = tuple[Sum, ...]
#: The sums of each clock that has any.
Clocks = Mapping[str, Sums]


def run_clocks(workflow: Workflow, before: CaseState | None, after: CaseState, row: Row, event: Event) -> Clocks:
    """The clocks after the event, started, stopped and begun anew; `after` is the state but for them."""
    if not workflow.clocks:
        return after.clocks
    plan, due = plan_of(workflow), _due(workflow, event)
    if before is not None and event.move is Move.SAME and not (due or row.restarts or plan.asking[after.state]):
        return after.clocks  # it stays where these run as before, whatever was given
    old, named = before.clocks if before else {}, plan.runs[after.state]
    sums: dict[str, Sums] = {}
    for code, clock in workflow.clocks.items():
        if code in named:
            is_running = not clock.when or all(_holds(workflow, after, each) for each in clock.when)
            sums[code] = _sums(clock, old.get(code, ()), after, row, event, is_running)
        elif code in old:  # no other has ever run
            sums[code] = _sums(clock, old[code], after, row, event, False)
    for code in _moved_by_due(workflow, after, row, sums) if due else ():
        extends = code in row.extends
        sums[code] = _with_due(sums[code], Due(seq=event.seq, at=event.recorded_at, day=due or "", extends=extends))
    return {code: each for code, each in sums.items() if each}


def _sums(clock: Clock, sums: Sums, after: CaseState, row: Row, event: Event, is_running: bool) -> Sums:
    """`sums` are those before the event, `is_running` says that the clock runs after it."""
    if clock.code in row.restarts:
        sums = tuple(replace(each, over=True) for each in _stopped(sums, event))
    running = running_sum(sums)
    if running is None and not is_running:
        return sums
    if running and is_running and (clock.per is not Per.LEVEL or running.level == after.level):
        return sums
    sums = _stopped(sums, event)
    return _started(clock, sums, after, event) if is_running else sums


def running_sum(sums: Sums) -> Sum | None:
    """The sum that runs now; it is the last one touched, and the only one."""
    for each in sums:
        if each.runs[-1].stopped is None:
            return each
    return None


def _stopped(sums: Sums, event: Event) -> Sums:
    if running_sum(sums) is None:
        return sums
    return tuple(_stop(each, event) if each.runs[-1].stopped is None else each for each in sums)


def _stop(found: Sum, event: Event) -> Sum:
    last = found.runs[-1]
    ended = Run(seq=last.seq, started=last.started, until=event.seq, stopped=event.recorded_at)
    return _with_runs(found, (*found.runs[:-1], ended))


def _with_runs(found: Sum, runs: tuple[Run, ...]) -> Sum:
    """Written out: `replace` takes twice as long, and this is what folding a history does most."""
    return Sum(seq=found.seq, level=found.level, runs=runs, dues=found.dues, over=found.over)


def _started(clock: Clock, sums: Sums, after: CaseState, event: Event) -> Sums:
    run = Run(seq=event.seq, started=event.recorded_at)
    found = _continued(clock, sums, after.level)
    if found is None:
        return (*sums, Sum(seq=event.seq, level=after.level, runs=(run,)))
    return tuple(_with_runs(each, (*each.runs, run)) if each is found else each for each in sums)


def _continued(clock: Clock, sums: Sums, level: str) -> Sum | None:
    """The sum that goes on when the clock starts again."""
    if clock.per is Per.STAY:
        return None
    fitting = [each for each in sums if not each.over and (clock.per is Per.CASE or each.level == level)]
    return fitting[-1] if fitting else None


# --- a date that somebody gave -------------------------------------------------------------------------------------


def _due(workflow: Workflow, event: Event) -> str | None:
    fills = plan_of(workflow).fills
    dates = [value for name, value in event.facts.items() if fills[name] is Slot.DUE]
    return str(dates[-1]) if dates else None


def clock_of_due(workflow: Workflow, state: str) -> str | None:
    """The clock whose date a `due` replaces in this state: the first that it names, neither the total nor one that
    runs until a date of its own."""
    named = (workflow.clocks[code] for code in workflow.states[state].runs)
    return next((clock.code for clock in named if not clock.total and clock.until is None), None)


def _moved_by_due(workflow: Workflow, after: CaseState, row: Row, sums: Mapping[str, Sums]) -> tuple[str, ...]:
    plain = clock_of_due(workflow, after.state)
    wanted = row.extends or ((plain,) if plain else ())
    return tuple(code for code in wanted if running_sum(sums.get(code, ())))


def _with_due(sums: Sums, due: Due) -> Sums:
    running = running_sum(sums)
    return tuple(replace(each, dues=(*each.dues, due)) if each is running else each for each in sums)


# --- the `when` of a clock: fields, counters, level --------------------------------------------------------------


def _holds(workflow: Workflow, state: CaseState, asked: Condition) -> bool:
    match asked:
        case FieldIs():
            return state.values.get(asked.field) in asked.values
        case FieldGiven():
            return state.given(asked.field)
        case FieldBound():
            return _within(workflow, state, asked)
        case CounterBound():
            found = count(workflow.counters[asked.counter], state)
            low, high = asked.at_least, asked.at_most
            return (low is None or found >= low) and (high is None or found <= high)
        case LevelIs():
            return state.level in asked.levels
        case Not():
            return not _holds(workflow, state, asked.condition)
        case AnyOf():
            return any(_holds(workflow, state, each) for each in asked.conditions)
        case AllOf():
            return all(_holds(workflow, state, each) for each in asked.conditions)
    raise ValueError(f"a clock cannot look at {type(asked).__name__}")


def _within(workflow: Workflow, state: CaseState, asked: FieldBound) -> bool:
    value = state.values.get(asked.field)
    if value is None:
        return False
    if workflow.fields[asked.field].type is FieldType.DATE:
        raise ValueError("a clock cannot bound a date: it would run by the day one asks")
    low, high = asked.at_least, asked.at_most
    found = Decimal(value)
    return (low is None or found >= low) and (high is None or found <= high)  # type: ignore[operator]


def day_of(due: Due) -> date:
    return date.fromisoformat(due.day)
