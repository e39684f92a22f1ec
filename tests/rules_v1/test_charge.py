"""Who is responsible after each act, who takes over by signing, and who is a handler from then on."""

from __future__ import annotations

import pytest

from tests.rules_v1.acts import DATA
from tests.rules_v1.village import STATION, Case, code_of, happened
from tests.rules_v1.ways import (
    DONE,
    GUIDED,
    LEAD,
    REPORT,
    TO_TOWNSHIP,
    TO_VILLAGE,
    UP,
    WAYS,
    reported,
    township_handling,
    township_queued,
    unsigned,
    verifying,
    village_handling,
    village_queued,
    wuchang_handling,
)

# --- who is responsible ---


def test_t01_the_party_group_leader_longest_in_post_is_the_first_receiver():
    assert reported().responsible == ("party_group_leader_2",)


def test_t01_without_a_party_group_leader_nobody_is_and_the_case_shows_so():
    case = Case()
    case.holders = {}
    assert happened(case.fire("linzhang", "report", **REPORT))

    assert case.responsible == ()
    assert "responsible" not in case.events[-1].facts


@pytest.mark.parametrize("who", ["zuzhang", "pianzhang", "party_group_leader"])
def test_t02_who_accepts_becomes_responsible(who):
    case = reported()
    assert happened(case.fire(who, "accept"))

    assert case.responsible == (who,)
    assert case.events[-1].facts == {"responsible": who}


@pytest.mark.parametrize(
    ("trigger", "state", "who"),
    [
        ("ask_for_more", "reported", "village_clerk"),
        ("finish_on_spot", "reported", "linzhang"),
        ("refer_to_village", "reported", "pianzhang"),
        ("record_measure", "reported", "linzhang"),
        ("correct", "reported", "zuzhang"),
    ],
)
def test_no_other_act_in_the_cluster_changes_who_is(trigger, state, who):
    case = WAYS[state]()
    assert happened(case.fire(who, trigger, **DATA[trigger]))

    assert case.responsible == ("party_group_leader_2",)


def test_t09_the_meeting_names_who_is_responsible_in_the_village_at_once():
    case = village_queued()
    assert happened(case.decide_in_meeting("village_secretary", "assign_in_village", **TO_VILLAGE))

    assert (case.responsible, case.successor) == (("village_cadre_2",), ())


def test_what_goes_up_keeps_its_first_receiver_until_somebody_takes_it():
    case = village_handling()
    case.fire("village_cadre_2", "bring_back", reason="要再议")
    case.decide_in_meeting("village_secretary", "refer_to_township", **TO_TOWNSHIP)

    assert case.responsible == ("village_cadre_2",)


def test_t10_a_case_returned_to_the_cluster_stays_with_who_had_it_there():
    case = village_queued()
    assert happened(case.decide_in_meeting("village_secretary", "return_to_wuchang", **GUIDED))

    assert case.responsible == ("zuzhang_2",)


# --- assigned in the township: until it is signed for, nothing changes hands ---


def test_t15_the_former_stays_responsible_until_the_lead_unit_or_leader_signs():
    case = unsigned()

    assert case.responsible == ("zuzhang_2",)
    assert case.successor == ("township_leader_2", STATION.code)


@pytest.mark.parametrize("who", ["township_station", "township_station_2", "township_leader_2"])
def test_t48_the_first_who_signs_signs_for_all(who):
    case = unsigned()
    assert happened(case.fire(who, "sign_for"))

    assert case.responsible == ("township_leader_2", STATION.code)
    assert case.successor == ()
    assert code_of(case.fire("township_leader_2", "sign_for")) == "role"


@pytest.mark.parametrize("who", ["zuzhang_2", "township_leader", "township_secretary", "other_station"])
def test_t48_nobody_else_signs(who):
    assert code_of(unsigned().fire(who, "sign_for")) in ("role", "case_not_found")


def test_who_was_responsible_may_still_record_what_he_does_until_then():
    case = unsigned()
    assert happened(case.ask("zuzhang_2", "bring_back", reason="还没人签收"))

    case.fire("township_station", "sign_for")
    assert code_of(case.ask("zuzhang_2", "bring_back", reason="还没人签收")) == "role"


def test_a_case_assigned_anew_is_handed_over_anew():
    case = township_handling()
    case.fire("township_leader", "bring_back", reason="换个单位")
    other = {**LEAD, "lead_unit": "430482109-S2", "case_leader": "township_secretary_2"}
    assert happened(case.decide_in_meeting("township_secretary", "assign_in_township", **other))

    assert case.responsible == ("township_leader_2", STATION.code)
    assert case.successor == ("township_secretary_2", "430482109-S2")
    assert happened(case.ask("other_station", "sign_for"))
    assert code_of(case.ask("township_station", "sign_for")) == "role"


def test_a_case_returned_to_the_village_unsigned_stays_with_the_village():
    case = township_queued(None)
    assert happened(case.decide_in_meeting("township_leader", "return_to_village", **GUIDED))

    assert (case.at, case.responsible) == ("village_handling", ("zuzhang_2",))


