"""What waits for whom: which posts may move a case on, whose ordinary next step it is, and which cases a meeting's
agenda holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.definition.model import START, SYSTEM, Row, Workflow

#: Relations by which a row may wait for somebody without a post.
_OPENERS = ("opener", "reporter_side")
#: Relations in `never` of which a list can tell whether somebody is in them. Parties and relatives it cannot; whoever
#: was recused has nothing in his lists anyway.
TOLD = ("handler", "opener", "reporter_side", "responsible", "successor")
_IN_CHARGE = ("responsible", "successor")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminder:
    """A step of a clock that calls somebody while a case is in `state`."""

    state: str
    clock: str
    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """What waits for whom under one file, as the ordinary next step. `charged`: states in which it waits for the
    responsible and the successor. `named`: role, or relation to who opened it -> whom its rows keep out -> states.
    `reminded`: role -> steps of clocks with which an alarm waits for it, too."""

    charged: frozenset[str]
    named: Mapping[str, Mapping[tuple[str, ...], frozenset[str]]]
    reminded: Mapping[str, tuple[Reminder, ...]]

    @property
    def states(self) -> frozenset[str]:
        """All in which it waits for somebody."""
        named = (states for ways in self.named.values() for states in ways.values())
        alarms = frozenset(each.state for steps in self.reminded.values() for each in steps)
        return self.charged.union(alarms, *named)


def waits_of(workflow: Workflow) -> Waits:
    """The ordinary next steps. What is being handled waits for who is responsible, what is at a meeting's gate for the
    meeting, what a clock moves on by itself for its time; everything else for the roles of the rows that leave that one
    state. A row from several states (to merge, to recuse …) is no ordinary step."""
    named: dict[str, dict[tuple[str, ...], set[str]]] = {}
    for state, row in _steps(workflow):
        for name in row.by:
            if name in workflow.roles or name in _OPENERS:
                named.setdefault(name, {}).setdefault(_kept_out(workflow, row), set()).add(state)
    for state, name in _paged(workflow):
        named.setdefault(name, {}).setdefault((), set()).add(state)
    frozen = {name: {never: frozenset(states) for never, states in ways.items()} for name, ways in named.items()}
    return Waits(charged=_charged(workflow), named=frozen, reminded=_reminded(workflow))


def _steps(workflow: Workflow) -> Iterator[tuple[str, Row]]:
    """(state, row) of every ordinary step that is not for who is responsible."""
    for row in workflow.rows:
        if len(row.sources) == 1 and not (row.stays or row.via or SYSTEM in row.by):
            (state,) = row.sources
            if state in workflow.states and _is_open(workflow, state) and not workflow.states[state].handling:
                yield state, row


def _is_open(workflow: Workflow, state: str) -> bool:
    """People move it on: it is neither over nor at a meeting's gate."""
    return not (workflow.states[state].final or workflow.states[state].gate)


def _charged(workflow: Workflow) -> frozenset[str]:
    """States of handling, alarms, and those with a row for the responsible or the successor."""
    handling = {state.code for state in workflow.states.values() if state.handling}
    rows = [row for row in workflow.rows if not row.via and set(row.by) & set(_IN_CHARGE)]
    acted = {state for row in rows for state in row.sources if state in workflow.states}
    return frozenset(state for state in handling | acted | _alarms(workflow) if _is_open(workflow, state))


def _alarms(workflow: Workflow) -> frozenset[str]:
    """States for which somebody is paged, and in which whoever was is to answer."""
    paged = {target.to for row in workflow.rows if row.pages for target in row.targets}
    answered = {state for row in workflow.rows if "paged" in row.by for state in row.sources}
    return frozenset(state for state in paged & answered if state in workflow.states and _is_open(workflow, state))


def _paged(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """(state, role) of whom the rows that lead to an alarm page."""
    alarms = _alarms(workflow)
    for row in workflow.rows:
        for target in row.targets:
            if target.to in alarms:
                yield from ((target.to, name) for name in row.pages if name in workflow.roles)


def _reminded(workflow: Workflow) -> dict[str, tuple[Reminder, ...]]:
    found: dict[str, list[Reminder]] = {}
    for state in sorted(_alarms(workflow)):
        for clock in workflow.states[state].runs:
            for number, step in enumerate(workflow.clocks[clock].steps):
                for name in set(step.remind) & set(workflow.roles):
                    found.setdefault(name, []).append(Reminder(state=state, clock=clock, step=number))
    return {name: tuple(steps) for name, steps in found.items()}


def _kept_out(workflow: Workflow, row: Row) -> tuple[str, ...]:
    """Of the row's `never` what a list can tell."""
    return tuple(sorted(name for name in row.never if name in TOLD or name in workflow.roles))


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
