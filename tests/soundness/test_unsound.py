"""Each unsound workflow has its one finding, and the engine, run along the way that the finding shows, confirms it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from engine.definition.check import examine
from engine.definition.findings import Code, Finding
from engine.definition.model import Condition, Row, Workflow
from engine.rules.attempt import SYSTEM_ACTOR
from engine.rules.conditions import holds
from engine.rules.machine import Compiled, compile_workflow
from engine.rules.refusals import ConditionRefused, NoDestination, Refusal
from engine.rules.serving import walk
from tests.soundness.going import Act, Case, acts, attempt, explore, fired, onward, walked
from tests.soundness.unsound import UNSOUND, Unsound

_NO_WAY = {"S02"}  # nothing leads there: nothing can be shown


@pytest.mark.parametrize("each", UNSOUND, ids=lambda each: f"{each.code} {each.name}")
def test_the_engine_confirms_what_is_said(each: Unsound):
    reading = examine(each.text.encode(), "file.yaml")
    assert reading.workflow is not None
    (finding,) = reading.findings
    assert finding.code == each.code
    assert all(finding.advice(language) for language in ("zh", "en"))

    compiled = compile_workflow(reading.workflow)
    cases = walked(compiled, finding.witness)

    assert cases, "nobody can go the way that is shown"
    assert finding.witness or each.code in _NO_WAY or each.name == "reopens leaves nothing"
    CONFIRMED[finding.code](compiled, finding, cases)


def test_there_are_forty_and_they_are_spread():
    counted = Counter(each.code for each in UNSOUND)

    assert len(UNSOUND) >= 40
    assert len(counted) >= 18
    assert set(counted) == {code.value for code in CONFIRMED}


# --- what each code claims -----------------------------------------------------------------------------------------


def _unreached(compiled: Compiled, finding: Finding, _: list[Case]) -> None:
    explored = explore(compiled)
    assert explored.whole
    assert finding.path.removeprefix("states.") not in {state for state, _ in explored.spots}


def _endless(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    for case in cases:
        assert f"states.{case.source}" == finding.path
        explored = explore(compiled, case)
        assert explored.whole
        assert not any(compiled.workflow.states[state].final for state, _ in explored.spots)


def _final_left(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    row, case = compiled.workflow.rows[_row_of(finding)], cases[0]
    if row.reopens:
        assert not any(compiled.workflow.states[source].final for source in row.sources)
    else:
        assert compiled.workflow.states[case.source].final
        assert any(found.source != case.source for found in onward(compiled, case, row.trigger))


def _twice(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    row, case = compiled.workflow.rows[_row_of(finding)], cases[0]
    assert len([each for each in compiled.workflow.rows_from(case.source) if each.trigger == row.trigger]) == 2
    assert compiled.workflow.row(row.trigger, case.source) is not row


def _gate(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    case = cases[0]
    if finding.path.startswith("states."):
        (meeting,) = compiled.workflow.states[case.source].gate
        assert case.state
        assert compiled.workflow.meetings[meeting].level != case.state.level
    else:
        _refused(compiled, finding, cases)


def _destinations(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    if finding.witness[-1].target is None:
        _nowhere(compiled, finding, cases)
        return
    row = compiled.workflow.rows[_row_of(finding)]
    explored = explore(compiled)
    found = {each.source for met in explored.cases if met.source in row.sources
             for each in onward(compiled, met, row.trigger)}  # fmt: skip
    assert explored.whole
    assert found == {row.targets[0].to}


def _nowhere(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    """The last act of the way is let through and finds no destination."""
    answers = [answer for case in cases for answer in _answers(compiled, finding, case)]
    assert any(isinstance(answer, NoDestination) for answer in answers)


def _refused(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    answers = [answer for case in cases for answer in _answers(compiled, finding, case)]
    assert all(isinstance(answer, Refusal) for answer in answers)


def _answers(compiled: Compiled, finding: Finding, case: Case) -> list[Case | Refusal]:
    """What everybody hears who tries the last act of the way."""
    last = finding.witness[-1]
    assert (last.source, last.target) == (case.source, None)
    return [fired(compiled, case, act) for act in acts(compiled.workflow, case, last.trigger)]


def _refused_to_system(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    last, case = finding.witness[-1], cases[0]
    given = _given(compiled.workflow, finding)
    tries = [act for act in acts(compiled.workflow, case, last.trigger) if act.actor is SYSTEM_ACTOR]
    assert not any(isinstance(fired(compiled, case, act), Case) for act in tries if act.data == given)
    row = compiled.workflow.row(last.trigger, case.source)
    assert finding.code is not Code.S17 or (row and set(row.needs) - set(given))


def _given(workflow: Workflow, finding: Finding) -> dict[str, object]:
    """What the step gives that the finding is about."""
    if finding.path.startswith("meetings."):
        return {}
    (clock,) = workflow.clocks.values()
    return dict(clock.steps[0].with_values)


def _round_again(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    """Five turns more: the way's end is where its cycle began."""
    case = cases[0]
    ends = [number for number, step in enumerate(finding.witness) if (step.target, step.level) == case.spot]
    turn = finding.witness[ends[-2] + 1 :]
    for _ in range(5):
        again = walked(compiled, turn, case)
        assert again
        case = again[0]


