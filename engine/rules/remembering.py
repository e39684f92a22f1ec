"""A refusal of what the system was to do: what the blocked queue keeps of it, and the refusal again out of that. Pure.

What is kept holds no text of the case: whatever such an act gives stands in the rules file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.definition.model import Row, Value, Workflow
from engine.rules.refusals import (
    CarriedTooOften,
    ConditionRefused,
    Conflict,
    FieldProblem,
    FieldsRefused,
    KeptOut,
    NoDestination,
    NotInState,
    NotNamed,
    NotQuorate,
    OnlyInMeeting,
    Refusal,
    rule_line,
)
from engine.rules.saying import code_of

_BY_ROW: Mapping[str, Callable[[Workflow, Row], Refusal]] = {
    "role": NotNamed,
    "only_in_meeting": OnlyInMeeting,
    "quorum": NotQuorate,
    "destination": NoDestination,
}


def remembered(refusal: Refusal) -> dict[str, Value]:
    """`rule` and `line` of the file that refused, and the values that the refusal's text shows. Ready for JSON."""
    line = refusal.refused_by
    kept: dict[str, Value] = {"rule": line.rule if line else None, "line": line.line if line else None}
    match refusal:
        case ConditionRefused():
            kept["looked_at"] = dict(refusal.facts)
        case FieldsRefused():
            kept["fields"] = [{"field": p.field, "code": p.code, "facts": dict(p.facts)} for p in refusal.problems]
        case CarriedTooOften():
            kept["times"] = refusal.times
    return kept


def again(workflow: Workflow, trigger: str, state: str, code: str, kept: Mapping[str, Value]) -> Refusal:
    """The refusal of this trigger from this state, as it was when `remembered` kept it."""
    row = workflow.row(trigger, state)
    if "fields" in kept:
        return _fields(workflow, row, kept["fields"])
    if row is None:
        return NotInState(workflow, trigger, state)
    if "times" in kept:
        return CarriedTooOften(workflow, row, kept["times"])
    if code.startswith("never:"):
        return KeptOut(workflow, row, code.removeprefix("never:"))
    return _BY_ROW[code](workflow, row) if code in _BY_ROW else _condition(workflow, row, code, kept)


def _fields(workflow: Workflow, row: Row | None, problems: Sequence[Mapping[str, Any]]) -> Refusal:
    line = rule_line(workflow, row, "needs") if row else None
    return FieldsRefused(tuple(FieldProblem(**each) for each in problems), workflow=workflow, refused_by=line)


def _condition(workflow: Workflow, row: Row, code: str, kept: Mapping[str, Value]) -> Refusal:
    """The condition at the line that was noted, else what no line of the file refuses."""
    for each in row.when:
        if each.mark.line == kept["line"] and code_of(each) == code:
            return ConditionRefused(workflow, row, code, each, kept.get("looked_at", {}))
    return Conflict(code)
