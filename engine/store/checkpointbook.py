"""The one writer of checkpoints: the signed states of the logs of each home. They are only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.casefile import home_of
from engine.store.db import Tx
from engine.store.meetingbook import CLOSED
from engine.store.tables import agenda, cases, meetings
from engine.store.trust_tables import OPEN, checkpoints

#: Why one was taken: a meeting closed, a night passed, somebody asked, or more rows waited than one takes.
MEETING, NIGHTLY, ASKED, BACKLOG = "meeting", "nightly", "asked", "backlog"
_COLUMNS = ("home", "id", "log", "size", "root", "taken_at", "cause", "meeting_id", "text")


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointRow:
    """A signed state of a log. `root` is hex; `text` the note as it is handed out."""

    home: str
    id: str
    log: str
    size: int
    root: str
    taken_at: datetime
    cause: str
    meeting_id: str | None
    text: str = field(repr=False)


def insert_checkpoint(tx: Tx, row: CheckpointRow) -> None:
    tx.execute(sa.insert(checkpoints).values({name: getattr(row, name) for name in _COLUMNS}))


def _of(home: str, log: str) -> sa.Select[Any]:
    return sa.select(checkpoints).where(checkpoints.c.home == home, checkpoints.c.log == log)


def _read(rows: Sequence[Any]) -> list[CheckpointRow]:
    return [CheckpointRow(**{name: getattr(row, name) for name in _COLUMNS}) for row in rows]


def read_checkpoint(tx: Tx, checkpoint_id: str) -> CheckpointRow | None:
    here = (checkpoints.c.home == home_of(checkpoint_id), checkpoints.c.id == checkpoint_id)
    return next(iter(_read(tx.execute(sa.select(checkpoints).where(*here)).all())), None)


def list_checkpoints(tx: Tx, home: str, log: str, after: tuple[int, str] | None, limit: int) -> list[CheckpointRow]:
    """The latest first; `after` is (size, id) of the last one of the page before."""
    query = _of(home, log)
    if after is not None:
        size, last = after
        same = sa.and_(checkpoints.c.size == size, checkpoints.c.id < last)
        query = query.where(checkpoints.c.size <= size, sa.or_(checkpoints.c.size < size, same))
    query = query.order_by(checkpoints.c.size.desc(), checkpoints.c.id.desc()).limit(limit)
    return _read(tx.execute(query).all())


def latest(tx: Tx, home: str, log: str) -> CheckpointRow | None:
    return next(iter(list_checkpoints(tx, home, log, None, 1)), None)


def of_size(tx: Tx, home: str, log: str, size: int) -> CheckpointRow | None:
    """The first one that was taken of this size."""
    query = _of(home, log).where(checkpoints.c.size == size).order_by(checkpoints.c.id).limit(1)
    return next(iter(_read(tx.execute(query).all())), None)


def first_over(tx: Tx, home: str, log: str, leaf: int) -> CheckpointRow | None:
    """The first one that covers the leaf."""
    query = _of(home, log).where(checkpoints.c.size > leaf)
    query = query.order_by(checkpoints.c.size, checkpoints.c.id).limit(1)
    return next(iter(_read(tx.execute(query).all())), None)


def of_meeting(tx: Tx, meeting_id: str) -> CheckpointRow | None:
    """The one of the meeting's own home, of what everybody in it may read about."""
    query = _of(home_of(meeting_id), OPEN).where(checkpoints.c.meeting_id == meeting_id)
    return next(iter(_read(tx.execute(query.order_by(checkpoints.c.id).limit(1)).all())), None)


# --- what is still to be taken ---------------------------------------------------------------------------------------


def homes_without(tx: Tx, cause: str, since: datetime) -> list[str]:
    """Homes with cases in which no checkpoint was taken for this cause since the moment."""
    taken = sa.select(checkpoints.c.home).where(checkpoints.c.cause == cause, checkpoints.c.taken_at >= since)
    homes = set(tx.execute(sa.select(cases.c.home).distinct()).scalars())
    return sorted(homes - set(tx.execute(taken.distinct()).scalars()))


def meetings_without(tx: Tx, since: datetime, limit: int) -> list[str]:
    """Meetings closed since the moment that have no checkpoint, the first closed first."""
    same = (checkpoints.c.home == meetings.c.home, checkpoints.c.meeting_id == meetings.c.id)
    taken = sa.exists(sa.select(checkpoints.c.id).where(*same).correlate(meetings))
    here = (meetings.c.status == CLOSED, meetings.c.closed_at >= since, sa.not_(taken))
    query = sa.select(meetings.c.id).where(*here).order_by(meetings.c.closed_at, meetings.c.id).limit(limit)
    return list(tx.execute(query).scalars())


def homes_moved(tx: Tx, meeting_id: str) -> list[str]:
    """The meeting's own home, and those of cases that it moved or carried over."""
    here = (agenda.c.home == home_of(meeting_id), agenda.c.meeting_id == meeting_id, agenda.c.seq.is_not(None))
    moved = tx.execute(sa.select(agenda.c.case_home).where(*here).distinct()).scalars()
    return sorted({home_of(meeting_id), *moved})
