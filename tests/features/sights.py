"""What the world shows: a case, its history, the meeting, whoever may read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from engine.audit.queries import AuditQueries
from engine.cases.clock_queries import BlockedView, ClockQueries
from engine.cases.queries import CaseQueries
from engine.cases.views import CaseView, EventView
from engine.definition.model import Workflow
from engine.meetings.queries import ItemView, MeetingQueries, MeetingView
from engine.messages.inbox import InboxService, MessageFilter, MessageView
from engine.rules.reckoning import Reckoning
from engine.rules.refusals import NotFound
from engine.store.casefile import Held, read_case
from engine.store.db import Store
from engine.store.meetingbook import CANCELLED
from engine.worker import Worker
from tests.features.words import PLACES, SHANGHAI

#: The first reads almost every case of the township, unmasked; the others what he may not.
READERS = ("township_party_office", "township_discipline", "township_secretary", "village_clerk")
Seen = TypeVar("Seen")


class Sights:
    """A township at work, as its readers see it. `cases` are the ids by the names of the scenario, `meeting` is the one
    it speaks of."""

    store: Store
    rules: Workflow
    worker: Worker
    deadlines: ClockQueries
    inboxes: InboxService
    queries: CaseQueries
    minutes: MeetingQueries
    audit: AuditQueries
    cases: dict[str, str]
    meeting: str

    def settled(self) -> None:
        """Raises AssertionError when something was refused and no step asked for it."""
        raise NotImplementedError

    def held(self, name: str) -> Held:
        """The case as it is, whoever may read it."""
        self.settled()
        return self._held(self.cases[name])

    def _held(self, case: str) -> Held:
        with self.store.read() as tx:
            held = read_case(tx, case)
        assert held is not None
        return held

    def case(self, name: str) -> CaseView:
        """As one who reads all of it sees it."""
        self.settled()
        return self._seen(lambda reader: self.queries.get(reader, self.cases[name]))

    def history(self, name: str) -> list[EventView]:
        self.settled()
        return self._seen(lambda reader: self.queries.history(reader, self.cases[name]))

    def _seen(self, read: Callable[[str], Seen]) -> Seen:
        for reader in READERS[:-1]:
            try:
                return read(reader)
            except NotFound:
                continue
        return read(READERS[-1])

    def agenda(self) -> MeetingView:
        """The meeting the scenario speaks of, with its agenda: live before it is opened, fixed from then on."""
        return self._seen(lambda reader: self.minutes.get(reader, self.meeting))

    def item(self, name: str) -> ItemView | None:
        self.settled()
        return next((item for item in self.agenda().items if item.item.case_id == self.cases[name]), None)

    # --- time --------------------------------------------------------------------------------------------------------

    def sums(self, name: str, clock: str) -> list[Reckoning]:
        """All sums of one clock of the case, in the order they began."""
        self.settled()
        found = self._seen(lambda reader: self.deadlines.clocks(reader, self.cases[name])).clocks
        return [each.reckoning for each in found if each.reckoning.clock.code == clock]

    def running(self, name: str, clock: str) -> Reckoning:
        (found,) = [each for each in self.sums(name, clock) if each.is_running]
        return found

    def messages(self, person: str, name: str) -> list[MessageView]:
        """What he was told of the case up to now, the newest first."""
        self.settled()
        self.worker.once()
        shown = self.inboxes.page(person, MessageFilter(limit=200)).messages
        return [each for each in shown if each.case_id == self.cases[name]]

    def blocked(self, person: str) -> list[BlockedView]:
        """What could not be carried out, as far as he may read it."""
        self.settled()
        self.worker.once()
        return self.deadlines.blocked(person)

    # --- meetings on their rhythm ------------------------------------------------------------------------------------

    def sittings(self, kind: str, first: date, last: date) -> list[MeetingView]:
        """The meetings that the rhythm set between two days and that were not called off, the earliest first."""
        self.settled()
        unit, chair = PLACES[self.rules.meetings[kind].level], self.rules.meetings[kind].chair[0]
        views, _ = self.minutes.page(chair, unit=unit, limit=200)
        found = [each for each in views if each.meeting.meeting == kind and each.meeting.turn]
        stand = [each for each in found if each.meeting.status != CANCELLED]
        return [each for each in reversed(stand) if first <= each.meeting.at.astimezone(SHANGHAI).date() <= last]

    def sitting(self, kind: str, day: date) -> MeetingView:
        """The meeting of that day with its agenda."""
        (found,) = self.sittings(kind, day, day)
        return self._seen(lambda reader: self.minutes.get(reader, found.meeting.id))

    def trace(self, case: str) -> str:
        """The hash of the last row of its history: equal when nothing was done."""
        return self._held(case).last_hash
