"""What waits for whom: states that a post may let a case leave, and states whose cases come to a meeting."""

from __future__ import annotations

from engine.rules.waiting import states_at_gate, states_waiting_for
from tests import township as t
from tests.unit.rules.small import workflow

FLOW = workflow(
    groups="people:\n  both: [helper, boss]",
    states="""
        new: {T, level: low, handling: true}
        upper: {T, level: high, gate: board}
        other: {T, level: high, gate: [second, board]}
        done: {T, final: true}
        """,
    meetings="""
        board: {T, level: high, members: boss, chair: boss, quorum: 50%}
        second: {T, level: high, members: boss, chair: boss, quorum: 50%}
        third: {T, level: high, members: boss, chair: boss, quorum: 50%}
        """,
    transitions="""
        - {trigger: begin, T, from: start, to: new, by: both}
        - {trigger: note, T, from: open, to: same, by: [desk, both]}
        - {trigger: up, T, from: new, to: upper, by: both}
        - {trigger: over, T, from: upper, to: other, by: [boss, responsible], via: board}
        - trigger: mixed
          title: {zh: 名, en: Name}
          from: other
          to:
            - {when: {level: low}, to: same}
            - {to: done}
          by: desk
        - {trigger: reopen, T, from: done, to: back, by: auditor, reopens: true}
        """,
)


def test_a_state_waits_for_the_roles_whose_rows_may_leave_it():
    assert states_waiting_for(FLOW) == {
        "helper": {"new"},
        "boss": {"new", "upper"},
        "desk": {"other"},  # a row that may stay, and may leave
        "auditor": set(),  # a closed case waits for nobody
    }


def test_every_role_of_the_default_rules_has_its_states():
    waiting = states_waiting_for(t.default_rules()[0])

    assert waiting["linzhang"] == {"reported", "wuchang_handling"}  # settles on the spot
    assert waiting["township_secretary"] == {"township_queued"}
    assert waiting["township_station"] == {"township_handling"}
    assert waiting["auditor_county"] == set()
    assert not any("struck_off" in states for states in waiting.values())


def test_a_meeting_gathers_the_states_that_name_it_first():
    assert {code: set(states_at_gate(FLOW, code)) for code in FLOW.meetings} == {
        "board": {"upper"},
        "second": {"other"},
        "third": set(),
    }
