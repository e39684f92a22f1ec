"""Soundness: what is wrong with a workflow although every line of its file can be read (S02 to S10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.definition.findings import Code, Finding
from engine.definition.loader import Reading, has_error, read_draft
from engine.definition.model import BACK, CLOSER, NOWHERE, SAME, START, Mark, Meeting, Row, State, Workflow
from engine.definition.report import in_order
from engine.definition.travel import Lost, Travel, explore, handling_states


def check_workflow(workflow: Workflow) -> tuple[Finding, ...]:
    """All that is unsound, in the order of its places; empty for a workflow that may be served."""
    parts = (_of_rows, _of_openings, _of_gates, _of_states, _of_ways)
    return in_order([finding for part in parts for finding in part(workflow)])


def examine(data: bytes, file: str) -> Reading:
    """Reads and checks a file. Where it cannot be read in full, what does not hang on the unread parts is checked
    all the same. `workflow` is None exactly when the loader found an error; an unsound one is there."""
    draft = read_draft(data, file)
    if draft.workflow is None:
        return draft
    findings = check_workflow(draft.workflow) if not has_error(draft) else _check_rest(draft.workflow, draft.findings)
    workflow = None if has_error(draft) else draft.workflow
    return Reading(workflow=workflow, findings=in_order([*draft.findings, *findings]))


def _check_rest(draft: Workflow, errors: tuple[Finding, ...]) -> list[Finding]:
    """What can be said of a draft with errors: about rows without any, and about the whole where its parts are."""
    broken = {_part(error.path) for error in errors}
    whole = replace(draft, rows=tuple(row for row in draft.rows if f"transitions[{row.index}]" not in broken))
    sections = {part.split("[")[0] for part in broken}
    findings: list[Finding] = []
    if not sections & {"", "states", "groups.states"}:
        findings += _of_rows(whole)
        findings += _of_states(whole)
        if not sections & {"levels", "meetings"}:
            findings += _of_gates(whole)
        if not sections & {"levels", "transitions"}:
            findings += _of_ways(whole)
    if not sections & {"", "transitions"}:
        findings += _of_openings(whole)
    return findings


def _part(path: str) -> str:
    """The part of a file that soundness may hang on: a section, a row, a kind of groups."""
    parts = path.split(".")
    return ".".join(parts[:2]) if parts[0] == "groups" else parts[0]


@dataclass(frozen=True, slots=True)
class _At:
    """Makes findings about one file."""

    workflow: Workflow

    def row(self, code: Code, row: Row, zh: str, en: str) -> Finding:
        return self.place(code, row.mark, f"transitions[{row.index}]", zh, en)

    def state(self, code: Code, state: State, zh: str, en: str) -> Finding:
        return self.place(code, state.mark, f"states.{state.code}", zh, en)

    def place(self, code: Code, mark: Mark, path: str, zh: str, en: str) -> Finding:
        return Finding(code=code, file=self.workflow.file, mark=mark, path=path, zh=zh, en=en)


# --- single rows: S04, S05, S07 ------------------------------------------------------------------------------------


def _of_rows(workflow: Workflow) -> Iterator[Finding]:
    at = _At(workflow)
    yield from _twice(workflow, at)
    for row in workflow.rows:
        yield from _leaving(row, workflow, at)
        yield from _destinations(row, at)


def _twice(workflow: Workflow, at: _At) -> Iterator[Finding]:
    """S05: of two rows for one trigger and one state nobody could say which is meant."""
    first: dict[tuple[str, str], Row] = {}
    for row in workflow.rows:
        for source in row.sources:
            earlier = first.setdefault((row.trigger, source), row)
            if earlier is not row:
                line = earlier.mark.line
                zh = f"动作 '{row.trigger}' 在状态 '{source}' 已有一行（第 {line} 行）"
                yield at.row(Code.S05, row, zh, f"'{row.trigger}' from '{source}' is already in line {line}")


def _leaving(row: Row, workflow: Workflow, at: _At) -> Iterator[Finding]:
    """S04: a final state is left by rows marked `reopens` only, and these do leave one."""
    final = [source for source in row.sources if source in workflow.states and workflow.states[source].final]
    if final and not row.stays and not row.reopens:
        zh = f"从终结状态 {'、'.join(final)} 转出，须写 reopens: true"
        yield at.row(Code.S04, row, zh, f"leaves the final state {', '.join(final)}: write `reopens: true`")
    if row.reopens and (not final or row.stays):
        zh, en = "写了 reopens，却不从终结状态转出", "is marked `reopens` but leaves no final state"
        yield at.row(Code.S04, row, zh, en)


def _destinations(row: Row, at: _At) -> Iterator[Finding]:
    """S07: the first match wins, so the last has no condition and all before it have one."""
    *before, last = row.targets or (None,)
    for number, target in enumerate(before):
        if target and not target.when:
            zh, en = "没有条件，后面的去向永远轮不到", "has no condition, so those after it are never taken"
            yield at.place(Code.S07, target.mark, f"transitions[{row.index}].to[{number}]", zh, en)
    if last and last.when:
        zh, en = "最后一个去向不能有条件", "the last destination must have no condition"
        yield at.place(Code.S07, last.mark, f"transitions[{row.index}].to[{len(before)}]", zh, en)


# --- openings: S10 -------------------------------------------------------------------------------------------------


def _of_openings(workflow: Workflow) -> Iterator[Finding]:
    at = _At(workflow)
    openings = [row for row in workflow.rows if START in row.sources]
    if not openings:
        mark = workflow.rows[0].mark if workflow.rows else NOWHERE
        zh, en = "没有 from: start 的行，事项无法开立", "no row is `from: start`: no case can be opened"
        yield at.place(Code.S10, mark, "transitions", zh, en)
    for row in openings:
        for target in row.targets:
            if target.to in (SAME, BACK, CLOSER):
                zh = f"开立（from: start）须去往一个状态，不能写 {target.to}"
                en = f"an opening (`from: start`) leads to a state, never to `{target.to}`"
                yield at.place(Code.S10, target.mark, f"transitions[{row.index}].to", zh, en)


# --- meetings: S06 -------------------------------------------------------------------------------------------------


def _of_gates(workflow: Workflow) -> Iterator[Finding]:
    at = _At(workflow)
    for state in workflow.states.values():
        for meeting in (workflow.meetings[code] for code in state.gate if code in workflow.meetings):
            if meeting.level != state.level:
                yield _level_apart(state, meeting, at)
    for row in workflow.rows:
        yield from _vias(row, workflow, at)


def _level_apart(state: State, meeting: Meeting, at: _At) -> Finding:
    zh = f"会议 '{meeting.code}' 属于层级 {meeting.level}，状态属于 {state.level or '（未写层级）'}"
    en = f"the meeting '{meeting.code}' sits at level {meeting.level}, the state at {state.level or '(none given)'}"
    return at.state(Code.S06, state, zh, en)


def _vias(row: Row, workflow: Workflow, at: _At) -> Iterator[Finding]:
    """Each `from` state has a gate among `via`, and each of `via` is a gate of one of them."""
    gates = {source: workflow.states[source].gate if source in workflow.states else () for source in row.sources}
    for source, gate in gates.items() if row.via else ():
        if not set(gate) & set(row.via):
            zh = f"via 中没有状态 '{source}' 的会议（gate）"
            yield at.row(Code.S06, row, zh, f"`via` names no gate of the state '{source}'")
    known = {meeting for gate in gates.values() for meeting in gate}
    for meeting in row.via:
        if meeting not in known and known & set(row.via):
            zh = f"via 的会议 '{meeting}' 不是任何 from 状态的 gate"
            yield at.row(Code.S06, row, zh, f"the meeting '{meeting}' of `via` is the gate of no `from` state")


# --- states: S03, S09 ----------------------------------------------------------------------------------------------


def _of_states(workflow: Workflow) -> Iterator[Finding]:
    at = _At(workflow)
    yield from _second_handling(workflow, at)
    if not any(state.final for state in workflow.states.values()):
        mark = next((state.mark for state in workflow.states.values()), NOWHERE)
        zh, en = "没有终结状态（final: true），事项永远办不完", "no state is final: no case ever ends"
        yield at.place(Code.S03, mark, "states", zh, en)


def _second_handling(workflow: Workflow, at: _At) -> Iterator[Finding]:
    for level, codes in handling_states(workflow).items():
        for code in codes[1:]:
            zh = f"层级 {level} 已有办理状态 '{codes[0]}'，每级只能有一个"
            en = f"the level {level} already has the handling state '{codes[0]}'; there is one per level"
            yield at.state(Code.S09, workflow.states[code], zh, en)


# --- the ways of a case: S02, S03, S09 -----------------------------------------------------------------------------


def _of_ways(workflow: Workflow) -> Iterator[Finding]:
    at = _At(workflow)
    ends = {state.code for state in workflow.states.values() if state.final}
    travel = explore(workflow)
    if travel.spots:
        yield from _unreached(workflow, travel, at)
        yield from _endless(workflow, travel, ends, at)
    for lost in travel.lost:
        yield _astray(lost, at)


def _unreached(workflow: Workflow, travel: Travel, at: _At) -> Iterator[Finding]:
    for code, state in workflow.states.items():
        if code not in travel.states:
            zh, en = "没有事项能到达这个状态", "no case can reach this state"
            yield at.state(Code.S02, state, zh, en)


def _endless(workflow: Workflow, travel: Travel, ends: set[str], at: _At) -> Iterator[Finding]:
    ending = travel.reaching(ends)
    for code, state in workflow.states.items():
        if ends and code in travel.states and code not in ending:
            zh, en = "从这个状态到不了任何终结状态", "no end can be reached from this state"
            yield at.state(Code.S03, state, zh, en)


def _astray(lost: Lost, at: _At) -> Finding:
    zh = f"closer：层级 {lost.level} 的事项可能由此转出，但该级没有唯一的办理状态（handling）"
    en = f"`closer`: a case at level {lost.level} can come here, but that level has not exactly one handling state"
    return at.place(Code.S09, lost.target.mark, f"transitions[{lost.row.index}].to", zh, en)
