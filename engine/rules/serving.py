"""Which rules this release runs. A file that needs more is loaded and checked, but no case is opened under it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.model import (
    ActorIs,
    AllOf,
    AnyOf,
    Clock,
    Condition,
    FieldBound,
    FieldGiven,
    FieldIs,
    FieldType,
    LevelIs,
    Mark,
    Not,
    PersonIs,
    StateIs,
    Workflow,
    walk,
)
from engine.rules.conditions import runs_now
from engine.rules.counting import tells
from engine.rules.values import runs_now as reads_now

_SEEN = (AnyOf, AllOf, Not, StateIs, LevelIs, FieldIs, FieldGiven, PersonIs)
#: Relations that a list can be narrowed by.
_SEEING = ("opener", "reporter_side", "responsible", "successor", "recused")


def not_run(workflow: Workflow) -> tuple[tuple[Mark, str], ...]:
    """(place, key) of everything in the file that this release does not carry out; empty when it can be served."""
    return tuple(_sections(workflow)) + tuple(_conditions(workflow))


def _sections(workflow: Workflow) -> Iterator[tuple[Mark, str]]:
    yield from ((clock.mark, "clocks") for clock in workflow.clocks.values() if _bounds_a_date(workflow, clock))
    yield from _visibility(workflow)
    yield from ((field.mark, f"type: {field.entry_type}") for field in workflow.fields.values()
                if not reads_now(field.entry_type))  # fmt: skip


def _bounds_a_date(workflow: Workflow, clock: Clock) -> bool:
    """It would run by the day one asks, not by what happened."""
    bounds = (each for top in clock.when for each in walk(top) if isinstance(each, FieldBound))
    return any(workflow.fields[each.field].type is FieldType.DATE for each in bounds)


def _visibility(workflow: Workflow) -> Iterator[tuple[Mark, str]]:
    """Lists ask for what a rule of visibility says in SQL; what that cannot say is not run."""
    for rule in workflow.visibility:
        conditions = [each for top in rule.when for each in walk(top)]
        told = all(_is_told(workflow, each) for each in conditions)
        named = all(name in workflow.roles or name in _SEEING for name in (*rule.only_to, *rule.never_to))
        if not (told and named):
            yield rule.mark, "visibility"


def _is_told(workflow: Workflow, asked: Condition) -> bool:
    if isinstance(asked, PersonIs) and not all(name in workflow.roles for name in asked.people):
        return False
    field = workflow.fields.get(getattr(asked, "field", ""))
    return isinstance(asked, _SEEN) and (field is None or field.type is not FieldType.LIST)


def _conditions(workflow: Workflow) -> Iterator[tuple[Mark, str]]:
    for condition in _all_conditions(workflow):
        if not isinstance(condition, AnyOf | AllOf | Not) and not runs_now(type(condition)):
            yield condition.mark, type(condition).__name__
    for condition in _counted(workflow):
        if isinstance(condition, ActorIs) and not all(tells(workflow, name) for name in condition.people):
            yield condition.mark, "where"


def _all_conditions(workflow: Workflow) -> Iterator[Condition]:
    for row in workflow.rows:
        for top in (*row.when, *row.at_once_if, *(each for target in row.targets for each in target.when)):
            yield from walk(top)
    yield from _counted(workflow)


def _counted(workflow: Workflow) -> Iterator[Condition]:
    for counter in workflow.counters.values():
        for top in counter.where:
            yield from walk(top)
