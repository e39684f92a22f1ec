"""Who may fire each row: every one of the fourteen roles, from every state the row leaves.

`+` may · `-` sees the case, but it is not his part (403) · `x` out of reach (404; at the opening 422 on the unit)
"""

from __future__ import annotations

import pytest

from tests.rules.case import mark
from tests.rules_v1.acts import DATA, NEEDS
from tests.rules_v1.village import ROLES, STATION, Case, code_of, happened, kind_of
from tests.rules_v1.ways import (
    DONE,
    REASONED,
    UP,
    WAYS,
    need_info,
    reached,
    reported,
    township_handling,
    township_verifying,
    unsigned,
    village_handling,
    village_verifying,
    wuchang_handling,
)

# The columns: linzhang zuzhang pianzhang party_group_leader council_member, village_clerk village_cadre
# village_secretary, township_party_office township_station township_leader township_secretary, auditor_township
# auditor_county. The station's post sits at the one that has signed for the case in `township_handling`.
HEAD = "lin zu pia pgl cou | clk cad sec | off sta lea tse | aut auc"

GRID = """
    T01 report                start              + + + + + | + + + | + x - - | - -
    T02 accept                reported           - + + + - | - - - | - x - - | - -
    T03 ask_for_more          reported           - - + + - | + - - | - x - - | - -
    T04 supply_more           need_info          - + + - - | + - - | - x - - | - -
    T05 finish_on_spot        reported           + + + + - | - - - | - x - - | - -
    T05 finish_on_spot        wuchang_handling   + + + + - | - - - | - x - - | - -
    T06 finish_in_wuchang     wuchang_handling   - + + + - | - - - | - x - - | - -
    T07 refer_to_village      reported           - + + + - | + - - | - x - - | - -
    T07 refer_to_village      wuchang_handling   - + + + - | + - - | - x - - | - -
    T09 assign_in_village     village_queued     - - - - - | - - + | - x - - | - -
    T10 return_to_wuchang     village_queued     - - - - - | - - + | - x - - | - -
    T11 refer_to_township     village_queued     - - - - - | - - + | - x - - | - -
    T12 carry_over            village_queued     - - - - - | - - + | - x - - | - -
    T12 carry_over            township_queued    - - - - - | - - - | - x + + | - -
    T43 settle_before_meeting village_queued     - - + + - | - - + | + x - - | - -
    T43 settle_before_meeting township_queued    - - + + - | - - + | + x - - | - -
    T13 finish_in_village     village_handling   - - - + - | + + + | - x - - | - -
    T15 assign_in_township    township_queued    - - - - - | - - - | - x + + | - -
    T16 return_to_village     township_queued    - - - - - | - - - | - x + + | - -
    T18 finish_in_township    township_handling  - - - - - | - - - | - + + - | - -
    T50 bring_back            village_handling   - - - - - | - - + | - x - - | - -
    T50 bring_back            township_handling  - - - - - | - - - | - + + - | - -
    T46 record_callback       verifying          - - - - + | + + + | + x - - | - -
    T27 strike_off            verifying          - - - - + | + + + | + x - - | - -
    T28 redo                  verifying          - - - - - | + - + | + x - - | - -
    T25 decline               reported           - - - - - | - - + | - x + - | - -
    T25 decline               need_info          - - - - - | - - + | - x + - | - -
    T25 decline               village_queued     - - - - - | - - + | - x + - | - -
    T25 decline               township_queued    - - - - - | - - + | - x + - | - -
    T40 void                  reported           - - - - - | + - - | - x - - | - -
    T40 void                  need_info          - - - - - | + - - | - x - - | - -
    T44 record_measure        reported           + + + + - | + + + | - x - - | - -
    T44 record_measure        wuchang_handling   + + + + - | + + + | - x - - | - -
    T44 record_measure        village_handling   + + + + - | + + + | - x - - | - -
    T44 record_measure        township_handling  + + + + - | + + + | - + - - | - -
    T45 correct               reported           + + + + + | + - - | + x - - | - -
    T45 correct               need_info          + + + + + | + - - | + x - - | - -
    T45 correct               wuchang_handling   + + + + + | + - - | + x - - | - -
    T45 correct               village_queued     - - - - - | + + + | + x - - | - -
    T45 correct               village_handling   - - - - - | + + + | + x - - | - -
    T45 correct               township_queued    - - - - - | + - - | + x + + | - -
    T45 correct               township_handling  - - - - - | + - - | + + + + | - -
    T45 correct               verifying          + + + + + | + - - | + x - - | - -
    T47 note                  reported           + + + + + | + + + | + x + + | - -
    T47 note                  need_info          + + + + + | + + + | + x + + | - -
    T47 note                  wuchang_handling   + + + + + | + + + | + x + + | - -
    T47 note                  village_queued     + + + + + | + + + | + x + + | - -
    T47 note                  village_handling   + + + + + | + + + | + x + + | - -
    T47 note                  township_queued    + + + + + | + + + | + x + + | - -
    T47 note                  township_handling  + + + + + | + + + | + + + + | - -
    T47 note                  verifying          + + + + + | + + + | + x + + | - -
"""
ROWS = [line.split(maxsplit=3) for line in GRID.strip().splitlines()]

