"""Cycles that nothing bounds: S22 where clocks are declared, S36 where there are none. What bounds one: `cycles.py`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check_at import At
from engine.definition.cycles import Ways, endless, is_bounded
from engine.definition.findings import Code, Finding, Witness
from engine.definition.paths import find_way, step_of
from engine.definition.rings import rings
from engine.definition.travel import Travel, Way
from engine.definition.turns import turned


def of_cycles(at: At) -> Iterator[Finding]:
    if at.travel is None:
        return
    code = Code.S22 if at.workflow.clocks else Code.S36
    for ways in endless(at.travel):
        for ring in _unbounded(at.travel, ways):
            witness = turned(at.travel, ring)
            if witness is not None:
                yield _told(at, code, ring, witness or _approached(at.travel, ring))
                break


def _unbounded(travel: Travel, ways: Ways) -> Iterator[Ways]:
    """The cycles that nothing bounds by itself, shortest first, each begun at the place that a case reaches first. A
    case need not be able to go round each of them: what one turn does may keep it from the next."""
    order = {stop: number for number, stop in enumerate(travel.stops)}
    for ring in rings(ways):
        if not is_bounded(travel, ring):
            first = min(range(len(ring)), key=lambda number, ring=ring: order[ring[number].origin])  # type: ignore[misc]
            yield (*ring[first:], *ring[:first])


def _told(at: At, code: Code, ring: Ways, witness: Witness) -> Finding:
    states = [way.origin.state for way in ring]
    shown = " → ".join([*states, states[0]])
    zh, en = (
        f"循环 {shown} 没有计数、时限或顺延来约束",
        f"nothing bounds the cycle {shown}: no counter, clock or carry-over",
    )
    return at.state(code, at.workflow.states[states[0]], zh, en, witness)


def _approached(travel: Travel, ring: Ways) -> Witness:
    """Into the cycle, then once round, whatever conditions ask."""

    def entering(way: Way) -> bool:
        return way.aim == ring[0].origin

    return (*(find_way(travel, entering) or ()), *(step_of(way) for way in ring))
