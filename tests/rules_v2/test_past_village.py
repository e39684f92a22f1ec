"""A matter about a village cadre passes his village by: on every way it may take it comes to the township, never back
to the village's meeting or to those who do not see it."""

from __future__ import annotations

import pytest

from tests.rules.case import happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import ROLES, VILLAGE_HALL, Case
from tests.rules_v2.ways import (
    ALARM,
    CONTROLLED,
    FALSE,
    GUIDED,
    HANDED,
    OPEN_STATES,
    REACHED,
    RECUSAL,
    WAYS,
    reported,
    township_queued,
    township_verifying,
)

SECRETARY = {**RECUSAL, "recused_person": "village_secretary"}
NO_RISK = {**CONTROLLED, "residual_risk": "none"}
OTHERS = ("villager", "zuzhang", "stationed_cadre", "far_clerk", {"name": "王主任"}, None)


def past(case: Case) -> Case:
    """The village's secretary is recused where the case stands."""
    assert happened(case.fire("township_leader_2", "recuse", **SECRETARY))
    assert case.value("past_village") is True
    return case


def alarmed(state: str = "reported") -> Case:
    """A danger whose case stays at its level when the secretary is recused."""
    case = WAYS[state]()
    if state != "emergency":
        assert happened(case.fire("stationed_cadre_2", "raise_alarm", **ALARM))
    return past(case)


def verified_low() -> Case:
    """To be verified at the cluster's level: a danger that left no risk."""
    case = alarmed()
    assert happened(case.fire("township_duty_2", "control_danger", **NO_RISK))
    assert (case.at, case.level) == ("verifying", "wuchang")
    return case


def struck(case: Case) -> Case:
    assert happened(case.fire("township_party_office_2", "record_callback", **{**REACHED, "method": "on_site"}))
    assert happened(case.fire("township_party_office_2", "strike_off", satisfaction="good"))
    return case


# --- T01 ---


@pytest.mark.parametrize("about", VILLAGE_HALL)
def test_t01_about_a_village_cadre_it_goes_to_the_townships_meeting_for_a_township_leader(about):
    case = reported(about=about)

    assert (case.at, case.level, case.responsible) == ("township_queued", "township", ("township_leader_2",))
    assert case.value("past_village") is True
    assert case.readers == set(ROLES) - {*VILLAGE_HALL, "township_station"}


@pytest.mark.parametrize("about", OTHERS)
def test_t01_about_anybody_else_it_stays_in_the_cluster_for_the_first_receiver(about):
    case = reported(about=about)

    assert (case.at, case.value("past_village")) == ("reported", False)
    assert case.responsible == ("party_group_leader_2",)


def test_it_stays_past_the_village_when_the_post_of_the_one_concerned_ends():
    case = reported(about="village_cadre")
    case.holders = {**case.holders, "village_cadre": (), "village_secretary": (), "village_clerk": ()}

    assert case.readers.isdisjoint(VILLAGE_HALL)


def test_who_becomes_a_village_cadre_later_does_not_hide_it():
    case = reported(about="villager")
    case.holders = {**case.holders, "village_cadre": ("villager",)}

    assert case.readers >= set(VILLAGE_HALL)


# --- T16: not back to the village ---


@pytest.mark.parametrize("who", ["township_leader", "township_secretary"])
@pytest.mark.parametrize("way", [lambda: reported(about="village_clerk"), lambda: past(township_queued())])
def test_t16_it_is_not_returned_to_the_village(way, who):
    assert refused(way().ask_in_meeting(who, "return_to_village", **GUIDED), "field:past_village")
    assert happened(township_queued().ask_in_meeting(who, "return_to_village", **GUIDED))


# --- T28, T29: done again by the township ---


def test_t28_what_the_cluster_would_do_again_goes_to_the_townships_meeting():
    case = verified_low()
    assert happened(case.fire("township_party_office", "redo", whats_wrong="又有裂缝"))

    assert (case.at, case.level) == ("township_queued", "township")


def test_t28_what_the_township_finished_it_does_again():
    case = past(township_verifying())
    assert happened(case.fire("township_party_office", "redo", whats_wrong="又堵了"))

    assert (case.at, case.level) == ("township_handling", "township")


