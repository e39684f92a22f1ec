"""Dissatisfied: the first time back to who finished it, the second one level up, in the township to the township."""

from __future__ import annotations

import pytest

from tests.rules_v1.village import Case, happened
from tests.rules_v1.ways import (
    DONE,
    TO_TOWNSHIP,
    TO_VILLAGE,
    UP,
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
    ],
)
def test_the_first_time_it_goes_back_to_the_level_that_finished_it(finished, state, level, who):
    case = redo(finished(), who)

    assert (case.at, case.level) == (state, level)


def test_the_second_time_the_cluster_hands_it_to_the_villages_meeting():
    case = redo(verifying())
    assert happened(case.fire("zuzhang_2", "finish_in_wuchang", **DONE))

    redo(case)
    assert (case.at, case.level) == ("village_queued", "village")


def test_the_second_time_the_village_hands_it_to_the_townships_meeting():
    case = redo(village_verifying())
    assert happened(case.fire("village_cadre_2", "finish_in_village", **DONE))

    redo(case)
    assert (case.at, case.level) == ("township_queued", "township")


@pytest.mark.parametrize("times", [2, 3])
def test_the_township_has_nobody_above_it_and_does_it_again(times):
    case = redo(township_verifying())
    for _ in range(times - 1):
        assert happened(case.fire("township_station_2", "finish_in_township", **DONE))
        redo(case)

    assert (case.at, case.level) == ("township_handling", "township")


def test_the_first_redo_in_the_cluster_counts_when_the_village_is_not_believed_either():
    case = redo(verifying())
    assert happened(case.fire("zuzhang_2", "refer_to_village", **UP))
    assert happened(case.decide_in_meeting("village_secretary_2", "assign_in_village", **TO_VILLAGE))
    assert happened(case.fire("village_cadre_2", "finish_in_village", **DONE))

    assert redo(case).at == "township_queued"


def test_what_was_settled_on_the_spot_goes_back_to_the_cluster():
    case = reported()
    assert happened(case.fire("linzhang_2", "finish_on_spot", result="好了"))

    assert redo(case).at == "wuchang_handling"


def test_what_was_settled_before_the_meeting_goes_back_to_the_level_of_the_meeting():
    case = verifying_before("village_queued")
    assert redo(case).at == "village_handling"

    case = verifying_before("township_queued")
    assert redo(case).at == "township_handling"


def verifying_before(gate: str) -> Case:
    case = reported()
    assert happened(case.fire("zuzhang_2", "refer_to_village", **UP))
    if gate == "township_queued":
        assert happened(case.decide_in_meeting("village_secretary_2", "refer_to_township", **TO_TOWNSHIP))
    assert happened(case.fire("pianzhang_2", "settle_before_meeting", **DONE))
    return case


def test_who_was_responsible_stays_so_after_a_redo():
    case = redo(village_verifying())

    assert case.responsible == ("village_cadre_2",)


def test_what_was_signed_for_need_not_be_signed_for_again_after_a_redo():
    case = redo(township_verifying())
    assert case.at == "township_handling"

    assert happened(case.fire("township_station", "finish_in_township", **DONE))
