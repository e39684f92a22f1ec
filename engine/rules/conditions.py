"""The closed vocabulary of conditions (language.md section 6): one short pure function a word.

Each answers True or False, or None where it hangs on a value that the act may still give (only when one asks what
would be possible). A value not given and an event that never happened satisfy no test; `at_least` after a missing
event holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.definition.model import (
    ActorIs,
    AllOf,
    AnyOf,
    CaseIs,
    ClockPast,
    Condition,
    CounterBound,
    Duration,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    LevelIs,
    Not,
    PersonIs,
    Since,
    Slot,
    StateIs,
    TimeUnit,
    Value,
    VisibilityRule,
)
from engine.rules import timing
from engine.rules.attempt import Actor, Attempt, Veil
from engine.rules.counting import count
from engine.rules.fold import as_list
from engine.rules.people import filled, is_one

Answer = bool | None
_WORDS: dict[type[Condition], Callable[[Attempt, Any], Answer]] = {}


def condition(kind: type[Condition]) -> Callable[[Callable[[Attempt, Any], Answer]], Callable[[Attempt, Any], Answer]]:
    def register(word: Callable[[Attempt, Any], Answer]) -> Callable[[Attempt, Any], Answer]:
        _WORDS[kind] = word
        return word

    return register


def holds(attempt: Attempt, asked: Condition) -> Answer:
    """Whether the condition holds; None when a field that may still be given decides it."""
    return _WORDS[type(asked)](attempt, asked)


def first_failing(attempt: Attempt, asked: tuple[Condition, ...]) -> Condition | None:
    """The first condition that certainly does not hold."""
    return next((each for each in asked if holds(attempt, each) is False), None)


def runs_now(kind: type[Condition]) -> bool:
    """This release evaluates such conditions."""
    return kind in _WORDS


@condition(FieldIs)
def field_is(attempt: Attempt, asked: FieldIs) -> Answer:
    if asked.field in attempt.open_fields:
        return None
    return attempt.value(asked.field) in asked.values


@condition(FieldGiven)
def field_given(attempt: Attempt, asked: FieldGiven) -> Answer:
    """`now` asks of this act alone; a value that the row sets is not given."""
    if asked.field in attempt.given if asked.now else attempt.has(asked.field):
        return True
    return None if asked.field in attempt.open_fields else False


@condition(FieldBound)
def field_bound(attempt: Attempt, asked: FieldBound) -> Answer:
    if asked.field in attempt.open_fields:
        return None
    value = attempt.value(asked.field)
    if value is None:
        return False
    low, high = _limit(attempt, asked.at_least), _limit(attempt, asked.at_most)
    found = date.fromisoformat(value) if attempt.workflow.fields[asked.field].type == "date" else Decimal(value)
    return (low is None or found >= low) and (high is None or found <= high)


def _limit(attempt: Attempt, bound: int | Duration | None) -> Any:
    if isinstance(bound, Duration) and bound.unit is TimeUnit.NATURAL_DAYS:
        return attempt.today + timedelta(days=bound.number)
    return timing.work(attempt).days_later(bound, attempt.today) if isinstance(bound, Duration) else bound


@condition(FieldChange)
def field_change(attempt: Attempt, asked: FieldChange) -> Answer:
    """Compares what this act gives with the present value by the order of the choices."""
    if asked.field in attempt.open_fields:
        return None
    state = attempt.case.state
    old = state.values.get(asked.field) if state else None
    new = attempt.given.get(asked.field)
    if old is None or new is None:
        return False
    order = list(attempt.workflow.fields[asked.field].choices)
    step = order.index(new) - order.index(old)
    return step > 0 if asked.up else step < 0


@condition(CounterBound)
def counter(attempt: Attempt, asked: CounterBound) -> Answer:
    """A counter of the workflow lies within its bounds; what it counts is said in YAML."""
    found = counter_value(attempt, asked.counter)
    return (asked.at_least is None or found >= asked.at_least) and (asked.at_most is None or found <= asked.at_most)


def counter_value(attempt: Attempt, code: str) -> int:
    state = attempt.case.state
    return count(attempt.workflow.counters[code], state) if state else 0


condition(Since)(timing.since)
condition(ClockPast)(timing.clock_past)
condition(FieldShare)(timing.field_share)


@condition(LevelIs)
def level_is(attempt: Attempt, asked: LevelIs) -> Answer:
    state = attempt.case.state
    return state is not None and state.level in asked.levels


@condition(ActorIs)
def actor_is(attempt: Attempt, asked: ActorIs) -> Answer:
    return any(is_one(name, attempt) for name in asked.people)


@condition(PersonIs)
def person_is(attempt: Attempt, asked: PersonIs) -> Answer:
    """The person in the field is one of the people: a role's holder on the line of the unit, or in a relation."""
    if asked.field in attempt.open_fields:
        return None
    people = as_list(attempt.value(asked.field))
    return any(_stands_as(attempt, person, name) for person in people for name in asked.people)


def _stands_as(attempt: Attempt, person: Value, name: str) -> bool:
    if not isinstance(person, str):
        return False
    if name in attempt.workflow.roles:
        return person in attempt.world.holders.get(name, ())
    if name == "recused" and person in filled(attempt, Slot.RECUSED):
        return True  # whom this very act recuses
    return is_one(name, replace(attempt, actor=Actor(person=person)))


@condition(CaseIs)
def case_is(attempt: Attempt, asked: CaseIs) -> Answer:
    """The case in the field is open, another one, equally sealed: all that are asked for."""
    if asked.field in attempt.open_fields:
        return None
    other = attempt.world.cases.get(attempt.value(asked.field) or "")
    if other is None:
        return False
    answers = {
        "open": other.open,
        "other": attempt.case.id not in (attempt.value(asked.field), other.follows),  # nor one that follows this one
        "alike_sealed": other.veils == veils_of(attempt),
    }
    return all(answers[kind] for kind in asked.kinds)


def veils_of(attempt: Attempt) -> frozenset[Veil]:
    """Whom the case is hidden from now: what the rules of visibility that hold say."""
    return frozenset((rule.only_to, rule.never_to) for rule in veiling(attempt))


def veiling(attempt: Attempt) -> Iterator[VisibilityRule]:
    """The rules of visibility that hold for the case now."""
    return (rule for rule in attempt.workflow.visibility if all(holds(attempt, each) is True for each in rule.when))


@condition(StateIs)
def state_is(attempt: Attempt, asked: StateIs) -> Answer:
    return attempt.case.source in asked.states


@condition(AnyOf)
def any_of(attempt: Attempt, asked: AnyOf) -> Answer:
    answers = [holds(attempt, each) for each in asked.conditions]
    return True if True in answers else None if None in answers else False


@condition(AllOf)
def all_of(attempt: Attempt, asked: AllOf) -> Answer:
    answers = [holds(attempt, each) for each in asked.conditions]
    return False if False in answers else None if None in answers else True


@condition(Not)
def negation(attempt: Attempt, asked: Not) -> Answer:
    answer = holds(attempt, asked.condition)
    return None if answer is None else not answer
