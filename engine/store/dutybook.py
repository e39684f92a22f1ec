"""The one writer of `duty_turns`: who of a role is on duty at a unit, from one hand-over to the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from engine.store.db import Tx, any_of
from engine.store.tables import duty_turns, posts


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyTurn:
    """On duty from `starts_at` until `ends_at`, when the next one takes over. `entered_by` and `called_off_by` are ids
    of people, None where it was done at the command line. Times are of the rules."""

    id: str
    role: str
    unit: str
    person: str
    starts_at: datetime
    ends_at: datetime
    entered_at: datetime
    entered_by: str | None = None
    called_off_at: datetime | None = None
    called_off_by: str | None = None

    @property
    def until(self) -> datetime:
        """When it really ends; before it starts where it was called off in time."""
        return min(self.ends_at, self.called_off_at) if self.called_off_at else self.ends_at


_FIELDS = tuple(each.name for each in fields(DutyTurn))
_t = duty_turns.c
_NOW = sa.bindparam("now", type_=_t.starts_at.type)
_ON_DUTY = (
    sa.select(duty_turns)
    .where(
        _t.unit.in_(any_of("units")),
        _t.role.in_(any_of("roles")),
        _t.ends_at > _NOW,
        _t.starts_at <= _NOW,
        sa.or_(_t.called_off_at.is_(None), _t.called_off_at > _NOW),
    )
    .order_by(_t.starts_at, _t.id)
)


def on_duty(tx: Tx, units: Collection[str], roles: Collection[str], now: datetime) -> list[DutyTurn]:
    """The turns of these roles at these units that run at this moment, the longest first."""
    if not units or not roles:
        return []
    found = tx.execute(_ON_DUTY, {"units": sorted(units), "roles": sorted(roles), "now": now})
    return [_turn(row) for row in found]


def turns_between(tx: Tx, since: datetime, until: datetime, *, role: str | None = None,
                  units: Collection[str] | None = None) -> list[DutyTurn]:  # fmt: skip
    """Turns that are or were on duty at some moment of this stretch, by unit, role and start."""
    runs = sa.or_(_t.called_off_at.is_(None), sa.and_(_t.called_off_at > _t.starts_at, _t.called_off_at > since))
    query = sa.select(duty_turns).where(_t.ends_at > since, _t.starts_at < until, runs)
    if role is not None:
        query = query.where(_t.role == role)
    if units is not None:
        query = query.where(_t.unit.in_(sorted(units)))
    return [_turn(row) for row in tx.execute(query.order_by(_t.unit, _t.role, _t.starts_at, _t.id))]


def days_held(tx: Tx, person: str, role: str, unit: str) -> list[tuple[date, date | None]]:
    """First and last day of every post of this role that the person has or had at this very unit."""
    mine = sa.and_(posts.c.person == person, posts.c.role == role, posts.c.unit == unit)
    rows = tx.execute(sa.select(posts.c.valid_from, posts.c.valid_to).where(mine).order_by(posts.c.valid_from))
    return [(row.valid_from, row.valid_to) for row in rows]


def find_turn(tx: Tx, turn: str) -> DutyTurn | None:
    """The turn, locked."""
    row = tx.execute(sa.select(duty_turns).where(_t.id == turn).with_for_update()).first()
    return _turn(row) if row else None


def put_turns(tx: Tx, turns: Sequence[DutyTurn]) -> None:
    if turns:
        tx.execute(sa.insert(duty_turns), [{name: getattr(each, name) for name in _FIELDS} for each in turns])


def call_off(tx: Tx, turn: str, by: str | None, now: datetime) -> None:
    """It counts until now, or not at all where it has not begun; the row stays."""
    tx.execute(sa.update(duty_turns).where(_t.id == turn).values(called_off_at=now, called_off_by=by))


def _turn(row: Any) -> DutyTurn:
    return DutyTurn(**{name: getattr(row, name) for name in _FIELDS})
