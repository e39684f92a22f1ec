"""The one writer of `meeting_rhythms`: the day and hour that units set for a meeting of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

import sqlalchemy as sa

from engine.rules.attempt import Unit
from engine.rules.rhythm import OwnRhythm
from engine.store.db import Tx
from engine.store.register import unit_of
from engine.store.tables import meeting_rhythms, units


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRhythm:
    """What one unit set for one meeting of a workflow, whatever its version."""

    workflow: str
    meeting: str
    unit: str
    own: OwnRhythm


def _this(workflow: str, meeting: str, unit: str) -> sa.ColumnElement[bool]:
    table = meeting_rhythms.c
    return sa.and_(table.workflow == workflow, table.meeting == meeting, table.unit == unit)


def set_rhythm(tx: Tx, found: UnitRhythm) -> None:
    """Keep it in place of what the unit had set before."""
    clear_rhythm(tx, found.workflow, found.meeting, found.unit)
    own = found.own
    row = {"weekday": own.weekday, "monthday": own.monthday, "at": f"{own.at:%H:%M}" if own.at else None}
    key = {"workflow": found.workflow, "meeting": found.meeting, "unit": found.unit}
    tx.execute(sa.insert(meeting_rhythms), [key | row])


def clear_rhythm(tx: Tx, workflow: str, meeting: str, unit: str) -> None:
    """The unit goes by the file again."""
    tx.execute(sa.delete(meeting_rhythms).where(_this(workflow, meeting, unit)))


def read_rhythms(tx: Tx, workflow: str | None = None, meeting: str | None = None) -> list[UnitRhythm]:
    """What units have set, by workflow, meeting and unit."""
    table = meeting_rhythms.c
    query = sa.select(meeting_rhythms).order_by(table.workflow, table.meeting, table.unit)
    if workflow is not None:
        query = query.where(table.workflow == workflow, table.meeting == meeting)
    return [_found(row) for row in tx.execute(query)]


def _found(row: Any) -> UnitRhythm:
    own = OwnRhythm(weekday=row.weekday, monthday=row.monthday, at=time.fromisoformat(row.at) if row.at else None)
    return UnitRhythm(workflow=row.workflow, meeting=row.meeting, unit=row.unit, own=own)


def units_of_kind(tx: Tx, kind: str) -> Sequence[Unit]:
    """Every unit where a meeting of this level sits, by code."""
    lines = tx.execute(sa.select(units.c.line).where(units.c.kind == kind).order_by(units.c.code)).scalars()
    return [unit_of(line) for line in lines]
