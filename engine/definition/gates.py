"""Which meeting a state waits for, and which one it was meant to where its `gate` is wrong."""

from __future__ import annotations

from engine.definition.model import State, Workflow


def meant(workflow: Workflow, state: State) -> tuple[str, ...]:
    """The meetings that the rows from here are `via` and that fit the state's level, where none of the rows is `via`
    the `gate` that is written; empty where the gate is not plainly wrong."""
    named = list(dict.fromkeys(meeting for row in workflow.rows_from(state.code) for meeting in row.via))
    if not state.gate or set(state.gate) & set(named):
        return ()
    known = [workflow.meetings[code] for code in named if code in workflow.meetings]
    return tuple(meeting.code for meeting in known if meeting.level == state.level)


def gate_of(workflow: Workflow, state: State) -> tuple[str, ...]:
    """The gate to judge everything else by: a wrong one is told on its state, and nowhere again."""
    return meant(workflow, state) or state.gate
