"""What decides a condition on a counter: no row it counts can have been fired, or so many must have been."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definition.model import EVERY, Counter, CounterBound, Per, Title
from engine.definition.scene import Scene
from engine.definition.words import listing

Scenes = Sequence[Scene]
Told = tuple[str, str] | tuple[str, str, Title | None] | None


def counter_reason(asked: CounterBound, scenes: Scenes) -> Told:
    counter = scenes[0].workflow.counters[asked.counter]
    bounds = [scene.past.bounds(counter, scene.level) if scene.level is not None else (0, 0) for scene in scenes]
    least, most = min(low for low, _ in bounds), _highest([high for _, high in bounds])
    if most == 0:
        return _nothing(counter, scenes)
    if most is not None and _decided_by_most(asked, most):
        return f"'{counter.code}' 至多数到 {most}", f"'{counter.code}' is {most} at most"
    if least:
        return f"'{counter.code}' 这时至少已是 {least}", f"'{counter.code}' is {least} at least"
    return ("计数不会小于 0", "no counter is below 0") if asked.at_least == 0 else None


def _decided_by_most(asked: CounterBound, most: int) -> bool:
    return (asked.at_least is not None and most < asked.at_least) or (
        asked.at_most is not None and most <= asked.at_most
    )


def _highest(bounds: list[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return max(known) if len(known) == len(bounds) else None


def _nothing(counter: Counter, scenes: Scenes) -> Told:
    levels = list(dict.fromkeys(scene.level for scene in scenes if scene.level))
    if not levels:
        return "开立之前还没有办过任何动作，计数是 0", "before the opening nothing is counted: it is 0"
    zh_of, en_of = _counted(counter)
    zh_when, en_when = _span(counter, levels)
    zh = f"{zh_when}没有一行能触发 {zh_of}，计数 '{counter.code}' 一直是 0"
    en = f"no row of {en_of} can have been fired {en_when}: the counter '{counter.code}' is 0"
    return zh, en, _hint(counter, scenes, levels)


def _counted(counter: Counter) -> tuple[str, str]:
    """What it counts, as `sign_for`."""
    where = ("（并符合它的 where）", " (as its `where` asks)") if counter.where else ("", "")
    if counter.of == (EVERY,):
        return f"任何动作{where[0]}", f"any trigger{where[1]}"
    return listing(counter.of, "、") + where[0], listing(counter.of, ", ") + where[1]


def _span(counter: Counter, levels: list[str]) -> tuple[str, str]:
    """Since when it counts."""
    if counter.per is Per.LEVEL:
        return f"在 {'、'.join(levels)} 级（per: level）", f"at level {', '.join(levels)} (`per: level`)"
    if counter.per is Per.STAY:
        return "进入现状态以来（per: stay）", "since the state was entered (`per: stay`)"
    return "走到这里之前", "before"


def _hint(counter: Counter, scenes: Scenes, levels: list[str]) -> Title:
    zh_of, en_of = _counted(counter)
    zh, en = _missing_row(counter, scenes, levels, zh_of, en_of)
    if counter.per is not Per.CASE and _counts_before(counter, scenes):
        zh, en = f"要数以前的，把计数改成 per: case；或{zh}", f"to count what was before, make it `per: case`; or {en}"
    return Title(zh=f"{zh}；不需要就删去这个条件", en=f"{en}; or drop the condition")


def _missing_row(counter: Counter, scenes: Scenes, levels: list[str], zh_of: str, en_of: str) -> tuple[str, str]:
    states = list(dict.fromkeys(scene.state for scene in scenes))
    zh_at, en_at = listing(states, "、"), listing(states, ", ")
    if counter.per is Per.STAY:
        return f"补一行 {zh_of}，from 写 {zh_at}、to: same", f"add a row of {en_of} from {en_at} `to: same`"
    if counter.per is Per.LEVEL:
        return (
            f"补一行 {zh_of}，from 写 {'、'.join(levels)} 级的状态（如 {zh_at}）",
            f"add a row of {en_of} from a state at that level (as {en_at})",
        )
    return f"在前面补一行 {zh_of}", f"add a row of {en_of} before"


def _counts_before(counter: Counter, scenes: Scenes) -> bool:
    """Whether something it counts may have happened elsewhere."""
    return any(scene.past.may_have_fired(trigger) for scene in scenes for trigger in counter.of)
