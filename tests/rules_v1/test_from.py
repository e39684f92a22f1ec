"""From which state each act can be done, where it leads, and what a case is then."""

from __future__ import annotations

import pytest

from tests.rules_v1.acts import DATA, NEEDS
from tests.rules_v1.test_fields import case_before, who_fires
from tests.rules_v1.village import Case, code_of, happened, kind_of
from tests.rules_v1.ways import WAYS, reported

ALWAYS_OPEN = "correct note"
TRIGGERS = {
    "start": "report",
    "reported": "accept ask_for_more finish_on_spot refer_to_village decline void record_measure",
    "need_info": "supply_more decline void",
    "wuchang_handling": "finish_on_spot finish_in_wuchang refer_to_village record_measure",
    "village_queued": "assign_in_village return_to_wuchang refer_to_township carry_over settle_before_meeting decline",
    "village_handling": "finish_in_village bring_back record_measure",
    "township_queued": "carry_over settle_before_meeting assign_in_township return_to_village decline",
    "township_handling": "sign_for finish_in_township bring_back record_measure",
    "verifying": "record_callback strike_off redo",
    "struck_off": "",
    "not_accepted": "",
    "voided": "",
}
CLOSED = ("struck_off", "not_accepted", "voided")


@pytest.mark.parametrize("state", TRIGGERS)
def test_only_these_acts_are_possible_in_a_state(state):
    case = WAYS[state]()
    assert case.at == state
    here = set(TRIGGERS[state].split())
    if state not in (*CLOSED, "start"):
        here |= set(ALWAYS_OPEN.split())

    for trigger in DATA:
        answer = case.ask_either("village_secretary", trigger, **DATA[trigger])
        assert (code_of(answer) == "state") is (trigger not in here), trigger
        if trigger not in here:
            assert kind_of(answer) == "conflict"


def test_an_unknown_act_is_a_wrong_word_not_a_wrong_state():
    assert code_of(reported().ask("village_clerk", "teleport")) == "trigger: unknown_trigger"


#: (trigger, from) -> state and level afterwards, the ordinary way.
LEADS = {
    ("report", "start"): ("reported", "wuchang"),
    ("accept", "reported"): ("wuchang_handling", "wuchang"),
    ("ask_for_more", "reported"): ("need_info", "wuchang"),
    ("supply_more", "need_info"): ("reported", "wuchang"),
    ("finish_on_spot", "reported"): ("verifying", "wuchang"),
    ("finish_on_spot", "wuchang_handling"): ("verifying", "wuchang"),
    ("finish_in_wuchang", "wuchang_handling"): ("verifying", "wuchang"),
    ("refer_to_village", "reported"): ("village_queued", "village"),
    ("refer_to_village", "wuchang_handling"): ("village_queued", "village"),
    ("assign_in_village", "village_queued"): ("village_handling", "village"),
    ("return_to_wuchang", "village_queued"): ("wuchang_handling", "wuchang"),
    ("refer_to_township", "village_queued"): ("township_queued", "township"),
    ("carry_over", "village_queued"): ("village_queued", "village"),
    ("carry_over", "township_queued"): ("township_queued", "township"),
    ("settle_before_meeting", "village_queued"): ("verifying", "village"),
    ("settle_before_meeting", "township_queued"): ("verifying", "township"),
    ("finish_in_village", "village_handling"): ("verifying", "village"),
    ("assign_in_township", "township_queued"): ("township_handling", "township"),
    ("return_to_village", "township_queued"): ("village_handling", "village"),
    ("sign_for", "township_handling"): ("township_handling", "township"),
    ("finish_in_township", "township_handling"): ("verifying", "township"),
    ("bring_back", "village_handling"): ("village_queued", "village"),
    ("bring_back", "township_handling"): ("township_queued", "township"),
    ("record_callback", "verifying"): ("verifying", "wuchang"),
    ("strike_off", "verifying"): ("struck_off", "wuchang"),
    ("redo", "verifying"): ("wuchang_handling", "wuchang"),
    ("decline", "reported"): ("not_accepted", "wuchang"),
    ("decline", "need_info"): ("not_accepted", "wuchang"),
    ("decline", "village_queued"): ("not_accepted", "village"),
    ("decline", "township_queued"): ("not_accepted", "township"),
    ("void", "reported"): ("voided", "wuchang"),
    ("void", "need_info"): ("voided", "wuchang"),
}


@pytest.mark.parametrize(("trigger", "state"), sorted(NEEDS))
def test_where_an_act_leads_and_at_which_level_the_case_is_then(trigger, state):
    case = case_before(trigger, state)
    before = (case.at, case.level) if case.state else None

    assert happened(case.act(who_fires(trigger, state), trigger, **DATA[trigger]))

    assert (case.at, case.level) == LEADS.get((trigger, state), before)


@pytest.mark.parametrize("state", CLOSED)
def test_a_final_state_closes_the_case(state):
    case = WAYS[state]()

    assert case.state.closed_at == case.now


def test_an_open_case_has_no_day_of_closing():
    assert all(WAYS[state]().state.closed_at is None for state in TRIGGERS if state not in (*CLOSED, "start"))


def test_urgency_is_normal_unless_said():
    assert reported().state.values["urgency"] == "normal"
    assert reported(urgency="critical").state.values["urgency"] == "critical"


def test_a_refusal_changes_nothing():
    case = reported()
    before, length = case.state, len(case.events)

    assert kind_of(case.fire("village_cadre", "accept")) == "forbidden"
    assert (case.state, len(case.events)) == (before, length)


def test_every_row_keeps_its_line_and_the_file_it_was_judged_by():
    case = Case()
    case.fire("linzhang", "report", **DATA["report"])
    event = case.events[-1]

    assert (event.workflow, event.workflow_version) == ("issue-escalation", 1)
    assert len(event.file_hash) == 64
    assert event.line > 1
