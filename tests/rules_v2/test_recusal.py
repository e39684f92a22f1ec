"""T33: who is recused hands over at once; if it is the village's secretary, the village reads nothing from then on."""

from __future__ import annotations

import pytest

from tests.rules.case import code_of, happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import VILLAGE_HALL, Case
from tests.rules_v2.ways import (
    HANDED,
    OPEN_STATES,
    RECUSAL,
    WAYS,
    county_verifying,
    once,
    reported,
    step,
    township_on_account,
    township_verifying,
    unsigned,
    village_handling,
    wuchang_handling,
)

#: What was the village's or lower goes to the monthly meeting; what is the township's, and any danger, stays.
LOW = ("reported", "need_info", "wuchang_handling", "village_queued", "village_handling", "verifying", "on_account")
HIGH = {
    **{state: WAYS[state] for state in ("township_queued", "township_handling", "county_tracking", "emergency")},
    "township_verifying": once(township_verifying),
    "county_verifying": once(county_verifying),
    "township_on_account": once(township_on_account),
}
PENDING = {
    "wuchang_handling": step(wuchang_handling, "township_leader_2", "transfer", HANDED),
    "village_handling": step(village_handling, "township_leader_2", "transfer", HANDED),
    "township_handling": unsigned,
}
HANDED_ON = ("wuchang_handling", "village_handling", "township_handling")
NAMING = [*(("recuse", state) for state in OPEN_STATES), *(("transfer", state) for state in HANDED_ON)]


def recuse(case: Case, person: object, *, by: str = "township_party_office_2", **data: object) -> Case:
    assert happened(case.fire(by, "recuse", **{**RECUSAL, "recused_person": person, **data}))
    return case


@pytest.mark.parametrize(
    ("trigger", "state", "name"),
    [("assign_in_village", "village_queued", "responsible"), ("assign_in_township", "township_queued", "case_leader")],
)
def test_t09_t15_who_is_put_in_charge_is_not_concerned_either(trigger, state, name):
    case = OPEN_STATES[state](reported(reporter="zuzhang"))
    case.relate("pianzhang", "zuzhang")
    recuse(case, "council_member")
    who = {"village_queued": "village_secretary", "township_queued": "township_leader"}[state]

    for concerned in ("zuzhang", "pianzhang", "council_member"):
        assert refused(case.ask_in_meeting(who, trigger, **{**DATA[trigger], name: concerned}), f"person:{name}")
    assert happened(case.ask_in_meeting(who, trigger, **{**DATA[trigger], name: "linzhang"}))


@pytest.mark.parametrize(("trigger", "state"), NAMING)
def test_t33_t35_the_new_responsible_is_neither_a_party_nor_a_relative_nor_recused(trigger, state):
    case = OPEN_STATES[state](reported(reporter="zuzhang"))
    case.relate("pianzhang", "zuzhang")
    recuse(case, "council_member")

    for concerned in ("zuzhang", "pianzhang", "council_member"):
        answer = case.ask("township_leader", trigger, **{**DATA[trigger], "responsible": concerned})
        assert refused(answer, "person:responsible")
    assert happened(case.ask("township_leader", trigger, **{**DATA[trigger], "responsible": "linzhang"}))


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t33_whom_the_act_recuses_does_not_take_over_himself(state):
    himself = {**RECUSAL, "recused_person": "council_member_2"}

    assert refused(WAYS[state]().ask("township_leader", "recuse", **himself), "person:responsible")


@pytest.mark.parametrize("who", ["village_secretary", "village_secretary_2"])
@pytest.mark.parametrize("state", LOW)
def test_t33_about_the_village_secretary_the_case_leaves_the_village(state, who):
    case = recuse(WAYS[state](), who)

    assert (case.at, case.level, case.value("past_village")) == ("township_queued", "township", True)
    assert case.readers.isdisjoint(VILLAGE_HALL)


@pytest.mark.parametrize("state", HIGH)
def test_t33_above_the_village_and_in_danger_it_stays_but_the_village_reads_no_more(state):
    before = HIGH[state]()
    case = recuse(before.copy(), "village_secretary")

    assert (case.at, case.level, case.value("past_village")) == (before.at, before.level, True)
    assert case.readers.isdisjoint(VILLAGE_HALL)


@pytest.mark.parametrize(
    "person", ["village_clerk", "village_cadre", "villager", "stationed_cadre", {"name": "王主任"}]
)
@pytest.mark.parametrize("state", [*LOW, *HIGH])
def test_t33_about_anybody_else_it_stays_and_the_village_reads_on(state, person):
    before = HIGH[state]() if state in HIGH else WAYS[state]()
    case = recuse(before.copy(), person)

    assert (case.at, case.level, case.value("past_village")) == (before.at, before.level, False)
    assert "village_secretary" in case.readers


@pytest.mark.parametrize("state", ["township_queued", "township_handling", "county_tracking", "township_verifying",
                                   "county_verifying", "township_on_account"])  # fmt: skip
def test_t33_what_is_the_townships_the_village_secretary_does_not_reassign(state):
    case = HIGH[state]()

    assert refused(case.ask("village_secretary", "recuse", **RECUSAL), "level")
    for who in ("township_party_office", "township_leader", "system"):
        assert happened(case.ask(who, "recuse", **RECUSAL))


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t33_the_new_one_is_responsible_at_once_and_the_one_concerned_reads_no_further(state):
    case = recuse(WAYS[state](), "zuzhang")

    assert (case.responsible, case.successor) == (("council_member_2",), ())
    assert not case.is_read_whole_by("zuzhang")
    assert case.is_read_whole_by("zuzhang_2")


@pytest.mark.parametrize("state", PENDING)
def test_t33_also_where_somebody_has_yet_to_sign_who_then_signs_no_more(state):
    case = PENDING[state]()
    heir = case.successor[0]
    recuse(case, "zuzhang")

    assert (case.responsible, case.successor) == (("council_member_2",), ())
    assert code_of(case.ask(heir, "sign_for", **DATA.get(("sign_for", state), {}))) == "role"
