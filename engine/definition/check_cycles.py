"""Cycles that nothing bounds: S22 where clocks are declared, S36 where there are none. What bounds one: `cycles.py`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check_at import At
from engine.definition.cycles import Ways, endless, is_bounded
from engine.definition.findings import Code, Finding, Witness
from engine.definition.paths import find_way, step_of
from engine.definition.rings import rings
from engine.definition.travel import Travel, Way


def of_cycles(at: At) -> Iterator[Finding]:
    if at.travel is None:
        return
    code = Code.S22 if at.workflow.clocks else Code.S36
    for ways in endless(at.travel):
        yield _told(at, at.travel, code, _shortest(at.travel, ways))


def _shortest(travel: Travel, ways: Ways) -> Ways:
    """The shortest cycle that nothing bounds by itself; begun at the state that a case reaches first."""
    found = list(rings(ways))
    ring = next((ring for ring in found if not is_bounded(travel, ring)), found[0])
    order = {stop: number for number, stop in enumerate(travel.stops)}
    first = min(range(len(ring)), key=lambda number: order[ring[number].origin])
    return (*ring[first:], *ring[:first])


def _told(at: At, travel: Travel, code: Code, ring: Ways) -> Finding:
    states = [way.origin.state for way in ring]
    shown = " → ".join([*states, states[0]])
    zh, en = (
        f"循环 {shown} 没有计数、时限或顺延来约束",
        f"nothing bounds the cycle {shown}: no counter, clock or carry-over",
    )
    return at.state(code, at.workflow.states[states[0]], zh, en, _witness(travel, ring))


def _witness(travel: Travel, ring: Ways) -> Witness:
    """Into the cycle, then once round."""

    def entering(way: Way) -> bool:
        return way.aim == ring[0].origin

    return (*find_way(travel, entering), *(step_of(way) for way in ring))
