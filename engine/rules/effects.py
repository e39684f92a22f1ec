"""What an act does once it is allowed: the event to append, with every value it gives or sets."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definition.model import BACK, SAME, START, Setting, Slot, Target, Value
from engine.rules.attempt import Attempt, Command
from engine.rules.fold import as_list
from engine.rules.machine import Destination
from engine.rules.people import acted_through
from engine.rules.state import NOBODY, Charge, Event, Move
from engine.rules.values import holds_text


def event_of(attempt: Attempt, command: Command, destination: Destination) -> Event:
    """The history row of an act that passed its judgement."""
    case, row, workflow = attempt.case, attempt.row, attempt.workflow
    values = {**_defaults(attempt), **attempt.given, **_set_values(attempt, destination.target)}
    texts = {name: value for name, value in values.items() if holds_text(workflow.fields[name], value)}
    facts = {name: value for name, value in values.items() if name not in texts}
    move = _move(destination.target)
    level = _level(attempt, destination, move)
    responsible, successor = _charges(attempt, values, level)
    return Event(
        seq=case.version + 1,
        trigger=row.trigger,
        ref=row.ref,
        line=row.mark.line,
        move=move,
        source=case.source,
        target=destination.state,
        level_from=case.state.level if case.state else None,
        level_to=level,
        unit=case.unit.code,
        actor=attempt.actor.person,
        post=acted_through(row.by, attempt),
        behalf=command.behalf if isinstance(command.behalf, str) else None,
        proxy=command.behalf is not None,
        responsible=responsible,
        successor=successor,
        facts=facts,
        texts=tuple(texts),
        payload=_payload(texts, command),
        occurred_at=command.occurred_at or attempt.now,
        recorded_at=attempt.now,
        client_at=command.client_at,
        meeting=attempt.meeting.id if attempt.meeting else None,
        agenda_no=attempt.meeting.agenda_no if attempt.meeting else None,
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


def _charges(attempt: Attempt, values: Mapping[str, Value], level: str) -> tuple[Charge, Charge]:
    """Responsible and successor after the act, with which the case is at `level`: what waits for a signature is of the
    level where it was given, and ends when the case leaves that."""
    state, row = attempt.case.state, attempt.row
    now_responsible = state.responsible if state else NOBODY
    now_successor = state.successor if state else NOBODY
    if state is not None and now_successor and row.trigger == state.hands_over_by:
        return now_successor, NOBODY
    named = _named_charge(attempt, values)
    if not named:
        stays = state is not None and level == state.level
        return now_responsible, now_successor if stays else NOBODY
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
