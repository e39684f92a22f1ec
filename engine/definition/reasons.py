"""Why a condition gives the same answer everywhere (S34): what decides it, and what to do about that.

Each reason says no more than `answers.py` knows for certain. No reason holds the words of the verdict ("always",
"together"): within a `not` it explains the opposite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.definition.actors import can_be
from engine.definition.answers import answer
from engine.definition.model import (
    CLOSED,
    SYSTEM,
    ActorIs,
    AllOf,
    AnyOf,
    CaseIs,
    ClockPast,
    Condition,
    CounterBound,
    FieldBound,
    FieldChange,
    FieldGiven,
    FieldIs,
    FieldShare,
    LevelIs,
    Not,
    PersonIs,
    Since,
    Title,
)
from engine.definition.reasons_counters import counter_reason
from engine.definition.reasons_fields import absent, bound_reason, change_reason, given_reason, is_reason
from engine.definition.scene import Scene, bare
from engine.definition.words import listing

Scenes = Sequence[Scene]


@dataclass(frozen=True, slots=True)
class Reason:
    """What decides, and what to do; without `hint` there is nothing particular to do."""

    zh: str
    en: str
    hint: Title | None = None


def why(asked: Condition, scenes: Scenes, holds: bool) -> Reason | None:
    """Why the condition holds (or does not) in all of the scenes; None where no one thing decides."""
    match asked:
        case Not():
            return why(asked.condition, scenes, not holds)
        case AllOf() | AnyOf():
            decided = [part for part in asked.conditions if {answer(part, scene) for scene in scenes} == {holds}]
            return _of_parts(asked, decided, scenes, holds)
    if all(bare(asked) in scene.settled for scene in scenes):
        return Reason("前面的条件已经定了这一点", "the conditions before settle it")
    told = _WORDS[type(asked)](asked, scenes) if type(asked) in _WORDS else None
    return Reason(*told) if told else None


def _of_parts(asked: AllOf | AnyOf, decided: list[Condition], scenes: Scenes, holds: bool) -> Reason | None:
    """One part is enough, or it takes all of them."""
    if isinstance(asked, AnyOf) is holds:
        found = why(decided[0], scenes, holds) if decided else None
        number = asked.conditions.index(decided[0]) + 1 if decided else 0
        return Reason(f"第 {number} 项：{found.zh}", f"no. {number}: {found.en}", found.hint) if found else None
    reasons = [why(part, scenes, holds) for part in decided]
    known = [reason for reason in reasons if reason]
    if not known or len(known) < len(asked.conditions):
        return None
    return Reason("；".join(each.zh for each in known), "; ".join(each.en for each in known), known[0].hint)


# --- what decides --------------------------------------------------------------------------------------------------

Told = tuple[str, str] | tuple[str, str, Title | None] | None


def _level(_asked: LevelIs, scenes: Scenes) -> Told:
    levels = list(dict.fromkeys(scene.level for scene in scenes if scene.level))
    if not levels:
        return "开立之前事项还没有层级", "before the opening a case has no level"
    hint = Title(
        zh="要限制层级，就改 from 或 level；否则删去这个条件", en="mend `from` or `level`, or drop the condition"
    )
    return f"事项在这里只会在 {'、'.join(levels)} 级", f"here a case is at level {', '.join(levels)} only", hint


def _clock(asked: ClockPast, _scenes: Scenes) -> Told:
    zh = f"走到这里经过的状态都不计时限 '{asked.clock}'（runs）"
    hint = Title(zh=f"在状态上写 runs: {asked.clock}，或删去这个条件", en=f"write `runs: {asked.clock}`, or drop it")
    return zh, f"no state on the way here runs the clock '{asked.clock}'", hint


def _since(asked: Since, scenes: Scenes) -> Told:
    if all(scene.level is None for scene in scenes):
        return "开立之前还没有发生过任何事", "before the opening nothing has happened"
    if asked.event == CLOSED:
        hint = Title(zh="改问 opened、entered 或某个动作", en="ask for opened, entered or a trigger")
        return "这些 from 状态都不是终结状态，事项还没有办结", "none of these states is final: no case is closed", hint
    hint = Title(
        zh=f"在前面补一行 {asked.event}，或删去这个条件", en=f"add a row of {asked.event} before, or drop the condition"
    )
    return f"走到这里之前没有一行能触发 {asked.event}", f"no row of {asked.event} can have been fired before", hint


def _actor(asked: ActorIs, scenes: Scenes) -> Told:
    row, people = scenes[0].row, "、".join(asked.people)
    alone = [answer(asked, replace(scene, settled={})) for scene in scenes]
    if None in alone:
        return "前面的条件已说明由谁办", "the conditions before it say already who acts"
    if all(alone):
        return f"by 里的人都是 {people}", f"all in `by` are {listing(asked.people, ', ')}"
    if set(asked.people) <= set(row.never):
        hint = Title(
            zh=f"从 never 中去掉 {people}，或删去这个条件", en="take them out of `never`, or drop the condition"
        )
        return f"never 已不让 {people} 办", f"`never` keeps out {listing(asked.people, ', ')}", hint
    by = [name for name in row.by if name not in row.never]
    hint = Title(zh=f"在 by 中加上 {people}，或删去这个条件", en="name them in `by`, or drop the condition")
    return f"能办的只有 {listing(by, '、')}", f"only {listing(by, ', ')} may act", hint


def _person(asked: PersonIs, scenes: Scenes) -> Told:
    if found := absent(asked.field, scenes):
        return found
    if any(name != SYSTEM and can_be(each.workflow, name, each.level) for name in asked.people for each in scenes):
        return None
    return f"没有人会是 {'、'.join(asked.people)}", f"nobody can be {listing(asked.people, ', ')}"


def _filled(asked: CaseIs | FieldShare, scenes: Scenes) -> Told:
    return absent(asked.field, scenes)


_WORDS: Mapping[type[Condition], Callable[[Any, Scenes], Told]] = {
    LevelIs: _level,
    ClockPast: _clock,
    Since: _since,
    ActorIs: _actor,
    PersonIs: _person,
    CaseIs: _filled,
    FieldShare: _filled,
    FieldIs: is_reason,
    FieldGiven: given_reason,
    FieldBound: bound_reason,
    FieldChange: change_reason,
    CounterBound: counter_reason,
}
