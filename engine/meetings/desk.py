"""What the commands on meetings share: the meeting locked for a change, and what was refused kept on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from engine.cases.office import Office
from engine.cases.refusing import Refused, record
from engine.meetings.access import Seat, must_see, rules_of, seat
from engine.rules.refusals import Conflict, FieldProblem, FieldsRefused, NotFound, Refusal, Stale
from engine.rules.values import Bad, clean
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow, read_meeting, update_meeting

T = TypeVar("T")
REASON_LENGTH = 500


class MeetingDesk:
    """The ground of the services of meetings, for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def locked(self, tx: Tx, person: str, meeting_id: str, expected: int, *status: str) -> tuple[MeetingRow, Seat]:
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

    def changing(self, person: str, meeting_id: str, what: str, body: Callable[[Tx], T]) -> T:
        return self.recording(Refused(person=person, trigger=f"meeting.{what}", meeting_id=meeting_id), body)

    def recording(self, refused: Refused, body: Callable[[Tx], T]) -> T:
        """Run the body in its transaction; when it refuses, record that in another and raise it."""
        try:
            with self.office.store.begin() as tx:
                return body(tx)
        except Refusal as refusal:
            self.record(refused, refusal)
            raise

    def record(self, refused: Refused, refusal: Refusal) -> None:
        """A refused act on a meeting stands in the record under the meeting's unit, a refused decision under its
        case's."""
        with self.office.store.read() as tx:
            meeting = read_meeting(tx, refused.meeting_id) if refused.meeting_id else None
        unit = meeting.unit.code if meeting else refused.unit
        record(self.office, [(replace(refused, unit=unit, meeting_id=meeting.id if meeting else None), refusal)])


def save(tx: Tx, meeting: MeetingRow, status: str) -> None:
    """Keep the meeting as it is now, as its next version."""
    update_meeting(tx, replace(meeting, status=status, version=meeting.version + 1))


def reason_of(text: str) -> str:
    """Why something is done, as it is kept. Raises FieldsRefused."""
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
