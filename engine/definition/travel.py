"""Where the cases of a workflow can get to: states together with the level a case has there, and what is known of it.

Whatever a condition certainly says beforehand (`answers.py`) is heeded: a row that can never be fired leads nowhere.
Everything else may be, so a place that is not found is certainly reached by no case. For a state with a way `back`, the
walk also keeps where its cases came from: `back` leads there alone, and nowhere for one that was opened in that state.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from engine.definition.facts import Env, Met, joined_env
from engine.definition.model import BACK, CLOSER, SAME, START, Row, Target, Workflow
from engine.definition.moving import Outcome, Rules


@dataclass(frozen=True, slots=True)
class Spot:
    """A state, and the level of a case that is there."""

    state: str
    level: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A case at a spot (None before the opening). `origin` is the spot it came from, kept only where a row leads back,
    and None in the state it was opened in."""

    spot: Spot | None
    origin: Spot | None = None

    @property
    def state(self) -> str:
        return self.spot.state if self.spot else START

    @property
    def level(self) -> str | None:
        return self.spot.level if self.spot else None


OUTSIDE = Stop(None)


@dataclass(frozen=True, slots=True)
class Way:
    """A row fired at a stop, by one entry of its `to`. `aim` is None where that entry leads nowhere: `back` of a case
    opened there, `closer` at a level without its one handling state."""

    row: Row
    target: Target
    origin: Stop
    aim: Stop | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at a stop, whichever way a case came."""

    env: Env
    past: Met

    def joined(self, other: Facts) -> Facts:
        return Facts(joined_env(self.env, other.env), self.past.joined(other.past))


@dataclass(kw_only=True, slots=True)
class Travel:
    """`stops` are all that can be reached, each with what is known there; `ways` lead on from them. `patience` is how
    many ways may still be tried to show findings of this file: a large one must not take for ever."""

    rules: Rules
    patience: int = 400
    stops: dict[Stop, Facts] = field(default_factory=dict)
    ways: dict[Stop, tuple[Way, ...]] = field(default_factory=dict)

    @property
    def spots(self) -> frozenset[Spot]:
        return frozenset(stop.spot for stop in self.stops if stop.spot)

    @property
    def states(self) -> frozenset[str]:
        return frozenset(spot.state for spot in self.spots)

    @property
    def all_ways(self) -> tuple[Way, ...]:
        return tuple(way for ways in self.ways.values() for way in ways)

    def at(self, state: str) -> tuple[Stop, ...]:
        """The stops of a state."""
        return tuple(stop for stop in self.stops if stop.state == state)

    def reaching(self, ends: Iterable[Stop]) -> frozenset[Stop]:
        """The stops from which one of the ends can be reached, the ends included."""
        origins: dict[Stop, set[Stop]] = defaultdict(set)
        for way in self.all_ways:
            if way.aim:
                origins[way.aim].add(way.origin)
        todo = deque(ends)
        seen = set(todo)
        while todo:
            fresh = origins[todo.popleft()] - seen
            seen |= fresh
            todo.extend(fresh)
        return frozenset(seen)


def explore(workflow: Workflow, *, blind: bool = False) -> Travel:
    """All places that a case of this workflow can reach, and the ways between them. `blind`: of a file that could not
    be read in full, where nothing but levels is heeded."""
    return _Walk(Rules(workflow, blind=blind)).done()


def back_states(rules: Rules) -> frozenset[str]:
    """The states that a row leads back from."""
    rows = rules.workflow.rows
    return frozenset(source for row in rows for source in row.sources if any(t.to == BACK for t in row.targets))


def aimed(rules: Rules, to: str, spot: Spot | None) -> Spot | None:
    """The spot that a destination (a state or `closer`) means for a case at `spot`; None where there is none."""
    if to == CLOSER:
        found = rules.handling.get(spot.level, ()) if spot else ()
        return Spot(found[0], spot.level) if spot and len(found) == 1 else None
    state = rules.workflow.states.get(to)
    level = spot.level if spot else next(iter(rules.workflow.levels), "")
    return Spot(state.code, state.level or level) if state else None


def blocked(travel: Travel, stops: Iterable[Stop], ending: Collection[Spot | None]) -> list[Row]:
    """The rows that lead from these stops into one of the spots `ending`, as they are written, and that no case can
    ever go: their conditions cannot hold there."""
    wanted = {spot.state for spot in ending if spot}
    stops = tuple(stops)
    gone = {(way.row.index, way.target.to) for stop in stops for way in travel.ways[stop]}
    rows = {row.index: row for stop in stops for row in travel.rules.rows_from[stop.state]}.values()
    return [row for row in rows if any(t.to in wanted and (row.index, t.to) not in gone for t in row.targets)]


class _Walk:
    """The work of `explore`: what is known at a stop is told to all it leads to, until nothing new is found."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.tracked = back_states(rules)
        self.travel = Travel(rules=rules)
        self.returning: dict[Spot, set[Stop]] = defaultdict(set)
        self.todo: deque[Stop] = deque()

    def done(self) -> Travel:
        self._tell(OUTSIDE, Facts({}, Met(self.rules)))
        while self.todo:
            stop = self.todo.popleft()
            facts = self.travel.stops[stop]
            for outcome in self._outcomes(stop, facts):
                for aim in self._aims(outcome, stop):
                    if aim:
                        self._tell(aim, self._facts(outcome, stop, aim, facts))
        for stop, facts in self.travel.stops.items():
            self.travel.ways[stop] = tuple(self._ways(stop, facts))
        return self.travel

    def _outcomes(self, stop: Stop, facts: Facts) -> list[Outcome]:
        return list(self.rules.outcomes(stop.state, stop.level, facts.env, facts.past))

    def _ways(self, stop: Stop, facts: Facts) -> list[Way]:
        outcomes = self._outcomes(stop, facts)
        return [Way(each.row, each.target, stop, aim) for each in outcomes for aim in self._aims(each, stop)]

    def _tell(self, stop: Stop, facts: Facts) -> None:
        """More may be true here than was known."""
        known = self.travel.stops.get(stop)
        found = known.joined(facts) if known else facts
        if found == known:
            return
        self.travel.stops[stop] = found
        again = self.returning[stop.spot] if known is None and stop.spot else set()
        self.todo.extend(each for each in (stop, *again) if each not in self.todo)

    def _aims(self, outcome: Outcome, stop: Stop) -> tuple[Stop | None, ...]:
        to = outcome.target.to
        if to == SAME:
            return (stop,) if stop.spot else ()
        if to == BACK:
            return self._back(stop)
        aim = aimed(self.rules, to, stop.spot)
        if aim is None:
            return (None,) if to == CLOSER and stop.spot else ()
        return (Stop(aim, stop.spot if aim.state in self.tracked else None),)

    def _back(self, stop: Stop) -> tuple[Stop | None, ...]:
        if stop.origin is None:
            return (None,) if stop.spot else ()
        self.returning[stop.origin].add(stop)
        return tuple(known for known in self.travel.stops if known.spot == stop.origin)

    def _facts(self, outcome: Outcome, stop: Stop, aim: Stop, facts: Facts) -> Facts:
        assert aim.spot
        row, past = outcome.row, facts.past
        fired = (row.index, stop.level or aim.spot.level)
        after = replace(
            past,
            may=past.may | {fired},
            must=past.must | {(row.trigger, fired[1])},
            visited=past.visited | {aim.state},
            stay=_stay(outcome, past, row),
        )
        return Facts(outcome.env, after)


def _stay(outcome: Outcome, past: Met, row: Row) -> frozenset[int]:
    """What can have been fired since the state was entered: `back` leads into a stay that went on meanwhile."""
    if outcome.target.to == SAME:
        return past.stay | {row.index}
    if outcome.target.to == BACK:
        return frozenset(index for index, _ in past.may) | {row.index}
    return frozenset()
