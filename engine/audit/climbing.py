"""Steps from one level to another as SQL: which lead upward, which the system fired, when a case came to a level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from engine.definition.model import SYSTEM, Workflow
from engine.rules.rulebook import Rulebook
from engine.store.casefile import home_of
from engine.store.db import Tx
from engine.store.tables import history

Clause = sa.ColumnElement[bool]
#: A history row: id of its case, number in it.
Place = tuple[str, int]


def moved_as(rulebook: Rulebook, *, upward: bool | None = None, by_system: bool | None = None) -> Iterator[Clause]:
    """Rows that lead to a higher level, or all others; rows of the system, or of people."""
    if upward is not None:
        climbs = _climbs(rulebook)
        yield climbs if upward else sa.or_(history.c.level_from.is_(None), sa.not_(climbs))
    if by_system is not None:
        yield is_systems() if by_system else sa.not_(is_systems())


def is_systems() -> Clause:
    """The clock, the engine: nobody fired it."""
    return history.c.actor == SYSTEM


def _climbs(rulebook: Rulebook) -> Clause:
    ways = (sa.and_(_under(each.workflow), _higher(list(each.workflow.levels))) for each in rulebook.all())
    return sa.or_(sa.false(), *ways)


def _under(workflow: Workflow) -> Clause:
    return sa.and_(history.c.workflow == workflow.key, history.c.workflow_version == workflow.version)


def _higher(levels: Sequence[str]) -> Clause:
    """`levels` from the lowest; an opening comes from no level and climbs from none."""
    steps = (
        sa.and_(history.c.level_from == level, history.c.level_to.in_(levels[place + 1 :]))
        for place, level in enumerate(levels[:-1])
    )
    return sa.or_(sa.false(), *steps)


def arrivals(tx: Tx, left: Iterable[Place]) -> Mapping[Place, datetime]:
    """For each row that led away from a level, when the case had come to that level: the row before it that changed the
    level. One statement, whatever their number."""
    wanted = set(left)
    found: dict[Place, datetime] = {}
    before: tuple[str, datetime] | None = None
    for row in tx.execute(_changes({case for case, _ in wanted})):
        if (row.case_id, row.seq) in wanted and before is not None and before[0] == row.case_id:
            found[row.case_id, row.seq] = before[1]
        before = row.case_id, row.recorded_at
    return found


def _changes(case_ids: set[str]) -> sa.Select[tuple[str, int, datetime]]:
    """The rows of these cases that changed the level, each case from its opening on."""
    changed = sa.or_(history.c.level_from.is_(None), history.c.level_from != history.c.level_to)
    homes = sorted(map(home_of, case_ids))
    here = (history.c.home.in_(homes), history.c.case_id.in_(sorted(case_ids)), changed)
    columns = (history.c.case_id, history.c.seq, history.c.recorded_at)
    return sa.select(*columns).where(*here).order_by(history.c.case_id, history.c.seq)
