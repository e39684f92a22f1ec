"""Soundness: what is wrong with a workflow although every line of its file can be read (S02 to S10, S16 to S38)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from engine.definition.check_at import At
from engine.definition.check_conditions import of_conditions
from engine.definition.check_cycles import of_cycles
from engine.definition.check_meetings import of_agendas, of_gates
from engine.definition.check_personal import of_personal
from engine.definition.check_replaces import Former, nowhere, of_replaced
from engine.definition.check_rows import of_openings, of_people, of_rows
from engine.definition.check_states import of_clocks, of_handlers, of_states, of_ways
from engine.definition.check_system import of_system
from engine.definition.check_use import of_use
from engine.definition.findings import Finding
from engine.definition.loader import Reading, has_error, read_draft
from engine.definition.model import Workflow
from engine.definition.report import in_order, with_triggers
from engine.definition.travel import explore

_PARTS: tuple[Callable[[At], Iterator[Finding]], ...] = (
    of_rows, of_openings, of_people, of_gates, of_agendas, of_states, of_ways, of_clocks, of_handlers, of_system,
    of_use, of_personal, of_conditions, of_cycles,
)  # fmt: skip


#: Parts that only warn: a server that starts does not wait for them.
_WARNING = (of_handlers, of_use, of_personal, of_conditions)


def check_workflow(workflow: Workflow, former: Former = nowhere, *, warnings: bool = True) -> tuple[Finding, ...]:
    """All that is unsound, in the order of its places; empty for a workflow that has nothing wrong with it. `former`
    finds the version that this one replaces. Without `warnings`, the errors are all there and few warnings."""
    at = At(workflow, explore(workflow))
    parts = [part for part in _PARTS if warnings or part not in _WARNING]
    if not warnings and not workflow.clocks:
        parts.remove(of_cycles)
    found = [*(finding for part in parts for finding in part(at)), *of_replaced(at, former)]
    return in_order(with_triggers(found, workflow))


def examine(data: bytes, file: str, former: Former = nowhere, *, warnings: bool = True) -> Reading:
    """Reads and checks a file. Where it cannot be read in full, what does not hang on the unread parts is checked
    all the same. `workflow` is None exactly when the loader found an error; an unsound one is there."""
    draft = read_draft(data, file)
    if draft.workflow is None:
        return draft
    if has_error(draft):
        findings = tuple(_check_rest(draft.workflow, draft.findings))
    else:
        findings = check_workflow(draft.workflow, former, warnings=warnings)
    workflow = None if has_error(draft) else draft.workflow
    return Reading(workflow=workflow, findings=in_order([*draft.findings, *findings]))


def _check_rest(draft: Workflow, errors: tuple[Finding, ...]) -> list[Finding]:
    """What can be said of a draft with errors: about rows without any, and about the whole where its parts are. Nothing
    is known there but levels, and no warnings are given."""
    broken = {_part(error.path) for error in errors}
    whole = replace(draft, rows=tuple(row for row in draft.rows if f"transitions[{row.index}]" not in broken))
    sections = {part.split("[")[0] for part in broken}
    has_states = not sections & {"", "states", "groups.states"}
    has_ways = has_states and not sections & {"levels", "transitions"}
    at = At(whole, explore(whole, blind=True) if has_ways else None)
    parts: list[Callable[[At], Iterator[Finding]]] = []
    if has_states:
        parts += [of_rows, of_states]
    if has_states and not sections & {"levels", "meetings"}:
        parts.append(of_gates)
    if has_ways:
        parts.append(of_ways)
    if not sections & {"", "transitions"}:
        parts.append(of_openings)
    return with_triggers([finding for part in parts for finding in part(at)], draft)


def _part(path: str) -> str:
    """The part of a file that soundness may hang on: a section, a row, a kind of groups."""
    parts = path.split(".")
    return ".".join(parts[:2]) if parts[0] == "groups" else parts[0]
