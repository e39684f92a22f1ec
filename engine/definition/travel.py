"""Where the cases of a workflow can get to: states together with the level a case has there.

The walk knows nothing of values: every condition may hold, except that a `level` condition holds only at its levels.
`back` leads nowhere a case has not been, so it opens no new place; for the way to an end it may lead to every place
from which its own can be entered.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.definition.model import (
    BACK,
    CLOSER,
    SAME,
    START,
    AllOf,
    AnyOf,
    Condition,
    LevelIs,
    Not,
    Row,
    Target,
    Workflow,
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A state, and the level of a case that is there."""

    state: str
    level: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """`closer` of a row leads to no single handling state for a case at this level."""

    row: Row
    target: Target
    level: str


@dataclass(kw_only=True, slots=True)
class Travel:
    """`spots` are all that can be reached; `ways` lead from a spot to those it can go to."""

    spots: set[Spot] = field(default_factory=set)
    ways: dict[Spot, set[Spot]] = field(default_factory=lambda: defaultdict(set))
    lost: list[Lost] = field(default_factory=list)

    @property
    def states(self) -> frozenset[str]:
        return frozenset(spot.state for spot in self.spots)

    def reaching(self, ends: set[str]) -> frozenset[str]:
        """The states from which one of the ends can be reached."""
        origins = _turned(self.ways)
        todo = deque(spot for spot in self.spots if spot.state in ends)
        seen = set(todo)
        while todo:
            fresh = origins[todo.popleft()] - seen
            seen |= fresh
            todo.extend(fresh)
        return frozenset(spot.state for spot in seen)


def explore(workflow: Workflow) -> Travel:
    """All places that a case of this workflow can reach, and the ways between them."""
    travel = Travel()
    rows = _rows_by_source(workflow)
    handling = handling_states(workflow)
    todo = deque(_openings(workflow))
    while todo:
        spot = todo.popleft()
        if spot in travel.spots:
            continue
        travel.spots.add(spot)
        for row in rows.get(spot.state, ()):
            for aim in _aims(row, spot, workflow, handling, travel):
                travel.ways[spot].add(aim)
                todo.append(aim)
    _add_ways_back(travel, rows)
    return travel


def handling_states(workflow: Workflow) -> Mapping[str, tuple[str, ...]]:
    """The states marked `handling`, by level."""
    found: dict[str, tuple[str, ...]] = {}
    for state in workflow.states.values():
        if state.handling and state.level:
            found[state.level] = (*found.get(state.level, ()), state.code)
    return found


def _rows_by_source(workflow: Workflow) -> Mapping[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in workflow.rows:
        for source in row.sources:
            rows[source].append(row)
    return rows


def _openings(workflow: Workflow) -> Iterator[Spot]:
    """Where a case can stand right after it was opened; one in a state without level gets the lowest."""
    lowest = next(iter(workflow.levels), "")
    for row in workflow.rows:
        for target in row.targets if START in row.sources else ():
            if state := workflow.states.get(target.to):
                yield Spot(state.code, state.level or lowest)


def _aims(
    row: Row, spot: Spot, workflow: Workflow, handling: Mapping[str, tuple[str, ...]], travel: Travel
) -> Iterator[Spot]:
    for target in open_targets(row, spot.level):
        if target.to in (SAME, BACK):
            continue
        if target.to != CLOSER:
            state = workflow.states[target.to]
            yield Spot(state.code, state.level or spot.level)
        elif len(handling.get(spot.level, ())) == 1:
            yield Spot(handling[spot.level][0], spot.level)
        else:
            travel.lost.append(Lost(row=row, target=target, level=spot.level))


def _add_ways_back(travel: Travel, rows: Mapping[str, list[Row]]) -> None:
    entered = _turned(travel.ways)
    for spot in travel.spots:
        targets = (target for row in rows.get(spot.state, ()) for target in open_targets(row, spot.level))
        if any(target.to == BACK for target in targets):
            travel.ways[spot] |= entered[spot]


def _turned(ways: Mapping[Spot, set[Spot]]) -> dict[Spot, set[Spot]]:
    """From each spot to those that lead to it."""
    origins: dict[Spot, set[Spot]] = defaultdict(set)
    for origin, aims in ways.items():
        for aim in aims:
            origins[aim].add(origin)
    return origins


# --- what the `level` conditions leave -----------------------------------------------------------------------------


def open_targets(row: Row, level: str) -> Iterator[Target]:
    """The targets a case of this level can get: as far as `level` conditions say."""
    if not _possible(row.when, level):
        return
    for target in row.targets:
        if _possible(target.when, level):
            yield target
            if _certain(target.when, level):
                return


def _possible(conditions: tuple[Condition, ...], level: str) -> bool:
    return all(_answer(condition, level) is not False for condition in conditions)


def _certain(conditions: tuple[Condition, ...], level: str) -> bool:
    return all(_answer(condition, level) is True for condition in conditions)


def _answer(condition: Condition, level: str) -> bool | None:
    """Whether the condition holds at this level; None if that depends on more."""
    if isinstance(condition, LevelIs):
        return level in condition.levels
    if isinstance(condition, Not):
        inner = _answer(condition.condition, level)
        return None if inner is None else not inner
    if isinstance(condition, AllOf | AnyOf):
        answers = [_answer(part, level) for part in condition.conditions]
        decisive = isinstance(condition, AnyOf)
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    return None
