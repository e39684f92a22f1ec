"""The one way a case changes: `apply` an event. The case row is the fold of its history (law 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
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
    state: CaseState | None = None
    for event in events:
        if event.seq != (state.version + 1 if state else 1):
            raise ValueError(f"history has a gap at {event.seq}")
        state = apply(workflow, state, event)
    if state is None:
        raise ValueError("a case has at least one event")
    return state


def apply(workflow: Workflow, before: CaseState | None, event: Event) -> CaseState:
    """The state after one more event; `before` is None for the opening. An own row of the engine changes nothing but
    the version: no counter counts it, and nothing that a condition asks has happened."""
    if before is not None and is_own(event):
        return replace(before, version=event.seq)
    plan = plan_of(workflow)
    row = plan.rows.get((event.trigger, event.source))
    if row is None:
        raise ValueError(f"{workflow.name} has no row {event.trigger} from {event.source}")
    base = before or _opening(event)
    moved = CaseState(  # written out: `replace` looks at every field twice
        version=event.seq,
        unit=base.unit,
        stays=_stays(workflow, base, event) if before else base.stays,
        opened_at=base.opened_at,
        closed_at=_closed(workflow, base, event),
        opener=base.opener,
        behalf=base.behalf,
        responsible=event.responsible,
        successor=event.successor,
        hands_over_by=_hands_over(base, row, event),
        handlers=base.handlers.joined(_handlers(row, event)).joined(event.responsible),
        party=base.party,
        recused=base.recused,
        concerned=base.concerned,
        values=_values(base, event),
        texts=_texts(base, event),
        counts=_counts(plan, base, event),
        fired={**base.fired, event.trigger: event.recorded_at},
        paging=_paging(base, row, event),
        clocks=base.clocks,
        primary=base.primary,
    )
    after = _following(workflow, _slots(plan, moved, event))
    return after.completed(run_clocks(workflow, before, after, row, event))


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


def _values(before: CaseState, event: Event) -> Mapping[str, Value]:
    if not event.texts:
        return {**before.values, **event.facts} if event.facts else before.values
    kept = {name: value for name, value in before.values.items() if name not in event.texts}
    return {**kept, **event.facts}


def _texts(before: CaseState, event: Event) -> Mapping[str, int]:
    if not event.texts and not (event.facts and before.texts):
        return before.texts
    kept = {name: seq for name, seq in before.texts.items() if name not in event.facts}
    return {**kept, **dict.fromkeys(event.texts, event.seq)}


def _slots(plan: Plan, state: CaseState, event: Event) -> CaseState:
    for name in (*event.facts, *event.texts):
        slot = plan.fills[name]
        if slot is None:
            continue
        value = event.facts.get(name)
        if slot is Slot.PARTY:
            state = replace(state, party=_people_in(plan.workflow, state, Slot.PARTY))
        elif slot is Slot.RECUSED:
            state = replace(state, recused={**dict.fromkeys(as_list(value), event.seq), **state.recused})
        elif slot is Slot.UNITS:
            state = replace(state, concerned=_given(plan.workflow, event, Slot.UNITS))
    return state


def _following(workflow: Workflow, state: CaseState) -> CaseState:
    follows = workflow.states[state.state].follows
    primary = state.values.get(follows) if follows else None
    return state if primary == state.primary else replace(state, primary=primary)


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


def _counts(plan: Plan, before: CaseState, event: Event) -> Mapping[str, tuple[Mark, ...]]:
    asked = plan.counting(event.trigger)
    if not asked:
        return before.counts
    day = local_day(plan.workflow, event.recorded_at)
    hits = [each for each in asked if all(counted(condition, event, before, day) for condition in each.where)]
    if not hits:
        return before.counts
    mark = Mark(
        seq=event.seq,
        level=event.level_from or event.level_to,
        day=day,
        actor=event.behalf or event.actor,
    )
    return {**before.counts, **{counter.code: (*before.counts.get(counter.code, ()), mark) for counter in hits}}


def local_day(workflow: Workflow, moment: datetime) -> date:
    """The day of a moment in the workflow's timezone."""
    return moment.astimezone(ZoneInfo(workflow.timezone)).date()
