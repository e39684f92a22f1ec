"""Conditions that say nothing: S34.

A condition is told when it gives the same answer for every case in every `from` state of its row, whatever may be given
and whoever may act (`answers.py`). The outermost such condition is told; within one that depends on the case, its parts
are looked at in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.definition.answers import answer
from engine.definition.assuming import assume, assume_all
from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.model import AllOf, AnyOf, Condition, Not, Row, Title
from engine.definition.reasons import Reason, why
from engine.definition.scene import Scene
from engine.definition.travel import Travel

#: Why the parts of an `all` cannot hold at once.
_PARTS = ("其中各项互相矛盾", "its parts contradict each other")

_NEEDLESS = Title(
    zh="没有它也一样，可以删去；要限制，就改问有时成立、有时不成立的事",
    en="nothing changes without it: drop it, or ask something that holds at times and at times does not",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Idle:
    """A condition with its one answer, and why, where one thing decides it; `beside` says that it is impossible only
    together with those before it."""

    condition: Condition
    holds: bool
    path: str
    beside: bool = False
    why: Reason | None = None


def of_conditions(at: At) -> Iterator[Finding]:
    if at.travel is None:
        return
    for row in at.workflow.rows:
        scenes = _scenes(at.travel, row)
        for idle in _of_row(row, scenes) if scenes else ():
            yield _told(at, row, idle)


def _scenes(travel: Travel, row: Row) -> list[Scene]:
    """The row as it can be fired: one scene for each place a case can be at."""
    stops = [stop for source in row.sources for stop in travel.at(source)]
    return [
        travel.rules.scene(row, stop.state, stop.level, travel.stops[stop].env, travel.stops[stop].past)
        for stop in stops
    ]


def _of_row(row: Row, scenes: list[Scene]) -> Iterator[Idle]:
    path = f"transitions[{row.index}]"
    yield from _of_list(row.at_once_if, scenes, f"{path}.at_once_if")
    yield from _of_list(row.when, scenes, f"{path}.when")
    judged = [found for scene in scenes if (found := assume_all(row.when, scene)) is not None]
    for number, target in enumerate(row.targets):
        yield from _of_list(target.when, judged, f"{path}.to[{number}].when" if len(row.targets) > 1 else f"{path}.to")


def _of_list(conditions: tuple[Condition, ...], scenes: list[Scene], path: str) -> Iterator[Idle]:
    """Conditions that must all hold: each alone, then each beside those before it."""
    if not scenes:
        return
    alone = [idle for condition in conditions for idle in _within(condition, scenes, path)]
    yield from alone
    if not any(not idle.holds and idle.condition in conditions for idle in alone):
        yield from _contradicting(conditions, scenes, path)


def _contradicting(conditions: tuple[Condition, ...], scenes: list[Scene], path: str) -> Iterator[Idle]:
    left = scenes
    for number, condition in enumerate(conditions):
        left = [found for scene in left if (found := assume(condition, scene)) is not None]
        if not left:
            reason = _opponent(conditions[:number], condition, scenes)
            yield Idle(condition=condition, holds=False, path=path, beside=True, why=reason)
            return


def _opponent(before: tuple[Condition, ...], condition: Condition, scenes: list[Scene]) -> Reason | None:
    """The one condition before that cannot hold beside this one; None where it takes several."""
    for number, other in enumerate(before, start=1):
        if all(assume_all((other, condition), scene) is None for scene in scenes):
            line = other.mark.line
            hint = Title(
                zh=f"第 {line} 行的第 {number} 项和这一项只留一项；要“或”就写 any: […]",
                en=f"keep one of the two (no. {number} in line {line}, and this one); for “or” write any: […]",
            )
            return Reason(f"与第 {number} 项（第 {line} 行）矛盾", f"it contradicts no. {number} (line {line})", hint)
    return None


def _within(condition: Condition, scenes: list[Scene], path: str) -> Iterator[Idle]:
    answers = {answer(condition, scene) for scene in scenes}
    if answers in ({True}, {False}):
        holds = answers == {True}
        yield Idle(condition=condition, holds=holds, path=path, why=why(condition, scenes, holds))
    elif isinstance(condition, AllOf | AnyOf) and all(assume(condition, scene) is None for scene in scenes):
        yield Idle(condition=condition, holds=False, path=path, why=Reason(*_PARTS))
    elif isinstance(condition, AllOf | AnyOf):
        for part in condition.conditions:
            yield from _within(part, scenes, path)
    elif isinstance(condition, Not):
        yield from _within(condition.condition, scenes, path)


def _told(at: At, row: Row, idle: Idle) -> Finding:
    zh, en = _sentence(idle)
    hint = (idle.why and idle.why.hint) or (_NEEDLESS if idle.holds else None)
    if idle.why:
        zh, en = f"{zh}：{idle.why.zh}", f"{en}: {idle.why.en}"
    return at.place(Code.S34, idle.condition.mark, idle.path, zh, en, at.into(*row.sources), hint)


def _sentence(idle: Idle) -> tuple[str, str]:
    if idle.beside:
        return "与前面的条件合在一起，永远不能成立", "can never hold together with the conditions before it"
    if idle.holds:
        return "在这些 from 状态下，这个条件总是成立", "always holds in these `from` states"
    return "在这些 from 状态下，这个条件永远不能成立", "can never hold in these `from` states"
