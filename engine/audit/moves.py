"""The escalation history for who oversees: rows with what they were about, how long it had stood and which meeting
decided, and how many cases went up each month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from engine.audit.climbing import Place, arrivals, is_systems
from engine.audit.queries import AuditQueries, HistoryFilter
from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.cases.views import CaseView, EventView
from engine.store.casefile import read_cases
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow, read_meetings
from engine.store.tables import cases, history, units

__all__ = ["MeetingRow", "Month", "MoveQueries", "MovesPage", "meetings_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MovesPage:
    """A page of the history. `cases` are those it is about as they are now, texts masked; `came` tells of each row that
    left a level when the case had come there; `meetings` are those that decided. `next` is None on the last page."""

    rows: tuple[EventView, ...]
    next: tuple[datetime, str, int] | None
    cases: Mapping[str, CaseView]
    came: Mapping[Place, datetime]
    meetings: Mapping[str, MeetingRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """How many steps upward were recorded from `start` on until `end`: by people, and by the clock."""

    start: datetime
    end: datetime
    by_people: int
    by_clock: int


class MoveQueries:
    """What the page of the history reads, within reach."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._audit, self._cases = AuditQueries(office), CaseQueries(office)

    def page(self, person: str, wanted: HistoryFilter) -> MovesPage:
        """The same rows as `AuditQueries.history`, with what belongs to them, all of one moment."""
        with self.office.store.read() as tx:
            found = self._audit.history_at(tx, person, wanted)
            held = read_cases(tx, {row.case_id for row in found.rows})
            return MovesPage(
                rows=found.rows,
                next=found.next,
                cases={view.identity.id: view for view in self._cases.views(tx, list(held.values()))},
                came=arrivals(tx, (_place(row) for row in found.rows if _left(row))),
                meetings=meetings_of(tx, found.rows),
            )

    def by_month(self, person: str, wanted: HistoryFilter, months: Sequence[tuple[datetime, datetime]]) -> list[Month]:
        """The steps upward that the filter lets through, month by month (start, exclusive end), in order; counted in
        one statement that looks at these months alone."""
        with self.office.store.read() as tx:
            asked = replace(wanted, upward=True, after=None)
            when = (history.c.recorded_at >= months[0][0], history.c.recorded_at < months[-1][1])
            counts = [_count(start, end, is_systems()) for start, end in months]
            counts += [_count(start, end, sa.not_(is_systems())) for start, end in months]
            query = sa.select(*counts).select_from(_JOINED).where(*when, *self._audit.within(tx, person, asked))
            row = tx.execute(query).one()
        clock, people = row[: len(months)], row[len(months) :]
        return [
            Month(start=start, end=end, by_people=people[place], by_clock=clock[place])
            for place, (start, end) in enumerate(months)
        ]


_JOINED = history.join(cases, sa.and_(cases.c.home == history.c.home, cases.c.id == history.c.case_id)).join(
    units, units.c.code == cases.c.unit
)


def _count(start: datetime, end: datetime, whose: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    then = sa.and_(history.c.recorded_at >= start, history.c.recorded_at < end, whose)
    return sa.func.coalesce(sa.func.sum(sa.case((then, 1), else_=0)), 0)


def meetings_of(tx: Tx, rows: Sequence[EventView]) -> Mapping[str, MeetingRow]:
    """The meetings that decided these rows, by id."""
    return read_meetings(tx, {row.event.meeting for row in rows if row.event.meeting})


def _place(row: EventView) -> Place:
    return row.case_id, row.event.seq


def _left(row: EventView) -> bool:
    return row.event.level_from is not None and row.event.level_from != row.event.level_to
