"""Which rows a counter counts, and what it says. Its `where` looks at values as given in that row and at who acted,
nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.definition.model import (
    SYSTEM,
    ActorIs,
    AllOf,
    AnyOf,
    Condition,
    Counter,
    Distinct,
    Duration,
    FieldBound,
    FieldGiven,
    FieldIs,
    Not,
    Per,
    Workflow,
)
from engine.rules.state import CaseState, Event, Mark

#: Relations that a row and the state before it tell; the others would need the register as it was then (who was in
#: charge through a post hangs on which units its body covered).
_TOLD = (SYSTEM, "opener", "reporter_side", "party", "recused")


def counted(condition: Condition, event: Event, before: CaseState, day: date) -> bool:
    """The condition of a counter's `where` holds for this row, fired in the state `before` on the local `day`."""
    match condition:
        case FieldIs():
            return event.facts.get(condition.field) in condition.values
        case FieldGiven():
            return condition.field in event.facts or condition.field in event.texts
        case FieldBound():
            return _within(condition, event, day)
        case ActorIs():
            return any(_acted_as(name, event, before) for name in condition.people)
        case Not():
            return not counted(condition.condition, event, before, day)
        case AnyOf():
            return any(counted(each, event, before, day) for each in condition.conditions)
        case AllOf():
            return all(counted(each, event, before, day) for each in condition.conditions)
    raise ValueError(f"a counter cannot look at {type(condition).__name__}")


def count(counter: Counter, state: CaseState) -> int:
    """What the counter says now: rows, distinct days or distinct people since entering, at the level, or in all."""
    marks = [mark for mark in state.counts.get(counter.code, ()) if _in_span(counter, state, mark)]
    if counter.distinct is Distinct.DAYS:
        return len({mark.day for mark in marks})
    if counter.distinct is Distinct.PEOPLE:
        return len({mark.actor for mark in marks})
    return len(marks)


def _in_span(counter: Counter, state: CaseState, mark: Mark) -> bool:
    if counter.per is Per.STAY:
        return mark.seq > state.stay.seq
    return counter.per is Per.CASE or mark.level == state.level


def tells(workflow: Workflow, name: str) -> bool:
    """A counter can know whether who acted was this: a role, or a relation that history tells."""
    return name in workflow.roles or name in _TOLD


def _within(condition: FieldBound, event: Event, day: date) -> bool:
    value = event.facts.get(condition.field)
    if value is None:
        return False
    low, high = (_limit(bound, day) for bound in (condition.at_least, condition.at_most))
    dated = isinstance(low, date) or isinstance(high, date)
    found: Any = date.fromisoformat(value) if dated else Decimal(value)
    return (low is None or found >= low) and (high is None or found <= high)


def _limit(bound: int | Duration | None, day: date) -> int | date | None:
    """The bound of a date counts days from that of the row."""
    return day + timedelta(days=bound.number) if isinstance(bound, Duration) else bound


def _acted_as(name: str, event: Event, before: CaseState) -> bool:
    """Roles by the post used; relations as far as the row and the state before it tell."""
    post = event.post
    if post is not None and post.role == name:
        return True
    if name == "opener":
        return event.actor == before.opener
    if name == "reporter_side":
        return event.actor in (before.opener, before.behalf)
    if name == SYSTEM:
        return event.actor == SYSTEM
    people = {"party": before.party, "recused": before.recused}
    return event.actor in people.get(name, ())
