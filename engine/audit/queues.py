"""How long the queues are and how old: timers, the outbox, what is blocked. Numbers alone, of all homes.

Anybody may read them, so what is about a case that a rule of visibility hides from somebody counts nowhere: whoever may
read that case sees what is blocked of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.cases.office import Office
from engine.cases.reading import today
from engine.store import reach
from engine.store.blockedbook import KINDS
from engine.store.db import Tx
from engine.store.outbox import EVENT, PAGE, REMIND, TELL
from engine.store.tables import blocked, outbox, timers

LETTERS = (TELL, PAGE, REMIND, EVENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """`name`: `timers`, `outbox`, `dead` or `blocked`; `kind` within it, empty for timers. `age` in seconds is that of
    the oldest, 0 where there is none."""

    name: str
    length: int
    age: float
    kind: str = ""


class QueueQueries:
    """What an operator watches."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def queues(self) -> list[Queue]:
        """Every queue, also the empty ones."""
        with self.office.store.read() as tx:
            now = self.office.clock.now(tx)
            letters, entries = self._told(tx, outbox), self._told(tx, blocked)
            waiting, dead = (_letters(tx, each, letters) for each in (outbox.c.next_try_at, outbox.c.dead_at))
            stuck = _grouped(tx, blocked.c.kind, blocked.c.since, entries)
            return [
                _queue("timers", "", _due(tx, now, self._told(tx, timers)), now),
                *(_queue("outbox", kind, waiting.get(kind), now) for kind in LETTERS),
                *(_queue("dead", kind, dead.get(kind), now) for kind in LETTERS),
                *(_queue("blocked", kind, stuck.get(kind), now) for kind in KINDS),
            ]

    def _told(self, tx: Tx, table: sa.Table) -> sa.ColumnElement[bool]:
        """Rows of the table that may be counted."""
        return sa.not_(reach.is_about_veiled(table, self.office.rulebook, today(tx, self.office)))


Found = tuple[int, datetime | None]


def _queue(name: str, kind: str, found: Found | None, now: datetime) -> Queue:
    """Rules and receivers may live by different times: what lies ahead is not old."""
    length, oldest = found or (0, None)
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return Queue(name=name, kind=kind, length=length, age=age)


def _due(tx: Tx, now: datetime, told: sa.ColumnElement[bool]) -> Found:
    due = sa.select(sa.func.count(), sa.func.min(timers.c.due_at)).where(timers.c.next_try_at <= now, told)
    length, oldest = tx.execute(due).one()
    return length, oldest


def _letters(tx: Tx, filled: sa.Column[datetime], told: sa.ColumnElement[bool]) -> dict[str, Found]:
    return _grouped(tx, outbox.c.kind, outbox.c.created_at, sa.and_(filled.is_not(None), told))


def _grouped(tx: Tx, kind: sa.Column[str], since: sa.Column[datetime],
             where: sa.ColumnElement[bool]) -> dict[str, Found]:  # fmt: skip
    rows = tx.execute(sa.select(kind, sa.func.count(), sa.func.min(since)).where(where).group_by(kind))
    return {found: (length, oldest) for found, length, oldest in rows}
