"""Cycles of states that nothing bounds.

A *cycle* is a way of a case that leads from an open state through open states back to where it began, and never stays
where it is: `to: same` moves nothing, and a case that came to an end and is reopened has ended each time. It is
*bounded* by any of these:

- **a counter**: a row on the cycle asks for a counter, and the answer turns against the cycle as the counter grows (an
  `at_most` in its `when` or in the condition of the destination taken, an `at_least` in the condition of an earlier
  destination, or the `not` of the other; whatever else these conditions ask). The counter counts each firing of a row
  on the cycle, and no turn begins it anew: it is `per: case`, or `per: level` and counts at the very level where it is
  asked for. So not every turn is judged like the one before: it is refused, sent elsewhere, or left to somebody higher.
- **a clock that adds up**: a state on the cycle runs a clock `per: case` or `per: level`, always (without `when`), with
  a limit at the case's level and at least one step, and no row on the cycle restarts it. So the turns together use it
  up, and somebody is told.
- **a clock or a meeting that takes the case away**: in a state on the cycle a step of a clock that runs there fires a
  row which leads off the cycle, or the case waits for a meeting whose `carry_over` has `at_most`, and its `then` does.
  Without, the case may not be carried over again, but be sent round once more by each decision.

A set of places that a case can go round in for ever is found by taking away what is bounded and looking at what still
hangs together, again and again (as one asks whether an automaton with pairs of conditions accepts anything).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.definition.model import SAME, Clock, Condition, Counter, CounterBound, LevelIs, Meeting, Not, Per, Row, Step
from engine.definition.rings import components
from engine.definition.travel import Stop, Travel, Way
from engine.definition.used import parts

#: Rows that ask for a counter of other rows, looked at one by one; beyond that such a row is taken to bound its cycles.
_BRANCHES = 6

Ways = tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A way that asks for a counter, which `counting` ways count."""

    way: Way
    counting: frozenset[Way]


def endless(travel: Travel) -> list[Ways]:
    """The ways of each set of places that a case can go round in for ever, unbounded."""
    return _Search(travel).unbounded(_moves(travel), _BRANCHES)


def is_bounded(travel: Travel, cycle: Ways) -> bool:
    """Whether something bounds this very cycle."""
    return not _Search(travel).unbounded(cycle, _BRANCHES)


@dataclass(frozen=True, slots=True)
class Anew:
    """A counter that a row asks for and another way of the same cycle counts, but that each turn begins anew."""

    row: Row
    counter: Counter


def begun_anew(travel: Travel, cycle: Ways) -> Anew | None:
    """The first counter on the cycle that would bound it, were it `per: case`."""
    search = _Search(travel)
    for way in cycle:
        for code in search.asked(way):
            counter = travel.rules.workflow.counters.get(code)
            if counter and any(search.counts(replace(counter, per=Per.CASE), other, way) for other in cycle):
                return Anew(way.row, counter)
    return None


def _moves(travel: Travel) -> Ways:
    states = travel.rules.workflow.states
    return tuple(
        way
        for way in travel.all_ways
        if way.aim and way.target.to != SAME and way.origin.spot
        if not states[way.origin.state].final and not states[way.aim.state].final
    )


class _Search:
    def __init__(self, travel: Travel) -> None:
        self.rules, self.workflow = travel.rules, travel.rules.workflow

    def unbounded(self, ways: Ways, branches: int) -> list[Ways]:
        found: list[Ways] = []
        for ring in components(ways):
            guards = [guard for way in ring for guard in self._guards(way, ring)]
            own = {guard.way for guard in guards if guard.way in guard.counting}
            held = {way.origin for way in ring if self._holds(way.origin, ring)}
            rest = tuple(way for way in ring if way not in own and not {way.origin, way.aim} & held)
            if len(rest) < len(ring):
                found += self.unbounded(rest, branches)
            elif guards:
                found += self._without(guards[0], ring, branches)
            else:
                found.append(ring)
        return found

    def _without(self, guard: Guard, ring: Ways, branches: int) -> list[Ways]:
        """A cycle that goes this way and none that is counted, or the other way round."""
        found = self.unbounded(tuple(way for way in ring if way != guard.way), branches - 1)
        if found or branches <= 0:
            return found
        return self.unbounded(tuple(way for way in ring if way not in guard.counting), branches - 1)

    # --- counters ---

    def _guards(self, way: Way, ring: Ways) -> Iterator[Guard]:
        for code in self.asked(way):
            counter = self.workflow.counters.get(code)
            counting = frozenset(other for other in ring if counter and self.counts(counter, other, way))
            if counting:
                yield Guard(way, counting)

    def asked(self, way: Way) -> tuple[str, ...]:
        """The counters whose growth turns the way's conditions against it."""
        before = way.row.targets[: way.row.targets.index(way.target)]
        asked = [each for top in (*way.row.when, *way.target.when) for each in _growing(top, against=True)]
        asked += [each for target in before for top in target.when for each in _growing(top, against=False)]
        return tuple(dict.fromkeys(asked))

    def counts(self, counter: Counter, way: Way, asking: Way) -> bool:
        if counter.per is Per.STAY or counter.distinct or self.rules.counts(counter, way.row) is not True:
            return False
        return counter.per is Per.CASE or way.origin.level == asking.origin.level

    # --- clocks and meetings ---

    def _holds(self, stop: Stop, ring: Ways) -> bool:
        state = self.workflow.states[stop.state]
        clocks = [self.workflow.clocks[code] for code in state.runs if code in self.workflow.clocks]
        meetings = [self.workflow.meetings[code] for code in state.gate if code in self.workflow.meetings]
        steps = [step for clock in clocks for step in clock.steps]
        steps += [then for meeting in meetings if (then := _after_the_last(meeting)) is not None]
        if any(step.fire and self._leads_off(step, stop, ring) for step in steps):
            return True
        return any(_adds_up(clock, stop, ring) for clock in clocks)

    def _leads_off(self, step: Step, stop: Stop, ring: Ways) -> bool:
        if not _may_be_at(step.when, stop.level):
            return False
        row = self.workflow.row(step.fire or "", stop.state)
        inside = {way.origin.state for way in ring}
        return row is not None and any(t.to in self.workflow.states and t.to not in inside for t in row.targets)


def _after_the_last(meeting: Meeting) -> Step | None:
    """What is fired once a case may not be carried over again."""
    carrying = meeting.carry_over
    return carrying.then if carrying and carrying.at_most is not None else None


def _growing(condition: Condition, *, against: bool) -> Iterator[str]:
    """Counters whose growth makes the condition fail (`against`), or hold."""
    if isinstance(condition, CounterBound) and (condition.at_most if against else condition.at_least) is not None:
        yield condition.counter
    for part in parts(condition):
        yield from _growing(part, against=against is not isinstance(condition, Not))


def _adds_up(clock: Clock, stop: Stop, ring: Ways) -> bool:
    if clock.per is Per.STAY or clock.when or not clock.steps or not _limited(clock, stop.level):
        return False
    return not any(clock.code in way.row.restarts for way in ring)


def _limited(clock: Clock, level: str | None) -> bool:
    at = clock.by.index("level") if "level" in clock.by else None
    return any(limit and (at is None or key[at] == level) for key, limit in clock.limits.items())


def _may_be_at(conditions: tuple[Condition, ...], level: str | None) -> bool:
    return not any(isinstance(each, LevelIs) and level not in each.levels for each in conditions)
