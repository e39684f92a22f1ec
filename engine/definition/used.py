"""Which names the parts of a workflow use."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.model import (
    ActorIs,
    AllOf,
    AnyOf,
    CaseIs,
    ClockPast,
    Condition,
    CounterBound,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    Not,
    PersonIs,
    Row,
    Setting,
    Workflow,
)

_ON_FIELDS = (FieldIs, FieldGiven, FieldBound, FieldShare, FieldChange, PersonIs, CaseIs)


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly in one."""
    if isinstance(condition, AnyOf | AllOf):
        return condition.conditions
    return (condition.condition,) if isinstance(condition, Not) else ()


def within(condition: Condition) -> Iterator[Condition]:
    """A condition and all in it."""
    yield condition
    for part in parts(condition):
        yield from within(part)


def row_conditions(workflow: Workflow) -> Iterator[Condition]:
    """All conditions of rows and of their destinations."""
    for row in workflow.rows:
        for top in (*row.when, *row.at_once_if, *(each for target in row.targets for each in target.when)):
            yield from within(top)


def conditions(workflow: Workflow) -> Iterator[Condition]:
    """All conditions of the file."""
    yield from row_conditions(workflow)
    tops = [top for counter in workflow.counters.values() for top in counter.where]
    for clock in workflow.clocks.values():
        tops += [*clock.when, *(top for step in clock.steps for top in step.when)]
    tops += [top for rule in workflow.visibility for top in rule.when]
    for top in tops:
        yield from within(top)


def settings(row: Row) -> Iterator[Setting]:
    yield from row.sets
    for target in row.targets:
        yield from target.sets


def fields_asked(workflow: Workflow) -> frozenset[str]:
    return frozenset(asked.field for asked in conditions(workflow) if isinstance(asked, _ON_FIELDS))


def fields_used(workflow: Workflow) -> frozenset[str]:
    """Fields that a row carries, a condition looks at, a clock goes by, or a state follows."""
    found = set(fields_asked(workflow))
    for row in workflow.rows:
        found |= {*row.needs, *row.takes, *(setting.field for setting in settings(row))}
    for clock in workflow.clocks.values():
        found |= {*clock.by, *([clock.until] if clock.until else [])}
    return frozenset(found | {state.follows for state in workflow.states.values() if state.follows})


def counters_used(workflow: Workflow) -> frozenset[str]:
    return frozenset(asked.counter for asked in conditions(workflow) if isinstance(asked, CounterBound))


def counters_of(row: Row) -> frozenset[str]:
    """The counters that the row and its destinations ask for."""
    tops = (*row.when, *(each for target in row.targets for each in target.when))
    return frozenset(asked.counter for top in tops for asked in within(top) if isinstance(asked, CounterBound))


def clocks_used(workflow: Workflow) -> frozenset[str]:
    """Clocks that a state runs, a condition looks at, or a row restarts or extends."""
    asked = {each.clock for each in conditions(workflow) if isinstance(each, ClockPast | FieldShare)}
    run = {clock for state in workflow.states.values() for clock in state.runs}
    return frozenset(asked | run | {clock for row in workflow.rows for clock in (*row.restarts, *row.extends)})


def meetings_used(workflow: Workflow) -> frozenset[str]:
    gates = {meeting for state in workflow.states.values() for meeting in state.gate}
    return frozenset(gates | {meeting for row in workflow.rows for meeting in (*row.via, *row.reports_to)})


def people_named(workflow: Workflow) -> frozenset[str]:
    """Whom a row, a step, a meeting, a rule of visibility or a counter names."""
    found: set[str] = set()
    for row in workflow.rows:
        found |= {*row.by, *row.never, *row.tells, *row.pages}
        found |= {setting.role for setting in settings(row) if setting.role}
    for clock in workflow.clocks.values():
        found |= {name for step in clock.steps for name in step.remind}
    for meeting in workflow.meetings.values():
        found |= {*meeting.members, *meeting.chair}
    for rule in workflow.visibility:
        found |= {*rule.only_to, *rule.never_to}
    named = (each.people for each in conditions(workflow) if isinstance(each, ActorIs | PersonIs))
    return frozenset(found.union(*named))
