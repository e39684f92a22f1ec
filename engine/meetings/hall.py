"""Reading for the hall: one case before its meeting with what may be decided about it, and what came too late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.cases.reading import attempt_to_read
from engine.cases.views import CaseView
from engine.definition.model import SYSTEM
from engine.meetings.access import (
    Seat,
    in_meeting,
    is_quorate,
    may_chair,
    must_see,
    principal,
    rules_of,
    seat,
    stands_in,
)
from engine.meetings.agenda import agenda_now
from engine.rules.attempt import Attempt
from engine.rules.explain import Offer, explain
from engine.rules.foretelling import Proposal, latest_days, proposals
from engine.rules.refusals import NotFound
from engine.store import register
from engine.store.agendabook import waiting_at
from engine.store.casefile import Held, read_case
from engine.store.db import Tx
from engine.store.meetingbook import OPEN, MeetingRow, read_meeting

__all__ = ["HallQueries", "Proposal", "Tabled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tabled:
    """One case before a meeting. `decisions` are the rows of this meeting and `others` what may be done outside it,
    each with what refuses it now. `proposals`: trigger -> dates for its `due`, the rules' own first; `latest`: trigger
    -> date field -> the last day its conditions allow. `carried`: how often it was carried over in this stay.
    `cluster` is the unit of the lowest level where the matter is."""

    decisions: tuple[Offer, ...]
    others: tuple[Offer, ...]
    proposals: Mapping[str, tuple[Proposal, ...]]
    latest: Mapping[str, Mapping[str, date]]
    carried: int
    cluster: str | None


class HallQueries:
    """The reads of the hall for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def tabled(self, person: str, meeting_id: str, case_id: str) -> Tabled:
        """The case as it stands before the meeting. Raises NotFound, also where either is out of reach."""
        with self.office.store.read() as tx:
            meeting, there = self._seen(tx, person, meeting_id)
            held = read_case(tx, case_id)
            if held is None or not CaseQueries(self.office).open_to(tx, [held], person):
                raise NotFound("case")
            return self._tabled(tx, meeting, there, held)

    def late(self, person: str, meeting_id: str) -> list[CaseView]:
        """What waits at a gate of the meeting and is not on its agenda, as lists show it: what came too late, and for a
        meeting that takes cases by hand whatever waits. The chair may add it. Raises NotFound."""
        with self.office.store.read() as tx:
            meeting, there = self._seen(tx, person, meeting_id)
            listed = {item.case_id for item in agenda_now(tx, self.office, meeting)}
            queries = CaseQueries(self.office)
            late = [held for held in self._waiting(tx, meeting, there) if held.identity.id not in listed]
            return queries.views(tx, queries.open_to(tx, late, person))

    def _waiting(self, tx: Tx, meeting: MeetingRow, there: Seat) -> list[Held]:
        """By the meetings to which the gates belong first."""
        gates = (state.gate for state in there.workflow.states.values() if meeting.meeting in state.gate)
        owners = [replace(meeting, meeting=kind) for kind in sorted({gate[0] for gate in gates})]
        book, level = self.office.rulebook, self.office.home_level
        return [held for owner in owners for held in waiting_at(tx, owner, book, level)]

    def chairs(self, person: str, meeting_id: str) -> tuple[str, ...]:
        """Of those expected the ones who may chair it today. Raises NotFound."""
        with self.office.store.read() as tx:
            meeting, there = self._seen(tx, person, meeting_id)
            held = register.holders_at(tx, meeting.unit.code, there.rules.members, there.day)
            members = dict.fromkeys(each for people in held.values() for each in people)
            return tuple(each for each in members if may_chair(tx, there, meeting, each))

    def _seen(self, tx: Tx, person: str, meeting_id: str) -> tuple[MeetingRow, Seat]:
        meeting = read_meeting(tx, meeting_id)
        if meeting is None:
            raise NotFound("meeting")
        there = seat(tx, self.office, rules_of(self.office, meeting), meeting.meeting, person)
        must_see(there, meeting.unit)
        return meeting, there

    def _tabled(self, tx: Tx, meeting: MeetingRow, there: Seat, held: Held) -> Tabled:
        attempt = self._attempt(tx, meeting, there, held)
        rows = [row for row in attempt.workflow.rows_from(held.state.state) if row.by != (SYSTEM,)]
        ours = [row for row in rows if meeting.meeting in row.via]
        others = tuple(offer for offer in explain(attempt) if not offer.row.via)
        work = attempt.work
        return Tabled(
            decisions=self._decisions(tx, meeting, there, attempt),
            others=others,
            proposals={
                row.trigger: proposals(attempt.workflow, attempt.case, row, work, attempt.now) for row in ours
            } if work else {},
            latest={row.trigger: latest_days(row, work, attempt.today) for row in ours} if work else {},
            carried=held.state.stay.carried,
            cluster=held.unit.at(attempt.workflow.lowest.code),
        )  # fmt: skip

    def _attempt(self, tx: Tx, meeting: MeetingRow, there: Seat, held: Held) -> Attempt:
        lookups = Lookups(tx, self.office)
        person = there.actor.person
        attempt = attempt_to_read(tx, self.office, held, person, now=there.now, lookups=lookups)
        rows = attempt.workflow.rows_from(held.state.state)
        behind = meeting.delegated_by if person == meeting.delegate else None
        world = lookups.world(attempt.workflow, rows, attempt.case, person, None, attempt.now, behind=behind)
        work = self.office.rulebook.pinned(*held.identity.file).work(held.unit)
        return replace(attempt, world=world, work=work)

    def _decisions(self, tx: Tx, meeting: MeetingRow, there: Seat, attempt: Attempt) -> tuple[Offer, ...]:
        """What this meeting may decide; as long as it is not open nothing can be judged, and nothing is offered."""
        if meeting.status != OPEN:
            return ()
        person, rules = there.actor.person, there.rules
        found = []
        for trigger in dict.fromkeys(row.trigger for row in attempt.workflow.rows_from(attempt.case.source)):
            context = in_meeting(
                there.workflow, rules, meeting, trigger, agenda_no=None, quorate=is_quorate(rules, meeting),
                stands_in=stands_in(tx, rules, meeting, person, there.day),
                principal=principal(tx, meeting, person, there.day),
            )  # fmt: skip
            offers = explain(replace(attempt, meeting=context, today=context.day))
            found += [each for each in offers if each.row.trigger == trigger and meeting.meeting in each.row.via]
        return tuple(found)
