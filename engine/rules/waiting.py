"""What waits for whom: which posts may move a case on, and which cases a meeting's agenda holds."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition.model import START, Workflow


def states_waiting_for(workflow: Workflow) -> Mapping[str, frozenset[str]]:
    """Role -> open states that a post of the role may let a case leave (a row to another state names it in `by`)."""
    waiting: dict[str, set[str]] = {role: set() for role in workflow.roles}
    for row in workflow.rows:
        if row.stays or row.sources == (START,):
            continue
        for role in set(row.by) & set(workflow.roles):
            waiting[role] |= {state for state in row.sources if not workflow.states[state].final}
    return {role: frozenset(states) for role, states in waiting.items()}


def states_at_gate(workflow: Workflow, meeting: str) -> frozenset[str]:
    """States whose cases come to this meeting's agenda by themselves: those that name it first as their gate."""
    return frozenset(state.code for state in workflow.states.values() if state.gate[:1] == (meeting,))
