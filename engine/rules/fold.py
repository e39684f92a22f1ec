"""The one way a case changes: `apply` an event. The case row is the fold of its history (law 2).

States are frozen for everybody else. Here the next one is made in place while nobody holds it yet: copying all that a
case knows once a row made most of what folding a long history takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.definition.model import SYSTEM, Row, Slot, Value, Workflow
from engine.rules.counting import counted
from engine.rules.folding_plan import Plan, plan_of
from engine.rules.own import is_own
from engine.rules.running import run_clocks
from engine.rules.state import NOBODY, CaseState, Charge, Event, Mark, Move, Paging, Stay


def fold(workflow: Workflow, events: Iterable[Event]) -> CaseState:
    """The state after all `events` of one case, which are in order and not empty. Raises ValueError on a gap."""
    making: _Making | None = None
    for event in events:
        if event.seq != (making.state.version + 1 if making else 1):
            raise ValueError(f"history has a gap at {event.seq}")
        is_opening, making = making is None, making or _Making.of(_opening(event))
        _take(workflow, making, event, is_opening=is_opening)
    if making is None:
        raise ValueError("a case has at least one event")
    return making.state


def apply(workflow: Workflow, before: CaseState | None, event: Event) -> CaseState:
    """The state after one more event; `before` is None for the opening. An own row of the engine changes nothing but
    the version: no counter counts it, and nothing that a condition asks has happened."""
    making = _Making.of(before or _opening(event))
    _take(workflow, making, event, is_opening=before is None)
    return making.state


@dataclass(slots=True)
class _Making:
    """A state that nobody holds yet, and the maps in it, which are its own."""

    state: CaseState
    values: dict[str, Value]
    texts: dict[str, int]
    counts: dict[str, tuple[Mark, ...]]
    fired: dict[str, datetime]

    @staticmethod
    def of(state: CaseState) -> _Making:
        maps = dict(state.values), dict(state.texts), dict(state.counts), dict(state.fired)
        values, texts, counts, fired = maps
        return _Making(replace(state, values=values, texts=texts, counts=counts, fired=fired), *maps)


_put = object.__setattr__


def _take(workflow: Workflow, making: _Making, event: Event, *, is_opening: bool) -> None:
    state, plan = making.state, plan_of(workflow)
    if not is_opening and is_own(event):
        _put(state, "version", event.seq)
        return
    row = plan.rows.get((event.trigger, event.source))
    if row is None:
        raise ValueError(f"{workflow.name} has no row {event.trigger} from {event.source}")
    _count(plan, making, event)  # and all that looks at the state before
    closed_at, hands_over_by = _closed(workflow, state, event), _hands_over(state, row, event)
    paging = _paging(state, row, event)
    if not is_opening:
        _put(state, "stays", _stays(workflow, state, event))
    _put(state, "version", event.seq)
    _put(state, "closed_at", closed_at)
    _put(state, "responsible", event.responsible)
    _put(state, "successor", event.successor)
    _put(state, "hands_over_by", hands_over_by)
    _put(state, "handlers", state.handlers.joined(_handlers(row, event)).joined(event.responsible))
    _put(state, "paging", paging)
    making.fired[event.trigger] = event.recorded_at
    _keep(making, event)
    _fill(plan, state, event)
    _follow(workflow, state)
    _put(state, "clocks", run_clocks(workflow, None if is_opening else state, state, row, event))


def _opening(event: Event) -> CaseState:
    stay = Stay(state=event.target, level=event.level_to, seq=event.seq, at=event.recorded_at)
    return CaseState(
        version=0,
        unit=event.unit,
        stays=(stay,),
        opened_at=event.recorded_at,
        closed_at=None,
        opener=event.actor,
        behalf=event.behalf,
    )


def _stays(workflow: Workflow, before: CaseState, event: Event) -> tuple[Stay, ...]:
    if event.move is Move.SAME:
        return (*before.stays[:-1], _same_stay(workflow, before.stay, event))
    if event.move is Move.BACK:
        return before.stays[:-1]
    return (*before.stays, Stay(state=event.target, level=event.level_to, seq=event.seq, at=event.recorded_at))


def _same_stay(workflow: Workflow, stay: Stay, event: Event) -> Stay:
    gates = (workflow.meetings[code] for code in workflow.states[stay.state].gate)
    carrying = event.meeting is not None and any(g.carry_over and g.carry_over.trigger == event.trigger for g in gates)
    return replace(stay, carried=stay.carried + 1) if carrying else stay


def _closed(workflow: Workflow, before: CaseState, event: Event) -> datetime | None:
    if not workflow.states[event.target].final:
        return None
    return before.closed_at if event.move is Move.SAME else event.recorded_at


def _hands_over(before: CaseState, row: Row, event: Event) -> str | None:
    if not event.successor:
        return None
    return row.hands_over_by if event.successor != before.successor else before.hands_over_by or row.hands_over_by


def _paging(before: CaseState, row: Row, event: Event) -> Paging | None:
    """The row pages anew, or leaves the stay in which somebody was paged."""
    if row.pages:
        return Paging(names=row.pages, seq=event.seq, at=event.recorded_at)
    if before.is_paging and before.paging is not None and event.move is not Move.SAME:
        return replace(before.paging, until=event.seq)
    return before.paging


def _handlers(row: Row, event: Event) -> Charge:
    """Who fired a row marked `handles`; with 代报 the person it was for, and who typed it unless it stays."""
    if not row.handles or event.actor == SYSTEM:
        return NOBODY
    typed = () if event.proxy and row.stays else (event.actor,)
    return Charge(people=typed + ((event.behalf,) if event.behalf else ()))


def _keep(making: _Making, event: Event) -> None:
    """What was given: of a field that held no text and now holds one the value goes, and the other way round."""
    for name in event.texts:
        making.values.pop(name, None)
    for name in event.facts:
        making.texts.pop(name, None)
    making.values.update(event.facts)
    making.texts.update(dict.fromkeys(event.texts, event.seq))


def _fill(plan: Plan, state: CaseState, event: Event) -> None:
    for name in (*event.facts, *event.texts):
        slot = plan.fills[name]
        if slot is Slot.PARTY:
            _put(state, "party", _people_in(plan.workflow, state, Slot.PARTY))
        elif slot is Slot.RECUSED:
            named = as_list(event.facts.get(name))
            _put(state, "recused", {**dict.fromkeys(named, event.seq), **state.recused})
        elif slot is Slot.UNITS:
            _put(state, "concerned", _given(plan.workflow, event, Slot.UNITS))


def _follow(workflow: Workflow, state: CaseState) -> None:
    follows = workflow.states[state.state].follows
    _put(state, "primary", state.values.get(follows) if follows else None)


def _given(workflow: Workflow, event: Event, slot: Slot) -> tuple[str, ...]:
    """What one act gives for a slot, by all of its fields together."""
    values = (value for name, value in event.facts.items() if workflow.fields[name].fills is slot)
    return tuple(dict.fromkeys(entry for value in values for entry in as_list(value)))


def _people_in(workflow: Workflow, state: CaseState, slot: Slot) -> tuple[str, ...]:
    names = (name for name, field in workflow.fields.items() if field.fills is slot)
    found = (person for name in names for person in as_list(state.values.get(name)))
    return tuple(dict.fromkeys(found))


def as_list(value: Value) -> tuple[str, ...]:
    """The entries of a list value, the one value, or nothing."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _count(plan: Plan, making: _Making, event: Event) -> None:
    asked = plan.counting(event.trigger)
    if not asked:
        return
    day = local_day(plan.workflow, event.recorded_at)
    hits = [each for each in asked if all(counted(condition, event, making.state, day) for condition in each.where)]
    if hits:
        level = event.level_from or event.level_to
        mark = Mark(seq=event.seq, level=level, day=day, actor=event.behalf or event.actor)
        for counter in hits:
            making.counts[counter.code] = (*making.counts.get(counter.code, ()), mark)


def local_day(workflow: Workflow, moment: datetime) -> date:
    """The day of a moment in the workflow's timezone."""
    return moment.astimezone(ZoneInfo(workflow.timezone)).date()
