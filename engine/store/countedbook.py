"""Which open cases were counted by an older version of their calendar than the one that is here. Reading only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.rules.machine import Compiled
from engine.store.db import Tx
from engine.store.tables import cases

After = tuple[str, str]  #: (home, id) of a case


def _open(compiled: Compiled) -> sa.ColumnElement[bool]:
    workflow, table = compiled.workflow, cases.c
    under = (table.workflow == workflow.key, table.workflow_version == workflow.version)
    return sa.and_(*under, table.closed_at.is_(None))


def _behind(compiled: Compiled) -> sa.ColumnElement[bool]:
    assert compiled.calendar is not None
    older = cases.c.calendar_version < compiled.calendar.version
    return sa.and_(_open(compiled), sa.or_(cases.c.calendar_version.is_(None), older))


def behind(tx: Tx, compiled: Compiled, after: After | None, limit: int) -> Sequence[After]:
    """(home, id) of these cases, in this order, from after the given one. Takes no lock."""
    query: sa.Select[Any] = sa.select(cases.c.home, cases.c.id).where(_behind(compiled))
    if after is not None:
        home, case_id = after
        query = query.where(sa.or_(cases.c.home > home, sa.and_(cases.c.home == home, cases.c.id > case_id)))
    rows = tx.execute(query.order_by(cases.c.home, cases.c.id).limit(limit))
    return [(row.home, row.id) for row in rows]


def count_behind(tx: Tx, compiled: Compiled) -> int:
    return _count(tx, _behind(compiled))


def count_provisional(tx: Tx, compiled: Compiled) -> int:
    """Open cases whose deadline lies in a year that their calendar lacks."""
    return _count(tx, sa.and_(_open(compiled), cases.c.due_provisional.is_(True)))


def _count(tx: Tx, where: sa.ColumnElement[bool]) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(cases).where(where)).scalar() or 0)
