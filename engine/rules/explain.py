"""What may this person do now, what is blocked, by which line, and which post could (law 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.definition.model import BACK, CLOSER, SYSTEM, Row, Workflow
from engine.rules.attempt import Attempt, Snapshot
from engine.rules.judge import asked_openly, judge_people, judge_via, judge_when
from engine.rules.people import RELATED
from engine.rules.refusals import NoDestination, Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Could:
    """Who could: a role with the unit or units where its post sits, or a relation (`responsible` …); never a person."""

    name: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One row from the present state. `refusal` is None when the actor may fire it, given its fields."""

    row: Row
    refusal: Refusal | None
    could: tuple[Could, ...]


def explain(attempt: Attempt) -> tuple[Offer, ...]:
    """Every row from the present state but those that only the system fires, in the order of the file.

    A condition on a field that the act itself may give does not block: the form will ask for it.
    """
    rows = attempt.workflow.rows_from(attempt.case.source)
    return tuple(_offer(asked_openly(attempt, row)) for row in rows if row.by != (SYSTEM,))


def _offer(attempt: Attempt) -> Offer:
    refusal = judge_via(attempt) or judge_people(attempt) or judge_when(attempt) or _leads_nowhere(attempt)
    return Offer(row=attempt.row, refusal=refusal, could=who_could(attempt))


def _leads_nowhere(attempt: Attempt) -> Refusal | None:
    case = attempt.case.state
    if all(target.to == BACK for target in attempt.row.targets) and (case is None or case.came_from is None):
        return NoDestination(attempt.workflow, attempt.row)
    if all(target.to == CLOSER for target in attempt.row.targets) and not _has_closer(attempt):
        return NoDestination(attempt.workflow, attempt.row)
    return None


def _has_closer(attempt: Attempt) -> bool:
    case = attempt.case.state
    states = attempt.workflow.states.values()
    return case is not None and any(state.handling and state.level == case.level for state in states)


def who_could(attempt: Attempt) -> tuple[Could, ...]:
    """The names of `by` with the places where such posts sit for this case."""
    return could_act(attempt.workflow, attempt.case, attempt.row.by)


def could_act(workflow: Workflow, case: Snapshot, names: Iterable[str]) -> tuple[Could, ...]:
    """Each name once, with the places where such posts sit for this case; never the system."""
    return tuple(_could(workflow, case, name) for name in dict.fromkeys(names) if name != SYSTEM)


def _could(workflow: Workflow, case: Snapshot, name: str) -> Could:
    if name in RELATED:
        return Could(name=name)
    role = workflow.roles[name]
    if role.by_unit:
        return Could(name=name, units=(*case.state.responsible.units, *case.state.concerned) if case.state else ())
    holder = case.unit.at(role.level)
    return Could(name=name, units=(holder,) if holder else ())
