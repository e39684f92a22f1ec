"""Where and under which rules a case may be opened, before the rules themselves are asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.cases.door import Act, Opening
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import START, Workflow
from engine.rules.attempt import Actor, Attempt, Command, Snapshot, Unit
from engine.rules.explain import Offer, explain
from engine.rules.fold import local_day
from engine.rules.machine import Compiled
from engine.rules.reading import may_read
from engine.rules.refusals import FieldProblem, FieldsRefused, NotFound
from engine.store import register
from engine.store.db import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCase:
    """`workflow` is `key` or `key/version`, None for the default one; an empty trigger means the first from `start`.
    `entered_late`: an old case, of which nobody is told (补录)."""

    unit: str
    command: Command
    workflow: str | None = None
    entered_late: bool = False


def opening_act(tx: Tx, office: Office, lookups: Lookups, person: str, wanted: OpenCase) -> Act:
    """The act to be judged. Raises FieldsRefused."""
    compiled = office.rulebook.find(wanted.workflow or office.default_workflow)
    unit = unit_in_reach(tx, office, lookups, person, wanted.unit, compiled)
    if compiled is None or unit is None:
        raise FieldsRefused(_unknown(compiled, unit))
    _refuse_too_high(compiled.workflow, unit)
    command = replace(wanted.command, trigger=opening_trigger(office, wanted))
    opening = Opening(compiled=compiled, unit=unit)
    return Act(person=person, command=command, opening=opening, entered_late=wanted.entered_late)


def offers_to_open(tx: Tx, office: Office, person: str, code: str, name: str | None) -> tuple[Offer, ...]:
    """The rows from `start`, with what refuses each at this unit. Raises NotFound for a unit out of reach and for rules
    that open nothing, FieldsRefused for a unit where these rules decide nothing."""
    compiled = office.rulebook.find(name or office.default_workflow)
    lookups = Lookups(tx, office)
    unit = unit_in_reach(tx, office, lookups, person, code, compiled)
    if compiled is None or unit is None:
        raise NotFound("unit" if unit is None else "workflow")
    _refuse_too_high(compiled.workflow, unit)
    attempt = _attempt_to_open(tx, office, lookups, person, compiled, unit)
    if not may_read(attempt):
        raise NotFound("unit")
    return explain(attempt)


def _attempt_to_open(tx: Tx, office: Office, lookups: Lookups, person: str, compiled: Compiled, unit: Unit) -> Attempt:
    workflow, now = compiled.workflow, office.clock.now(tx)
    day = local_day(workflow, now)
    rows = workflow.rows_from(START)
    case = Snapshot(id="", home=office.home_of(unit), unit=unit, state=None)
    return Attempt(
        workflow=workflow,
        case=case,
        actor=lookups.actor(person, day),
        row=rows[0],
        given={},
        world=lookups.world(workflow, rows, case, person, None, now),
        now=now,
        today=day,
        work=compiled.work(unit),
    )


def opening_trigger(office: Office, wanted: OpenCase) -> str:
    """As it was asked for, else the first opening of the rules; empty where neither is known."""
    compiled = office.rulebook.find(wanted.workflow or office.default_workflow)
    return wanted.command.trigger or (compiled.workflow.rows_from(START)[0].trigger if compiled else "")


def unit_in_reach(tx: Tx, office: Office, lookups: Lookups, person: str, code: str,
                  compiled: Compiled | None) -> Unit | None:  # fmt: skip
    """The unit, where a post of a role that these rules name (any rules, where they are unknown) reaches it. One out of
    reach answers like an unknown one, whatever else is wrong."""
    unit = register.find_unit(tx, code)
    if unit is None:
        return None
    now = office.clock.now(tx)
    workflows = [each.workflow for each in ([compiled] if compiled else office.rulebook.all())]
    reached = (_reached(each, lookups.actor(person, local_day(each, now)), unit) for each in workflows)
    return unit if any(reached) else None


def _reached(workflow: Workflow, actor: Actor, unit: Unit) -> bool:
    return any(post.role in workflow.roles and post.reaches(unit) for post in actor.posts)


def _unknown(compiled: Compiled | None, unit: Unit | None) -> tuple[FieldProblem, ...]:
    workflow = [FieldProblem(field="workflow", code="unknown_workflow")] * (compiled is None)
    return (*workflow, *[FieldProblem(field="unit", code="unknown_unit")] * (unit is None))


def _refuse_too_high(workflow: Workflow, unit: Unit) -> None:
    """A case belongs to a unit whose line has one at every level where something is decided."""
    lowest = workflow.lowest.code
    decided = {state.level for state in workflow.states.values() if state.level}
    if any(unit.at(level) is None for level in decided | {lowest}):
        problem = FieldProblem(field="unit", code="unit_too_high", facts={"level": lowest})
        raise FieldsRefused((problem,), workflow=workflow)
