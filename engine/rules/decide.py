"""May this act happen, and what does it do? `decide` is pure: the same arguments give the same answer years later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.definition.model import Row, Slot, Target
from engine.rules.attempt import Actor, Attempt, Command, InMeeting, Snapshot, World
from engine.rules.clocks import latest_due
from engine.rules.concern import judge_charge, judge_down
from engine.rules.conditions import holds
from engine.rules.effects import event_of
from engine.rules.fold import apply, local_day
from engine.rules.judge import judge_fields, judge_people, judge_via, judge_when, leads
from engine.rules.machine import Compiled
from engine.rules.reading import may_read, read_until
from engine.rules.refusals import (
    FieldProblem,
    FieldsRefused,
    NoDestination,
    NotFound,
    NotInState,
    Recused,
    Refusal,
    Stale,
    rule_line,
)
from engine.rules.state import CaseState, Event
from engine.rules.values import Bad, Frame, read_behalf, read_note, read_values


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the act does: the event to append, and the case after it."""

    event: Event
    state: CaseState


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """All that one decision needs. `expected` is the version the caller saw; None where the caller holds the lock."""

    case: Snapshot
    actor: Actor
    command: Command
    world: World
    now: datetime
    expected: int | None = None
    meeting: InMeeting | None = None


def decide(compiled: Compiled, request: Request) -> Decision | Refusal:
    """Judge in the order of language.md section 5: reach, version, from, via, never, by, fields, when, destination."""
    workflow, case, command = compiled.workflow, request.case, request.command
    row = workflow.row(command.trigger, case.source)
    attempt = make_attempt(compiled, request, row)
    if not may_read(attempt):
        return out_of_reach(case)
    if read_until(attempt) is not None:
        return Recused(workflow)
    if request.expected is not None and request.expected != case.version:
        return Stale(request.expected, case.version)
    if row is None:
        return _no_row(compiled, request)
    judge = RowJudge(attempt, _problems(compiled, request, row, attempt))
    destination = compiled.move(command.trigger, case.source, judge)
    if destination is None:
        return judge.refusal or NoDestination(workflow, row)
    event = event_of(attempt, request.command, destination)
    kept_out = judge_down(attempt, event)
    if kept_out is not None:
        return kept_out
    state = apply(workflow, case.state, event)
    return _late_due(attempt, event, state) or Decision(event=event, state=state)


def _late_due(attempt: Attempt, event: Event, state: CaseState) -> Refusal | None:
    """A date given in place of a clock's is no later than the rule allows, unless the row extends that clock."""
    latest = latest_due(attempt.workflow, state, event, attempt.row, attempt.work)
    if latest is None:
        return None
    name, given = next((n, v) for n, v in event.facts.items() if attempt.workflow.fields[n].fills is Slot.DUE)
    if given <= latest.isoformat():
        return None
    problem = FieldProblem(field=name, code="after_limit", facts={"latest": latest.isoformat()})
    line = rule_line(attempt.workflow, attempt.row, "needs")
    return FieldsRefused((problem,), workflow=attempt.workflow, refused_by=line)


def out_of_reach(case: Snapshot) -> Refusal:
    """A case out of reach is absent; at the opening it is the unit that cannot be found."""
    if case.state is None:
        return FieldsRefused((FieldProblem(field="unit", code="unknown_unit"),))
    return NotFound("case")


def _no_row(compiled: Compiled, request: Request) -> Refusal:
    trigger = request.command.trigger
    if trigger not in compiled.workflow.triggers:
        return FieldsRefused((FieldProblem(field="trigger", code="unknown_trigger", facts={"given": trigger}),))
    return NotInState(compiled.workflow, trigger, request.case.source)


def make_attempt(compiled: Compiled, request: Request, row: Row | None) -> Attempt:
    workflow = compiled.workflow
    today = request.meeting.day if request.meeting else local_day(workflow, request.now)
    frame = Frame(today=today, known=request.world.known, files=request.world.files)
    row = row or workflow.rows[0]
    return Attempt(
        workflow=workflow,
        case=request.case,
        actor=request.actor,
        row=row,
        given=read_values(workflow, row, request.command.data, frame).values,
        world=request.world,
        now=request.now,
        today=today,
        meeting=request.meeting,
        work=compiled.work(request.case.unit),
        behalf=request.command.behalf if isinstance(request.command.behalf, str) else None,
    )


def _problems(compiled: Compiled, request: Request, row: Row, attempt: Attempt) -> tuple[FieldProblem, ...]:
    frame = Frame(today=attempt.today, known=request.world.known, files=request.world.files)
    found = read_values(compiled.workflow, row, request.command.data, frame).problems
    return found + _problems_around(request, frame)


def _problems_around(request: Request, frame: Frame) -> tuple[FieldProblem, ...]:
    """What is wrong with the note, the person acted for, and the times."""
    command, problems = request.command, []
    try:
        read_note(command.note or "")
    except Bad as bad:
        problems.append(FieldProblem(field="note", code=bad.code, facts=bad.facts))
    try:
        if command.behalf is not None:
            read_behalf(command.behalf, frame)
    except Bad as bad:
        problems.append(FieldProblem(field="on_behalf_of", code=bad.code, facts=bad.facts))
    if command.occurred_at is not None and command.occurred_at > request.now:
        problems.append(FieldProblem(field="occurred_at", code="after_now"))
    times = (("occurred_at", command.occurred_at), ("client_at", command.client_at))
    problems += [FieldProblem(field=name, code="bad_time") for name, at in times if at and not 1900 < at.year < 2200]
    return tuple(problems)


class RowJudge:
    """Judges the row once, remembers the refusal, and tells the machine which entry of `to` is the destination."""

    def __init__(self, attempt: Attempt, problems: tuple[FieldProblem, ...]) -> None:
        self.attempt = attempt
        self.refusal = (
            judge_via(attempt)
            or judge_people(attempt)
            or judge_fields(attempt, problems)
            or judge_charge(attempt)
            or judge_when(attempt)
        )

    def allows(self, row: Row, target: Target, state: str) -> bool:  # noqa: ARG002 - the machine's entries know it
        return self.refusal is None and leads(self.attempt, target, state) and self._first(target)

    def _first(self, target: Target) -> bool:
        """An entry whose conditions hold is taken; when it leads nowhere, no later entry stands in for it."""
        return all(target is each or not self._holds(each) for each in self._before(target))

    def _before(self, target: Target) -> tuple[Target, ...]:
        targets = self.attempt.row.targets
        return targets[: targets.index(target)]

    def _holds(self, target: Target) -> bool:
        return all(holds(self.attempt, each) is True for each in target.when)
