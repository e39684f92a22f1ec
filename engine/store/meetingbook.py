"""The one writer of meetings, their agenda and decisions; and what waits at a gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value
from engine.rules.attempt import Unit
from engine.rules.rulebook import Rulebook
from engine.rules.waiting import states_at_gate
from engine.store.casefile import Held, held_from_row, home_of
from engine.store.db import Tx, any_of
from engine.store.reach import JOINED
from engine.store.register import below, line_of, unit_of
from engine.store.tables import agenda, cases, decisions, meetings, units

PLANNED, OPEN, CLOSED, CANCELLED = "planned", "open", "closed", "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingRow:
    """One meeting. `expected`, `present`, `on_leave` and `observers` are ids of people."""

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

    @property
    def attending(self) -> int:
        """Members present."""
        return len(set(self.present) & set(self.expected))


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision as recorded: who took it in the chair, and when."""

    case_id: str
    trigger: str
    data: dict[str, Value]
    note: str | None
    actor: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of a fixed agenda. `number` and `outcome` are set at closing: effective, void, carried, left or
    waiting; `seq` is the history row it became, `refusal` the code that kept a decision from taking effect."""

    case_id: str
    position: int
    arrived_at: datetime
    number: int | None = None
    outcome: str | None = None
    seq: int | None = None
    refusal: str | None = None
    decided: Decided | None = field(default=None)


_LISTS = ("expected", "present", "on_leave", "observers")


def _columns(meeting: MeetingRow) -> dict[str, Any]:
    names = ("status", "version", "opened_at", "closed_at", "chair", "recorder", "reason")
    lists = {name: list(getattr(meeting, name)) for name in _LISTS}
    is_open = meeting.status == OPEN
    key = f"{meeting.workflow}/{meeting.meeting}/{meeting.unit.code}" if is_open else None
    return {name: getattr(meeting, name) for name in names} | lists | {"open_key": key}


def insert_meeting(tx: Tx, meeting: MeetingRow) -> None:
    names = ("home", "id", "workflow", "workflow_version", "meeting", "at")
    fixed = {name: getattr(meeting, name) for name in names}
    tx.execute(sa.insert(meetings).values(**fixed, unit=meeting.unit.code, **_columns(meeting)))


def update_meeting(tx: Tx, meeting: MeetingRow) -> None:
    """The caller holds the lock and has raised the version."""
    here = (meetings.c.home == meeting.home, meetings.c.id == meeting.id)
    tx.execute(sa.update(meetings).where(*here).values(**_columns(meeting)))


_MEETING = sa.select(meetings, units.c.line).join(units, units.c.code == meetings.c.unit)
_ONE = _MEETING.where(meetings.c.home == sa.bindparam("home"), meetings.c.id == sa.bindparam("meeting"))
_ONE_LOCKED = _ONE.with_for_update(of=meetings)


def read_meeting(tx: Tx, meeting_id: str, *, lock: bool = False) -> MeetingRow | None:
    here = {"home": home_of(meeting_id), "meeting": meeting_id}
    row = tx.execute(_ONE_LOCKED if lock else _ONE, here).first()
    return meeting_from_row(row) if row else None


def meeting_from_row(row: Any) -> MeetingRow:
    names = ("home", "id", "workflow", "workflow_version", "meeting", "at", "status", "version", "opened_at",
             "closed_at", "chair", "recorder", "reason")  # fmt: skip
    facts: dict[str, Any] = {name: getattr(row, name) for name in names}
    lists = {name: tuple(getattr(row, name)) for name in _LISTS}
    return MeetingRow(**(facts | lists), unit=unit_of(row.line))


def another_is_open(tx: Tx, meeting: MeetingRow) -> bool:
    key = f"{meeting.workflow}/{meeting.meeting}/{meeting.unit.code}"
    query = sa.select(meetings.c.id).where(meetings.c.home == meeting.home, meetings.c.open_key == key)
    return tx.execute(query).first() is not None


def list_meetings(
    tx: Tx,
    lines: Mapping[tuple[str, int], Sequence[str]],
    *,
    homes: list[str] | None,
    unit: str | None,
    status: str | None,
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
    if after is not None:
        at, last = after
        query = query.where(sa.or_(meetings.c.at < at, sa.and_(meetings.c.at == at, meetings.c.id < last)))
    rows = tx.execute(query.order_by(meetings.c.at.desc(), meetings.c.id.desc()).limit(limit)).all()
    return [meeting_from_row(row) for row in rows]


def waiting_at(tx: Tx, meeting: MeetingRow, rulebook: Rulebook, home_level: str) -> list[Held]:
    """Cases at the meeting's gate, the longest waiting first."""
    gates = [
        sa.and_(
            cases.c.workflow == compiled.workflow.key,
            cases.c.workflow_version == compiled.workflow.version,
            cases.c.state.in_(sorted(states)),
        )
        for compiled in rulebook.all()
        if compiled.workflow.key == meeting.workflow and (states := states_at_gate(compiled.workflow, meeting.meeting))
    ]
    query = (
        sa.select(cases, units.c.line)
        .select_from(JOINED)
        .where(below(line_of(meeting.unit)), sa.or_(sa.false(), *gates))
    )
    if meeting.unit.at(home_level) is not None:
        query = query.where(cases.c.home == meeting.home)
    rows = tx.execute(query.order_by(cases.c.entered_at, cases.c.id)).all()
    return [held_from_row(row) for row in rows]


