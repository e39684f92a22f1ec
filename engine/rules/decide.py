"""May this act happen, and what does it do? `decide` is pure: the same arguments give the same answer years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.definition.model import BACK, SAME, START, Row, Setting, Slot, Target, Value
from engine.rules.attempt import Actor, Attempt, Command, InMeeting, Snapshot, World
from engine.rules.conditions import holds
from engine.rules.fold import apply, as_list, local_day
from engine.rules.judge import judge_fields, judge_people, judge_via, judge_when, leads
from engine.rules.machine import Compiled, Destination
from engine.rules.people import acted_through, may_read
from engine.rules.refusals import (
    FieldProblem,
    FieldsRefused,
    NoDestination,
    NotFound,
    NotInState,
    Refusal,
    Stale,
)
from engine.rules.state import NOBODY, CaseState, Charge, Event, Move
from engine.rules.values import Bad, Frame, holds_text, read_behalf, read_note, read_values


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
    if request.expected is not None and request.expected != case.version:
        return Stale(request.expected, case.version)
    if row is None:
        return _no_row(compiled, request)
    judge = RowJudge(attempt, _problems(compiled, request, row, attempt))
    destination = compiled.move(command.trigger, case.source, judge)
    if destination is None:
        return judge.refusal or NoDestination(workflow, row)
    return _decision(attempt, request, destination)


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
    frame = Frame(today=today, known=request.world.known)
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
    )


def _problems(compiled: Compiled, request: Request, row: Row, attempt: Attempt) -> tuple[FieldProblem, ...]:
    frame = Frame(today=attempt.today, known=request.world.known)
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
    return tuple(problems)


class RowJudge:
    """Judges the row once, remembers the refusal, and tells the machine which entry of `to` is the destination."""

    def __init__(self, attempt: Attempt, problems: tuple[FieldProblem, ...]) -> None:
        self.attempt = attempt
        self.refusal = (
            judge_via(attempt) or judge_people(attempt) or judge_fields(attempt, problems) or judge_when(attempt)
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


def _decision(attempt: Attempt, request: Request, destination: Destination) -> Decision:
    event = _event(attempt, request, destination)
    return Decision(event=event, state=apply(attempt.workflow, attempt.case.state, event))


def _event(attempt: Attempt, request: Request, destination: Destination) -> Event:
    case, row, workflow, command = attempt.case, attempt.row, attempt.workflow, request.command
    values = {**_defaults(attempt), **attempt.given, **_set_values(attempt, destination.target)}
    texts = {name: value for name, value in values.items() if holds_text(workflow.fields[name], value)}
    facts = {name: value for name, value in values.items() if name not in texts}
    responsible, successor = _charges(attempt, values)
    move = _move(destination.target)
    return Event(
        seq=case.version + 1,
        trigger=row.trigger,
        ref=row.ref,
        line=row.mark.line,
        move=move,
        source=case.source,
        target=destination.state,
        level_from=case.state.level if case.state else None,
        level_to=_level(attempt, destination, move),
        unit=case.unit.code,
        actor=request.actor.person,
        post=acted_through(row.by, attempt),
        behalf=command.behalf if isinstance(command.behalf, str) else None,
        proxy=command.behalf is not None,
        responsible=responsible,
        successor=successor,
        facts=facts,
        texts=tuple(texts),
        payload=_payload(texts, command),
        occurred_at=command.occurred_at or request.now,
        recorded_at=request.now,
        client_at=command.client_at,
        meeting=request.meeting.id if request.meeting else None,
        agenda_no=request.meeting.agenda_no if request.meeting else None,
        workflow=workflow.key,
        workflow_version=workflow.version,
        file_hash=workflow.sha256,
    )


def _move(target: Target) -> Move:
    return {SAME: Move.SAME, BACK: Move.BACK}.get(target.to, Move.ENTER)


def _level(attempt: Attempt, destination: Destination, move: Move) -> str:
    """The level from now on: of the state entered, else the case's; `back` restores the one it had there."""
    state = attempt.case.state
    if state is not None and move is Move.SAME:
        return state.level
    if state is not None and move is Move.BACK and state.came_from is not None:
        return state.came_from.level
    entered = attempt.workflow.states[destination.state].level
    return entered or (state.level if state else attempt.workflow.lowest.code)


def _defaults(attempt: Attempt) -> Mapping[str, Value]:
    """At the opening every field with a default has its value."""
    if attempt.row.sources != (START,):
        return {}
    fields = attempt.workflow.fields.values()
    return {field.code: field.default for field in fields if field.default is not None}


def _set_values(attempt: Attempt, target: Target) -> Mapping[str, Value]:
    settings = target.sets or attempt.row.sets
    values = {setting.field: _set_value(attempt, setting) for setting in settings}
    return {name: value for name, value in values.items() if value is not None}


def _set_value(attempt: Attempt, setting: Setting) -> Value:
    """A literal, who acts, or the holder of a role on the line, the longest in post; None when nobody is found."""
    if setting.actor:
        return None if attempt.actor.is_system else attempt.actor.person
    if setting.role is not None:
        return next(iter(attempt.world.holders.get(setting.role, ())), None)
    return setting.value


def _charges(attempt: Attempt, values: Mapping[str, Value]) -> tuple[Charge, Charge]:
    """Responsible and successor after the act."""
    state, row = attempt.case.state, attempt.row
    now_responsible = state.responsible if state else NOBODY
    now_successor = state.successor if state else NOBODY
    if state is not None and now_successor and row.trigger == state.hands_over_by:
        return now_successor, NOBODY
    named = _named_charge(attempt, values)
    if not named:
        return now_responsible, now_successor
    return (now_responsible, named) if row.hands_over_by else (named, NOBODY)


def _named_charge(attempt: Attempt, values: Mapping[str, Value]) -> Charge:
    """Several fields of one act fill the slot together; what they give replaces all of it."""
    fields = attempt.workflow.fields
    filling = [name for name in values if fields[name].fills is Slot.RESPONSIBLE]
    people = [p for name in filling if fields[name].entry_type == "person" for p in as_list(values[name])]
    units = [u for name in filling if fields[name].entry_type == "unit" for u in as_list(values[name])]
    return Charge(people=tuple(dict.fromkeys(people)), units=tuple(dict.fromkeys(units)))


def _payload(texts: Mapping[str, Value], command: Command) -> Mapping[str, Value]:
    parts: dict[str, Value] = {}
    if texts:
        parts["data"] = dict(texts)
    if command.note:
        parts["note"] = command.note
    if isinstance(command.behalf, dict):
        parts["behalf"] = dict(command.behalf)
    return parts
