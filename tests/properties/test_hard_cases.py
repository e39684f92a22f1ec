"""The hard cases of who reads and moves what, each by its name: several posts, cases that move, merged ones, several
villages, delegations, posts that ended or begin tomorrow, the only village of a township, units and bodies across
lines. What lists say and what the case itself says is held together by `reads_as_the_model_says` each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from engine.rules.refusals import Conflict, FieldsRefused, KeptOut, NotFound, NotNamed, OnlyInMeeting, Refusal
from tests import township as t
from tests.properties.rights_doors import services_of
from tests.properties.rights_facts import JOINT
from tests.properties.rights_reading import SURFACES, reads_as_the_model_says
from tests.properties.rights_world import WORDS, Rights

TODAY, TOMORROW, LONG_AGO = date(2026, 3, 6), date(2026, 3, 7), date(2025, 1, 1)
SIBLING_GROUP = f"{t.SIBLING_WUCHANG}g1"
READERS = (
    "zuzhang", "village_clerk", "village_secretary", "village_secretary_2", "village_secretary_other", "lishen",
    "township_secretary", "township_secretary_other", "township_station", "auditor_county",
)  # fmt: skip


@pytest.fixture
def world(sqlite_store):
    return Rights(sqlite_store, services_of)


def opened(world: Rights, unit: str = t.GROUP, person: str = "township_secretary", version: int = 2, **data) -> str:
    case = world.open(person, unit, version, words=WORDS, **data)
    assert case is not None
    return case


def reads(world: Rights, person: str, case: str) -> bool:
    """As the case itself says, all lists agreeing with the model."""
    for turn in range(len(SURFACES)):
        reads_as_the_model_says(world, person, turn)
    return not isinstance(refusal(lambda: world.served.case_queries.get(person, case)), NotFound)


def refusal(act: Callable[[], object]) -> Refusal | None:
    try:
        act()
    except Refusal as refused:
        return refused
    return None


# --- several posts ---------------------------------------------------------------------------------------------------


def test_rights_are_the_union_over_ones_posts_unit_by_unit(world):
    world.post("lishen", "zuzhang", t.GROUP, LONG_AGO)
    world.post("lishen", "village_secretary", t.SIBLING, LONG_AGO)
    here, there = opened(world), opened(world, SIBLING_GROUP)

    assert reads(world, "lishen", here)
    assert reads(world, "lishen", there)
    assert isinstance(world.fire("lishen", here, "assign", worker="zuzhang"), NotNamed)  # no secretary here
    assert isinstance(world.fire("lishen", there, "seal"), NotNamed)  # and no group head there
    assert world.fire("lishen", there, "assign", worker="zuzhang") is None
    assert world.fire("lishen", here, "seal") is None


def test_posts_in_two_townships_reach_both_and_neither_acts_in_the_other(world):
    world.post("lishen", "zuzhang", t.GROUP, LONG_AGO)
    world.post("lishen", "township_secretary", t.OTHER_TOWNSHIP, LONG_AGO)
    here, there = opened(world), opened(world, t.OTHER_WUCHANG, "township_secretary_other")

    assert reads(world, "lishen", here)
    assert reads(world, "lishen", there)
    assert isinstance(world.fire("lishen", here, "recuse", about="wangson"), NotNamed)
    assert world.fire("lishen", there, "recuse", about="wangson") is None


def test_somebody_who_only_audits_acts_in_no_relation_whatever(world):
    case = opened(world)
    world.fire("township_secretary", case, "assign", worker="auditor_county")

    assert reads(world, "auditor_county", case)
    assert isinstance(world.fire("auditor_county", case, "up"), NotNamed)


# --- cases that move -------------------------------------------------------------------------------------------------


def test_a_case_that_moves_is_lost_to_the_old_station_and_found_by_the_new_one(world):
    world.post("lishen", "township_station", t.POWER_COMPANY, LONG_AGO)
    case = opened(world)
    world.fire("township_secretary", case, "assign", station=t.STATION)
    assert (reads(world, "township_station", case), reads(world, "lishen", case)) == (True, False)
    assert world.fire("township_station", case, "help") is None

    world.fire("township_secretary", case, "assign", station=t.POWER_COMPANY)

    assert (reads(world, "township_station", case), reads(world, "lishen", case)) == (False, True)
    assert isinstance(world.fire("township_station", case, "help"), NotFound)
    assert world.fire("lishen", case, "help") is None


def test_a_station_that_has_not_signed_reads_and_signs_and_does_nothing_else(world):
    world.post("lishen", "township_station", t.POWER_COMPANY, LONG_AGO)
    case = opened(world)
    world.fire("township_secretary", case, "assign", station=t.STATION)
    world.post("zhangsan", "township_secretary", t.TOWNSHIP, LONG_AGO)
    assert world.fire("township_station", case, "hand", station=t.POWER_COMPANY) is None

    assert reads(world, "lishen", case)
    assert isinstance(world.fire("lishen", case, "help"), NotNamed)
    assert world.fire("lishen", case, "take") is None
    assert world.fire("lishen", case, "help") is None
    assert not reads(world, "township_station", case)


# --- merged cases ----------------------------------------------------------------------------------------------------


def test_what_a_merged_case_follows_is_told_to_those_alone_who_read_that_too(world):
    follower, primary = opened(world), opened(world, SIBLING_GROUP)
    assert world.fire("township_secretary", follower, "merge", primary=primary) is None

    follows = {
        person: world.served.case_queries.get(person, follower).follows is not None
        for person in ("township_secretary", "auditor_county", "village_secretary", "zuzhang")
    }
    assert follows == {
        "township_secretary": True, "auditor_county": True, "village_secretary": False, "zuzhang": False,
    }  # fmt: skip
    assert not reads(world, "zuzhang", primary)


def test_a_case_cannot_be_merged_into_one_that_is_out_of_reach_or_of_another_township(world):
    case, sibling = opened(world), opened(world, SIBLING_GROUP)
    other = opened(world, t.OTHER_WUCHANG, "township_secretary_other")

    assert isinstance(world.fire("zuzhang", case, "merge", primary=sibling), FieldsRefused)
    assert isinstance(world.fire("township_secretary", case, "merge", primary=other), FieldsRefused)


# --- several villages ------------------------------------------------------------------------------------------------


def test_a_concerned_village_reads_the_case_and_its_secretary_decides_nothing_about_it(world):
    case = opened(world)
    assert not reads(world, "village_secretary_2", case)

    world.fire("township_secretary", case, "concern", helpers=[t.SIBLING])

    assert reads(world, "village_secretary_2", case)
    assert isinstance(world.fire("village_secretary_2", case, "assign", worker="pianzhang"), NotNamed)
    world.fire("township_secretary", case, "concern", helpers=[t.POWER_COMPANY])
    assert not reads(world, "village_secretary_2", case)


def test_the_only_village_of_a_township_learns_nothing_of_what_is_kept_from_it(world):
    """All of the township's figures would be the village's: what is hidden is missing from them as well."""
    case = opened(world, t.OTHER_WUCHANG, "township_secretary_other", past=True)

    assert not reads(world, "village_secretary_other", case)
    assert reads(world, "township_secretary_other", case)
    assert isinstance(world.fire("village_secretary_other", case, "note"), NotFound)


# --- across lines ----------------------------------------------------------------------------------------------------


def test_a_department_of_the_county_reads_and_helps_where_it_is_in_charge_in_whatever_township(world):
    world.post("lishen", "township_station", t.POWER_COMPANY, LONG_AGO)
    here, there = opened(world), opened(world, t.OTHER_WUCHANG, "township_secretary_other")
    assert not reads(world, "lishen", here)

    world.fire("township_secretary", here, "assign", station=t.POWER_COMPANY)
    world.fire("township_secretary_other", there, "concern", helpers=[t.POWER_COMPANY])

    assert reads(world, "lishen", here)
    assert reads(world, "lishen", there)
    assert world.fire("lishen", there, "help") is None


def test_a_body_that_covers_a_cluster_of_each_of_two_villages_reaches_both_and_no_third(world):
    world.post("lishen", "pianzhang", JOINT, LONG_AGO)
    covered, also, beside = opened(world, t.SECOND), opened(world, SIBLING_GROUP), opened(world, t.WUCHANG)

    assert reads(world, "lishen", covered)
    assert reads(world, "lishen", also)
    assert not reads(world, "lishen", beside)
    assert world.fire("lishen", also, "recuse", about="wangson") is None


# --- posts that ended or begin ---------------------------------------------------------------------------------------


def test_a_post_counts_on_its_last_day_and_not_on_the_next(world):
    case = opened(world)
    world.post("village_clerk", "village_clerk", t.VILLAGE, LONG_AGO, TODAY)
    assert reads(world, "village_clerk", case)

    world.wait(days=1)

    assert not reads(world, "village_clerk", case)
    assert isinstance(world.fire("village_clerk", case, "note"), NotFound)
    assert world.open("village_clerk", t.GROUP, 2) is None


def test_what_one_opened_and_what_one_is_in_charge_of_stays_ones_own_when_the_post_is_over(world):
    case = opened(world, person="village_clerk")
    world.post("village_clerk", "village_clerk", t.VILLAGE, LONG_AGO, date(2026, 3, 5))

    assert reads(world, "village_clerk", case)
    assert isinstance(world.fire("village_clerk", case, "guard", kind="plain"), NotNamed)


def test_a_post_that_begins_tomorrow_is_none_today(world):
    case = opened(world)
    world.post("lishen", "village_clerk", t.VILLAGE, TOMORROW)
    assert not reads(world, "lishen", case)

    world.wait(days=1)

    assert reads(world, "lishen", case)


def test_a_session_ends_with_a_post_it_began_with(world):
    world.served.accounts.add("clerk", "village_clerk", operator=False)
    begun = world.served.sessions.begin("clerk", remember=True, day=world.day)
    world.post("village_clerk", "village_clerk", t.VILLAGE, LONG_AGO, TODAY)
    assert world.served.sessions.who(begun.secret, world.day) is not None

    world.wait(days=1)

    assert world.served.sessions.who(begun.secret, world.day) is None


# --- rules of another version ----------------------------------------------------------------------------------------


def test_a_role_that_the_cases_own_rules_do_not_name_reads_it_nowhere(world):
    """A meeting of version 2 decides cases of version 1 as well: who sees the meeting does not see them for that."""
    world.post("lishen", "township_duty", t.TOWNSHIP, LONG_AGO)
    old, new = opened(world, version=1), opened(world)
    for case in (old, new):
        world.fire("zuzhang", case, "up")
    meeting = world.plan("village_secretary", t.VILLAGE, 2)
    assert meeting is not None

    assert (reads(world, "lishen", old), reads(world, "lishen", new)) == (False, True)
    shown = [item.item.case_id for item in world.served.meeting_queries.get("lishen", meeting).items]
    assert shown == [new]
    assert isinstance(refusal(lambda: world.served.hall.tabled("lishen", meeting, old)), NotFound)


def test_a_meeting_opens_no_case_that_lies_elsewhere(world):
    meeting = world.plan("village_secretary", t.VILLAGE, 2)
    elsewhere = opened(world, SIBLING_GROUP)
    assert meeting is not None

    assert isinstance(refusal(lambda: world.served.hall.tabled("village_secretary", meeting, elsewhere)), NotFound)


# --- delegation ------------------------------------------------------------------------------------------------------


def delegated(world: Rights) -> tuple[str, str]:
    """A meeting that the clerk chairs by writing, and a case on its agenda."""
    case = opened(world)
    world.fire("zuzhang", case, "up")
    meeting = world.plan("village_secretary", t.VILLAGE, 2)
    assert meeting is not None
    world.delegate("village_secretary", meeting, "village_clerk")
    assert world.step("village_clerk", meeting, "open")
    return meeting, case


def test_a_delegate_decides_in_his_meeting_what_the_chair_might(world):
    meeting, case = delegated(world)

    assert world.decide("village_clerk", meeting, case, "raise")
    assert world.close("village_clerk", meeting)
    assert world.cases[case].state == "above"


def test_outside_his_meeting_a_delegate_is_what_he_was(world):
    _, case = delegated(world)

    assert isinstance(world.fire("village_clerk", case, "raise"), OnlyInMeeting)
    assert isinstance(world.fire("village_clerk", case, "assign", worker="zuzhang"), NotNamed)


def test_a_delegation_ends_with_its_meeting(world):
    meeting, _ = delegated(world)
    world.close("village_clerk", meeting)
    following = world.plan("village_secretary", t.VILLAGE, 2)
    assert following is not None

    assert not world.step("village_clerk", following, "open")
    assert world.step("village_secretary", following, "open")


def test_a_delegation_ends_with_the_post_of_who_gave_it(world):
    meeting, case = delegated(world)
    world.post("village_secretary", "village_secretary", t.VILLAGE, LONG_AGO, date(2026, 3, 5))

    assert not world.decide("village_clerk", meeting, case, "raise")


def test_what_never_keeps_from_a_delegate_is_kept_from_him(world):
    meeting, case = delegated(world)
    world.fire("township_secretary", case, "concern", reporter="village_clerk")

    refused = refusal(lambda: _decided(world, meeting, case))

    assert isinstance(refused, KeptOut)
    assert refused.relation == "party"


def _decided(world: Rights, meeting: str, case: str) -> None:
    from engine.meetings.service import NewDecision

    decision = NewDecision(case_id=case, trigger="settle")
    world.served.meetings.decide("village_clerk", meeting, world._version(meeting), [decision])


def test_two_meetings_at_one_gate_are_not_open_at_once(world):
    delegated(world)
    second = world.plan("village_secretary", t.VILLAGE, 2)
    assert second is not None

    assert isinstance(
        refusal(lambda: world.served.meetings.open("village_secretary", second, world._version(second))), Conflict
    )
