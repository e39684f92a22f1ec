"""The register of what is kept to one's own posts: which numbers, since when, how many in a period; no text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.cases.listing import reach_of
from engine.cases.office import Office
from engine.cases.reading import today
from engine.definition.model import Title
from engine.rules.reading import keeps_to_posts
from engine.store import reach, veils
from engine.store.db import Tx
from engine.store.tables import cases


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """One case. `since` is when it came into its present state, `title` that of the state."""

    id: str
    number: str
    state: str
    title: Title
    timezone: str
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedPage:
    """`count`: how many the period has in all. `next` is None on the last page."""

    rows: tuple[Sealed, ...]
    count: int
    next: tuple[datetime, str] | None


class SealedQueries:
    """For one installation. Whom no rule names finds the register empty, as it is where nothing was ever sealed."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def page(self, person: str, *, since: datetime | None = None, until: datetime | None = None,
             after: tuple[datetime, str] | None = None, limit: int = 50) -> SealedPage:  # fmt: skip
        """Cases that a rule of visibility keeps to posts alone, his among them; the latest sealed first. `until` is
        exclusive."""
        with self.office.store.read() as tx:
            query = self._query(tx, person, since, until)
            count = tx.execute(query.with_only_columns(sa.func.count())).scalar_one()
            rows = tx.execute(_ordered(query, after).limit(limit + 1)).all()
        last = rows[limit - 1] if len(rows) > limit else None
        shown = tuple(self._sealed(row) for row in rows[:limit])
        return SealedPage(rows=shown, count=int(count), next=(last.entered_at, last.id) if last else None)

    def _query(self, tx: Tx, person: str, since: datetime | None, until: datetime | None) -> sa.Select[Any]:
        mine = reach_of(tx, self.office, person)
        query = sa.select(cases).select_from(reach.JOINED).where(mine.readable, self._kept(tx))
        query = query if mine.homes is None else query.where(cases.c.home.in_(mine.homes))
        query = query if since is None else query.where(cases.c.entered_at >= since)
        return query if until is None else query.where(cases.c.entered_at < until)

    def _kept(self, tx: Tx) -> reach.Clause:
        day = today(tx, self.office)
        ways = (
            sa.and_(reach.under(each.workflow), veils.holds(rule, day))
            for each in self.office.rulebook.all()
            for rule in each.workflow.visibility
            if keeps_to_posts(rule)
        )
        return sa.or_(sa.false(), *ways)

    def _sealed(self, row: Any) -> Sealed:
        workflow = self.office.rulebook.pinned(row.workflow, row.workflow_version, row.file_hash).workflow
        title = workflow.states[row.state].title
        return Sealed(
            id=row.id, number=row.number, state=row.state, title=title, timezone=workflow.timezone, since=row.entered_at
        )


def _ordered(query: sa.Select[Any], after: tuple[datetime, str] | None) -> sa.Select[Any]:
    if after is not None:
        at, last = after
        same = sa.and_(cases.c.entered_at == at, cases.c.id < last)
        query = query.where(sa.or_(cases.c.entered_at < at, same))
    return query.order_by(cases.c.entered_at.desc(), cases.c.id.desc())
