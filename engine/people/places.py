"""Where somebody may report: the units that his posts reach, of the kinds that cases belong to, level by level."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from engine.rules.attempt import Post, Unit
from engine.store.db import Tx
from engine.store.register import actor, below, find_unit, line_of, unit_of
from engine.store.tables import units


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """`allowed`: a case may be opened there; else it only leads to such units. `leaf`: no unit lies below."""

    code: str
    name: str
    kind: str
    parent: str | None
    parent_name: str | None
    leaf: bool
    allowed: bool


def places_of(tx: Tx, person: str, day: date, kinds: Collection[str], under: str | None = None, *,
              deep: bool = False) -> tuple[Place, ...]:  # fmt: skip
    """The places of the person's posts, in the order of their lines, each before those below it. `kinds` are those of
    units that cases belong to.

    Without `under`: for a post at such a unit, the unit with those of these kinds above it and all below; for a post
    higher up, the units right below it that are such units or lead to some. With `under`: that unit, if a case may be
    opened there, and the units right below it (with `deep` all below it); nothing out of reach.
    """
    own = actor(tx, person, day).posts
    wanted = _tops(own, kinds) if under is None else _below(tx, under) if deep else _right_below(under)
    rows = tx.execute(_PLACES.where(wanted, _leads(kinds)).order_by(units.c.line)).all()
    shown = [row for row in rows if _is_reached(own, row.line)]
    if under is not None:
        if not any(row.code == under for row in shown):
            return ()
        shown = [row for row in shown if row.code != under or row.kind in kinds]
    return tuple(_place(row, kinds) for row in shown)


def _tops(own: tuple[Post, ...], kinds: Collection[str]) -> sa.ColumnElement[bool]:
    clauses: list[sa.ColumnElement[bool]] = [sa.false()]
    for unit in (unit for post in own for unit in post.units):
        if unit.kind in kinds:
            clauses += [below(line_of(unit)), units.c.code.in_([code for kind, code in unit.line if kind in kinds])]
        else:
            clauses.append(units.c.parent == unit.code)
    return sa.or_(*clauses)


def _right_below(code: str) -> sa.ColumnElement[bool]:
    return sa.or_(units.c.code == code, units.c.parent == code)


def _below(tx: Tx, code: str) -> sa.ColumnElement[bool]:
    unit = find_unit(tx, code)
    return below(line_of(unit)) if unit else sa.false()


def _leads(kinds: Collection[str]) -> sa.ColumnElement[bool]:
    """It is of these kinds, or some unit below it is."""
    lower = units.alias("lower")
    end = sa.func.substr(units.c.line, 1, sa.func.length(units.c.line) - 1).op("||")("0")  # "0" comes right after "/"
    inside = sa.exists().where(lower.c.line > units.c.line, lower.c.line < end, lower.c.kind.in_(sorted(kinds)))
    return sa.or_(units.c.kind.in_(sorted(kinds)), inside)


def _is_reached(own: tuple[Post, ...], line: str) -> bool:
    unit: Unit = unit_of(line)
    return any(post.reaches(unit) for post in own)


_ABOVE, _CHILD = units.alias("above"), units.alias("child")
_PLACES = sa.select(
    units,
    _ABOVE.c.name.label("parent_name"),
    sa.not_(sa.exists().where(_CHILD.c.parent == units.c.code)).label("leaf"),
).outerjoin(_ABOVE, _ABOVE.c.code == units.c.parent)


def _place(row: sa.Row[Any], kinds: Collection[str]) -> Place:
    return Place(
        code=row.code,
        name=row.name,
        kind=row.kind,
        parent=row.parent,
        parent_name=row.parent_name,
        leaf=bool(row.leaf),
        allowed=row.kind in kinds,
    )
