"""Decisions of a meeting: only there, only at its gate, only with a quorum; and what may be done at once."""

from __future__ import annotations

import pytest

from tests.rules_v1.acts import DATA
from tests.rules_v1.village import GATES, code_of, happened, kind_of
from tests.rules_v1.ways import WAYS, reported, village_queued

#: (trigger, from, who decides in the chair)
DECISIONS = [
    ("assign_in_village", "village_queued", "village_secretary"),
    ("return_to_wuchang", "village_queued", "village_secretary"),
    ("refer_to_township", "village_queued", "village_secretary"),
    ("carry_over", "village_queued", "village_secretary"),
    ("carry_over", "township_queued", "township_leader"),
    ("carry_over", "township_queued", "township_secretary"),
    ("assign_in_township", "township_queued", "township_leader"),
    ("assign_in_township", "township_queued", "township_secretary"),
    ("return_to_village", "township_queued", "township_leader"),
    ("return_to_village", "township_queued", "township_secretary"),
]
WRONG = {"village_queued": "township_monthly", "township_queued": "village_weekly"}
AT_ONCE = [
    ("assign_in_village", "village_queued", "village_secretary"),
    ("refer_to_township", "village_queued", "village_secretary"),
    ("assign_in_township", "township_queued", "township_leader"),
    ("assign_in_township", "township_queued", "township_secretary"),
]
ONLY_IN_MEETING = [each for each in DECISIONS if each not in AT_ONCE]


@pytest.mark.parametrize(("trigger", "state", "who"), DECISIONS)
def test_a_meetings_decision_is_refused_outside_of_it(trigger, state, who):
    answer = WAYS[state]().fire(who, trigger, **DATA[trigger])

    assert (kind_of(answer), code_of(answer)) == ("conflict", "only_in_meeting")


@pytest.mark.parametrize(("trigger", "state", "who"), DECISIONS)
def test_the_open_quorate_meeting_decides_and_the_row_names_it(trigger, state, who):
    case = WAYS[state]()

    assert happened(case.decide_in_meeting(who, trigger, **DATA[trigger]))
    assert (case.events[-1].meeting, case.events[-1].agenda_no) == ("meeting-1", 1)


@pytest.mark.parametrize(("trigger", "state", "who"), DECISIONS)
def test_without_a_quorum_a_case_can_only_be_carried_over(trigger, state, who):
    answer = WAYS[state]().decide_in_meeting(who, trigger, quorate=False, **DATA[trigger])

    assert code_of(answer) == ("done" if trigger == "carry_over" else "quorum")


@pytest.mark.parametrize(("trigger", "state", "who"), DECISIONS)
def test_the_other_meeting_does_not_decide_it(trigger, state, who):
    answer = WAYS[state]().decide_in_meeting(who, trigger, meeting=WRONG[state], **DATA[trigger])

    assert (kind_of(answer), code_of(answer)) == ("conflict", "only_in_meeting")


@pytest.mark.parametrize("urgency", ["urgent", "critical"])
@pytest.mark.parametrize(("trigger", "state", "who"), AT_ONCE)
def test_what_presses_is_decided_at_once_or_in_the_meeting(trigger, state, who, urgency):
    case = WAYS[state](reported(urgency=urgency))

    assert happened(case.ask_in_meeting(who, trigger, **DATA[trigger]))
    assert happened(case.fire(who, trigger, **DATA[trigger]))
    assert case.events[-1].meeting is None


@pytest.mark.parametrize(("trigger", "state", "who"), AT_ONCE)
def test_what_does_not_press_waits_for_the_meeting(trigger, state, who):
    case = WAYS[state](reported(urgency="normal"))

    assert code_of(case.fire(who, trigger, **DATA[trigger])) == "only_in_meeting"


@pytest.mark.parametrize("urgency", ["urgent", "critical"])
@pytest.mark.parametrize(("trigger", "state", "who"), ONLY_IN_MEETING)
def test_returning_and_carrying_over_are_never_done_at_once(trigger, state, who, urgency):
    case = WAYS[state](reported(urgency=urgency))

    assert code_of(case.fire(who, trigger, **DATA[trigger])) == "only_in_meeting"


def test_at_once_only_the_same_people_may():
    case = village_queued(reported(urgency="critical"))

    assert code_of(case.fire("village_clerk", "assign_in_village", **DATA["assign_in_village"])) == "role"


@pytest.mark.parametrize("trigger", ["settle_before_meeting", "decline", "correct", "note"])
@pytest.mark.parametrize("state", ["village_queued", "township_queued"])
def test_what_is_no_decision_is_not_decided_in_a_meeting(trigger, state):
    case = WAYS[state]()

    answer = case.ask_in_meeting("township_party_office", trigger, **DATA[trigger])
    assert (kind_of(answer), code_of(answer)) == ("conflict", "not_a_decision")


def test_settling_before_the_meeting_needs_none():
    case = village_queued()

    assert happened(case.fire("pianzhang", "settle_before_meeting", **DATA["settle_before_meeting"]))
    assert case.level == "village"


@pytest.mark.parametrize(("state", "who"), [("village_queued", "village_secretary"),
                                            ("township_queued", "township_leader")])  # fmt: skip
def test_a_case_is_carried_over_as_often_as_need_be_and_it_is_counted(state, who):
    case = WAYS[state]()
    entered = case.state.stay

    for times in range(1, 4):
        assert happened(case.decide_in_meeting(who, "carry_over", reason="没有时间了"))
        assert case.state.stay.carried == times
    assert (case.at, case.state.stay.at, case.state.stay.seq) == (state, entered.at, entered.seq)


def test_carrying_over_counts_anew_in_a_new_stay():
    case = village_queued()
    case.decide_in_meeting("village_secretary", "carry_over")
    case.decide_in_meeting("village_secretary", "refer_to_township", **DATA["refer_to_township"])
    assert case.state.stay.carried == 0
    case.decide_in_meeting("township_leader", "carry_over")

    assert case.state.stay.carried == 1


def test_dates_count_from_the_day_the_meeting_was_opened():
    case = village_queued()
    opened = case.today
    case.wait(days=3)
    due = {**DATA["assign_in_village"], "due": opened.isoformat()}

    assert code_of(case.ask_in_meeting("village_secretary", "assign_in_village", **due)) == "due: before_today"
    assert happened(case.ask_in_meeting("village_secretary", "assign_in_village", opened=opened, **due))


@pytest.mark.parametrize(("code", "members", "chair", "level"), [
    ("village_weekly", {"village_clerk", "village_cadre", "village_secretary"}, {"village_secretary"}, "village"),
    ("township_monthly", {"township_party_office", "township_leader", "township_secretary"},
     {"township_leader", "township_secretary"}, "township"),
])  # fmt: skip
def test_who_sits_in_a_meeting_and_who_chairs_it(rules, code, members, chair, level):
    meeting = rules.workflow.meetings[code]

    assert (set(meeting.members), set(meeting.chair), meeting.level) == (members, chair, level)
    assert (meeting.quorum, meeting.carry_over.trigger, meeting.carry_over.at_most) == (50, "carry_over", None)


def test_each_gate_has_its_meeting(rules):
    gates = {code: state.gate[0] for code, state in rules.workflow.states.items() if state.gate}

    assert gates == GATES
