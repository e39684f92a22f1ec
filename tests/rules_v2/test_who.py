"""By relation: people whose post alone would not do, and the system; the grid in `grid.py` has what each role may."""

from __future__ import annotations

import pytest

from tests.rules.case import code_of, happened, kind_of
from tests.rules_v2.table import DATA
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    ALARM,
    DONE,
    HANDED,
    LEAD,
    LETTER,
    OPEN_STATES,
    REPORT,
    SIGNED,
    TO_VILLAGE,
    WAYS,
    county_tracking,
    emergency,
    need_info,
    reported,
    township_queued,
    unsigned,
    village_handling,
    village_queued,
    wuchang_handling,
)

# --- who reported, and whom it was reported for ---


@pytest.mark.parametrize("trigger", ["supply_more", "urge"])
def test_t04_t38_the_reporters_side_may_though_its_role_may_not(trigger):
    case = Case()
    assert happened(case.fire("linzhang_2", "report", on_behalf_of="villager", **REPORT))
    need_info(case)

    for who in ("linzhang_2", "villager"):
        assert happened(case.ask(who, trigger, **DATA[trigger]))
    assert code_of(case.ask("linzhang", trigger, **DATA[trigger])) == "role"


def test_t40_who_reported_may_void_though_his_role_may_not():
    assert happened(reported().ask("linzhang_2", "void", reason="重复录入"))
    assert code_of(reported().ask("linzhang", "void", reason="重复录入")) == "role"


def test_t45_t47_who_reported_has_no_right_to_correct_but_by_his_post():
    case = Case()
    assert happened(case.fire("linzhang_2", "report", on_behalf_of="villager", **REPORT))

    for trigger in ("correct", "note"):
        assert code_of(case.ask("villager", trigger, **DATA[trigger])) == "role"


# --- who is responsible, and the station in charge ---


def assigned_to(person: str) -> Case:
    case = village_queued()
    assert happened(case.act("village_secretary_2", "assign_in_village", **{**TO_VILLAGE, "responsible": person}))
    return case


def led_by(person: str) -> Case:
    case = township_queued()
    assert happened(case.act("township_leader_2", "assign_in_township", **{**LEAD, "case_leader": person}))
    assert happened(case.fire(person, "sign_for", **SIGNED))
    return case


@pytest.mark.parametrize("trigger", ["finish_in_village", "bring_back", "record_measure"])
def test_the_responsible_person_in_the_village_may_whatever_his_role(trigger):
    assert happened(assigned_to("council_member_2").ask("council_member_2", trigger, **DATA[trigger]))
    assert happened(assigned_to("villager").ask("villager", trigger, **DATA[trigger]))
    assert code_of(assigned_to("council_member_2").ask("council_member", trigger, **DATA[trigger])) == "role"


@pytest.mark.parametrize("trigger", ["finish_in_township", "bring_back", "record_measure"])
def test_the_leader_in_charge_may_in_the_township_whatever_his_role(trigger):
    case = led_by("petition_clerk_2")

    assert happened(case.ask("petition_clerk_2", trigger, **DATA[trigger]))
    assert code_of(case.ask("petition_clerk", trigger, **DATA[trigger])) == "role"


def test_t50_who_is_responsible_brings_a_case_back_from_the_county():
    assert happened(county_tracking().ask("township_leader_2", "bring_back", reason="市里答复不了"))
    case = led_by("petition_clerk_2")
    assert happened(case.fire("township_leader", "refer_to_county", **LETTER))
    assert happened(case.ask("petition_clerk_2", "bring_back", reason="再议"))
    assert code_of(case.ask("petition_clerk", "bring_back", reason="再议")) == "role"


@pytest.mark.parametrize("trigger", ["finish_in_township", "record_measure", "transfer", "correct"])
def test_a_station_acts_only_once_it_has_signed(trigger):
    case = unsigned()

    assert code_of(case.ask("township_station", trigger, **DATA[trigger])) == "role"
    assert happened(case.fire("township_leader_2", "sign_for", **SIGNED))
    assert happened(case.ask("township_station", trigger, **DATA[trigger]))


