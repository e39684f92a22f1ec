"""An act told apart by what it gives, where a counter asks for that: so it is known of each way of giving whether it
is counted. What a counter asks of a row is put as a question to the act itself: `{field: f, is: v}` of the record holds
if this very act gives f (`given: now`), and f is v."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.definition.assuming import assume
from engine.definition.model import (
    AllOf,
    AnyOf,
    Condition,
    Counter,
    FieldBound,
    FieldGiven,
    FieldIs,
    Not,
    Value,
)
from engine.definition.moving import Outcome, Rules
from engine.definition.scene import Scene
from engine.definition.used import within

_ALWAYS, _NEVER = AllOf(conditions=()), AnyOf(conditions=())

_OnField = FieldIs | FieldGiven | FieldBound

#: What an act does, the counters that certainly count it, and those of which nobody can tell.
Told = tuple[Outcome, frozenset[str], frozenset[str]]


def told_apart(rules: Rules, outcome: Outcome) -> Iterator[Told]:
    """The outcome itself where no counter hangs on what is given; else one for each way of giving that makes a
    difference. Who acts is not told apart."""
    counted, unsure = rules.counting(outcome.row)
    asked = dict(_asked(rules, unsure, outcome))
    apart = [(outcome.scene, counted)]
    for code, condition in asked.items():
        apart = [each for scene, known in apart for each in _by_counter(code, condition, scene, known)]
    for scene, known in apart:
        yield rules.after(outcome, scene) if asked else outcome, known, unsure - asked.keys()


def _asked(rules: Rules, unsure: Iterable[str], outcome: Outcome) -> Iterator[tuple[str, Condition]]:
    """The counters to be told apart by, each with what it asks of the act."""
    for counter in () if rules.blind else rules.asked_counters:
        if counter.code in unsure and (condition := _of_act(counter, outcome)) is not None:
            yield counter.code, condition


def _by_counter(
    code: str, condition: Condition, scene: Scene, known: frozenset[str]
) -> Iterator[tuple[Scene, frozenset[str]]]:
    for given in _by_giving(condition, scene):
        for holds in (True, False):
            if (found := assume(condition, given, holds)) is not None:
                yield found, known | {code} if holds else known


def _by_giving(condition: Condition, scene: Scene) -> list[Scene]:
    """Whether the act gives what may be left out: a value of before is none of its own."""
    scenes = [scene]
    for asked in dict.fromkeys(each for each in within(condition) if isinstance(each, FieldGiven)):
        found = [assume(asked, each, holds) for each in scenes for holds in (True, False)]
        scenes = [each for each in found if each is not None]
    return scenes


# --- what a counter asks, as a question to the act -----------------------------------------------------------------


def _of_act(counter: Counter, outcome: Outcome) -> Condition | None:
    """None where it cannot be put so."""
    return _put(AllOf(conditions=counter.where), outcome)


def _put(asked: Condition, outcome: Outcome) -> Condition | None:
    match asked:
        case Not():
            inner = _put(asked.condition, outcome)
            return None if inner is None else replace(asked, condition=inner)
        case AllOf() | AnyOf():
            parts = [_put(each, outcome) for each in asked.conditions]
            told = tuple(each for each in parts if each is not None)
            return replace(asked, conditions=told) if len(told) == len(parts) else None
        case FieldIs() | FieldGiven() | FieldBound():
            return _field(asked, outcome)
    return None


def _field(asked: _OnField, outcome: Outcome) -> Condition | None:
    fixed = [each for each in outcome.target.sets or outcome.row.sets if each.field == asked.field]
    if fixed:
        return None if fixed[0].value is None else _of_value(asked, fixed[0].value)
    now = FieldGiven(field=asked.field, now=True)
    given = now if isinstance(asked, FieldGiven) else AllOf(conditions=(now, asked))
    field = outcome.scene.workflow.fields.get(asked.field)
    if outcome.scene.level is not None or field is None or field.default is None:
        return given
    left_out = _of_value(asked, field.default)
    return left_out and AnyOf(conditions=(given, AllOf(conditions=(Not(condition=now), left_out))))


def _of_value(asked: _OnField, value: Value) -> Condition | None:
    """What is asked of one certain value; bounds are not told."""
    if isinstance(asked, FieldBound):
        return None
    return _ALWAYS if isinstance(asked, FieldGiven) or value in asked.values else _NEVER
