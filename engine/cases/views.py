"""What the services hand out about a case: values for a surface to present, already masked for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from engine.definition.model import Value, Workflow
from engine.rules.clocks import NO_DEADLINES, Deadlines
from engine.rules.explain import Offer
from engine.rules.fold import as_list
from engine.rules.mask import NO_NAMES, Names, Sight, hides, masked, seen, stranger
from engine.rules.state import CaseState, Event
from engine.store.casefile import Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """The primary that a merged case follows: its state and dates are shown in place of the follower's."""

    identity: Identity
    workflow: Workflow
    state: CaseState
    deadlines: Deadlines


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """`data` is the latest value of each field as this reader may see it. `holder` is the code of the unit at the
    case's level; `line` are (kind, code) of the case's unit and those above it, the top first. `names` maps every
    person id, unit and post place in it to a name.
    `erased` are fields whose last text was erased by law, `masked` those of which the reader sees less than is kept;
    `hidden` are the names that its texts hide from him.
    `overdue`: it is open, and its deadline had passed when it was read. `follows` is given for one case alone, never in
    lists."""

    identity: Identity
    workflow: Workflow
    state: CaseState
    holder: str
    data: Mapping[str, Value]
    names: Mapping[str, str]
    sight: Sight
    deadlines: Deadlines = NO_DEADLINES
    overdue: bool = False
    erased: tuple[str, ...] = ()
    masked: frozenset[str] = frozenset()
    hidden: Names = NO_NAMES
    line: tuple[tuple[str, str], ...] = ()
    follows: Followed | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventView:
    """One history row for a reader: `data` joins what holds no text with the texts that are not `erased`. `masked` are
    fields (and `note`) of which the reader sees less than is kept; `hidden` the names that its texts hide where masked.
    """

    case_id: str
    number: str
    event: Event
    hash: str
    data: Mapping[str, Value]
    note: str | None
    behalf: Mapping[str, str] | None
    names: Mapping[str, str]
    workflow: Workflow
    sight: Sight = Sight.MASKED
    erased: bool = False
    masked: frozenset[str] = frozenset()
    hidden: Names = NO_NAMES


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What one person may do with a case now."""

    view: CaseView
    offers: tuple[Offer, ...]


def people_and_places(state: CaseState) -> tuple[set[str], set[str]]:
    """(ids of people, codes of units) that a presentation of the case names."""
    people = {state.opener, *state.responsible.people, *state.successor.people}
    people |= {state.behalf} if state.behalf else set()
    return people, {state.unit, *state.responsible.units, *state.successor.units, *state.concerned}


def registered(workflow: Workflow, values: Mapping[str, Value], kind: str) -> set[str]:
    """Ids of registered people, or codes of units, in fields of this type."""
    found_in = (value for name, value in values.items() if workflow.fields[name].entry_type == kind)
    return {entry for entry in chain.from_iterable(map(as_list, found_in)) if isinstance(entry, str)}


def see_event(view: EventView, sight: Sight) -> EventView:
    """The row as a reader of this sight may see it."""
    data = masked(view.workflow, view.data, sight, view.hidden)
    note = seen(view.note, sight, view.hidden)
    return replace(
        view,
        data=data,
        note=note,
        masked=view.masked | hides(view.workflow, view.data, data) | ({"note"} if note != view.note else set()),
        behalf=stranger(view.behalf, sight, view.hidden) if view.behalf else None,
        sight=sight,
    )
