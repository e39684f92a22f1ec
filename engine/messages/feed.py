"""What happened, for other systems: the rows of history in the order they were recorded, without anybody's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.cases.office import Office
from engine.cases.reading import reader, today
from engine.definition.model import Value, Workflow
from engine.store import reach
from engine.store.clock import is_running
from engine.store.db import Tx
from engine.store.tables import cases, history, units

Place = tuple[datetime, str, str, int]  #: (recorded_at, home, case id, seq): where somebody stands in the feed

#: On PostgreSQL a transaction that began earlier may become visible later: so long the newest rows are held back, that
#: none slips in behind a reader. On SQLite writers wait for each other before they look at the clock.
_HELD_BACK = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPage:
    """`last` is where the reader stands now; `more`: there is more to be had at once."""

    facts: tuple[Mapping[str, Value], ...]
    last: Place | None
    more: bool


_ROWS = (
    sa.select(history, cases.c.number)
    .join(cases, sa.and_(cases.c.home == history.c.home, cases.c.id == history.c.case_id))
    .join(units, units.c.code == cases.c.unit)
)
_ORDER = (history.c.recorded_at, history.c.home, history.c.case_id, history.c.seq)


class EventFeed:
    """The feed of one installation, as far as each reader's reach goes."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def after(self, person: str, place: Place | None, limit: int) -> FeedPage:
        """The rows after `place`, the oldest first, of the cases that the person may read now."""
        with self.office.store.read() as tx:
            rows = tx.execute(self._query(tx, person, place).limit(limit + 1)).all()
            shown = rows[:limit]
            last = tuple(getattr(shown[-1], column.name) for column in _ORDER) if shown else place
            return FeedPage(facts=tuple(self.fact(row) for row in shown), last=last, more=len(rows) > limit)

    def _query(self, tx: Tx, person: str, place: Place | None) -> sa.Select[Any]:
        actor = reader(tx, self.office, person)
        query = _ROWS.where(reach.readable(actor, self.office.rulebook, today(tx, self.office)))
        homes = reach.homes_of(tx, actor, self.office.home_level)
        if homes is not None:
            query = query.where(history.c.home.in_(homes))
        if place is not None:
            query = query.where(_later(place))
        if not self.office.store.is_sqlite and is_running(self.office.clock, tx):
            query = query.where(history.c.recorded_at <= self.office.clock.now(tx) - _HELD_BACK)
        return query.order_by(*_ORDER)

    def fact(self, row: Any) -> dict[str, Value]:
        """One row as it leaves the house: codes, ids and times. `row` is one of history with the number of its case."""
        workflow = self.office.rulebook.version(row.workflow, row.workflow_version).workflow
        return fact_of(workflow, row)


def fact_of(workflow: Workflow, row: Any) -> dict[str, Value]:
    zone = ZoneInfo(workflow.timezone)
    return {
        "id": f"{row.case_id}/{row.seq}",
        "case": row.case_id,
        "number": row.number,
        "seq": row.seq,
        "trigger": row.trigger,
        "ref": row.ref,
        "from": row.source,
        "to": row.target,
        "from_level": row.level_from,
        "to_level": row.level_to,
        "unit": row.unit,
        "meeting": row.meeting,
        "workflow": row.workflow,
        "workflow_version": row.workflow_version,
        "occurred_at": row.occurred_at.astimezone(zone).isoformat(),
        "recorded_at": row.recorded_at.astimezone(zone).isoformat(),
    }


def _later(place: Place) -> sa.ColumnElement[bool]:
    """After this place; the first clause alone is what an index can walk from."""
    recorded, home, case, seq = place
    same = history.c.recorded_at == recorded
    here = sa.and_(same, history.c.home == home)
    return sa.and_(
        history.c.recorded_at >= recorded,
        sa.or_(
            history.c.recorded_at > recorded,
            sa.and_(same, history.c.home > home),
            sa.and_(here, history.c.case_id > case),
            sa.and_(here, history.c.case_id == case, history.c.seq > seq),
        ),
    )


def read_row(tx: Tx, case: str, home: str, seq: int) -> Any:
    """One row of history with the number of its case."""
    here = (history.c.home == home, history.c.case_id == case, history.c.seq == seq)
    return tx.execute(_ROWS.where(*here)).one()
