"""The whole rule book with the rhythm that the township gave its meetings, on a database of a test's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition.model import CarryOver, Duration, Meeting, OnHoliday, Row, Step, TimeUnit, Turn, Value, Workflow
from engine.meetings.arranging import ArrangingService
from engine.meetings.rhythms import RhythmService
from engine.meetings.series import SeriesService
from engine.meetings.service import Attendance, NewDecision, NewMeeting
from engine.meetings.watching import MeetingWatch
from engine.store.blockedbook import Blocked, blocked_of_kind
from engine.store.db import Store
from engine.store.meetingbook import MeetingRow, meeting_from_row
from engine.store.tables import history, meetings, units
from tests import township as t
from tests.store.world import HALLS, World

ZONE = ZoneInfo("Asia/Shanghai")
WEEKLY, MONTHLY = "village_weekly", "township_monthly"
#: At the third closing the village's case rises, the township's gets a red card.
_THEN = {
    WEEKLY: Step(at=0, fire="raise_to_township"),
    MONTHLY: Step(at=0, fire="supervise", with_values={"card": "red"}),
}


def _rhythmic(meeting: Meeting) -> Meeting:
    if meeting.code not in _THEN:
        return meeting
    rhythm = {
        WEEKLY: (
            Turn(weekday=4, at=time(15, 0)),
            OnHoliday.PREVIOUS_SAME_WEEK,
            Duration(number=3, unit=TimeUnit.HOURS),
        ),
        MONTHLY: (Turn(monthday=25, at=time(9, 0)), OnHoliday.NEXT, Duration(number=2, unit=TimeUnit.WORKING_DAYS)),
    }[meeting.code]
    carry = CarryOver(trigger="carry_over", at_most=2, then=_THEN[meeting.code])
    every, on_holiday, cutoff = rhythm
    return replace(meeting, every=every, on_holiday=on_holiday, cutoff=cutoff, carry_over=carry)


def _told(row: Row) -> Row:
    return replace(row, reports_to=(WEEKLY, MONTHLY)) if row.trigger == "control_danger" else row


def rule_book(**changed: object) -> Workflow:
    """Published; `changed` are keys of the weekly meeting, such as `on_holiday`."""
    book = t.whole_book()
    found = {code: _rhythmic(meeting) for code, meeting in book.meetings.items()}
    found[WEEKLY] = replace(found[WEEKLY], **changed)
    hours = time(8, 30), time(17, 30)
    return replace(book, draft=False, business_hours=hours, meetings=found, rows=tuple(map(_told, book.rows)))


class RhythmicWorld(World):
    """Time is told in local hours: `at("03-06 12:30")` of 2026."""

    def __init__(self, store: Store, *workflows: Workflow) -> None:
        super().__init__(store, *(workflows or (rule_book(),)))
        t.settle_whole_book(store)
        self.series, self.rhythms = SeriesService(self.office), RhythmService(self.office)
        self.arranging, self.watch = ArrangingService(self.office), MeetingWatch(self.office)

    def at(self, text: str) -> None:
        self.clock.at = local(text)

    def plan(self, chair: str, kind: str, unit: str | None = None, *, workflow: str | None = None) -> str:
        """Called for ten days ahead, so that its cut-off is to come."""
        at = self.clock.at + timedelta(days=10)
        return self.meetings.create(chair, NewMeeting(meeting=kind, unit=unit or HALLS[kind], at=at, workflow=workflow))

    def cutoff(self, meeting: str) -> str:
        found = self.view(meeting).cutoff
        assert found is not None
        return f"{found.astimezone(ZONE):%m-%d %H:%M}"

    def set_until(self, text: str) -> tuple[int, int, int]:
        done = self.series.plan_ahead(local(text))
        return done.set, done.moved, done.skipped

    def set_meetings(self, kind: str = WEEKLY, unit: str = t.VILLAGE) -> list[MeetingRow]:
        """All of a unit, by time."""
        with self.store.read() as tx:
            query = meetings.select().where(meetings.c.meeting == kind, meetings.c.unit == unit)
            rows = tx.execute(query.add_columns(units.c.line).where(units.c.code == meetings.c.unit))
            return sorted((meeting_from_row(row) for row in rows), key=lambda row: row.at)

    def times(self, kind: str = WEEKLY, unit: str = t.VILLAGE) -> list[str]:
        return [f"{row.at.astimezone(ZONE):%m-%d %H:%M}" for row in self.set_meetings(kind, unit)]

    def of_turn(self, turn: str, kind: str = WEEKLY, unit: str = t.VILLAGE) -> str:
        """The id of the meeting of this week or month."""
        (found,) = [row.id for row in self.set_meetings(kind, unit) if row.turn == turn]
        return found

    def hold(self, meeting: str, chair: str = "village_secretary") -> None:
        """Open it and close it."""
        self.meetings.open(chair, meeting, self.row(meeting).version)
        self.close(chair, meeting)

    def attend_all(self, chair: str, meeting: str) -> None:
        row = self.row(meeting)
        self.meetings.attend(chair, meeting, row.version, Attendance(present=row.expected))

    def decision(self, case: str, trigger: str, data: Mapping[str, Value]) -> NewDecision:
        return NewDecision(case_id=case, trigger=trigger, data=dict(data))

    def last_event(self, case: str) -> Any:
        """The row of the history as it is stored."""
        return next(row for row in reversed(self.rows(history)) if row.case_id == case)

    def blocked(self, kind: str) -> list[Blocked]:
        with self.store.read() as tx:
            return [found for found in blocked_of_kind(tx, kind) if found.home == t.TOWNSHIP]


def local(text: str) -> datetime:
    """`03-06 15:00` of 2026 in Shanghai, or with its year."""
    full = text if text[4] == "-" else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=ZONE)


__all__ = ["MONTHLY", "WEEKLY", "RhythmicWorld", "local", "rule_book"]
