"""What the world shows: a case, its history, the meeting, whoever may read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.audit.queries import AuditQueries
from engine.cases.queries import CaseQueries
from engine.cases.views import CaseView, EventView
from engine.meetings.queries import ItemView, MeetingQueries, MeetingView
from engine.rules.refusals import NotFound
from engine.store.casefile import Held, read_case
from engine.store.db import Store

#: The first reads almost every case of the township, unmasked; the others what he may not.
READERS = ("township_party_office", "township_discipline", "township_secretary", "village_clerk")
Seen = TypeVar("Seen")


class Sights:
    """A township at work, as its readers see it. `cases` are the ids by the names of the scenario, `meeting` is the one
    it speaks of."""

    store: Store
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

    def trace(self, case: str) -> str:
        """The hash of the last row of its history: equal when nothing was done."""
        return self._held(case).last_hash
