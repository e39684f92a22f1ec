"""What an act puts on the next agendas without asking for a decision: to be ratified (追认), or told (补报). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.definition.model import Workflow
from engine.rules.attempt import Unit
from engine.rules.own import row_of
from engine.rules.state import Event

RATIFY, TOLD = "ratify", "told"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The next meeting of this kind at this unit is to ratify the act, or is told of it."""

    meeting: str
    unit: str
    kind: str


def reports_of(workflow: Workflow, unit: Unit, event: Event) -> list[Report]:
    """Of one act on a case of this unit: each meeting once, to ratify before to be told. A meeting whose level has no
    unit on the line is left out."""
    found: dict[str, Report] = {}
    for kind, code in _meant(workflow, event):
        place = unit.at(workflow.meetings[code].level)
        if place is not None:
            found.setdefault(code, Report(meeting=code, unit=place, kind=kind))
    return list(found.values())


def _meant(workflow: Workflow, event: Event) -> Iterator[tuple[str, str]]:
    """An act that a meeting was to decide and that was done at once, outside, is for the first meeting of its gate."""
    row = row_of(workflow, event)
    assert row is not None
    if row.via and event.meeting is None:
        yield from ((RATIFY, code) for code in workflow.states[event.source].gate[:1])
    yield from ((TOLD, code) for code in row.reports_to)