#: Where the ordinary way does not do: every row here must be possible but for who fires it.
PREPARED = {
    ("void", "need_info"): lambda: need_info(reported(by="village_clerk_2"), by="village_clerk_2"),
    ("strike_off", "verifying"): lambda: reached(WAYS["verifying"]()),
}


def drawn(marks: list[str]) -> str:
    parts = (marks[:5], marks[5:8], marks[8:12], marks[12:])
    return " | ".join(" ".join(part) for part in parts)


@pytest.mark.parametrize(("ref", "trigger", "state", "expected"), ROWS, ids=lambda value: value.split(" ")[0])
def test_each_of_the_fourteen_roles_may_or_may_not(ref, trigger, state, expected):
    case = PREPARED.get((trigger, state), WAYS[state])()

    answers = [case.ask_either(role, trigger, **DATA[trigger]) for role in ROLES]

    assert drawn([mark(answer) for answer in answers]) == expected, HEAD
    assert {answer.event.ref for answer in answers if mark(answer) == "+"} == {ref}


def test_the_grid_has_every_row_but_signing_which_is_its_own():
    listed = {(trigger, state) for _, trigger, state, _ in ROWS}

    assert listed | {("sign_for", "township_handling")} == set(NEEDS)


def test_t48_only_the_one_named_signs_the_lead_unit_by_any_post_there():
    case = unsigned()

    answers = [case.ask(role, "sign_for") for role in ROLES]

    assert drawn([mark(answer) for answer in answers]) == "- - - - - | - - - | - + - - | - -"
    assert {answer.event.ref for answer in answers if mark(answer) == "+"} == {"T48"}


def test_t48_the_leader_named_in_person_signs_too():
    assert happened(unsigned().fire("township_leader_2", "sign_for"))


# --- by relation: people whose post alone would not do ---------------------------------------------------------------


def test_t04_who_reported_supplies_the_facts():
    assert happened(need_info().fire("linzhang_2", "supply_more", supplement="西边那条渠"))


def test_t04_whom_it_was_reported_for_supplies_the_facts():
    case = Case()
    case.fire("village_clerk_2", "report", on_behalf_of="villager", **DATA["report"])
    need_info(case)

    assert happened(case.ask("villager", "supply_more", supplement="西边那条渠"))
    assert code_of(case.ask("linzhang", "supply_more", supplement="西边那条渠")) == "role"


def test_t40_who_reported_may_void_though_his_role_may_not():
    case = reported(by="linzhang_2")

    assert happened(case.ask("linzhang_2", "void", reason="重复录入"))
    assert code_of(case.ask("linzhang", "void", reason="重复录入")) == "role"


def assigned_to(person: str) -> Case:
    case = WAYS["village_queued"]()
    data = {**DATA["assign_in_village"], "responsible": person}
    assert happened(case.decide_in_meeting("village_secretary_2", "assign_in_village", **data))
    return case


@pytest.mark.parametrize("trigger", ["finish_in_village", "bring_back", "record_measure"])
def test_the_responsible_person_in_the_village_may_whatever_his_role(trigger):
    case = assigned_to("council_member_2")

    assert happened(case.ask("council_member_2", trigger, **DATA[trigger]))
    assert code_of(case.ask("council_member", trigger, **DATA[trigger])) == "role"


@pytest.mark.parametrize("trigger", ["finish_in_village", "bring_back", "record_measure"])
def test_the_responsible_person_may_even_without_any_post(trigger):
    assert happened(assigned_to("villager").ask("villager", trigger, **DATA[trigger]))


def led_by(person: str) -> Case:
    case = WAYS["township_queued"]()
    data = {**DATA["assign_in_township"], "case_leader": person}
    assert happened(case.decide_in_meeting("township_leader_2", "assign_in_township", **data))
    assert happened(case.fire(person, "sign_for"))
    return case


