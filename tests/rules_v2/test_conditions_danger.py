"""Danger does not wait: the alarm from anywhere, what it sets, and where a case goes when the danger is over."""

from __future__ import annotations

import pytest

from tests.rules.case import happened, refused
from tests.rules_v2.township import Case
from tests.rules_v2.ways import ALARM, CONTROLLED, FALSE, OPEN_STATES, WAYS, emergency, reported

BEFORE = [state for state in OPEN_STATES if state != "emergency"]
RAISED = {
    "wuchang": ("reported", "need_info", "wuchang_handling", "verifying"),
    "village": ("village_queued", "village_handling", "on_account"),
    "township": ("township_queued", "township_handling"),
    "county": ("county_tracking",),
}


def alarmed(state: str) -> Case:
    case = WAYS[state]()
    assert happened(case.fire("stationed_cadre", "raise_alarm", **ALARM))
    return case


@pytest.mark.parametrize("state", BEFORE)
def test_t30_an_alarm_moves_any_open_case_at_its_level_and_says_how_pressing_it_is(state):
    before, case = WAYS[state](), alarmed(state)

    assert (case.at, case.level) == ("emergency", before.level)
    assert (case.value("urgency"), case.value("danger")) == ("critical", "uncontrolled")
    assert (case.value("category"), case.value("direct_alarm")) == ("infra", False)
    assert (case.responsible, case.state.paged) == (before.responsible, ("village_secretary", "township_duty"))


def test_t30_a_case_opened_as_an_alarm_is_a_hazard_for_the_village_secretary():
    case = Case()
    assert happened(case.fire("linzhang", "raise_alarm", **ALARM, place="陈桥村三组塘坝下"))

    set_by_the_row = ("urgency", "danger", "category", "direct_alarm", "card", "protected", "is_petition")
    assert [case.value(name) for name in set_by_the_row] == [
        "critical", "uncontrolled", "hazard", True, "none", "none", False,
    ]  # fmt: skip
    assert (case.at, case.level, case.responsible) == ("emergency", "wuchang", ("village_secretary_2",))


def test_t30_both_rows_say_whom_to_call_first(rules):
    notices = {rules.workflow.row("raise_alarm", state).notice.zh for state in ("start", *BEFORE)}

    assert notices == {"先打 110、119、120、12119"}


@pytest.mark.parametrize(
    ("state", "then"),
    [(state, "village_handling") for level in ("wuchang", "village") for state in RAISED[level]]
    + [(state, "township_handling") for level in ("township", "county") for state in RAISED[level]],
)
def test_t31_with_a_risk_left_it_goes_to_the_village_or_the_township_by_its_level(state, then):
    case = alarmed(state)
    assert happened(case.fire("township_duty", "control_danger", **CONTROLLED))

    assert (case.at, case.value("danger"), case.value("urgency")) == (then, "controlled", "critical")


@pytest.mark.parametrize("state", BEFORE)
def test_t31_without_a_risk_left_it_is_to_be_verified_at_its_level(state):
    case = alarmed(state)
    level = case.level
    assert happened(case.fire("village_secretary", "control_danger", **{**CONTROLLED, "residual_risk": "none"}))

    assert (case.at, case.level, case.value("danger")) == ("verifying", level, "none")


@pytest.mark.parametrize("urgency", ["normal", "urgent"])
@pytest.mark.parametrize("state", BEFORE)
def test_t32_a_false_alarm_goes_back_where_it_was_and_says_how_pressing_it_is_now(state, urgency):
    before, case = WAYS[state](), alarmed(state)
    assert happened(case.fire("township_leader", "false_alarm", reason="是烧秸秆", urgency=urgency))

    assert (case.at, case.level, case.value("danger"), case.value("urgency")) == (state, before.level, "none", urgency)


@pytest.mark.parametrize("who", ["township_duty", "township_leader"])
def test_t32_after_a_false_alarm_nothing_is_critical(who):
    for case in (alarmed("reported"), emergency()):
        assert refused(case.ask(who, "false_alarm", reason="是烧秸秆", urgency="critical"), "field:urgency")


def test_t32_a_case_opened_as_an_alarm_is_then_one_reported():
    case = Case()
    assert happened(case.fire("linzhang", "raise_alarm", **ALARM))
    assert happened(case.fire("township_duty", "false_alarm", **FALSE))

    assert (case.at, case.level, case.value("danger")) == ("reported", "wuchang", "none")
    assert (case.value("urgency"), case.value("direct_alarm")) == ("normal", True)


def test_t32_a_second_false_alarm_of_a_case_opened_as_an_alarm_leads_to_reported_again():
    case = Case()
    assert happened(case.fire("linzhang", "raise_alarm", **ALARM))
    assert happened(case.fire("township_duty", "false_alarm", **FALSE))
    assert happened(case.fire("zuzhang", "accept"))
    assert happened(case.fire("linzhang", "raise_alarm", **ALARM))
    assert happened(case.fire("township_duty", "false_alarm", **FALSE))

    assert case.at == "reported"


def test_t32_what_the_township_has_by_now_goes_back_to_it_though_it_was_opened_as_an_alarm():
    case = Case()
    assert happened(case.fire("linzhang", "raise_alarm", **ALARM))
    assert happened(case.fire("township_duty", "control_danger", **CONTROLLED))
    assert happened(case.fire("system", "raise_to_township"))
    assert happened(case.fire("linzhang", "raise_alarm", **ALARM))
    assert happened(case.fire("township_duty", "false_alarm", **FALSE))

    assert (case.at, case.level) == ("township_queued", "township")


def test_an_emergency_is_open_and_not_merged_nor_finished():
    case = emergency(reported())

    for trigger in ("merge", "finish_on_spot", "finish_in_village", "withdraw", "decline", "void"):
        assert case.ask("village_secretary", trigger).code == "state"
