"""What waits for whom: states that a post may let a case leave, and states whose cases come to a meeting."""

from __future__ import annotations

import pytest

from engine.rules.waiting import Reminder, Waits, states_at_gate, states_waiting_for, waits_of
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


# --- the ordinary next step ------------------------------------------------------------------------------------------

#: Rules file -> state -> who is to act there; `*` stands for who is responsible or is to sign. Whoever a list can tell
#: to be kept out is named after a slash.
NEXT = {
    "issue-escalation/1": {
        "reported": "* party_group_leader pianzhang village_clerk zuzhang",
        "need_info": "pianzhang reporter_side village_clerk zuzhang",
        "wuchang_handling": "*",
        "village_handling": "*",
        "township_handling": "*",
        "verifying": "council_member/handler township_party_office/handler village_cadre/handler"
        " village_clerk/handler village_secretary/handler",
    },
    "issue-escalation/2": {
        "reported": "* party_group_leader pianzhang village_clerk zuzhang",
        "need_info": "pianzhang reporter_side village_clerk zuzhang",
        "wuchang_handling": "*",
        "village_handling": "*",
        "township_handling": "*",
        "county_tracking": "*",
        "emergency": "* township_duty township_leader village_secretary",
        "verifying": "council_member/handler township_party_office/handler village_cadre/handler"
        " village_clerk/handler village_secretary/handler",
    },
    "works-project/1": {
        "proposed": "council_head",
        "raising": "council_head",
        "building": "*",
        "accepting": "household_rep/council_head+council_member+handler+treasurer"
        " village_supervision/council_head+council_member+handler+treasurer",
        "on_notice": "household_rep village_supervision",
    },
    "cooperative/1": {
        "preparing": "council_head",
        "registering": "village_clerk",
        "operating": "*",
        "paying": "members_rep/handler+treasurer",
        "suspended": "council_head members_rep village_secretary",
        "liquidating": "village_clerk/treasurer",
    },
}


def next_steps(waits: Waits) -> dict[str, str]:
    """State -> who is to act there, as in `NEXT`."""
    found: dict[str, set[str]] = {state: {"*"} for state in waits.charged}
    for name, ways in waits.named.items():
        for never, states in ways.items():
            for state in states:
                found.setdefault(state, set()).add("/".join([name, "+".join(never)]) if never else name)
    return {state: " ".join(sorted(names)) for state, names in found.items()}


@pytest.mark.parametrize("name", NEXT)
def test_the_ordinary_next_step_of_every_state_is_for_these(name: str):
    (rules,) = (each for each in t.all_rules() if each.name == name)

    assert next_steps(waits_of(rules)) == NEXT[name]
    assert waits_of(rules).states == set(NEXT[name])


def test_an_alarm_waits_for_those_whom_its_clocks_call_once_they_did():
    steps = waits_of(t.whole_book()).reminded

    assert Reminder(state="emergency", clock="page", step=1) in steps["stationed_cadre"]
    assert {each.state for reminders in steps.values() for each in reminders} == {"emergency"}
    assert "council_member" not in steps


def test_of_handling_a_gate_and_an_end_only_handling_waits_for_a_person():
    assert waits_of(FLOW) == Waits(charged=frozenset({"new"}), named={}, reminded={})


def test_a_row_from_several_states_or_of_the_system_is_no_ordinary_step():
    rows = """
        - {trigger: begin, T, from: start, to: first, by: helper}
        - {trigger: go, T, from: first, to: second, by: [helper, opener]}
        - {trigger: stop, T, from: [first, second], to: done, by: boss}
        - {trigger: rest, T, from: second, to: done, by: [boss, system]}
        """
    states = "first: {T, level: low}\nsecond: {T, level: low}\ndone: {T, final: true}"

    named = waits_of(workflow(states=states, transitions=rows)).named

    assert named == {"helper": {(): {"first"}}, "opener": {(): {"first"}}}
