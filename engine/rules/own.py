"""Rows that stand in histories although no file writes them: the engine's own. Only the engine fires them, as
`system`; their triggers are reserved (S14), so no file has one and nobody can ask for it. They stay, and change nothing
of the case but its version; what they tell stands in `facts`, which hold no fields."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition.model import RECOMPUTE, SAME, SYSTEM, Row, Target, Title, Value, Workflow
from engine.rules.state import Event

OWN: Mapping[str, Row] = {
    RECOMPUTE: Row(
        index=0,
        trigger=RECOMPUTE,
        title=Title(zh="日历更新，重算期限", en="Deadlines computed anew: the calendar changed"),
        sources=(),
        targets=(Target(to=SAME),),
        by=(SYSTEM,),
    )
}
#: An own row stands in no line of the file.
NO_LINE = 0


def is_own(event: Event) -> bool:
    return event.trigger in OWN


def row_of(workflow: Workflow, event: Event) -> Row | None:
    """The row that an event was fired by; None where an edited draft has it no more."""
    return OWN.get(event.trigger) or workflow.row(event.trigger, event.source)


def given(event: Event) -> Mapping[str, Value]:
    """What the event gave or set, by field: an own row gives nothing."""
    return {} if is_own(event) else event.facts
