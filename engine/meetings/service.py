"""Commands on meetings: set, open, keep attendance, decide, undo, close, cancel. One method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.cases.refusing import Refused
from engine.meetings import deciding
from engine.meetings.access import expected_members, must_be_able_to_chair, must_be_in_chair, must_be_member
from engine.meetings.agenda import live_agenda
from engine.meetings.attendance import Attendance, attendance_problems
from engine.meetings.closing import close
from engine.meetings.deciding import NewDecision, first_refused, kept_out, recorded
from engine.meetings.desk import MeetingDesk, reason_of, save
from engine.meetings.queueing import queue_stuck
from engine.meetings.setting import NewMeeting, numbered, planned
from engine.rules.refusals import Conflict, FieldsRefused, NotFound
from engine.store.agendabook import drop_decisions, fix_agenda, put_decisions, read_agenda, settle_agenda
from engine.store.db import Tx, retried
from engine.store.meetingbook import (
    CANCELLED,
    CLOSED,
    OPEN,
    PLANNED,
    MeetingRow,
    another_is_open,
    insert_meetings,
)
from engine.store.reportbook import free_reports, take_reports

__all__ = ["Attendance", "MeetingService", "NewDecision", "NewMeeting"]


class MeetingService(MeetingDesk):
    """The commands of meetings for one installation. All raise Refusal; what is refused is recorded afterwards.
    `after_closing` is told the id of each meeting once it is closed; it must not raise."""

    def __init__(self, office: Office, after_closing: Callable[[str], None] = lambda _: None) -> None:
        super().__init__(office)
        self._after_closing = after_closing

    @retried
    def create(self, person: str, wanted: NewMeeting) -> str:
        """Set a meeting; returns its id."""

        def body(tx: Tx) -> str:
            meeting = planned(tx, self.office, person, wanted)
            insert_meetings(tx, [meeting])
            return meeting.id

        return self.recording(Refused(person=person, trigger="meeting.create", unit=wanted.unit), body)

    @retried
    def open(self, person: str, meeting_id: str, expected: int) -> None:
        """Fix the agenda; who opens takes the chair. One meeting per unit and gate is open at a time."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, PLANNED)
            must_be_able_to_chair(tx, there, meeting)
            if another_is_open(tx, meeting):
                raise Conflict("another_meeting_open")
            members = expected_members(tx, there.rules, meeting.unit, there.day)
            fix_agenda(tx, meeting, live_agenda(tx, self.office, meeting))
            take_reports(tx, meeting)
            opened = replace(meeting, opened_at=there.now, chair=person, expected=members, present=(person,))
            save(tx, numbered(tx, there, opened), OPEN)

        self.changing(person, meeting_id, "open", body)

    @retried
    def attend(self, person: str, meeting_id: str, expected: int, attendance: Attendance) -> None:
        """Who is there, on leave, sitting in, in the chair, and who writes. Kept by any member while it is open."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, OPEN)
            must_be_member(there, meeting.unit)
            # who holds a member's post may have changed since the opening: a successor can take the chair and close
            meeting = replace(meeting, expected=expected_members(tx, there.rules, meeting.unit, there.day))
            problems = attendance_problems(tx, there, meeting, attendance)
            if problems:
                raise FieldsRefused(problems)
            save(tx, _attended(meeting, attendance), OPEN)

        self.changing(person, meeting_id, "attendance", body)

    @retried
    def decide(self, person: str, meeting_id: str, expected: int, wanted: Sequence[NewDecision]) -> None:
        """Record decisions, all or none: each is judged now (fields, quorum, right, conditions) and takes effect at
        closing. A case decided before gets the new decision instead. The first refusal there is, is raised."""

        def body(tx: Tx) -> deciding.Refused | None:
            meeting, there = self.locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(tx, there, meeting)
            refused = first_refused(tx, self.office, meeting, there, wanted)
            if refused is None:
                put_decisions(tx, meeting, [recorded(each, person, there.now) for each in wanted])
                save(tx, meeting, OPEN)
            return refused

        self._must_not_be_refused(person, meeting_id, self.changing(person, meeting_id, "decide", body))

    @retried
    def undo(self, person: str, meeting_id: str, expected: int, case_id: str) -> None:
        """Take back the decision on a case, until closing. Who must keep out of deciding it must keep out of this."""

        def body(tx: Tx) -> deciding.Refused | None:
            meeting, there = self.locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(tx, there, meeting)
            known = deciding.agenda_of(tx, Lookups(tx, self.office), meeting, there)
            if case_id not in known or known[case_id].decided is None:
                raise NotFound("decision")
            refused = kept_out(tx, self.office, meeting, there, known[case_id])
            if refused is None:
                drop_decisions(tx, meeting, [case_id])
                save(tx, meeting, OPEN)
            return refused

        self._must_not_be_refused(person, meeting_id, self.changing(person, meeting_id, "undo", body))

    @retried
    def close(self, person: str, meeting_id: str, expected: int) -> None:
        """Let all decisions take effect in one transaction, carry the rest over, freeze the minutes."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(tx, there, meeting)
            closed = close(tx, self.office, meeting)
            settle_agenda(tx, meeting, closed.items)
            queue_stuck(tx, self.office, meeting, closed)
            save(tx, replace(meeting, closed_at=there.now), CLOSED)

        self.changing(person, meeting_id, "close", body)
        self._after_closing(meeting_id)

    @retried
    def cancel(self, person: str, meeting_id: str, expected: int, reason: str) -> None:
        """Call the meeting off, planned or open: its cases wait on for the next one, and nothing is counted; the next
        one has its number."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, PLANNED, OPEN)
            must_be_able_to_chair(tx, there, meeting)
            drop_decisions(tx, meeting, [item.case_id for item in read_agenda(tx, meeting)])
            free_reports(tx, meeting)
            called_off = replace(meeting, reason=reason_of(reason), closed_at=there.now, year=None, number=None)
            save(tx, called_off, CANCELLED)

        self.changing(person, meeting_id, "cancel", body)

    def _must_not_be_refused(self, person: str, meeting_id: str, refused: deciding.Refused | None) -> None:
        """What was refused stands in the record of its case, and is raised."""
        if refused is None:
            return
        decision = refused.decision
        act = Refused(person=person, trigger=decision.trigger, case_id=decision.case_id, meeting_id=meeting_id)
        self.record(act, refused.refusal)
        raise refused.refusal


def _attended(meeting: MeetingRow, attendance: Attendance) -> MeetingRow:
    """Each name once, however often it was given."""
    return replace(
        meeting,
        present=tuple(dict.fromkeys(attendance.present)),
        on_leave=tuple(dict.fromkeys(attendance.on_leave)),
        observers=tuple(dict.fromkeys(attendance.observers)),
        chair=attendance.chair or meeting.chair,
        recorder=attendance.recorder,
    )
