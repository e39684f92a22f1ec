"""Dissatisfied: the first time back to who finished it, the second one level up, in the township a red card."""

from __future__ import annotations

import pytest

from tests.rules.case import happened
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    DONE,
    LETTER,
    SOLVED,
    county_verifying,
    reported,
    township_verifying,
    verifying,
    village_verifying,
)


def redo(case: Case, who: str = "village_clerk") -> Case:
    assert happened(case.fire(who, "redo", whats_wrong="渠又堵了"))
    return case


@pytest.mark.parametrize("who", ["village_clerk", "village_secretary", "township_party_office"])
@pytest.mark.parametrize(
    ("finished", "state", "level"),
    [
        (verifying, "wuchang_handling", "wuchang"),
        (village_verifying, "village_handling", "village"),
        (township_verifying, "township_handling", "township"),
        (county_verifying, "county_tracking", "county"),
    ],
)
def test_the_first_time_it_goes_back_to_the_level_that_finished_it(finished, state, level, who):
    case = redo(finished(), who)

    assert (case.at, case.level, case.value("card")) == (state, level, "none")


def test_the_second_time_the_cluster_hands_it_to_the_villages_meeting():
    case = redo(verifying())
    assert happened(case.fire("zuzhang_2", "finish_in_wuchang", **DONE))

    assert (redo(case).at, case.level, case.value("card")) == ("village_queued", "village", "none")


def test_the_second_time_the_village_hands_it_to_the_townships_meeting():
    case = redo(village_verifying())
    assert happened(case.fire("village_cadre_2", "finish_in_village", **DONE))

    assert (redo(case).at, case.level, case.value("card")) == ("township_queued", "township", "none")


def test_the_second_time_the_township_does_it_again_with_a_red_card():
    case = redo(township_verifying())
    assert happened(case.fire("township_station_2", "finish_in_township", **DONE))

    assert (redo(case).at, case.level, case.value("card")) == ("township_handling", "township", "red")


def test_the_second_time_the_county_has_it_again_without_a_card():
    case = redo(county_verifying())
    assert happened(case.fire("township_party_office_2", "record_reply", **SOLVED))

    assert (redo(case).at, case.level, case.value("card")) == ("county_tracking", "county", "none")


def test_the_first_redo_in_the_township_counts_when_the_county_is_not_believed_either():
    case = redo(township_verifying())
    assert happened(case.fire("township_leader", "refer_to_county", **LETTER))
    assert happened(case.fire("township_party_office_2", "record_reply", **SOLVED))

    assert redo(case).at == "county_tracking"


def test_what_was_settled_on_the_spot_goes_back_to_the_cluster():
    case = reported()
    assert happened(case.fire("linzhang_2", "finish_on_spot", result="好了"))

    assert redo(case).at == "wuchang_handling"