def fix_agenda(tx: Tx, meeting: MeetingRow, waiting: Sequence[Held]) -> None:
    """Write the agenda as it stands at opening; positions count from 1."""
    rows = [
        {
            "home": meeting.home,
            "meeting_id": meeting.id,
            "case_home": held.identity.home,
            "case_id": held.identity.id,
            "position": position,
            "arrived_at": held.state.stay.at,
        }
        for position, held in enumerate(waiting, start=1)
    ]
    if rows:
        tx.execute(sa.insert(agenda), rows)


def _of_meeting(table: sa.Table) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.home == sa.bindparam("at_home"), table.c.meeting_id == sa.bindparam("meeting")


def _here(meeting: MeetingRow) -> dict[str, Any]:
    return {"at_home": meeting.home, "meeting": meeting.id}


_AGENDA = sa.select(agenda).where(*_of_meeting(agenda)).order_by(agenda.c.position)
_DECISIONS = sa.select(decisions).where(*_of_meeting(decisions))
_DROP_DECISIONS = sa.delete(decisions).where(*_of_meeting(decisions), decisions.c.case_id.in_(any_of("cases")))
_SETTLE = sa.update(agenda).where(*_of_meeting(agenda), agenda.c.case_id == sa.bindparam("case"))


def read_agenda(tx: Tx, meeting: MeetingRow) -> list[Item]:
    """The fixed agenda with the decisions recorded so far, in order."""
    taken = {row.case_id: _decided(row) for row in tx.execute(_DECISIONS, _here(meeting))}
    return [_item(row, taken.get(row.case_id)) for row in tx.execute(_AGENDA, _here(meeting))]


def _decided(row: Any) -> Decided:
    names = ("case_id", "trigger", "data", "note", "actor", "decided_at")
    return Decided(**{name: getattr(row, name) for name in names})


def _item(row: Any, decided: Decided | None) -> Item:
    names = ("case_id", "position", "arrived_at", "number", "outcome", "seq", "refusal")
    return Item(**{name: getattr(row, name) for name in names}, decided=decided)


def put_decisions(tx: Tx, meeting: MeetingRow, taken: Sequence[Decided]) -> None:
    """Record decisions; a case decided before gets the new one instead."""
    drop_decisions(tx, meeting, [each.case_id for each in taken])
    names = ("case_id", "trigger", "data", "note", "actor", "decided_at")
    rows = [{name: getattr(each, name) for name in names} for each in taken]
    tx.execute(sa.insert(decisions), [row | {"home": meeting.home, "meeting_id": meeting.id} for row in rows])


def drop_decisions(tx: Tx, meeting: MeetingRow, case_ids: Iterable[str]) -> int:
    return tx.execute(_DROP_DECISIONS, _here(meeting) | {"cases": list(case_ids)}).rowcount


def settle_agenda(tx: Tx, meeting: MeetingRow, items: Sequence[Item]) -> None:
    """Keep what became of each item. The texts of a decision that took effect live in the history from now on."""
    names = ("number", "outcome", "seq", "refusal")
    for item in items:
        values = {name: getattr(item, name) for name in names}
        tx.execute(_SETTLE, _here(meeting) | {"case": item.case_id} | values)
    done = [item.case_id for item in items if item.outcome == "effective"]
    mine = (decisions.c.home == meeting.home, decisions.c.meeting_id == meeting.id, decisions.c.case_id.in_(done))
    tx.execute(sa.update(decisions).where(*mine).values(data={}, note=None))