# --- who is a handler ---


def test_whoever_was_responsible_is_a_handler():
    assert reported().handlers == {"party_group_leader_2"}
    assert wuchang_handling().handlers == {"party_group_leader_2", "zuzhang_2"}
    assert village_handling().handlers == {"party_group_leader_2", "zuzhang_2", "village_cadre_2"}
    assert unsigned().handlers == {"party_group_leader_2", "zuzhang_2"}
    assert township_handling().handlers == {
        "party_group_leader_2",
        "zuzhang_2",
        "township_leader_2",
        STATION.code,
    }


FINISHING = [
    ("finish_on_spot", "reported", "linzhang"),
    ("finish_on_spot", "wuchang_handling", "linzhang"),
    ("finish_in_wuchang", "wuchang_handling", "pianzhang"),
    ("finish_in_village", "village_handling", "village_clerk"),
    ("finish_in_township", "township_handling", "township_leader"),
    ("settle_before_meeting", "village_queued", "village_secretary"),
    ("settle_before_meeting", "township_queued", "township_party_office"),
]
MEASURES = [
    ("record_measure", "reported", "village_clerk"),
    ("record_measure", "wuchang_handling", "village_clerk"),
    ("record_measure", "village_handling", "village_clerk"),
    ("record_measure", "township_handling", "village_clerk"),
]


@pytest.mark.parametrize(("trigger", "state", "who"), FINISHING + MEASURES)
def test_who_finishes_or_records_a_measure_is_a_handler(trigger, state, who):
    case = WAYS[state]()
    before = case.handlers
    assert happened(case.fire(who, trigger, **DATA[trigger]))

    assert case.handlers == before | {who}


@pytest.mark.parametrize(("trigger", "state", "who"), FINISHING)
def test_of_a_case_finished_for_somebody_both_are_handlers(trigger, state, who):
    case = WAYS[state]()
    before = case.handlers
    assert happened(case.fire(who, trigger, on_behalf_of="council_member", **DATA[trigger]))

    assert case.handlers == before | {who, "council_member"}


@pytest.mark.parametrize(("trigger", "state", "who"), MEASURES)
def test_of_a_measure_typed_for_somebody_only_he_is_a_handler(trigger, state, who):
    case = WAYS[state]()
    before = case.handlers
    assert happened(case.fire(who, trigger, on_behalf_of="council_member", **DATA[trigger]))

    assert case.handlers == before | {"council_member"}


def test_of_a_measure_typed_for_somebody_unregistered_nobody_is():
    case = reported()
    assert happened(
        case.fire("village_clerk", "record_measure", on_behalf_of={"name": "王小明"}, **DATA["record_measure"])
    )

    assert case.handlers == {"party_group_leader_2"}
    assert case.events[-1].proxy is True
    assert case.events[-1].payload["behalf"] == {"name": "王小明"}


@pytest.mark.parametrize(
    ("trigger", "state", "who"),
    [
        ("ask_for_more", "reported", "village_clerk"),
        ("refer_to_village", "reported", "pianzhang"),
        ("supply_more", "need_info", "pianzhang"),
        ("assign_in_village", "village_queued", "village_secretary"),
        ("return_to_wuchang", "village_queued", "village_secretary"),
        ("refer_to_township", "village_queued", "village_secretary"),
        ("carry_over", "village_queued", "village_secretary"),
        ("assign_in_township", "township_queued", "township_leader"),
        ("return_to_village", "township_queued", "township_leader"),
        ("bring_back", "village_handling", "village_secretary"),
        ("record_callback", "verifying", "village_clerk"),
        ("correct", "reported", "village_clerk"),
        ("note", "reported", "village_clerk"),
    ],
)
def test_no_other_act_makes_a_handler_of_who_does_it(trigger, state, who):
    case = WAYS[state]()
    assert happened(case.act(who, trigger, **DATA[trigger]))

    assert who not in case.handlers


def test_once_a_handler_always_a_handler():
    case = verifying()
    case.fire("village_clerk", "redo", whats_wrong="又堵了")
    case.fire("pianzhang", "refer_to_village", **UP)
    case.decide_in_meeting("village_secretary", "assign_in_village", **TO_VILLAGE)
    case.fire("village_cadre_2", "finish_in_village", **DONE)

    assert {"party_group_leader_2", "zuzhang_2", "village_cadre_2"} == case.handlers


# --- who reported ---


def test_who_reported_and_for_whom_are_kept():
    case = Case()
    assert happened(case.fire("village_clerk", "report", on_behalf_of="villager", **REPORT))

    assert (case.state.opener, case.state.behalf) == ("village_clerk", "villager")
    assert happened(case.ask("village_clerk", "note", text="他不会用手机"))


def test_for_somebody_unknown_nothing_is_reported():
    answer = Case().ask("village_clerk", "report", on_behalf_of="nobody-known", **REPORT)

    assert code_of(answer) == "on_behalf_of: unknown_person"