def test_t17_only_the_ones_named_sign_in_the_township():
    assert happened(unsigned().ask("township_leader_2", "sign_for", **SIGNED))
    for who in ("zuzhang_2", "township_leader", "township_secretary"):
        assert code_of(unsigned().ask(who, "sign_for", **SIGNED)) == "role"


@pytest.mark.parametrize("way", [wuchang_handling, village_handling])
def test_t48_only_the_one_named_signs_a_case_handed_on(way):
    case = way()
    assert code_of(case.ask("council_member", "sign_for")) == "role"
    assert happened(case.fire("village_secretary", "transfer", **HANDED))

    assert code_of(case.ask("council_member_2", "sign_for")) == "role"
    assert happened(case.fire("council_member", "sign_for"))
    assert case.responsible == ("council_member",)


# --- who was paged ---


def test_t49_only_who_was_paged_acknowledges():
    case = emergency()

    for who in ("village_secretary", "village_secretary_2", "township_duty", "township_duty_2"):
        assert happened(case.ask(who, "acknowledge"))
    for who in ("linzhang_2", "village_clerk", "township_leader", "stationed_cadre"):
        assert code_of(case.ask(who, "acknowledge")) == "role"


def test_t49_an_alarm_at_the_opening_pages_the_same():
    case = Case()
    assert happened(case.fire("zuzhang", "raise_alarm", **ALARM))

    assert case.state.paged == ("village_secretary", "township_duty")
    assert happened(case.ask("township_duty", "acknowledge"))


# --- the system ---

BY_SYSTEM = [
    *(("raise_to_village", state) for state in ("reported", "need_info", "wuchang_handling")),
    *(("raise_to_township", state) for state in ("village_queued", "village_handling")),
    ("resume", "on_account"),
    *((trigger, state) for trigger in ("recuse", "seal", "supervise") for state in OPEN_STATES),
    *(("carry_over", state) for state in ("village_queued", "township_queued")),
]  # fmt: skip


@pytest.mark.parametrize(("trigger", "state"), BY_SYSTEM)
def test_what_the_system_may(trigger, state):
    case = WAYS[state]()

    assert happened(case.act("system", trigger, **DATA[trigger]))
    assert (case.events[-1].actor, case.events[-1].post) == ("system", None)


def test_the_system_may_nothing_else():
    may = set(BY_SYSTEM)
    triggers = [trigger for trigger in DATA if isinstance(trigger, str)]
    acts = [(trigger, state) for state in WAYS for trigger in triggers if (trigger, state) not in may]

    found = {code_of(WAYS[state]().ask_either("system", trigger, **DATA[trigger])) for trigger, state in acts}
    assert found == {"role", "state"}


# --- out of reach ---


@pytest.mark.parametrize("state", [*OPEN_STATES, "struck_off", "merged"])
def test_who_is_from_elsewhere_does_not_even_find_the_case(state):
    for stranger in ("other_station", "far_clerk", "villager"):
        answer = WAYS[state]().ask(stranger, "note", text="在吗")
        assert (kind_of(answer), code_of(answer)) == ("not_found", "case_not_found")


@pytest.mark.parametrize("stranger", ["other_station", "far_clerk", "villager", "reporter"])
@pytest.mark.parametrize("trigger", ["report", "raise_alarm", "seal"])
def test_nobody_opens_a_case_where_no_post_of_his_reaches(stranger, trigger):
    assert code_of(Case().ask(stranger, trigger, **DATA[trigger])) == "unit: unknown_unit"


def test_t41_the_villages_concerned_read_and_act_with_it():
    case = village_queued()
    assert not case.is_read_by("far_clerk")
    assert happened(case.fire("village_secretary", "join_villages", **DATA["join_villages"]))

    assert case.is_read_by("far_clerk")
    assert happened(case.ask("far_clerk", "note", text="我村也有三户"))


def test_finishing_needs_no_responsible_person_but_a_role():
    case = wuchang_handling()

    assert case.responsible == ("zuzhang_2",)
    assert happened(case.fire("pianzhang", "finish_in_wuchang", **DONE))
