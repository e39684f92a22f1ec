"""The calls of one paging: which rows and steps belong together, and who has answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.rules.fold import fold
from engine.rules.paging import SOON, Fired, answers, chain, pagings, reminded
from engine.rules.state import Paging
from engine.store.folding import state_from_json, state_to_json
from tests.unit.rules.small import BOSS, HELPER, Matter, rules

T0 = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ROWS = """
    - {trigger: begin, T, from: start, to: new, by: helper}
    - {trigger: alarm, T, from: [new, hot], to: hot, by: helper, pages: boss}
    - {trigger: louder, T, from: hot, to: same, by: helper, pages: helper}
    - {trigger: answer, T, from: hot, to: same, by: paged}
    - {trigger: note, T, from: hot, to: same, by: helper}
    - {trigger: false_alarm, T, from: hot, to: back, by: boss}
    - {trigger: finish, T, from: [new, hot], to: done, by: helper}
    """
STATES = """
    new: {T, level: low, handling: true}
    hot: {T, runs: page}
    done: {T, final: true}
    """
CLOCKS = """
    page:
      T
      per: stay
      limits: 15 minutes
      steps: [{at: 100%, remind: helper}, {at: 200%, remind: [boss, opener]}, {at: 300%, fire: note}]
    """
HEAD = {"business_hours": '{open: "08:30", close: "17:30"}'}


def matter(*acts: str) -> Matter:
    case = Matter(
        rules(
            states=STATES,
            transitions=ROWS,
            clocks=CLOCKS.replace("      T\n", "      title: {zh: 钟, en: C}\n"),
            **HEAD,
        )
    )
    for trigger in acts:
        case.fire(BOSS if trigger in ("answer", "false_alarm") else HELPER, trigger)
    return case


def fired(step: int, seq: int, minutes: float = 0) -> Fired:
    return Fired(clock="page", step=step, seq=seq, at=T0 + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("acts", "names", "seq", "until"),
    [
        (("begin", "alarm"), ("boss",), 2, None),
        (("begin", "alarm", "note", "answer"), ("boss",), 2, None),
        (("begin", "alarm", "louder"), ("helper",), 3, None),
        (("begin", "alarm", "note", "false_alarm"), ("boss",), 2, 4),
        (("begin", "alarm", "finish"), ("boss",), 2, 3),
        (("begin", "alarm", "false_alarm", "alarm"), ("boss",), 4, None),
        (("begin", "alarm", "alarm"), ("boss",), 3, None),
    ],
)
def test_a_paging_lasts_while_the_case_is_where_somebody_was_paged(acts, names, seq, until):
    state = matter(*acts).state
    assert state is not None and state.paging is not None

    assert (state.paging.names, state.paging.seq, state.paging.until) == (names, seq, until)
    assert state.paged == names
    assert state.is_paging is (until is None)
    assert state_from_json(state_to_json(state)) == state


def test_before_the_first_alarm_nobody_was_paged():
    state = matter("begin").state
    assert state is not None

    assert (state.paging, state.paged, state.is_paging) == (None, (), False)
    assert state_from_json(state_to_json(state)) == state


def test_a_step_belongs_to_the_paging_at_whose_versions_it_was_carried_out():
    workflow = matter("begin").compiled.workflow
    paging = Paging(names=("boss",), seq=2, at=T0, until=5)

    assert reminded(workflow, paging, [fired(0, 1), fired(0, 5)]) == ()
    assert reminded(workflow, paging, [fired(0, 2), fired(1, 4), fired(2, 4)]) == ("helper", "boss", "opener")
    assert reminded(workflow, replace(paging, until=None), [fired(0, 9)]) == ("helper",)
    assert reminded(workflow, None, [fired(0, 2)]) == ()
    assert reminded(workflow, paging, [fired(7, 2), replace(fired(0, 2), clock="gone")]) == ()


def test_a_chain_is_calls_no_more_than_an_hour_apart():
    workflow = matter("begin").compiled.workflow
    paging = Paging(names=("boss",), seq=2, at=T0)
    hour = SOON / timedelta(minutes=1)

    assert chain(workflow, paging, [], T0 + SOON) == ("boss",)
    assert chain(workflow, paging, [], T0 + SOON + timedelta(seconds=1)) == ()
    assert chain(workflow, paging, [fired(0, 2, hour)], T0 + 2 * SOON) == ("boss", "helper")
    assert chain(workflow, paging, [fired(0, 2, hour + 1)], T0 + 2 * SOON) == ("helper",)
    assert chain(workflow, paging, [fired(0, 2, hour)], T0 + timedelta(minutes=30)) == ("boss",)
    assert chain(workflow, paging, [], T0 - timedelta(minutes=1)) == ()


def test_each_row_that_pages_begins_a_paging_and_has_its_answers():
    case = matter("begin", "alarm", "answer", "note", "louder", "false_alarm", "alarm", "answer")
    workflow = case.compiled.workflow

    found = pagings(workflow, case.events)

    assert [(each.names, each.seq, each.until) for each in found] == [
        (("boss",), 2, 5), (("helper",), 5, 6), (("boss",), 7, None),
    ]  # fmt: skip
    assert [list(answers(workflow, each, case.events)) for each in found] == [[BOSS.person], [], [BOSS.person]]
    assert fold(workflow, case.events).paging == found[-1]
