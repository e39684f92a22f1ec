"""What the acts on a case put on the next agendas: to be ratified, or to be told."""

from __future__ import annotations

from collections.abc import Iterable

from engine.cases.office import Office
from engine.definition.model import Workflow
from engine.rules.attempt import Unit
from engine.rules.reports import reports_of
from engine.rules.state import Event
from engine.store.casefile import Held
from engine.store.reportbook import ReportRow


def agenda_reports(office: Office, held: Held, workflow: Workflow, events: Iterable[Event]) -> list[ReportRow]:
    """The rows to be written with these acts on the case."""
    identity = held.identity
    return [
        ReportRow(
            home=_home_at(office, held.unit, each.unit),
            case_home=identity.home,
            case_id=identity.id,
            seq=event.seq,
            meeting=each.meeting,
            workflow=identity.workflow,
            unit=each.unit,
            kind=each.kind,
            since=event.recorded_at,
        )
        for event in events
        for each in reports_of(workflow, held.unit, event)
    ]


def _home_at(office: Office, unit: Unit, above: str) -> str:
    """The home of a unit on the line of this one."""
    codes, home = [code for _, code in unit.line], office.home_of(unit)
    return home if codes.index(above) >= codes.index(home) else above