@pytest.mark.parametrize("who", ["township_party_office", "petition_clerk"])
def test_t29_opened_again_it_goes_to_the_townships_meeting_or_back_to_the_township(who):
    low, high = struck(verified_low()), struck(past(township_verifying()))
    for case in (low, high):
        assert happened(case.fire(who, "reopen", reason="又有裂缝"))

    assert (low.at, low.level) == ("township_queued", "township")
    assert (high.at, high.level) == ("township_handling", "township")


# --- T31, T32: when the danger is over ---

DANGERS = ("start", "reported", "wuchang_handling", "village_queued", "village_handling", "emergency")


@pytest.mark.parametrize("state", DANGERS)
def test_t31_with_a_risk_left_the_township_handles_it(state):
    case = alarmed(state)
    assert happened(case.fire("township_duty", "control_danger", **CONTROLLED))

    assert (case.at, case.level, case.value("danger")) == ("township_handling", "township", "controlled")


def test_t31_without_a_risk_left_it_is_to_be_verified_all_the_same():
    case = alarmed("village_handling")
    assert happened(case.fire("township_duty", "control_danger", **NO_RISK))

    assert (case.at, case.level, case.value("danger")) == ("verifying", "village", "none")


@pytest.mark.parametrize("state", DANGERS)
def test_t32_a_false_alarm_leads_to_the_townships_meeting(state):
    case = alarmed(state)
    assert happened(case.fire("township_leader", "false_alarm", **FALSE))

    assert (case.at, case.level, case.value("danger")) == ("township_queued", "township", "none")


@pytest.mark.parametrize("state", ["township_queued", "township_handling", "county_tracking"])
def test_t32_what_the_township_had_goes_back_where_it_was(state):
    before, case = WAYS[state](), alarmed(state)
    assert happened(case.fire("township_leader", "false_alarm", **FALSE))

    assert (case.at, case.level) == (state, before.level)


def test_t32_a_case_once_opened_as_an_alarm_does_not_come_down_from_the_township():
    case = alarmed("start")
    assert happened(case.fire("township_leader", "false_alarm", **FALSE))
    assert happened(case.act("township_leader", "assign_in_township", **DATA["assign_in_township"]))
    assert happened(case.fire("stationed_cadre", "raise_alarm", **ALARM))
    assert happened(case.fire("township_leader", "false_alarm", **FALSE))

    assert (case.at, case.level) == ("township_handling", "township")


# --- nobody is responsible who does not see it ---


@pytest.mark.parametrize("who", VILLAGE_HALL)
@pytest.mark.parametrize("state", OPEN_STATES)
def test_t33_no_village_cadre_takes_over_when_the_secretary_is_recused(state, who):
    hall = {**RECUSAL, "responsible": f"{who}_2"}
    case = WAYS[state]()

    assert happened(case.ask("township_leader", "recuse", **hall))
    assert refused(
        case.ask("township_leader", "recuse", **{**SECRETARY, "responsible": f"{who}_2"}), "person:responsible"
    )


@pytest.mark.parametrize("who", VILLAGE_HALL)
@pytest.mark.parametrize("state", ["township_queued", "township_handling", "county_tracking", "emergency"])
def test_t33_nor_once_it_has_passed_the_village_by(state, who):
    case = past(WAYS[state]())

    assert refused(case.ask("township_leader", "recuse", **{**RECUSAL, "responsible": who}), "person:responsible")
    assert happened(case.ask("township_leader", "recuse", **RECUSAL))


@pytest.mark.parametrize("who", VILLAGE_HALL)
def test_t15_t35_nor_is_it_handed_to_a_village_cadre(who):
    led, handed = {**DATA["assign_in_township"], "case_leader": f"{who}_2"}, {**HANDED, "responsible": f"{who}_2"}
    queued, handling = township_queued(), WAYS["township_handling"]()
    assert happened(queued.ask_in_meeting("township_leader", "assign_in_township", **led))
    assert happened(handling.ask("township_leader", "transfer", **handed))
    past(queued), past(handling)

    assert refused(queued.ask_in_meeting("township_leader", "assign_in_township", **led), "field:past_village")
    assert refused(handling.ask("township_leader", "transfer", **handed), "field:past_village")
    assert happened(queued.ask_in_meeting("township_leader", "assign_in_township", **DATA["assign_in_township"]))
    assert happened(handling.ask("township_leader", "transfer", **HANDED))
