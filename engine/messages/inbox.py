"""What one person was told, as far as he may read the cases now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from engine.cases.office import Office
from engine.cases.reading import reader, today
from engine.definition.model import Title, Workflow
from engine.rules.refusals import NotFound
from engine.store import reach
from engine.store.casefile import by_home, home_of
from engine.store.db import Tx, retried
from engine.store.inbox import mark_many_read, mark_read
from engine.store.names import unit_names
from engine.store.outbox import PAGE, REMIND
from engine.store.tables import cases, history, inbox, units


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilter:
    """`unread`: only what he has not read; `seen`: only what he has. `after` is the (shown_at, id) of the last
    message of the page before."""

    unread: bool = False
    seen: bool = False
    day: date | None = None
    after: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageView:
    """A message with what its text is made of: nothing of it is a text that somebody wrote about the case. `title` is
    that of the row, or of a reminder that of the clock, of which `share` percent are used. `urgent`: it waited for no
    morning."""

    id: str
    kind: str
    case_id: str
    number: str
    title: Title
    share: int | None
    notice: Title | None
    unit: str
    unit_name: str
    state: str
    due_at: datetime | None
    closed: bool
    created_at: datetime
    shown_at: datetime
    day: date
    read_at: datetime | None
    urgent: bool
    workflow: Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What a day brought: how many messages of each kind, about how many cases, how many of them not yet read."""

    day: date
    told: int
    paged: int
    reminded: int
    cases: int
    unread: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxPage:
    """`next` is the cursor of the following page; None on the last."""

    messages: tuple[MessageView, ...]
    digest: Digest
    next: tuple[datetime, str] | None


_OF_CASE = ("number", "workflow", "workflow_version", "file_hash", "unit", "state", "due_at", "closed_at")
#: A message with the case as it is now and the row it speaks of.
_MESSAGES = (
    sa.select(
        inbox,
        *(cases.c[name].label(f"case_{name}") for name in _OF_CASE),
        history.c.source,
    )
    .select_from(inbox)
    .join(cases, sa.and_(cases.c.home == inbox.c.home, cases.c.id == inbox.c.case_id))
    .join(units, units.c.code == cases.c.unit)
    .join(
        history,
        sa.and_(history.c.home == inbox.c.home, history.c.case_id == inbox.c.case_id, history.c.seq == inbox.c.seq),
    )
)


class InboxService:
    """The inbox of each person."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def page(self, person: str, wanted: MessageFilter) -> InboxPage:
        """The newest first; of a case that he may no longer read there is nothing left."""
        with self.office.store.read() as tx:
            mine = self._mine(tx, person)
            found = mine.where(*_narrowed(wanted)).order_by(inbox.c.shown_at.desc(), inbox.c.id.desc())
            rows = tx.execute(found.limit(wanted.limit + 1)).all()
            shown = rows[: wanted.limit]
            last = (shown[-1].shown_at, shown[-1].id) if len(rows) > wanted.limit else None
            digest = self._digest(tx, mine, wanted.day or today(tx, self.office))
            return InboxPage(messages=tuple(self._views(tx, shown)), digest=digest, next=last)

    @retried
    def read(self, person: str, message: str) -> MessageView:
        """He has read it; again changes nothing. Raises NotFound, also for what is somebody else's."""
        with self.office.store.begin() as tx:
            mark_read(tx, home_of(message), message, person, self.office.clock.now(tx))
            here = (inbox.c.home == home_of(message), inbox.c.id == message)
            rows = tx.execute(self._mine(tx, person).where(*here)).all()
            if not rows:
                raise NotFound("message")
            return self._views(tx, rows)[0]

    @retried
    def read_many(self, person: str, messages: Sequence[str]) -> None:
        """He has read all of these that are his; the first time of each stays."""
        with self.office.store.begin() as tx:
            now = self.office.clock.now(tx)
            for home, ids in by_home(messages).items():
                mark_many_read(tx, home, ids, person, now)

    def _mine(self, tx: Tx, person: str) -> sa.Select[Any]:
        """What is shown to him by now, of cases that he may read."""
        actor, now = reader(tx, self.office, person), self.office.clock.now(tx)
        readable = reach.readable(actor, self.office.rulebook, today(tx, self.office))
        query = _MESSAGES.where(inbox.c.person == person, inbox.c.shown_at <= now, readable)
        homes = reach.homes_of(tx, actor, self.office.home_level)
        return query if homes is None else query.where(inbox.c.home.in_(homes))

    def _digest(self, tx: Tx, mine: sa.Select[Any], day: date) -> Digest:
        columns = (inbox.c.kind, inbox.c.case_id, inbox.c.read_at)
        rows = tx.execute(mine.with_only_columns(*columns).where(inbox.c.day == day)).all()
        kinds = [row.kind for row in rows]
        return Digest(
            day=day,
            told=len(kinds) - kinds.count(PAGE) - kinds.count(REMIND),
            paged=kinds.count(PAGE),
            reminded=kinds.count(REMIND),
            cases=len({row.case_id for row in rows}),
            unread=sum(row.read_at is None for row in rows),
        )

    def _views(self, tx: Tx, rows: Any) -> list[MessageView]:
        names = unit_names(tx, {row.case_unit for row in rows})
        return [self._view(row, names[row.case_unit]) for row in rows]

    def _view(self, row: Any, unit_name: str) -> MessageView:
        workflow = self.office.rulebook.pinned(
            row.case_workflow, row.case_workflow_version, row.case_file_hash
        ).workflow
        return MessageView(
            id=row.id,
            kind=row.kind,
            case_id=row.case_id,
            number=row.case_number,
            title=_title(workflow, row),
            share=row.share,
            notice=Title(**row.notice) if row.notice else None,
            unit=row.case_unit,
            unit_name=unit_name,
            state=row.case_state,
            due_at=row.case_due_at,
            closed=row.case_closed_at is not None,
            created_at=row.created_at,
            shown_at=row.shown_at,
            day=row.day,
            read_at=row.read_at,
            urgent=bool(row.urgent) or row.kind == PAGE,
            workflow=workflow,
        )


def _narrowed(wanted: MessageFilter) -> list[reach.Clause]:
    clauses: list[reach.Clause] = []
    if wanted.unread:
        clauses.append(inbox.c.read_at.is_(None))
    if wanted.seen:
        clauses.append(inbox.c.read_at.is_not(None))
    if wanted.day is not None:
        clauses.append(inbox.c.day == wanted.day)
    if wanted.after is not None:
        shown, last = wanted.after
        same = sa.and_(inbox.c.shown_at == shown, inbox.c.id < last)
        clauses.append(sa.or_(inbox.c.shown_at < shown, same))
    return clauses


def _title(workflow: Workflow, row: Any) -> Title:
    """Its code, where a draft was edited and names it no more."""
    found = workflow.clocks.get(row.cause) if row.kind == REMIND else workflow.row(row.cause, row.source)
    return found.title if found else Title(zh=row.cause, en=row.cause)
