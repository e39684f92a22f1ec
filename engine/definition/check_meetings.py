"""Meetings and their gates: S06, S32."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.gates import gate_of, meant
from engine.definition.model import Meeting, Row, State, Title, Workflow
from engine.definition.used import meetings_used
from engine.definition.words import listing


def of_gates(at: At) -> Iterator[Finding]:
    workflow = at.workflow
    for state in workflow.states.values():
        if meetings := meant(workflow, state):
            yield _wrong_gate(at, state, meetings)
            continue
        for meeting in (workflow.meetings[code] for code in state.gate if code in workflow.meetings):
            if meeting.level != state.level:
                yield _level_apart(state, meeting, at)
    for row in workflow.rows:
        yield from _vias(row, at)


def _wrong_gate(at: At, state: State, meetings: tuple[str, ...]) -> Finding:
    """One finding for a state whose rows all name another meeting: the hint that mends them all."""
    rows = [row for row in at.workflow.rows_from(state.code) if set(row.via) & set(meetings)]
    lines = [str(row.mark.line) for row in rows]
    gate, others = ", ".join(state.gate), ", ".join(meetings)
    zh = f"在此等候会议 '{gate}'（gate），由此转出的行（第 {listing(lines, '、')} 行）via 的却是 '{others}'"
    en = f"waits for the meeting '{gate}', but the rows from here (lines {listing(lines, ', ')}) are `via` '{others}'"
    return at.state(Code.S06, state, zh, en, at.into(state.code), _gate_or_via(at, state, meetings))


def _gate_or_via(at: At, state: State, meetings: tuple[str, ...]) -> Title:
    """Mend the gate; or the rows, if the gate that is written sits at the state's level, too."""
    others, line = ", ".join(meetings), state.mark.line
    gate = f"gate: [{others}]" if len(meetings) > 1 else f"gate: {others}"
    known = (at.workflow.meetings.get(code) for code in state.gate)
    zh, en = "", ""
    if all(meeting and meeting.level == state.level for meeting in known):
        via = ", ".join(state.gate)
        zh, en = f"；或在那些行的 via 写 {via}", f", or name {via} in `via` of those rows"
    return Title(zh=f"在第 {line} 行改成 {gate}{zh}", en=f"write `{gate}` in line {line}{en}")


def _level_apart(state: State, meeting: Meeting, at: At) -> Finding:
    zh = f"会议 '{meeting.code}' 属于层级 {meeting.level}，状态属于 {state.level or '（未写层级）'}"
    en = f"the meeting '{meeting.code}' sits at level {meeting.level}, the state at {state.level or '(none given)'}"
    level = state.level or "…"
    hint = Title(
        zh=f"把第 {meeting.mark.line} 行会议的 level 改成 {level}，或把状态的 level 改成 {meeting.level}；或去掉 gate",
        en=f"write `level: {level}` for the meeting in line {meeting.mark.line}, or `level: {meeting.level}` for the "
        "state; or drop the `gate`",
    )
    return at.state(Code.S06, state, zh, en, at.into(state.code), hint)


def _vias(row: Row, at: At) -> Iterator[Finding]:
    """Each `from` state has a gate among `via`, and each of `via` is a gate of one of them."""
    states = at.workflow.states
    gates = {source: gate_of(at.workflow, states[source]) if source in states else () for source in row.sources}
    for source, gate in gates.items() if row.via else ():
        if not set(gate) & set(row.via):
            zh = f"via 中没有状态 '{source}' 的会议（gate）"
            en = f"`via` names no gate of the state '{source}'"
            yield at.row(
                Code.S06, row, zh, en, at.refused(row.trigger, source), _gate_wanted(at, row, states.get(source))
            )
    known = {meeting for gate in gates.values() for meeting in gate}
    for meeting in row.via:
        if meeting not in known and known & set(row.via):
            zh = f"via 的会议 '{meeting}' 不是任何 from 状态的 gate"
            en = f"the meeting '{meeting}' of `via` is the gate of no `from` state"
            hint = Title(
                zh=f"从 via 中去掉 {meeting}，或在状态上写 gate", en=f"drop {meeting}, or give a state its `gate`"
            )
            yield at.row(Code.S06, row, zh, en, hint=hint)


def _gate_wanted(at: At, row: Row, state: State | None) -> Title:
    """What to write on the state, or in `via`; an opening waits for no meeting."""
    if state is None:
        return Title(zh="开立的行不能写 via，请去掉", en="drop `via`: an opening goes to no meeting")
    code, gate = state.code, ", ".join(state.gate)
    if gate:
        return Title(zh=f"在 via 中写 {gate}，或从 from 中去掉 {code}", en=f"write {gate} in `via`, or drop {code}")
    fitting = [via for via in row.via if via in at.workflow.meetings and at.workflow.meetings[via].level == state.level]
    if not fitting:
        return Title(zh=f"从 from 中去掉 {code}，或去掉 via", en=f"drop {code} from `from`, or drop `via`")
    line, gate = state.mark.line, ", ".join(fitting)
    return Title(
        zh=f"在第 {line} 行的状态 '{code}' 上写 gate: {gate}；或去掉 via",
        en=f"write `gate: {gate}` on the state '{code}' in line {line}, or drop `via`",
    )


def of_agendas(at: At) -> Iterator[Finding]:
    """S32: a gate state whose cases its meeting cannot decide, and a meeting that no state waits for."""
    for state in at.workflow.states.values():
        for code in () if meant(at.workflow, state) else state.gate:
            if not any(code in row.via for row in at.workflow.rows_from(state.code)):
                zh = f"在此等候会议 '{code}'（gate），却没有一行 via 它"
                en = f"waits for the meeting '{code}', but no row from here is `via` it"
                yield at.state(Code.S32, state, zh, en, at.into(state.code))
    for meeting in at.workflow.meetings.values():
        if meeting.code in _only_told(at.workflow):
            zh, en = "没有状态等候这个会议（gate）", "is the `gate` of no state"
            yield at.place(Code.S32, meeting.mark, f"meetings.{meeting.code}", zh, en)


def _only_told(workflow: Workflow) -> frozenset[str]:
    """Meetings that nothing waits for: a wrong `via` is S06, one that nothing names is S31."""
    gates = {meeting for state in workflow.states.values() for meeting in state.gate}
    return meetings_used(workflow) - gates - {meeting for row in workflow.rows for meeting in row.via}
