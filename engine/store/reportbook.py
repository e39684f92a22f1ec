"""The one writer of `agenda_reports`: what the next meetings are to ratify or are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow
from engine.store.tables import agenda_reports


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow:
    """The row `seq` of a case, for the meeting `meeting` at `unit`, whose home `home` is. `kind` is `ratify` or
    `told`."""

    home: str
    case_home: str
    case_id: str
    seq: int
    meeting: str
    workflow: str
    unit: str
    kind: str
    since: datetime


_NAMES = ("home", "case_home", "case_id", "seq", "meeting", "workflow", "unit", "kind", "since")


def put_reports(tx: Tx, reports: Sequence[ReportRow]) -> None:
    if reports:
        rows = [{name: getattr(each, name) for name in _NAMES} for each in reports]
        tx.execute(sa.insert(agenda_reports), [{**row, "meeting_id": None} for row in rows])


def _waiting(meeting: MeetingRow) -> tuple[sa.ColumnElement[bool], ...]:
    """Those of one body that stand on no agenda."""
    table = agenda_reports.c
    return (
        table.home == meeting.home,
        table.unit == meeting.unit.code,
        table.meeting == meeting.meeting,
        table.workflow == meeting.workflow,
        table.meeting_id.is_(None),
    )


def _at(meeting: MeetingRow) -> tuple[sa.ColumnElement[bool], ...]:
    return agenda_reports.c.home == meeting.home, agenda_reports.c.meeting_id == meeting.id


def waiting_reports(tx: Tx, meeting: MeetingRow) -> list[ReportRow]:
    """What the next meeting of this kind here would be told, the oldest first."""
    return _found(tx, *_waiting(meeting))


def take_reports(tx: Tx, meeting: MeetingRow) -> None:
    """They stand on this meeting's agenda from now on."""
    tx.execute(sa.update(agenda_reports).where(*_waiting(meeting)).values(meeting_id=meeting.id))


def free_reports(tx: Tx, meeting: MeetingRow) -> None:
    """The meeting is called off: they wait for the next one."""
    tx.execute(sa.update(agenda_reports).where(*_at(meeting)).values(meeting_id=None))


def reports_at(tx: Tx, meeting: MeetingRow) -> list[ReportRow]:
    """What stands on the agenda of a meeting that was opened, the oldest first."""
    return _found(tx, *_at(meeting))


def _found(tx: Tx, *where: sa.ColumnElement[bool]) -> list[ReportRow]:
    table = agenda_reports.c
    query = sa.select(agenda_reports).where(*where).order_by(table.since, table.case_id, table.seq)
    return [_report(row) for row in tx.execute(query)]


def _report(row: Any) -> ReportRow:
    return ReportRow(**{name: getattr(row, name) for name in _NAMES})