def _no_decision(compiled: Compiled, _: Finding, cases: list[Case]) -> None:
    case = cases[0]
    assert compiled.workflow.states[case.source].gate
    assert not any(
        act.meeting and isinstance(fired(compiled, case, act), Case) for act in acts(compiled.workflow, case)
    )


def _no_clock(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    case = cases[0]
    assert f"states.{case.source}" == finding.path
    assert not compiled.workflow.states[case.source].runs


def _same_answer(compiled: Compiled, finding: Finding, cases: list[Case]) -> None:
    row = compiled.workflow.rows[_row_of(finding)]
    assert all(case.source in row.sources for case in cases)
    found = answers_everywhere(compiled, _condition(compiled.workflow, finding))
    if "together" in finding.en:
        assert True in found
        assert not any(isinstance(end, Case) for end in _tried(compiled, row.trigger))
    else:
        assert found == {"always" in finding.en}


def _tried(compiled: Compiled, trigger: str) -> list[Case | Refusal]:
    explored = explore(compiled)
    assert explored.whole
    return [fired(compiled, met, act) for met in explored.cases for act in acts(compiled.workflow, met, trigger)]


def answers_everywhere(compiled: Compiled, asked: Condition) -> set[bool | None]:
    """What the engine answers to a row's condition for every case there can be and everything one can try."""
    explored = explore(compiled)
    assert explored.whole
    return {
        holds(attempt(compiled, met, act), asked)
        for met in explored.cases
        for act in acts(compiled.workflow, met)
        if any(each is asked for top in _tops(act.row) for each in walk(top)) and _may_ask(compiled, met, act)
    }


def _tops(row: Row) -> list[Condition]:
    return [*row.when, *row.at_once_if, *(each for target in row.targets for each in target.when)]


def _may_ask(compiled: Compiled, case: Case, act: Act) -> bool:
    """Whether the conditions are come to at all: the person may, and the fields are right."""
    answer = fired(compiled, case, act)
    return isinstance(answer, Case | ConditionRefused | NoDestination)


def _condition(workflow: Workflow, finding: Finding) -> Condition:
    (found,) = (
        each for top in _tops(workflow.rows[_row_of(finding)]) for each in walk(top) if each.mark == finding.mark
    )
    return found


def _row_of(finding: Finding) -> int:
    return int(finding.path.split("[")[1].split("]")[0])


def _one_person(compiled: Compiled, finding: Finding, _: list[Case]) -> None:
    """The same person goes the whole way: the handling row, and then the row that ends the case."""
    handling, ending = finding.witness[-2:]
    workflow = compiled.workflow
    before = walked(compiled, finding.witness[:-2])[0]
    row = workflow.row(handling.trigger, handling.source)
    assert row
    assert row.handles
    ends = {
        act.actor.person
        for act in acts(workflow, before, handling.trigger)
        if isinstance(done := fired(compiled, before, act), Case)
        for last in acts(workflow, done, ending.trigger)
        if last.actor == act.actor and isinstance(fired(compiled, done, last), Case)
    }
    assert ends


CONFIRMED: dict[Code, Callable[[Compiled, Finding, list[Case]], None]] = {
    Code.S02: _unreached,
    Code.S03: _endless,
    Code.S04: _final_left,
    Code.S05: _twice,
    Code.S06: _gate,
    Code.S07: _destinations,
    Code.S08: _nowhere,
    Code.S09: _nowhere,
    Code.S10: _nowhere,
    Code.S16: _refused_to_system,
    Code.S17: _refused_to_system,
    Code.S19: _refused,
    Code.S22: _round_again,
    Code.S32: _no_decision,
    Code.S33: _no_clock,
    Code.S34: _same_answer,
    Code.S36: _round_again,
    Code.S37: _one_person,
}
