"""What clocks and meetings fire by themselves, as `system`: S16, S17."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.definition.assuming import assume_all
from engine.definition.check_at import At
from engine.definition.facts import only
from engine.definition.findings import Code, Finding, Step, Witness
from engine.definition.gates import gate_of
from engine.definition.model import SYSTEM, Condition, Mark, Meeting, Row, Title, Value
from engine.definition.paths import find_way
from engine.definition.reasons_system import (
    Reason,
    cannot_hold,
    no_row,
    not_given,
    not_in_by,
    not_taken,
    not_via,
    only_via,
    together,
)
from engine.definition.scene import Scene
from engine.definition.travel import Stop, Travel, Way


@dataclass(frozen=True, kw_only=True, slots=True)
class Firing:
    """A trigger that falls due in `states` while all of `when` holds; `meeting` is given where it is a decision of this
    meeting (carrying over)."""

    trigger: str
    states: tuple[str, ...]
    mark: Mark
    path: str
    given: Mapping[str, Value]
    when: tuple[Condition, ...] = ()
    meeting: str | None = None

    @property
    def has_with(self) -> bool:
        """A meeting's `carry_over` gives no values: only a step and `then` have a `with`."""
        return self.meeting is None


def of_system(at: At) -> Iterator[Finding]:
    for firing in (*_steps(at), *_meetings(at)):
        yield from _judged(at, firing)


def _steps(at: At) -> Iterator[Firing]:
    for code, clock in at.workflow.clocks.items():
        states = tuple(state.code for state in at.workflow.states.values() if code in state.runs)
        for number, step in enumerate(clock.steps):
            if step.fire:
                yield Firing(
                    trigger=step.fire,
                    states=states,
                    mark=step.mark,
                    path=f"clocks.{code}.steps[{number}]",
                    given=step.with_values,
                    when=(*clock.when, *step.when),
                )


def _meetings(at: At) -> Iterator[Firing]:
    gates = {code: gate_of(at.workflow, state) for code, state in at.workflow.states.items()}
    for meeting in at.workflow.meetings.values():
        states = tuple(code for code, gate in gates.items() if meeting.code in gate)
        yield from _of_meeting(meeting, states)


def _of_meeting(meeting: Meeting, states: tuple[str, ...]) -> Iterator[Firing]:
    carrying = meeting.carry_over
    if carrying is None:
        return
    path = f"meetings.{meeting.code}.carry_over"
    yield Firing(trigger=carrying.trigger, states=states, mark=carrying.mark, path=path, given={}, meeting=meeting.code)
    if carrying.then and carrying.then.fire:
        step = carrying.then
        yield Firing(
            trigger=carrying.then.fire, states=states, mark=step.mark, path=f"{path}.then", given=step.with_values
        )


def _judged(at: At, firing: Firing) -> Iterator[Finding]:
    """S16 for the first reason in the first state, S17 for the fields that are not given anywhere."""
    lacking: dict[str, Stop] = {}
    for state in firing.states:
        row = at.workflow.row(firing.trigger, state)
        for stop in _due(at, firing, state):
            if reason := _refused(at, firing, row, stop):
                yield _not_fired(at, firing, stop, reason)
                return
            lacking |= {name: stop for name in _missing(firing, row) if name not in lacking}
    for name, stop in lacking.items():
        yield _lacks(at, firing, stop, name)


def _missing(firing: Firing, row: Row | None) -> list[str]:
    """The fields that the row needs and the firing does not give."""
    return [name for name in row.needs if name not in firing.given] if row else []


def _lacks(at: At, firing: Firing, stop: Stop, name: str) -> Finding:
    row = at.workflow.row(firing.trigger, stop.state)
    line = row.mark.line if row else 0
    zh = f"触发的动作 '{firing.trigger}' 必填字段 '{name}'，这里没有给出"
    en = f"the row of '{firing.trigger}' needs the field '{name}', which is not given here"
    zh_or, en_or = (f"在 with 中写 {name}: …；或", f"write `{name}: …` in `with`, or ") if firing.has_with else ("", "")
    hint = Title(
        zh=f"{zh_or}把第 {line} 行 needs 里的 {name} 移到 takes", en=f"{en_or}move {name} in line {line} to `takes`"
    )
    return at.place(Code.S17, firing.mark, firing.path, zh, en, _witness(at, firing, stop), hint)


def _due(at: At, firing: Firing, state: str) -> list[Stop]:
    """Where a case can be when this falls due."""
    if at.travel is None:
        return []
    return [stop for stop in at.travel.at(state) if _may_fall_due(at.travel, firing, stop) is not None]


def _may_fall_due(travel: Travel, firing: Firing, stop: Stop) -> Scene | None:
    """The case when this falls due: what its fields then hold; None where it cannot."""
    facts = travel.stops[stop]
    some_row = replace(travel.rules.workflow.rows[0], needs=(), takes=(), by=(SYSTEM,), never=())
    return assume_all(firing.when, travel.rules.scene(some_row, stop.state, stop.level, facts.env, facts.past))


def _refused(at: At, firing: Firing, row: Row | None, stop: Stop) -> Reason | None:
    """Why `system` can never fire it here; None where it may."""
    if row is None:
        return no_row(at.workflow, firing.trigger, stop.state)
    reasons = list(_reasons(at, firing, row, stop))
    if reasons and (missing := _missing(firing, row)):
        reasons.append(not_given(missing, in_with=firing.has_with))
    return together(reasons, row, stop.state, only_this=firing.meeting is not None) if reasons else None


def _reasons(at: At, firing: Firing, row: Row, stop: Stop) -> Iterator[Reason]:
    """All that keeps `system` from firing this row."""
    if SYSTEM not in row.by or SYSTEM in row.never:
        yield not_in_by(row)
    if firing.meeting and firing.meeting not in row.via:
        yield not_via(row, firing.meeting)
    if not firing.meeting and row.via and not row.at_once_if:
        yield only_via(row)
    if others := [name for name in firing.given if name not in (*row.needs, *row.takes)]:
        yield not_taken(row, others)
    if at.travel is not None and not _may_hold(at.travel, firing, row, stop):
        yield cannot_hold(row)


def _may_hold(travel: Travel, firing: Firing, row: Row, stop: Stop) -> bool:
    """Whether the row's conditions may hold for `system` with what the step gives; the rest stays as it is."""
    due = _may_fall_due(travel, firing, stop)
    if due is None:
        return False
    fired = replace(row, by=(SYSTEM,), never=())
    scene = travel.rules.scene(fired, stop.state, stop.level, due.env, due.past)
    given = {name: only(value) for name, value in firing.given.items()}
    kept = {name: due.values(name) for name in row.takes if name not in given}
    return assume_all(row.when, replace(scene, env={**scene.env, **kept, **given})) is not None


def _not_fired(at: At, firing: Firing, stop: Stop, reason: Reason) -> Finding:
    zh = f"在状态 '{stop.state}'（{stop.level}）system 不能触发 '{firing.trigger}'：{reason.zh}"
    en = f"in the state '{stop.state}' ({stop.level}) `system` cannot fire '{firing.trigger}': {reason.en}"
    return at.place(Code.S16, firing.mark, firing.path, zh, en, _witness(at, firing, stop), reason.hint)


def _witness(at: At, firing: Firing, stop: Stop) -> Witness:
    if at.travel is None:
        return ()

    def into(way: Way) -> bool:
        return way.aim is not None and way.aim.spot == stop.spot

    way = find_way(at.travel, into) or ()
    return (*way, Step(trigger=firing.trigger, source=stop.state)) if way else ()
