"""Commands on meetings: set, open, keep attendance, decide, undo, close, cancel. One method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.cases.door import Act, judge_all
from engine.cases.office import Office
from engine.cases.refusing import Refused, record
from engine.definition.model import Value
from engine.meetings.access import (
    Seat,
    expected_members,
    in_meeting,
    is_quorate,
    must_be_able_to_chair,
    must_be_in_chair,
    must_be_member,
    must_see,
    rules_of,
    seat,
)
from engine.meetings.attendance import Attendance, attendance_problems
from engine.meetings.closing import close
from engine.rules.attempt import Command
from engine.rules.refusals import Conflict, FieldProblem, FieldsRefused, NotFound, Refusal, Stale
from engine.rules.values import Bad, clean
from engine.store import register
from engine.store.db import Tx, retried
from engine.store.meetingbook import (
    CANCELLED,
    CLOSED,
    OPEN,
    PLANNED,
    Decided,
    Item,
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

REASON_LENGTH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMeeting:
    """`workflow` is a key or key/version; None for the default one. `at` is aware."""

    meeting: str
    unit: str
    at: datetime
    workflow: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDecision:
    case_id: str
    trigger: str
    data: dict[str, Value] = field(default_factory=dict)
    note: str | None = None


class MeetingService:
    """The commands of meetings for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @retried
    def create(self, person: str, wanted: NewMeeting) -> str:
        """Set a meeting; returns its id. Raises Refusal."""
        with self.office.store.begin() as tx:
            compiled = self.office.rulebook.find(wanted.workflow or self.office.default_workflow)
            unit = register.find_unit(tx, wanted.unit)
            if compiled is None or wanted.meeting not in compiled.workflow.meetings or unit is None:
                raise FieldsRefused(_unknown(compiled is not None, unit is not None))
            there = seat(tx, self.office, compiled.workflow, wanted.meeting, person)
            if not any(post.role in compiled.workflow.roles and post.reaches(unit) for post in there.actor.posts):
                raise FieldsRefused((FieldProblem(field="unit", code="unknown_unit"),))
            if unit.kind != there.rules.level:
                raise FieldsRefused((FieldProblem(field="unit", code="wrong_level"),))
            must_be_member(there, unit)
            home = self.office.home_of(unit)
            meeting = MeetingRow(
                home=home,
                id=self.office.new_id(home),
                workflow=compiled.workflow.key,
                workflow_version=compiled.workflow.version,
                meeting=wanted.meeting,
                unit=unit,
                at=wanted.at,
            )
            insert_meeting(tx, meeting)
            return meeting.id

    @retried
    def open(self, person: str, meeting_id: str, expected: int) -> None:
        """Fix the agenda; who opens takes the chair. One meeting per unit and gate is open at a time."""
        with self.office.store.begin() as tx:
            meeting, there = self._locked(tx, person, meeting_id, expected, PLANNED)
            must_be_able_to_chair(there, meeting.unit)
            if another_is_open(tx, meeting):
                raise Conflict("another_meeting_open")
            members = expected_members(tx, there.rules, meeting.unit, there.day)
            fix_agenda(tx, meeting, waiting_at(tx, meeting, self.office.rulebook, self.office.home_level))
            opened = replace(meeting, opened_at=there.now, chair=person, expected=members, present=(person,))
            self._save(tx, opened, OPEN)

    @retried
    def attend(self, person: str, meeting_id: str, expected: int, attendance: Attendance) -> None:
        """Who is there, on leave, sitting in, in the chair, and who writes. Kept by any member while it is open."""
        with self.office.store.begin() as tx:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_member(there, meeting.unit)
            problems = attendance_problems(tx, there, meeting, attendance)
            if problems:
                raise FieldsRefused(problems)
            present = replace(
                meeting,
                present=attendance.present,
                on_leave=attendance.on_leave,
                observers=attendance.observers,
                chair=attendance.chair or meeting.chair,
                recorder=attendance.recorder,
            )
            self._save(tx, present, OPEN)

    @retried
    def decide(self, person: str, meeting_id: str, expected: int, wanted: Sequence[NewDecision]) -> None:
        """Record decisions, all or none: each is judged now (fields, quorum, right, conditions) and takes effect at
        closing. A case decided before gets the new decision instead. Raises Refusal, the first there is."""
        refused = Refused(person=person, trigger="", meeting_id=meeting_id)
        try:
            with self.office.store.begin() as tx:
                meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
                must_be_in_chair(there, meeting)
                items = {item.case_id: item for item in read_agenda(tx, meeting)}
                for place, each in enumerate(wanted):
                    refused = Refused(person=person, trigger=each.trigger, case_id=each.case_id, meeting_id=meeting_id)
                    self._judge(tx, meeting, there, items, each, place)
                put_decisions(tx, meeting, [_recorded(each, person, there.now) for each in wanted])
                self._save(tx, meeting, OPEN)
        except Refusal as refusal:
            record(self.office, [(refused, refusal)] if refused.case_id else [])
            raise

    def _judge(self, tx: Tx, meeting: MeetingRow, there: Seat, items: dict[str, Item], wanted: NewDecision,
               place: int) -> None:  # fmt: skip
        item = items.get(wanted.case_id)
        if item is None:
            raise FieldsRefused((FieldProblem(field=f"decisions[{place}].case", code="not_on_agenda"),))
        quorate = is_quorate(there.rules, meeting)
        context = in_meeting(
            there.workflow, there.rules, meeting, wanted.trigger, agenda_no=item.position, quorate=quorate
        )
        command = Command(trigger=wanted.trigger, data=wanted.data, note=wanted.note)
        act = Act(person=there.actor.person, command=command, case_id=wanted.case_id, meeting=context)
        refusal = judge_all(tx, self.office, [act])[0].refusal
        if refusal is not None:
            raise refusal

    @retried
    def undo(self, person: str, meeting_id: str, expected: int, case_id: str) -> None:
        """Take back the decision on a case, until closing."""
        with self.office.store.begin() as tx:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(there, meeting)
            if not drop_decisions(tx, meeting, [case_id]):
                raise NotFound("decision")
            self._save(tx, meeting, OPEN)

    @retried
    def close(self, person: str, meeting_id: str, expected: int) -> None:
        """Let all decisions take effect in one transaction, carry the rest over, freeze the minutes."""
        with self.office.store.begin() as tx:
            meeting, there = self._locked(tx, person, meeting_id, expected, OPEN)
            must_be_in_chair(there, meeting)
            settle_agenda(tx, meeting, close(tx, self.office, meeting))
            self._save(tx, replace(meeting, closed_at=there.now), CLOSED)

    @retried
    def cancel(self, person: str, meeting_id: str, expected: int, reason: str) -> None:
        """Call the meeting off, planned or open: its cases wait on for the next one, and nothing is counted."""
        with self.office.store.begin() as tx:
            meeting, there = self._locked(tx, person, meeting_id, expected, PLANNED, OPEN)
            must_be_able_to_chair(there, meeting.unit)
            drop_decisions(tx, meeting, [item.case_id for item in read_agenda(tx, meeting)])
            self._save(tx, replace(meeting, reason=_reason(reason), closed_at=there.now), CANCELLED)

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

    def _save(self, tx: Tx, meeting: MeetingRow, status: str) -> None:
        update_meeting(tx, replace(meeting, status=status, version=meeting.version + 1))


def _unknown(workflow_known: bool, unit_known: bool) -> tuple[FieldProblem, ...]:
    problems = []
    if not unit_known:
        problems.append(FieldProblem(field="unit", code="unknown_unit"))
    if not workflow_known:
        problems.append(FieldProblem(field="workflow", code="unknown_workflow"))
    return tuple(problems) or (FieldProblem(field="meeting", code="unknown_meeting"),)


def _recorded(wanted: NewDecision, person: str, now: datetime) -> Decided:
    return Decided(
        case_id=wanted.case_id,
        trigger=wanted.trigger,
        data=wanted.data,
        note=wanted.note,
        actor=person,
        decided_at=now,
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
