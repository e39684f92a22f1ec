"""Meetings and their gates: S06, S32."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition.check_at import At
from engine.definition.findings import Code, Finding
from engine.definition.model import Meeting, Row, State, Workflow
from engine.definition.used import meetings_used


def of_gates(at: At) -> Iterator[Finding]:
    workflow = at.workflow
    for state in workflow.states.values():
        for meeting in (workflow.meetings[code] for code in state.gate if code in workflow.meetings):
            if meeting.level != state.level:
                yield _level_apart(state, meeting, at)
    for row in workflow.rows:
        yield from _vias(row, at)


def _level_apart(state: State, meeting: Meeting, at: At) -> Finding:
    zh = f"会议 '{meeting.code}' 属于层级 {meeting.level}，状态属于 {state.level or '（未写层级）'}"
    en = f"the meeting '{meeting.code}' sits at level {meeting.level}, the state at {state.level or '(none given)'}"
    return at.state(Code.S06, state, zh, en, at.into(state.code))


def _vias(row: Row, at: At) -> Iterator[Finding]:
    """Each `from` state has a gate among `via`, and each of `via` is a gate of one of them."""
    states = at.workflow.states
    gates = {source: states[source].gate if source in states else () for source in row.sources}
    for source, gate in gates.items() if row.via else ():
        if not set(gate) & set(row.via):
            zh = f"via 中没有状态 '{source}' 的会议（gate）"
            en = f"`via` names no gate of the state '{source}'"
            yield at.row(Code.S06, row, zh, en, at.refused(row.trigger, source))
    known = {meeting for gate in gates.values() for meeting in gate}
    for meeting in row.via:
        if meeting not in known and known & set(row.via):
            zh = f"via 的会议 '{meeting}' 不是任何 from 状态的 gate"
            yield at.row(Code.S06, row, zh, f"the meeting '{meeting}' of `via` is the gate of no `from` state")


def of_agendas(at: At) -> Iterator[Finding]:
    """S32: a gate state whose cases its meeting cannot decide, and a meeting that no state waits for."""
    for state in at.workflow.states.values():
        for code in state.gate:
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
