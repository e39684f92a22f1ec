"""The one writer of meetings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.rules.attempt import Unit
from engine.store.casefile import home_of
from engine.store.db import Tx
from engine.store.register import below, unit_of
from engine.store.tables import meetings, units

PLANNED, OPEN, CLOSED, CANCELLED = "planned", "open", "closed", "cancelled"
#: What stands for the status of a planned meeting that somebody gave another day.
MOVED = "moved"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingRow:
    """One meeting. `expected`, `present`, `on_leave` and `observers` are ids of people. `turn` is the week or month of
    its rhythm, None for one that was called; `moved`: somebody gave it another day. `number` is its number at this unit
    in the `year` of its opening. `delegate` may chair in place of `delegated_by`, who wrote `delegation`."""

    home: str
    id: str
    workflow: str
    workflow_version: int
    meeting: str
    unit: Unit
    at: datetime
    status: str = PLANNED
    version: int = 1
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    chair: str | None = None
    recorder: str | None = None
    expected: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    on_leave: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    reason: str | None = None
    turn: str | None = None
    moved: bool = False
    year: int | None = None
    number: int | None = None
    delegate: str | None = None
    delegated_by: str | None = None
    delegated_at: datetime | None = None
    delegation: str | None = None

    @property
    def attending(self) -> int:
        """Members present."""
        return len(set(self.present) & set(self.expected))


_FIXED = ("home", "id", "workflow", "workflow_version", "meeting", "turn")
_MOVING = (
    "at", "status", "version", "opened_at", "closed_at", "chair", "recorder", "reason", "moved", "year", "number",
    "delegate", "delegated_by", "delegated_at", "delegation",
)  # fmt: skip
_LISTS = ("expected", "present", "on_leave", "observers")


def _columns(meeting: MeetingRow) -> dict[str, Any]:
    lists = {name: list(getattr(meeting, name)) for name in _LISTS}
    is_open = meeting.status == OPEN
    key = f"{meeting.workflow}/{meeting.meeting}/{meeting.unit.code}" if is_open else None
    return {name: getattr(meeting, name) for name in _MOVING} | lists | {"open_key": key}


def insert_meetings(tx: Tx, found: Sequence[MeetingRow]) -> None:
    """Set these meetings."""
    if found:
        rows = [{name: getattr(each, name) for name in _FIXED} for each in found]
        columns = [{"unit": each.unit.code, **_columns(each)} for each in found]
        tx.execute(sa.insert(meetings), [row | rest for row, rest in zip(rows, columns, strict=True)])


def update_meeting(tx: Tx, meeting: MeetingRow) -> None:
    """The caller holds the lock and has raised the version."""
    tx.execute(_UPDATE, {"at_home": meeting.home, "at_id": meeting.id, **_columns(meeting)})


_UPDATE = sa.update(meetings).where(meetings.c.home == sa.bindparam("at_home"), meetings.c.id == sa.bindparam("at_id"))
_MEETING = sa.select(meetings, units.c.line).join(units, units.c.code == meetings.c.unit)
_ONE = _MEETING.where(meetings.c.home == sa.bindparam("home"), meetings.c.id == sa.bindparam("meeting"))
_ONE_LOCKED = _ONE.with_for_update(of=meetings)


def read_meeting(tx: Tx, meeting_id: str, *, lock: bool = False) -> MeetingRow | None:
    here = {"home": home_of(meeting_id), "meeting": meeting_id}
    row = tx.execute(_ONE_LOCKED if lock else _ONE, here).first()
    return meeting_from_row(row) if row else None


def read_meetings(tx: Tx, meeting_ids: Collection[str]) -> dict[str, MeetingRow]:
    """The meetings of these ids that there are; one statement, whatever their number."""
    homes = sorted({home_of(each) for each in meeting_ids})
    here = (meetings.c.home.in_(homes), meetings.c.id.in_(sorted(meeting_ids)))
    rows = tx.execute(_MEETING.where(*here)).all() if meeting_ids else []
    return {row.id: meeting_from_row(row) for row in rows}


def meeting_from_row(row: Any) -> MeetingRow:
    facts: dict[str, Any] = {name: getattr(row, name) for name in (*_FIXED, *_MOVING)}
    lists = {name: tuple(getattr(row, name)) for name in _LISTS}
    return MeetingRow(**(facts | lists | {"moved": bool(row.moved)}), unit=unit_of(row.line))


def another_is_open(tx: Tx, meeting: MeetingRow) -> bool:
    key = f"{meeting.workflow}/{meeting.meeting}/{meeting.unit.code}"
    return tx.execute(_OPEN_HERE, {"home": meeting.home, "key": key}).first() is not None


_OPEN_HERE = sa.select(meetings.c.id).where(
    meetings.c.home == sa.bindparam("home"), meetings.c.open_key == sa.bindparam("key")
)


def held_between(tx: Tx, meeting: MeetingRow, start: datetime, end: datetime) -> int:
    """How many meetings of this kind the unit has opened in the time, and not called off."""
    query = sa.select(sa.func.count()).where(
        *_of_body(meeting),
        meetings.c.status.in_((OPEN, CLOSED)),
        meetings.c.opened_at >= start,
        meetings.c.opened_at < end,
    )
    return int(tx.execute(query).scalar_one())


def of_series(tx: Tx, homes: Sequence[str], workflow: str, meeting: str, since: datetime) -> list[MeetingRow]:
    """The meetings that the rhythm set, at all units: those yet to come and those of the time since."""
    query = _MEETING.where(
        meetings.c.home.in_(homes),
        meetings.c.workflow == workflow,
        meetings.c.meeting == meeting,
        meetings.c.turn.is_not(None),
        meetings.c.at >= since,
    )
    return [meeting_from_row(row) for row in tx.execute(query.order_by(meetings.c.at, meetings.c.id))]


def under_way(tx: Tx, until: datetime) -> list[MeetingRow]:
    """Meetings that are open, or planned for a day that somebody chose, and were to be held by the moment. A turn that
    the rhythm set and nobody opened is none of them."""
    chosen = sa.or_(meetings.c.turn.is_(None), meetings.c.moved.is_(True), meetings.c.status == OPEN)
    query = _MEETING.where(meetings.c.status.in_((PLANNED, OPEN)), meetings.c.at <= until, chosen)
    return [meeting_from_row(row) for row in tx.execute(query.order_by(meetings.c.at, meetings.c.id))]


def last_held(tx: Tx, homes: Sequence[str], workflow: str, meeting: str) -> dict[str, datetime]:
    """Unit -> when it last opened such a meeting that was not called off."""
    opened = sa.func.max(meetings.c.opened_at).label("opened")
    query = sa.select(meetings.c.unit, opened).where(
        meetings.c.home.in_(homes),
        meetings.c.workflow == workflow,
        meetings.c.meeting == meeting,
        meetings.c.status.in_((OPEN, CLOSED)),
    )
    return {row.unit: row.opened for row in tx.execute(query.group_by(meetings.c.unit))}


def first_turns(tx: Tx, homes: Sequence[str], workflow: str, meeting: str) -> dict[str, datetime]:
    """Unit -> when the first meeting that the rhythm set there was to be held."""
    first = sa.func.min(meetings.c.at).label("first")
    query = sa.select(meetings.c.unit, first).where(
        meetings.c.home.in_(homes),
        meetings.c.workflow == workflow,
        meetings.c.meeting == meeting,
        meetings.c.turn.is_not(None),
    )
    return {row.unit: row.first for row in tx.execute(query.group_by(meetings.c.unit))}


def turn_fates(
    tx: Tx, homes: Sequence[str], workflow: str, meeting: str, at: Sequence[str]
) -> dict[tuple[str, str], str]:
    """(unit, turn) -> what became of the meeting that the rhythm set there: its status, or `moved` while it is planned
    for another day."""
    query = sa.select(meetings.c.unit, meetings.c.turn, meetings.c.status, meetings.c.moved).where(
        meetings.c.home.in_(homes),
        meetings.c.workflow == workflow,
        meetings.c.meeting == meeting,
        meetings.c.unit.in_(at),
        meetings.c.turn.is_not(None),
    )
    rows = tx.execute(query)
    return {(row.unit, row.turn): MOVED if row.moved and row.status == PLANNED else row.status for row in rows}


def _of_body(meeting: MeetingRow) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        meetings.c.home == meeting.home,
        meetings.c.workflow == meeting.workflow,
        meetings.c.meeting == meeting.meeting,
        meetings.c.unit == meeting.unit.code,
    )


def list_meetings(
    tx: Tx,
    lines: Mapping[tuple[str, int], Sequence[str]],
    *,
    homes: list[str] | None,
    unit: str | None,
    status: str | None,
    since: datetime | None,
    until: datetime | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[MeetingRow]:
    """Meetings under each version of the rules at units below its lines, the latest first."""
    under = [
        sa.and_(meetings.c.workflow == key, meetings.c.workflow_version == version, below(line))
        for (key, version), found in lines.items()
        for line in found
    ]
    query = _MEETING.where(sa.or_(sa.false(), *under))
    if homes is not None:
        query = query.where(meetings.c.home.in_(homes))
    if unit is not None:
        query = query.where(meetings.c.unit == unit)
    if status is not None:
        query = query.where(meetings.c.status == status)
    if since is not None:
        query = query.where(meetings.c.at >= since)
    if until is not None:
        query = query.where(meetings.c.at < until)
    if after is not None:
        at, last = after
        query = query.where(sa.or_(meetings.c.at < at, sa.and_(meetings.c.at == at, meetings.c.id < last)))
    rows = tx.execute(query.order_by(meetings.c.at.desc(), meetings.c.id.desc()).limit(limit)).all()
    return [meeting_from_row(row) for row in rows]
