"""Cycles that nothing bounds: S22 where clocks are declared, S36 where there are none. What bounds one: `cycles.py`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check_at import At
from engine.definition.cycles import Anew, Ways, begun_anew, endless, is_bounded
from engine.definition.findings import Code, Finding, Witness
from engine.definition.model import EVERY, Counter, Per, Row, Title, Workflow
from engine.definition.moving import Rules
from engine.definition.paths import find_way, step_of
from engine.definition.rings import rings
from engine.definition.travel import Travel, Way
from engine.definition.turns import can_be_gone, turned


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
    hint = _advice(at.workflow, ring, clocks=code is Code.S22)
    if at.travel and (anew := begun_anew(at.travel, ring)):
        zh, en = (f"{first}{more}" for first, more in zip((zh, en), _anew(anew), strict=True))
        hint = _per_case(anew)
    return at.state(code, at.workflow.states[states[0]], zh, en, witness, hint)


def _anew(anew: Anew) -> tuple[str, str]:
    """That a counter on the cycle does not bound it."""
    name, per, line = anew.counter.code, anew.counter.per, anew.row.mark.line
    zh, en = ("每次进入状态", "each stay") if per is Per.STAY else ("每个层级", "each level")
    return (
        f"；第 {line} 行看的计数 '{name}'（per: {per}）{zh}重新数，约束不了它",
        f"; the counter '{name}' (`per: {per}`) that line {line} asks for begins anew with {en}",
    )


def _per_case(anew: Anew) -> Title:
    name, line = anew.counter.code, anew.counter.mark.line
    return Title(
        zh=f"把第 {line} 行的计数 '{name}' 改成 per: case", en=f"make the counter '{name}' in line {line} `per: case`"
    )


def _advice(workflow: Workflow, ring: Ways, *, clocks: bool) -> Title:
    """A row of the cycle on which a counter would bound it: one that a counter of the file counts already, else that of
    the last way, which closes the cycle."""
    zh, en = ("；或让循环中的状态计一个累计的时限", "; or run a clock there that adds up") if clocks else ("", "")
    for row in (way.row for way in reversed(ring)):
        if counter := _counting(workflow, row):
            when = f"when: {{counter: {counter.code}, at_most: 2}}"
            return Title(
                zh=f"用第 {counter.mark.line} 行的计数：在第 {row.mark.line} 行（{row.trigger}）加 {when}{zh}",
                en=f"use the counter in line {counter.mark.line}: {when} in line {row.mark.line} ({row.trigger}){en}",
            )
    return _new_counter(ring[-1].row, zh, en)


def _counting(workflow: Workflow, row: Row) -> Counter | None:
    """A counter that counts each firing of the row as long as the case lives."""
    rules = Rules(workflow)
    lasting = (each for each in workflow.counters.values() if each.per is Per.CASE and EVERY not in each.of)
    return next((each for each in lasting if rules.counts(each, row)), None)


def _new_counter(row: Row, zh: str, en: str) -> Title:
    counter, when = f"{{title: …, of: {row.trigger}, per: case}}", "when: {counter: …, at_most: 2}"
    return Title(
        zh=f"如在 counters 中加一个 {counter}，在第 {row.mark.line} 行（{row.trigger}）加 {when}{zh}",
        en=f"say, add the counter {counter}, and {when} in line {row.mark.line} ({row.trigger}){en}",
    )


def _approached(travel: Travel, ring: Ways) -> Witness:
    """Into the cycle by the shortest way, then once round, where that can be gone just so; else none is shown."""

    def entering(way: Way) -> bool:
        return way.aim == ring[0].origin

    witness = (*(find_way(travel, entering) or ()), *(step_of(way) for way in ring))
    return witness if can_be_gone(travel, witness) else ()
