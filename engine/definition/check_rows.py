"""Single rows: S04, S05, S07, S10, S19, S23."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.actors import can_fire_at_all
from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.model import BACK, CLOSER, NOWHERE, SAME, START, CaseIs, Row, Target, Title

#: What a primary case must be.
_PRIMARY = {"open", "other", "alike_sealed"}


def of_rows(at: At) -> Iterator[Finding]:
    yield from _twice(at)
    for row in at.workflow.rows:
        yield from _leaving(row, at)
        yield from _destinations(row, at)
        yield from _merging(row, at)


def _twice(at: At) -> Iterator[Finding]:
    """S05: of two rows for one trigger and one state nobody could say which is meant."""
    first: dict[tuple[str, str], Row] = {}
    for row in at.workflow.rows:
        for source in row.sources:
            earlier = first.setdefault((row.trigger, source), row)
            if earlier is not row:
                line = earlier.mark.line
                zh = f"动作 '{row.trigger}' 在状态 '{source}' 已有一行（第 {line} 行）"
                en = f"'{row.trigger}' from '{source}' is already in line {line}"
                yield at.row(Code.S05, row, zh, en, at.into(source))


def _leaving(row: Row, at: At) -> Iterator[Finding]:
    """S04: a final state is left by rows marked `reopens` only, and these do leave one."""
    states = at.workflow.states
    final = [source for source in row.sources if source in states and states[source].final]
    if final and not row.stays and not row.reopens:
        zh = f"从终结状态 {'、'.join(final)} 转出，须写 reopens: true"
        en = f"leaves the final state {', '.join(final)}: write `reopens: true`"
        yield at.row(Code.S04, row, zh, en, at.into(*final))
    if row.reopens and (not final or row.stays):
        zh, en = "写了 reopens，却不从终结状态转出", "is marked `reopens` but leaves no final state"
        yield at.row(Code.S04, row, zh, en)


def _destinations(row: Row, at: At) -> Iterator[Finding]:
    """S07: the first match wins, so the last has no condition and all before it have one."""
    *before, last = row.targets or (None,)
    for number, target in enumerate(before):
        if target and not target.when:
            zh, en = "没有条件，后面的去向永远轮不到", "has no condition, so those after it are never taken"
            yield at.place(Code.S07, target.mark, f"transitions[{row.index}].to[{number}]", zh, en, at.by(row))
    if last and last.when:
        zh, en = "最后一个去向不能有条件", "the last destination must have no condition"
        path = f"transitions[{row.index}].to[{len(before)}]"
        yield at.place(Code.S07, last.mark, path, zh, en, at.refused(row.trigger, *row.sources))


def _merging(row: Row, at: At) -> Iterator[Finding]:
    """S23: a case that follows another follows one that is open, another than itself, and sealed alike."""
    for target in row.targets:
        state = at.workflow.states.get(target.to)
        if state and state.follows and not _asks_for_primary(row, target, state.follows):
            asked = f"{{case: {state.follows}, is: [open, other, alike_sealed]}}"
            zh = f"进入 '{state.code}' 的行须必填 '{state.follows}'，并以 {asked} 为条件"
            en = f"a row into '{state.code}' needs the field '{state.follows}' and the condition {asked}"
            hint = Title(
                zh=f"写 needs: {state.follows} 和 when: {asked}", en=f"write needs: {state.follows} and when: {asked}"
            )
            yield at.row(Code.S23, row, zh, en, at.by(row), hint)


def _asks_for_primary(row: Row, target: Target, field: str) -> bool:
    asked = [each for each in (*row.when, *target.when) if isinstance(each, CaseIs) and each.field == field]
    return field in row.needs and {kind for each in asked for kind in each.kinds} == _PRIMARY


def of_openings(at: At) -> Iterator[Finding]:
    """S10: a case is opened by a row `from: start`, in a state."""
    openings = [row for row in at.workflow.rows if START in row.sources]
    if not openings:
        mark = at.workflow.rows[0].mark if at.workflow.rows else NOWHERE
        zh, en = "没有 from: start 的行，事项无法开立", "no row is `from: start`: no case can be opened"
        yield at.place(Code.S10, mark, "transitions", zh, en)
    for row in openings:
        for target in row.targets:
            if target.to in (SAME, BACK, CLOSER):
                zh = f"开立（from: start）须去往一个状态，不能写 {target.to}"
                en = f"an opening (`from: start`) leads to a state, never to `{target.to}`"
                path = f"transitions[{row.index}].to"
                yield at.place(Code.S10, target.mark, path, zh, en, at.refused(row.trigger, START))


def of_people(at: At) -> Iterator[Finding]:
    """S19: a row that nobody can fire, because `never` takes away everyone in `by`, or all of these only read."""
    for row in at.workflow.rows:
        if row.by and not can_fire_at_all(at.workflow, row):
            if all(name in at.workflow.roles and at.workflow.roles[name].read_only for name in row.by):
                zh, en = (
                    "by 里只有只读（read_only）的角色，没有人能办",
                    "`by` names only `read_only` roles: nobody may act",
                )
            else:
                zh, en = "never 去掉了 by 里所有的人，没有人能办", "`never` takes away everyone in `by`: nobody may act"
            yield at.row(Code.S19, row, zh, en, at.refused(row.trigger, *row.sources))
