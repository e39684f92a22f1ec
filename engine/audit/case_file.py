"""One case for the file: its rows as the reader sees them, the meetings that decided, and whether its chain holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.audit.coverage import Coverage, coverage_of
from engine.audit.moves import MeetingRow, meetings_of
from engine.audit.verify import verify_case
from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.cases.views import CaseView, EventView, see_event
from engine.rules.mask import Sight


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """`events` oldest first, as far as the reader may read. `flawed` are the numbers of rows that do not add up, None
    among them for the case row; empty where every row hangs on the one before it and nothing was changed. `coverage`:
    which of the events a signed state covers."""

    case: CaseView
    events: tuple[EventView, ...]
    meetings: Mapping[str, MeetingRow]
    flawed: tuple[int | None, ...]
    coverage: Coverage


class CaseFileQueries:
    """What a printed case needs."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._cases = CaseQueries(office)

    def read(self, person: str, case_id: str) -> CaseFile:
        """Masked whoever reads: paper goes on to others. The chain is recomputed now, from its first row. Raises
        NotFound, also where the case is out of reach."""
        case = self._cases.get(person, case_id, masked=True)
        events = tuple(see_event(each, Sight.MASKED) for each in self._cases.history(person, case_id))
        with self.office.store.read() as tx:
            flaws = verify_case(tx, self.office.rulebook, case_id)
            meetings = meetings_of(tx, events)
            coverage = coverage_of(tx, self.office, person, case_id, [each.event.seq for each in events])
        flawed = tuple(dict.fromkeys(flaw.seq for flaw in flaws))
        return CaseFile(case=case, events=events, meetings=meetings, flawed=flawed, coverage=coverage)
