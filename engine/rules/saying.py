"""How a refusal names the condition that failed: its code, and the present values its text shows."""

from __future__ import annotations

from collections.abc import Mapping

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
    LevelIs,
    Not,
    PersonIs,
    Since,
    Value,
)
from engine.rules.attempt import Attempt
from engine.rules.conditions import counter_value
from engine.rules.timing import latest_for


def code_of(asked: Condition) -> str:
    """The refusal code: the word and what it looked at (`counter:measures_here`); of an `any` its first entry."""
    match asked:
        case AnyOf() | AllOf():
            return code_of(asked.conditions[0])
        case Not():
            return code_of(asked.condition)
        case CounterBound():
            return f"counter:{asked.counter}"
        case Since():
            return f"since:{asked.event}"
        case LevelIs():
            return "level"
        case ActorIs():
            return "actor"
        case PersonIs():
            return f"person:{asked.field}"
        case CaseIs():
            return f"case:{asked.field}"
        case ClockPast():
            return f"clock:{asked.clock}"
        case FieldIs() | FieldGiven() | FieldBound() | FieldChange() | FieldShare():
            return f"field:{asked.field}"
    raise ValueError(f"no act is judged by {type(asked).__name__}")


def looked_at(attempt: Attempt, asked: Condition) -> Mapping[str, Value]:
    """The present values that the refusal's text shows: counters and events by `word:name`."""
    match asked:
        case AnyOf() | AllOf():
            return {key: value for each in asked.conditions for key, value in looked_at(attempt, each).items()}
        case Not():
            return looked_at(attempt, asked.condition)
        case CounterBound():
            return {code_of(asked): counter_value(attempt, asked.counter)}
        case FieldShare():
            latest = latest_for(attempt, asked)
            return {f"latest:{asked.field}": latest.isoformat()} if latest else {}
    return {}
