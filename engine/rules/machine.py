"""The compiled workflow: one shared `transitions.Machine` per version picks the move. Only this file imports
`transitions`.

The machine holds no case: it is fired with a throw-away token that carries the state and a judge. Each entry's guard
asks the judge and answers exactly True or False; why it was False the judge remembers, because `transitions` has no
place for a reason. `back` and `closer` become one entry per possible target, each asking whether it is the one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from transitions import Machine, MachineError

from engine.definition.calendar import Calendar
from engine.definition.model import BACK, CLOSER, SAME, START, Row, Target, Workflow
from engine.rules.attempt import Unit
from engine.rules.serving import not_run
from engine.rules.worktime import Worktime


class Judge(Protocol):
    """Answers for one attempt: may this row be fired, by this target, to this state?"""

    def allows(self, row: Row, target: Target, state: str) -> bool:
        """True only when the row's own judgement passed and this is the destination."""


class Token:
    """What `transitions` moves about instead of a case."""

    __slots__ = ("chosen", "judge", "state")

    def __init__(self, state: str, judge: Judge) -> None:
        self.state = state
        self.judge = judge
        self.chosen: Target | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the machine went, and by which entry of `to`."""

    target: Target
    state: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A workflow and its machine, made once per version and shared by all threads."""

    workflow: Workflow
    machine: Machine
    runs_whole: bool = True  #: this release carries out all of it
    calendar: Calendar | None = None

    def work(self, unit: Unit, calendar: Calendar | None = None) -> Worktime | None:
        """The working time of a place, by another version of the calendar where one is given; None where the workflow
        counts none."""
        if self.calendar is None:
            return None
        chosen = calendar or self.calendar
        return Worktime.of(self.workflow, chosen.of_line(code for _, code in unit.line))

    def knows(self, trigger: str, state: str) -> bool:
        event = self.machine.events.get(trigger)
        return event is not None and state in event.transitions

    def move(self, trigger: str, state: str, judge: Judge) -> Destination | None:
        """Fire the trigger; None when no entry's guard let it through. Raises MachineError where `knows` is False."""
        token = Token(state, judge)
        if not self.machine.events[trigger].trigger(token):
            return None
        if token.chosen is None:
            raise MachineError(f"{trigger} moved without a guard")
        return Destination(token.chosen, token.state)


def compile_workflow(workflow: Workflow, calendar: Calendar | None = None) -> Compiled:
    """Build the machine of a checked workflow. Costs milliseconds: once per version, never per case."""
    machine = Machine(
        model=None, states=[START, *workflow.states], initial=START, auto_transitions=False, send_event=True
    )
    for row in workflow.rows:
        for source in row.sources:
            for target in row.targets:
                _add(machine, workflow, row, source, target)
    return Compiled(workflow, machine, runs_whole=not not_run(workflow), calendar=calendar)


def _add(machine: Machine, workflow: Workflow, row: Row, source: str, target: Target) -> None:
    for state in _possible(workflow, source, target.to):
        internal = target.to == SAME
        guard = _guard(row, target, state)
        machine.add_transition(row.trigger, source, None if internal else state, conditions=[guard])


def _possible(workflow: Workflow, source: str, to: str) -> list[str]:
    if to == SAME:
        return [source]
    if to == BACK:
        return list(workflow.states)
    if to == CLOSER:
        return [state.code for state in workflow.states.values() if state.handling]
    return [to]


def _guard(row: Row, target: Target, state: str) -> Callable[[Any], bool]:
    def allowed(event: Any) -> bool:
        token: Token = event.model
        if token.judge.allows(row, target, state) is not True:
            return False
        token.chosen = target
        return True

    return allowed
