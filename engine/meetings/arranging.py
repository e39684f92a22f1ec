"""Commands around a meeting: give it another day, name who chairs it instead, put a case on its agenda."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.meetings.access import delegable, expected_members, may_chair, must_be_able_to_chair, must_be_in_chair
from engine.meetings.agenda import one_more
from engine.meetings.desk import MeetingDesk, reason_of, save
from engine.rules.fold import local_day
from engine.rules.refusals import FieldProblem, FieldsRefused
from engine.store.agendabook import add_item
from engine.store.db import Tx, retried
from engine.store.meetingbook import OPEN, PLANNED


class ArrangingService(MeetingDesk):
    """All raise Refusal; what is refused is recorded afterwards."""

    @retried
    def move(self, person: str, meeting_id: str, expected: int, at: datetime) -> None:
        """Hold a planned meeting at another time; from then on the rhythm leaves it alone."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, PLANNED)
            must_be_able_to_chair(tx, there, meeting)
            if at <= there.now:
                raise FieldsRefused((FieldProblem(field="at", code="before_now"),))
            save(tx, replace(meeting, at=at, moved=True), PLANNED)

        self.changing(person, meeting_id, "move", body)

    @retried
    def delegate(self, person: str, meeting_id: str, expected: int, to: str, reason: str) -> None:
        """Who may chair and will be away names another member in writing, for this meeting alone. He decides what the
        roles of who named him may decide; what `never` keeps from him is kept from him."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, PLANNED)
            delegable(there, meeting)
            members = expected_members(tx, there.rules, meeting.unit, local_day(there.workflow, meeting.at))
            if to not in members:
                raise FieldsRefused((FieldProblem(field="delegate", code="not_members"),))
            if may_chair(tx, there, meeting, to):
                raise FieldsRefused((FieldProblem(field="delegate", code="chairs_already"),))
            named = replace(
                meeting, delegate=to, delegated_by=person, delegated_at=there.now, delegation=reason_of(reason)
            )
            save(tx, named, PLANNED)

        self.changing(person, meeting_id, "delegate", body)

    @retried
    def add(self, person: str, meeting_id: str, expected: int, case_id: str, reason: str) -> None:
        """Put a case on the agenda that would not be there: it came after the cut-off or the opening, or the meeting
        takes cases by hand alone. Before the opening by who may chair, then by who does."""

        def body(tx: Tx) -> None:
            meeting, there = self.locked(tx, person, meeting_id, expected, PLANNED, OPEN)
            check = must_be_in_chair if meeting.status == OPEN else must_be_able_to_chair
            check(tx, there, meeting)
            item = one_more(tx, self.office, meeting, person, case_id)
            item = replace(item, added_by=person, added_at=there.now, added_reason=reason_of(reason))
            add_item(tx, meeting, item)
            save(tx, meeting, meeting.status)

        self.changing(person, meeting_id, "agenda", body)
