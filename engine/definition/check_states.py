"""States and the ways of cases: S02, S03, S08, S09, S33, S37."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.actors import only_system
from engine.definition.check_at import At
from engine.definition.findings import Code, Finding, Witness
from engine.definition.model import BACK, NOWHERE, SAME, START, Row, State, Title
from engine.definition.moving import Rules
from engine.definition.paths import exact_way, find_way, way_through
from engine.definition.travel import Spot, Travel, Way, blocked
from engine.definition.words import listing


def of_states(at: At) -> Iterator[Finding]:
    """S03 for a file without any end, S09 for a second handling state: what the states alone tell."""
    states = at.workflow.states
    for level, codes in Rules(at.workflow).handling.items():
        for code in codes[1:]:
            zh = f"层级 {level} 已有办理状态 '{codes[0]}'，每级只能有一个"
            en = f"the level {level} already has the handling state '{codes[0]}'; there is one per level"
            yield at.state(Code.S09, states[code], zh, en)
    if not any(state.final for state in states.values()):
        mark = next((state.mark for state in states.values()), NOWHERE)
        zh, en = "没有终结状态（final: true），事项永远办不完", "no state is final: no case ever ends"
        yield at.place(Code.S03, mark, "states", zh, en, at.into(*states))


def of_ways(at: At) -> Iterator[Finding]:
    travel = at.travel
    if travel is None or not _can_open(at):
        return
    yield from _unreached(at, travel)
    yield from _endless(at, travel)
    yield from _astray(at, travel)


def _can_open(at: At) -> bool:
    """Whether a row opens cases in some state; where none does, that alone is told (S10)."""
    openings = (row for row in at.workflow.rows if START in row.sources)
    return any(target.to in at.workflow.states for row in openings for target in row.targets)


def _unreached(at: At, travel: Travel) -> Iterator[Finding]:
    for code, state in at.workflow.states.items():
        if code not in travel.states:
            zh, en = "没有事项能到达这个状态", "no case can reach this state"
            yield at.state(Code.S02, state, zh, en)


def _endless(at: At, travel: Travel) -> Iterator[Finding]:
    """S03: no case that is there can come to an end; or none of a level that a case certainly can have there."""
    ends = [stop for stop in travel.stops if stop.spot and at.workflow.states[stop.state].final]
    ending = frozenset(stop.spot for stop in travel.reaching(ends))
    has_end = any(state.final for state in at.workflow.states.values())
    for code, state in at.workflow.states.items() if has_end else ():
        stuck = {stop.spot for stop in travel.at(code)} - ending
        if stuck and stuck == {stop.spot for stop in travel.at(code)}:
            zh, en = "从这个状态到不了任何终结状态", "no end can be reached from this state"
            yield _without_end(at, state, (zh, en), at.into(code), blocked(travel, travel.at(code), ending))
        elif stuck:
            yield from _endless_at_a_level(at, travel, state, ending)


def _endless_at_a_level(at: At, travel: Travel, state: State, ending: frozenset[Spot | None]) -> Iterator[Finding]:
    for level in at.workflow.levels:
        stops = [stop for stop in travel.at(state.code) if stop.level == level and stop.spot not in ending]
        if stops and (witness := _exact_way_into(travel, Spot(state.code, level))):
            zh = f"层级 {level} 的事项从这个状态到不了任何终结状态"
            en = f"no end can be reached from this state by a case at level {level}"
            yield _without_end(at, state, (zh, en), witness, blocked(travel, stops, ending))


def _without_end(at: At, state: State, told: tuple[str, str], witness: Witness, rows: list[Row]) -> Finding:
    """S03, with the rows that would lead on if they could be fired: to those none need be added."""
    zh, en = told
    if not rows:
        return at.state(Code.S03, state, zh, en, witness)
    zh_rows = listing([f"第 {row.mark.line} 行（{row.trigger}）" for row in rows], "、")
    en_rows = listing([f"line {row.mark.line} ({row.trigger})" for row in rows], ", ")
    hint = Title(
        zh=f"改{zh_rows}的条件，让它在这里有时能成立；或另补一行",
        en=f"mend the conditions of {en_rows} so that they can hold here, or add another row",
    )
    zh, en = f"{zh}：{zh_rows}的条件在这里永远不能成立", f"{en}: the conditions of {en_rows} can never hold here"
    return at.state(Code.S03, state, zh, en, witness, hint)


def _exact_way_into(travel: Travel, spot: Spot) -> Witness:
    return exact_way(travel, lambda way: way.aim is not None and way.aim.spot == spot)


def _astray(at: At, travel: Travel) -> Iterator[Finding]:
    """S08, S09: destinations that lead nowhere; each told once for a level."""
    told: set[tuple[int, int, str | None]] = set()
    for way in travel.all_ways:
        key = (way.row.index, way.row.targets.index(way.target), way.origin.level)
        if way.aim is None and key not in told:
            told.add(key)
            witness = _showing(travel, way)
            if witness is not None:
                yield _lost(at, way, witness)


def _lost(at: At, way: Way, witness: Witness) -> Finding:
    level = way.origin.level
    if way.target.to == BACK:
        code = Code.S08
        zh = f"back：事项可能就是在状态 '{way.origin.state}' 开立的，无处可回"
        en = f"`back`: a case can have been opened in '{way.origin.state}' itself, so there is nowhere to go back to"
    else:
        code = Code.S09
        zh = f"closer：层级 {level} 的事项可能由此转出，但该级没有唯一的办理状态（handling）"
        en = f"`closer`: a case at level {level} can come here, but that level has not exactly one handling state"
    path = f"transitions[{way.row.index}].to"
    return at.place(code, way.target.mark, path, zh, en, witness)


def _showing(travel: Travel, lost: Way) -> Witness | None:
    def same(way: Way) -> bool:
        fits = way.aim is None and way.row is lost.row and way.target is lost.target
        return fits and way.origin.level == lost.origin.level and way.origin.state == lost.origin.state

    return find_way(travel, same)


def of_clocks(at: At) -> Iterator[Finding]:
    """S33: where clocks are declared, every open state runs one."""
    for state in at.workflow.states.values() if at.workflow.clocks else ():
        if not state.final and not state.runs:
            zh, en = "已定义时限（clocks），这个状态却一个也不计", "runs no clock, although clocks are declared"
            yield at.state(Code.S33, state, zh, en, at.into(state.code))


def of_handlers(at: At) -> Iterator[Finding]:
    """S37: who handled a case could end it, too."""
    if at.travel is None:
        return
    ways = at.travel.all_ways
    handling = [way for way in ways if _is_handling(way)]
    entered = {way.aim.state for way in handling if way.aim}
    final = frozenset(code for code, state in at.workflow.states.items() if state.final)
    for row in at.workflow.rows:
        if "handler" in row.never or only_system(row):
            continue
        if ends := _ends(row, ways, entered, final):
            yield _handler_ends(at, row, ends, [way.row for way in handling if way.aim and way.aim.state in ends])


def _is_handling(way: Way) -> bool:
    return way.row.handles and way.aim is not None and way.target.to not in (SAME, BACK)


def _handler_ends(at: At, row: Row, ends: list[str], handling: list[Row]) -> Finding:
    rows = {each.index: each for each in handling}.values()
    zh_rows = listing([f"第 {each.mark.line} 行 {each.trigger}" for each in rows], "、")
    en_rows = listing([f"line {each.mark.line} ({each.trigger})" for each in rows], ", ")
    zh = f"办理（handles: true，{zh_rows}）之后所到的状态 {'、'.join(ends)} 由此可以办结，却没有 never: handler"
    en = f"ends a case from {', '.join(ends)}, where a handler brought it by {en_rows}, without `never: handler`"
    return at.row(Code.S37, row, zh, en, _handled(at, row, ends))


def _ends(row: Row, ways: tuple[Way, ...], entered: set[str], final: frozenset[str]) -> list[str]:
    """The states among `entered` from which the row leads to an end, in the order of the row."""
    found = {w.origin.state for w in ways if w.row is row and w.aim and w.aim.state in final and w.target.to != SAME}
    return [source for source in row.sources if source in found & entered and source not in final]


def _handled(at: At, row: Row, ends: list[str]) -> Witness:
    """Through the handling row to the end."""
    states = at.workflow.states

    def handling(way: Way) -> bool:
        return _is_handling(way) and way.aim is not None and way.aim.state in ends

    def ending(way: Way) -> bool:
        return way.row is row and way.origin.state in ends and way.aim is not None and states[way.aim.state].final

    return way_through(at.travel, handling, ending) if at.travel else ()
