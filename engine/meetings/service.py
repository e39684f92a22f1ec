"""Commands on meetings: set, open, keep attendance, decide, undo, close, cancel. One method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.cases.office import Office
from engine.cases.refusing import Refused, record
from engine.meetings import deciding
from engine.meetings.access import (
    Seat,
    expected_members,
    must_be_able_to_chair,
    must_be_in_chair,
    must_be_member,
    must_see,
    rules_of,
    seat,
)
from engine.meetings.attendance import Attendance, attendance_problems
from engine.meetings.closing import close
from engine.meetings.deciding import NewDecision, first_refused, recorded
from engine.meetings.setting import NewMeeting, planned
from engine.rules.refusals import Conflict, FieldProblem, FieldsRefused, NotFound, Refusal, Stale
from engine.rules.values import Bad, clean
from engine.store.db import Tx, retried
from engine.store.meetingbook import (
    CANCELLED,
    CLOSED,
    OPEN,
    PLANNED,
    MeetingRow,
    another_is_open,
    drop_decisions,
    fix_agenda,
    insert_meeting,
    put_decisions,
    read_agenda,
    read_meeting,
    settle_agenda,
    update_meeting,
    waiting_at,
)

__all__ = ["Attendance", "MeetingService", "NewDecision", "NewMeeting"]

T = TypeVar("T")
REASON_LENGTH = 500


class MeetingService:
    """The commands of meetings for one installation. All raise Refusal; what is refused is recorded afterwards."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @retried
    def create(self, person: str, wanted: NewMeeting) -> str:
        """Set a meeting; returns its id."""

        def body(tx: Tx) -> str:
            meeting = planned(tx, self.office, person, wanted)
            insert_meeting(tx, meeting)
            return meeting.id

        return self._recording(Refused(person=person, trigger="meeting.create", unit=wanted.unit), body)

    @retried
    def open(self, person: str, meeting_id: str, expected: int) -> None:
        """Fix the agenda; who opens takes the chair. One meeting per unit and gate is open at a time."""

        def body(tx: Tx) -> None:
            meeting, there = self._locked(tx, person, meeting_id, expected, PLANNED)
            must_be_able_to_chair(there, meeting.unit)
            if another_is_open(tx, meeting):
                raise Conflict("another_meeting_open")
            members = expected_members(tx, there.rules, meeting.unit, there.day)
            fix_agenda(tx, meeting, waiting_at(tx, meeting, self.office.rulebook, self.office.home_level))
            opened = replace(meeting, opened_at=there.now, chair=person, expected=members, present=(person,))
            _save(tx, opened, OPEN)

        self._changing(person, meeting_id, "open", body)

    @retried
    def attend(self, person: str, meeting_id: str, expected: int, attendance: Attendance) -> None:
        """Who is there, on leave, sitting in, in the chair, and who writes. Kept by any member while it is open."""

        def body(tx: Tx) -> None:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_member(there, meeting.unit)
            # who holds a member's post may have changed since the opening: a successor can take the chair and close
            meeting = replace(meeting, expected=expected_members(tx, there.rules, meeting.unit, there.day))
            problems = attendance_problems(tx, there, meeting, attendance)
            if problems:
                raise FieldsRefused(problems)
            _save(tx, _attended(meeting, attendance), OPEN)

        self._changing(person, meeting_id, "attendance", body)

    @retried
    def decide(self, person: str, meeting_id: str, expected: int, wanted: Sequence[NewDecision]) -> None:
        """Record decisions, all or none: each is judged now (fields, quorum, right, conditions) and takes effect at
        closing. A case decided before gets the new decision instead. The first refusal there is, is raised."""

        def body(tx: Tx) -> deciding.Refused | None:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(there, meeting)
            refused = first_refused(tx, self.office, meeting, there, wanted)
            if refused is None:
                put_decisions(tx, meeting, [recorded(each, person, there.now) for each in wanted])
                _save(tx, meeting, OPEN)
            return refused

        refused = self._changing(person, meeting_id, "decide", body)
        if refused is not None:
            self._record_decision(person, meeting_id, refused)
            raise refused.refusal

    @retried
    def undo(self, person: str, meeting_id: str, expected: int, case_id: str) -> None:
        """Take back the decision on a case, until closing."""

        def body(tx: Tx) -> None:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(there, meeting)
            if not drop_decisions(tx, meeting, [case_id]):
                raise NotFound("decision")
            _save(tx, meeting, OPEN)

        self._changing(person, meeting_id, "undo", body)

    @retried
    def close(self, person: str, meeting_id: str, expected: int) -> None:
        """Let all decisions take effect in one transaction, carry the rest over, freeze the minutes."""

        def body(tx: Tx) -> None:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(there, meeting)
            settle_agenda(tx, meeting, close(tx, self.office, meeting))
            _save(tx, replace(meeting, closed_at=there.now), CLOSED)

        self._changing(person, meeting_id, "close", body)

    @retried
    def cancel(self, person: str, meeting_id: str, expected: int, reason: str) -> None:
        """Call the meeting off, planned or open: its cases wait on for the next one, and nothing is counted."""

        def body(tx: Tx) -> None:
            meeting, there = self._locked(tx, person, meeting_id, expected, PLANNED, OPEN)
            must_be_able_to_chair(there, meeting.unit)
            drop_decisions(tx, meeting, [item.case_id for item in read_agenda(tx, meeting)])
            _save(tx, replace(meeting, reason=_reason(reason), closed_at=there.now), CANCELLED)

        self._changing(person, meeting_id, "cancel", body)

    def _locked(self, tx: Tx, person: str, meeting_id: str, expected: int, *status: str) -> tuple[MeetingRow, Seat]:
        """The meeting for a change. Raises NotFound, Stale, or Conflict where its status does not allow it."""
        meeting = read_meeting(tx, meeting_id, lock=True)
        if meeting is None:
            raise NotFound("meeting")
        there = seat(tx, self.office, rules_of(self.office, meeting), meeting.meeting, person)
        must_see(there, meeting.unit)
        if meeting.version != expected:
            raise Stale(expected, meeting.version)
        if meeting.status not in status:
            raise Conflict("meeting_status", status=meeting.status)
        return meeting, there

    # --- refusals ----------------------------------------------------------------------------------------------------

    def _changing(self, person: str, meeting_id: str, what: str, body: Callable[[Tx], T]) -> T:
        return self._recording(Refused(person=person, trigger=f"meeting.{what}", meeting_id=meeting_id), body)

    def _recording(self, refused: Refused, body: Callable[[Tx], T]) -> T:
        """Run the body in its transaction; when it refuses, record that in another and raise it."""
        try:
            with self.office.store.begin() as tx:
                return body(tx)
        except Refusal as refusal:
            self._record(refused, refusal)
            raise

    def _record_decision(self, person: str, meeting_id: str, refused: deciding.Refused) -> None:
        decision = refused.decision
        act = Refused(person=person, trigger=decision.trigger, case_id=decision.case_id, meeting_id=meeting_id)
        self._record(act, refused.refusal)

    def _record(self, refused: Refused, refusal: Refusal) -> None:
        """A refused act on a meeting stands in the record under the meeting's unit, a refused decision under its
        case's."""
        with self.office.store.read() as tx:
            meeting = read_meeting(tx, refused.meeting_id) if refused.meeting_id else None
        unit = meeting.unit.code if meeting else refused.unit
        record(self.office, [(replace(refused, unit=unit, meeting_id=meeting.id if meeting else None), refusal)])


def _save(tx: Tx, meeting: MeetingRow, status: str) -> None:
    update_meeting(tx, replace(meeting, status=status, version=meeting.version + 1))


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


def _reason(text: str) -> str:
    try:
        reason = clean(text).strip()
    except Bad as bad:
        raise FieldsRefused((FieldProblem(field="reason", code=bad.code, facts=bad.facts),)) from bad
    if not reason:
        raise FieldsRefused((FieldProblem(field="reason", code="missing"),))
    if len(reason) > REASON_LENGTH:
        facts = {"max_length": REASON_LENGTH, "found": len(reason)}
        raise FieldsRefused((FieldProblem(field="reason", code="too_long", facts=facts),))
    return reason
