"""The next step of each role in each state of version 2: the one main button of the page of a case."""

from __future__ import annotations

import pytest

from engine.rules.attempt import Command
from engine.rules.decide import make_attempt
from engine.rules.explain import explain
from engine.rules.next_step import Steps, steps_of
from tests.rules_v2.township import ROLES, Case, rules
from tests.rules_v2.ways import CLOSED_STATES, OPEN_STATES, called, unsigned, village_verifying

#: State, or a way further on: trigger -> the roles whose next step it is. `_2` are those who have acted before.
NEXT = {
    "reported": "finish_on_spot: linzhang · accept: zuzhang pianzhang party_group_leader",
    "need_info": "supply_more: zuzhang pianzhang village_clerk",
    "wuchang_handling": "finish_on_spot: linzhang · finish_in_wuchang: zuzhang pianzhang party_group_leader",
    "village_queued": "",
    "village_handling": "finish_in_village: party_group_leader village_clerk village_cadre village_secretary",
    "township_queued": "",
    "unsigned": "sign_for: township_station",
    "township_handling": "finish_in_township: township_station",
    "county_tracking": "record_reply: township_party_office township_station",
    "emergency": "acknowledge: village_secretary township_duty · control_danger: township_leader",
    "verifying": "record_callback: council_member village_clerk village_cadre village_secretary township_party_office",
    "village_verifying": "record_callback: council_member village_clerk village_cadre village_secretary "
    "township_party_office",
    "called": "strike_off: council_member village_clerk village_cadre village_secretary township_party_office",
    "on_account": "resume: village_secretary township_leader",
}
WAYS = OPEN_STATES | {"unsigned": unsigned, "village_verifying": village_verifying, "called": called}


def steps(case: Case, who: str) -> Steps:
    assert case.state is not None
    request = case._request(who, Command(trigger="note"), None)
    return steps_of(rules().workflow, case.state, explain(make_attempt(rules(), request, None)))


def said(case: Case) -> str:
    found: dict[str, list[str]] = {}
    for role in filter(case.is_read_by, ROLES):
        main = steps(case, role).main
        if main is not None:
            found.setdefault(main.row.trigger, []).append(role)
    return " · ".join(f"{trigger}: {' '.join(roles)}" for trigger, roles in found.items())


@pytest.mark.parametrize("state", NEXT)
def test_each_role_has_the_next_step_of_the_book(state):
    assert said(WAYS[state]()) == NEXT[state]


@pytest.mark.parametrize("state", CLOSED_STATES)
def test_a_closed_case_has_no_next_step(state):
    assert said(CLOSED_STATES[state]()) == ""


def test_who_acknowledged_goes_on_to_the_danger_itself():
    case = OPEN_STATES["emergency"]()
    case.fire("township_duty", "acknowledge")

    main = steps(case, "township_duty").main

    assert main is not None
    assert main.row.trigger == "control_danger"


def test_measures_stand_first_beside_it_and_exceptions_apart():
    found = steps(OPEN_STATES["village_handling"](), "village_secretary")

    assert found.beside[0].row.trigger == "record_measure"
    assert {"merge", "recuse"} <= {offer.row.trigger for offer in found.seldom}
    assert not {"merge", "recuse"} & {offer.row.trigger for offer in found.beside}


def test_nothing_that_may_be_done_is_lost_and_nothing_stands_twice():
    for way in OPEN_STATES.values():
        case = way()
        for role in filter(case.is_read_by, ROLES):
            found = steps(case, role)
            shown = [*([found.main] if found.main else []), *found.beside, *found.seldom, *found.blocked]
            assert len({id(offer) for offer in shown}) == len(shown)
            assert {offer.row.trigger for offer in shown} == set(case.offers(role))