@pytest.mark.parametrize("trigger", ["finish_in_township", "bring_back", "record_measure"])
def test_the_leader_in_charge_may_in_the_township_whatever_his_role(trigger):
    case = led_by("township_party_office_2")

    assert happened(case.ask("township_party_office_2", trigger, **DATA[trigger]))
    assert code_of(case.ask("township_party_office", trigger, **DATA[trigger])) == "role"


@pytest.mark.parametrize("trigger", ["finish_in_township", "bring_back", "record_measure", "correct"])
def test_a_station_acts_only_once_it_has_signed(trigger):
    case = unsigned()

    assert code_of(case.ask("township_station", trigger, **DATA[trigger])) == "role"
    assert happened(case.fire("township_leader_2", "sign_for"))
    assert happened(case.ask("township_station", trigger, **DATA[trigger]))


def test_a_station_named_but_not_signed_for_reads_and_may_note():
    assert happened(unsigned().ask("township_station", "note", text="看到了"))


@pytest.mark.parametrize("trigger", ["finish_in_township", "record_measure"])
def test_who_could_names_the_station_in_charge(trigger):
    could = township_handling().offers("township_party_office")[trigger].could

    assert [each.units for each in could if each.name == "township_station"] == [(STATION.code,)]


@pytest.mark.parametrize("state", ["reported", "village_handling", "township_handling", "verifying", "struck_off"])
def test_a_station_and_a_clerk_from_elsewhere_do_not_even_find_the_case(state):
    case = WAYS[state]()

    for stranger in ("other_station", "far_clerk", "villager"):
        answer = case.ask(stranger, "note", text="在吗")
        assert (kind_of(answer), code_of(answer)) == ("not_found", "case_not_found")


@pytest.mark.parametrize("stranger", ["other_station", "far_clerk", "villager", "reporter"])
def test_nobody_reports_where_no_post_of_his_reaches(stranger):
    assert code_of(Case().ask(stranger, "report", **DATA["report"])) == "unit: unknown_unit"


# --- the level decides who `holder` is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finished", "may", "may_not"),
    [
        (WAYS["verifying"], "linzhang", "village_cadre"),
        (village_verifying, "village_cadre", "linzhang"),
        (township_verifying, "township_secretary", "village_cadre"),
    ],
)
def test_t45_only_the_level_that_finished_it_corrects_a_finished_case(finished, may, may_not):
    case = finished()

    assert happened(case.ask(may, "correct", **DATA["correct"]))
    assert code_of(case.ask(may_not, "correct", **DATA["correct"])) == "role"


# --- who only reads --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auditor", ["auditor_township", "auditor_county"])
def test_an_auditor_never_acts_even_where_he_is_named_responsible(auditor):
    case = assigned_to(auditor)

    for trigger in ("finish_in_village", "bring_back", "record_measure", "correct", "note"):
        assert code_of(case.ask(auditor, trigger, **DATA[trigger])) == "role"


@pytest.mark.parametrize("trigger", ["accept", "finish_on_spot", "record_measure", "note"])
def test_the_system_fires_nothing_that_does_not_name_it(trigger):
    assert code_of(reported().ask("system", trigger, **DATA[trigger])) == "role"


@pytest.mark.parametrize("state", ["village_queued", "township_queued"])
def test_t12_the_system_carries_over_what_a_meeting_did_not_reach(state):
    case = WAYS[state]()

    assert happened(case.decide_in_meeting("system", "carry_over", quorate=False))
    assert case.events[-1].actor == "system"
    assert case.events[-1].post is None


def test_what_is_written_is_the_post_that_took_the_decision():
    case = village_handling()
    case.fire("village_clerk_2", "record_measure", **DATA["record_measure"])

    assert [(event.actor, event.post.role) for event in case.events] == [
        ("linzhang_2", "linzhang"),
        ("zuzhang_2", "zuzhang"),
        ("zuzhang_2", "zuzhang"),
        ("village_secretary_2", "village_secretary"),
        ("village_clerk_2", "village_clerk"),
    ]


def test_a_station_signs_under_its_own_post():
    case = township_handling()

    assert (case.events[-1].post.role, case.events[-1].post.place) == ("township_station", STATION.code)


def test_finishing_needs_no_responsible_person_but_a_role():
    case = wuchang_handling()

    assert case.responsible == ("zuzhang_2",)
    assert happened(case.fire("pianzhang", "finish_in_wuchang", **DONE))


def test_asking_for_more_is_not_the_reporters_part():
    assert code_of(reported().ask("linzhang_2", "ask_for_more", **REASONED)) == "role"


def test_referring_up_is_not_the_neighbour_heads_part_though_he_reported():
    assert code_of(reported().ask("linzhang_2", "refer_to_village", **UP)) == "role"
