"""The conditions of the rows of the village, the township and the county, on account and merging."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.case import Answer, code_of, happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import PRIMARY, THIS, Case
from tests.rules_v2.ways import (
    ACCOUNT,
    DONE,
    GUIDED,
    MERGED,
    OPEN_STATES,
    SIGNED,
    SOLVED,
    TO_TOWNSHIP,
    TO_VILLAGE,
    UP,
    WAYS,
    county_tracking,
    merged,
    on_account,
    petition,
    reported,
    township_handling,
    township_on_account,
    township_queued,
    unsigned,
    village_handling,
    village_queued,
)

# --- what presses is decided at once ---


AT_ONCE = [
    ("assign_in_village", "village_queued", "village_secretary"),
    ("refer_to_township", "village_queued", "village_secretary"),
    ("assign_in_township", "township_queued", "township_leader"),
    ("assign_in_township", "township_queued", "township_secretary"),
]
NEVER_AT_ONCE = [
    ("return_to_wuchang", "village_queued", "village_secretary"),
    ("carry_over", "village_queued", "village_secretary"),
    ("put_on_account", "village_queued", "village_secretary"),
    ("return_to_village", "township_queued", "township_leader"),
    ("carry_over", "township_queued", "township_leader"),
    ("put_on_account", "township_queued", "township_leader"),
]


@pytest.mark.parametrize(("trigger", "state", "who"), AT_ONCE + NEVER_AT_ONCE)
def test_only_these_are_decided_at_once_and_only_when_they_press(trigger, state, who):
    for urgency in ("urgent", "critical", "normal"):
        case = OPEN_STATES[state](reported(urgency=urgency))
        assert happened(case.ask_in_meeting(who, trigger, **DATA[trigger]))
        at_once = (trigger, state, who) in AT_ONCE and urgency != "normal"
        assert code_of(case.ask(who, trigger, **DATA[trigger])) == ("done" if at_once else "only_in_meeting")


# --- T10 and T16: returned at most twice; T12: carried over at most twice ---


def test_t10_the_village_returns_a_case_twice_and_not_a_third_time():
    case = village_queued()
    for _ in range(2):
        assert happened(case.decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED))
        assert happened(case.fire("zuzhang_2", "refer_to_village", **UP))

    answer = case.decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED)
    assert refused(answer, "counter:to_wuchang")


def test_t16_the_third_return_is_ruled_by_the_township_secretary():
    case = township_queued()
    for _ in range(2):
        assert happened(case.decide_in_meeting("township_leader", "return_to_village", **GUIDED))
        assert happened(case.fire("village_secretary_2", "bring_back", reason="村里确实办不了"))
        assert happened(case.act("village_secretary_2", "refer_to_township", **TO_TOWNSHIP))

    assert refused(case.ask_in_meeting("township_leader", "return_to_village", **GUIDED), "counter:to_village")
    assert happened(case.ask_in_meeting("township_secretary", "return_to_village", **GUIDED))


@pytest.mark.parametrize(("state", "who"), [("village_queued", "village_secretary"),
                                            ("township_queued", "township_leader")])  # fmt: skip
def test_t12_a_case_is_carried_over_twice_in_a_stay_and_not_a_third_time(state, who):
    case = WAYS[state]()
    for _ in range(2):
        assert happened(case.decide_in_meeting(who, "carry_over", quorate=False, reason="没有时间了"))

    assert refused(case.decide_in_meeting(who, "carry_over"), "carry_over")


# --- T17, T18: signed for first ---


def test_t18_the_first_receiver_stays_responsible_but_does_not_finish_for_the_township():
    case = unsigned()

    assert case.responsible == ("zuzhang_2",)
    assert refused(case.ask("zuzhang_2", "finish_in_township", **DONE), "actor")
    for who in ("township_leader_2", "township_station"):
        assert code_of(case.ask(who, "finish_in_township", **DONE)) == "role"


@pytest.mark.parametrize("signing", ["township_station_2", "township_leader_2"])
def test_t18_once_signed_for_the_station_and_the_leader_in_charge_finish_it(signing):
    case = unsigned()
    assert happened(case.fire(signing, "sign_for", **SIGNED))

    for who in ("township_station", "township_leader_2"):
        assert happened(case.ask(who, "finish_in_township", **DONE))
    for who in ("zuzhang_2", "township_leader", "township_secretary"):
        assert code_of(case.ask(who, "finish_in_township", **DONE)) == "role"


@pytest.mark.parametrize("who", ["council_member_2", "village_clerk_2", "villager"])
def test_t18_who_leads_it_without_a_post_of_the_township_does_not_finish_it(who):
    case = township_queued()
    assert happened(
        case.act("township_leader_2", "assign_in_township", **{**DATA["assign_in_township"], "case_leader": who})
    )
    assert happened(case.fire(who, "sign_for", **SIGNED))

    assert refused(case.ask(who, "finish_in_township", **DONE), "actor")
    assert happened(case.ask("township_station", "finish_in_township", **DONE))


# --- T20: what the county did not solve comes back to the township ---


def test_t20_only_what_is_solved_goes_on_to_be_verified():
    solved, unsolved = county_tracking(), county_tracking()
    assert happened(solved.fire("township_party_office", "record_reply", **SOLVED))
    assert happened(unsolved.fire("township_party_office", "record_reply", **{**SOLVED, "solved": False}))

    assert (solved.at, solved.level) == ("verifying", "county")
    assert (unsolved.at, unsolved.level) == ("township_handling", "township")


# --- T50: brought back at most twice at one level ---


def brought_back_in_village(times: int) -> Case:
    case = village_handling()
    for _ in range(times):
        assert happened(case.fire("village_cadre_2", "bring_back", reason="要再议"))
        assert happened(case.act("village_secretary_2", "assign_in_village", **TO_VILLAGE))
    return case


def brought_back_in_township(times: int) -> Case:
    case = township_handling()
    for _ in range(times):
        assert happened(case.fire("township_leader_2", "bring_back", reason="要再议"))
        assert happened(case.act("township_leader_2", "assign_in_township", **DATA["assign_in_township"]))
    return case


def brought_back_from_county(times: int) -> Case:
    case = county_tracking()
    for _ in range(times):
        assert happened(case.fire("township_leader_2", "bring_back", reason="要再议"))
        assert happened(case.fire("township_leader_2", "refer_to_county", **DATA["refer_to_county"])), case.at
    return case


@pytest.mark.parametrize(
    ("way", "who"),
    [
        (brought_back_in_village, "village_secretary"),
        (brought_back_in_township, "township_leader"),
        (brought_back_from_county, "township_leader"),
    ],
)
def test_t50_a_case_is_brought_back_twice_at_a_level_and_not_a_third_time(way, who):
    assert happened(way(1).ask(who, "bring_back", reason="要再议"))
    assert refused(way(2).ask(who, "bring_back", reason="要再议"), "counter:brought_back")


def test_t50_what_was_brought_back_in_the_village_does_not_count_in_the_township():
    case = brought_back_in_village(2)
    assert happened(case.fire("system", "raise_to_township"))
    assert happened(case.act("township_leader_2", "assign_in_township", **DATA["assign_in_township"]))

    assert happened(case.fire("township_leader", "bring_back", reason="要再议"))


# --- T21: resumed by the level that has it or a higher one, who says why ---


@pytest.mark.parametrize(("way", "who"), [(on_account, "village_secretary"), (on_account, "township_leader"),
                                          (township_on_account, "township_leader")])  # fmt: skip
def test_t21_who_resumes_it_says_why_in_this_act_but_the_system_need_not(way, who):
    case = way()

    assert refused(case.ask(who, "resume", resume_code="ready"), "field:reason")
    assert happened(case.ask(who, "resume", resume_code="ready", reason="秋收完了"))
    assert happened(case.ask("system", "resume", resume_code="review_day"))


def test_t21_what_the_township_put_on_account_the_village_does_not_resume():
    assert refused(township_on_account().ask("village_secretary", "resume", **DATA["resume"]), "actor")


# --- T22: on account, never in danger, the reporter told, with a review ---

GATES = [("village_queued", "village_secretary", 30), ("township_queued", "township_leader", 90)]
LAST_DAY = {30: "2026-04-01", 90: "2026-05-31"}
TOO_LATE = {30: "2026-04-02", 90: "2026-06-01"}


@pytest.mark.parametrize(("state", "who", "days"), GATES)
def test_t22_nothing_goes_on_account_in_danger_or_untold_or_for_too_long(state, who, days):
    def put(case: Case, **data: object) -> Answer:
        return OPEN_STATES[state](case).ask_in_meeting(who, "put_on_account", **{**ACCOUNT, **data})

    assert refused(put(reported(danger="uncontrolled")), "field:danger")
    assert happened(put(reported(danger="controlled")))
    assert refused(put(reported(), told_reporter=False), "field:told_reporter")
    assert happened(put(reported(), review_on=LAST_DAY[days]))
    assert refused(put(reported(), review_on=TOO_LATE[days]), "field:review_on")


def test_t22_a_review_later_than_90_days_is_for_the_township_secretary():
    later = {**ACCOUNT, "review_on": "2026-12-31"}

    assert refused(township_queued().ask_in_meeting("township_leader", "put_on_account", **later), "field:review_on")
    assert happened(township_queued().ask_in_meeting("township_secretary", "put_on_account", **later))


# --- T23: one open primary, another case, alike sealed; no petition ---

MERGEABLE = [state for state in OPEN_STATES if state not in ("county_tracking", "emergency", "verifying")]


@pytest.mark.parametrize("state", MERGEABLE)
def test_t23_a_case_is_merged_under_an_open_other_equally_sealed_one(state):
    case = WAYS[state]()

    def merge(primary: str = PRIMARY, **how: object) -> Answer:
        other = replace(case.cases[primary], **how)
        asked = replace(case, cases={**case.cases, primary: other})
        return asked.ask("village_secretary", "merge", **{**MERGED, "primary": primary})

    assert happened(merge())
    assert refused(merge(THIS), "case:primary")
    assert refused(merge(open=False), "case:primary")
    assert refused(merge(follows=THIS), "case:primary")
    assert refused(merge(veils=frozenset({(("township_discipline",), ())})), "case:primary")
    assert refused(replace(case, followed=True).ask("village_secretary", "merge", **MERGED), "is_followed")


@pytest.mark.parametrize("state", MERGEABLE)
def test_t23_a_petition_is_not_merged(state):
    answer = OPEN_STATES[state](petition()).ask("village_secretary", "merge", **MERGED)

    assert refused(answer, "field:is_petition")


def test_t23_t24_a_merged_case_follows_its_primary_until_it_is_split_off():
    case = merged(village_handling())
    assert (case.state.primary, case.level) == (PRIMARY, "village")
    assert case.state.closed_at is not None

    assert happened(case.fire("village_secretary", "split", reason="其实是两条渠"))
    assert (case.at, case.level, case.state.primary, case.state.closed_at) == (
        "village_handling",
        "village",
        None,
        None,
    )
