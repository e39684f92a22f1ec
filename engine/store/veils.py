"""Visibility as SQL: the same rule as `engine.rules.reading`, for lists. A test holds the two together."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from engine.definition.model import (
    AllOf,
    AnyOf,
    Condition,
    FieldGiven,
    FieldIs,
    LevelIs,
    Not,
    PersonIs,
    StateIs,
    VisibilityRule,
)
from engine.store.register import valid_on
from engine.store.tables import body_units, cases, posts, units

Clause = sa.ColumnElement[bool]


def holds(rule: VisibilityRule, day: date) -> Clause:
    """The rule holds for the case in the row; posts count on the day."""
    return sa.and_(sa.true(), *(_holds(each, day) for each in rule.when))


def _holds(asked: Condition, day: date) -> Clause:
    match asked:
        case StateIs():
            return cases.c.state.in_(asked.states)
        case LevelIs():
            return cases.c.level.in_(asked.levels)
        case FieldIs():
            return _value_is(asked)
        case FieldGiven():
            return sa.or_(*(_kept(part, asked.field).as_string().is_not(None) for part in ("values", "texts")))
        case PersonIs():
            return _stands_as(asked, day)
        case Not():
            return sa.not_(_holds(asked.condition, day))
        case AnyOf():
            return sa.or_(sa.false(), *(_holds(each, day) for each in asked.conditions))
        case AllOf():
            return sa.and_(sa.true(), *(_holds(each, day) for each in asked.conditions))
    raise ValueError(f"lists cannot ask for {type(asked).__name__}")


def _kept(part: str, field: str) -> sa.ColumnElement[sa.JSON]:
    return cases.c.folded[part, field]


def _value_is(asked: FieldIs) -> Clause:
    """A value not given satisfies no test, so that `not` of it holds: never NULL."""
    kept = _kept("values", asked.field)
    kind = type(asked.values[0])
    value = kept.as_boolean() if kind is bool else kept.as_integer() if kind is int else kept.as_string()
    return sa.func.coalesce(value.in_(asked.values), sa.false())


def _stands_as(asked: PersonIs, day: date) -> Clause:
    """The person in the field holds one of the roles on the line of the case's unit."""
    person = _kept("values", asked.field).as_string()
    held = sa.and_(posts.c.person == person, posts.c.role.in_(asked.people), valid_on(posts, day))
    own = units.alias("own")
    at_unit = sa.exists().where(held, posts.c.unit == own.c.code, _above(own))
    at_body = sa.exists().where(held, body_units.c.body == posts.c.body, body_units.c.unit == own.c.code, _above(own))
    return sa.or_(at_unit, at_body)


def _above(own: sa.FromClause) -> Clause:
    """It is on the line of the case's unit; `units` is joined to the case."""
    return sa.func.substr(units.c.line, 1, sa.func.length(own.c.line)) == own.c.line
