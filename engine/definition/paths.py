"""The shortest way of a case that shows a finding, found by walking case by case with all that happened on the way.

Unlike `travel.py`, which joins all that may be known at a place, every way here has its own past: its fields, its
counts, its stays. So the way found can be gone, by people who may and with values that fit; daily acts that it needs
(a measure recorded, so that the case may go up) are on it. A search that grows too long gives way to the shortest
connection of places, which may need more acts than it names.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from engine.definition.facts import Bounds, Env, Fired, Values, Walked
from engine.definition.findings import Step, Witness
from engine.definition.model import BACK, SAME, Counter, Per, Row
from engine.definition.moving import Outcome
from engine.definition.recorded import Told, told_apart
from engine.definition.travel import Spot, Stop, Travel, Way, aimed, back_states
from engine.definition.used import counters_of

#: Ways tried before the search gives up; a township's book needs some hundreds.
TRIES = 3000

#: How many stays back two cases must be alike to be taken for the same.
_DEEP = 5

Wanted = Callable[[Way], bool]


@dataclass(frozen=True, slots=True)
class Trail:
    """A case on its way: its stays (each spot, and how many rows were fired before it was entered), what its fields
    hold, what was fired, and the steps. Not `sure`: a count on which a step hung depends on what was given before."""

    stays: tuple[tuple[Spot, int], ...]
    env: Env
    past: Walked
    steps: Witness
    sure: bool = True

    @property
    def spot(self) -> Spot | None:
        return self.stays[-1][0] if self.stays else None


def find_way(travel: Travel, wanted: Wanted) -> Witness | None:
    """The shortest way from the opening whose last act is `wanted`; None where there certainly is none, empty where
    the places do not even hang together, or where it hangs on counts that nobody can tell beforehand."""
    search = Search(travel, wanted)
    found = search.found()
    if found or search.is_whole:
        return found or None
    return () if search.is_unsure else _by_places(travel, wanted)


def exact_way(travel: Travel, wanted: Wanted) -> Witness:
    """As `find_way`, but empty unless the way can be gone just so."""
    return Search(travel, wanted).found()


def way_to(travel: Travel, *states: str) -> Witness:
    """The shortest way into one of the states."""
    return find_way(travel, lambda way: way.aim is not None and way.aim.state in states) or ()


def way_through(travel: Travel, first: Wanted, last: Wanted) -> Witness:
    """The shortest way on which an act is `first` and a later one, which ends it, is `last`; empty where none was
    found."""
    search = Search(travel, last)
    todo = deque([(Trail((), {}, Walked(travel.rules), ()), False)])
    seen: set[object] = set()
    for _ in range(TRIES):
        travel.patience -= 1
        if not todo or travel.patience < 0:
            return ()
        trail, passed = todo.popleft()
        for way, onward in search.onward(trail):
            if passed and last(way):
                return (*trail.steps, step_of(way))
            gone = passed or first(way)
            if onward and way.aim in search.leading and (key := (search.key(onward), gone)) not in seen:
                seen.add(key)
                todo.append((onward, gone))
    return ()


class Search:
    """A search for the shortest way whose last act is `wanted`."""

    def __init__(self, travel: Travel, wanted: Wanted) -> None:
        self.travel, self.rules, self.wanted = travel, travel.rules, wanted
        self.tracked = back_states(travel.rules)
        last = [way.origin for way in travel.all_ways if wanted(way)]
        self.leading = travel.reaching(last)
        self.counters = [(counter, self._cap(counter.code)) for counter in self.rules.asked_counters]
        self.seen: set[object] = set()
        self.is_whole = self.is_unsure = False

    def found(self) -> Witness:
        """Empty where none was found; then `is_whole` says whether everything was tried."""
        todo = deque([Trail((), {}, Walked(self.rules), ())])
        for _ in range(TRIES):
            if not todo:
                self.is_whole = True
                return ()
            self.travel.patience -= 1
            if self.travel.patience < 0:
                return ()
            trail = todo.popleft()
            for way, onward in self.onward(trail):
                if self.wanted(way):
                    self.is_unsure = not self._is_sure(way.row, trail)
                    return () if self.is_unsure else (*trail.steps, step_of(way))
                if onward and way.aim in self.leading and self.is_new(onward):
                    todo.append(onward)
        return ()

    def is_new(self, trail: Trail) -> bool:
        """Whether a case as far as this was not met on a way that is no longer."""
        key = self.key(trail)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def key(self, trail: Trail) -> object:
        counts = tuple(self._counts(trail, counter, cap) for counter, cap in self.counters)
        stack = tuple(spot for spot, _ in trail.stays[-_DEEP:]) if self.tracked else (trail.spot,)
        fired = frozenset((each.row, each.level) for each in trail.past.fired) if self.rules.asks_since else None
        env: frozenset[tuple[str, Values]] = frozenset(trail.env.items())
        return stack, env, counts, fired

    def _counts(self, trail: Trail, counter: Counter, cap: int) -> tuple[Bounds, ...]:
        """What the counter says, and what it would say where the case may go on counting: at each level, and in the
        stays that `back` leads to."""
        level, past = trail.spot.level if trail.spot else None, trail.past
        if counter.per is Per.LEVEL:
            found = [past.bounds(counter, each) for each in self.rules.workflow.levels]
        elif counter.per is Per.STAY and self.tracked:
            stays = trail.stays[-_DEEP:]
            found = [replace(past, since=since).bounds(counter, spot.level) for spot, since in stays]
        else:
            found = [past.bounds(counter, level)]
        return tuple((min(low, cap), cap if high is None else min(high, cap)) for low, high in found)

    def _cap(self, counter: str) -> int:
        """A count above every bound on the counter is as good as any higher one."""
        return self.rules.bound(counter) + 1

    def onward(self, trail: Trail) -> Iterator[tuple[Way, Trail | None]]:
        spot = trail.spot
        stop = self.stop(trail.stays)
        state, level = (spot.state, spot.level) if spot else (stop.state, None)
        for outcome in self.rules.outcomes(state, level, trail.env, trail.past):
            stays = self._stays(outcome, trail)
            aim = self.stop(stays) if stays else None
            way = Way(outcome.row, outcome.target, stop, aim)
            for told in told_apart(self.rules, outcome) if stays else ():
                yield way, self._trail(told, way, stays, trail)
            if not stays:
                yield way, None

    def stop(self, stays: tuple[tuple[Spot, int], ...]) -> Stop:
        if not stays:
            return Stop(None)
        spot = stays[-1][0]
        origin = stays[-2][0] if len(stays) > 1 and spot.state in self.tracked else None
        return Stop(spot, origin)

    def _stays(self, outcome: Outcome, trail: Trail) -> tuple[tuple[Spot, int], ...]:
        """The stays afterwards; none where the destination leads nowhere."""
        to = outcome.target.to
        if to == SAME:
            return trail.stays
        if to == BACK:
            return trail.stays[:-1]
        aim = aimed(self.rules, to, trail.spot)
        return (*trail.stays, (aim, len(trail.past.fired) + 1)) if aim else ()

    def _trail(self, told: Told, way: Way, stays: tuple[tuple[Spot, int], ...], trail: Trail) -> Trail:
        outcome, counted, unsure = told
        level = way.origin.level or stays[-1][0].level
        past = Walked(
            self.rules,
            (*trail.past.fired, Fired(outcome.row.index, level, counted, unsure)),
            trail.past.visited | {stays[-1][0].state},
            stays[-1][1],
        )
        return Trail(stays, outcome.env, past, (*trail.steps, step_of(way)), self._is_sure(outcome.row, trail))

    def _is_sure(self, row: Row, trail: Trail) -> bool:
        level = trail.spot.level if trail.spot else None
        bounds = [trail.past.bounds(self.rules.workflow.counters[code], level) for code in counters_of(row)]
        return trail.sure and all(low == high for low, high in bounds)


def step_of(way: Way) -> Step:
    aim = way.aim
    return Step(
        trigger=way.row.trigger,
        source=way.origin.state,
        target=aim.state if aim else None,
        level=aim.level if aim else None,
    )


def _by_places(travel: Travel, wanted: Wanted) -> Witness:
    """The shortest connection of places, whatever conditions ask on the way."""
    todo: deque[tuple[Stop, Witness]] = deque([(Stop(None), ())])
    seen = {Stop(None)}
    while todo:
        stop, steps = todo.popleft()
        for way in travel.ways.get(stop, ()):
            longer = (*steps, step_of(way))
            if wanted(way):
                return longer
            if way.aim and way.aim not in seen:
                seen.add(way.aim)
                todo.append((way.aim, longer))
    return ()
