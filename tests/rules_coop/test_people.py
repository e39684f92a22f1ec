"""Relations: who may or may not because of what he did or is here, who is in charge, and who sits in the meeting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rules.attempt import Actor
from tests.rules.case import code_of, happened
from tests.rules.people import holding_both
from tests.rules_coop.coop import (
    CONFIRMED,
    GATES,
    IDEA,
    IN_ORDER,
    MEMBER,
    PAID,
    PAPERS,
    SHARE,
    WAYS,
    Case,
    founding,
    operating,
    paid,
    paying,
    preparing,
    registering,
    settling,
)
from tests.rules_coop.table import MONEY, TABLE

# --- who leads it ---


def test_the_council_head_longest_in_post_leads_it():
    assert preparing().responsible == ("council_head_2",)
    assert operating().state.values["leader"] == "council_head_2"


# --- nobody acts on his own membership or money ---


@pytest.mark.parametrize("way", [preparing, operating])
def test_c02_nobody_admits_himself(way):
    case = way()

    assert code_of(case.ask("council_head", "admit_member", **{**MEMBER, "member": "council_head"})) == "never:party"
    assert happened(case.ask("members_rep", "admit_member", **{**MEMBER, "member": "council_head"}))


OWN_MONEY = [act for act in MONEY if act[0] in ("record_share", "return_share", "pay_dividend")]


@pytest.mark.parametrize(("trigger", "state"), OWN_MONEY)
@pytest.mark.parametrize(("who", "other"), [("treasurer", "village_clerk"), ("village_clerk", "treasurer")])
def test_his_own_money_is_entered_by_the_other(trigger, state, who, other):
    case = WAYS[state]()
    own = {**TABLE.data[trigger], "member": who}

    assert code_of(case.ask(who, trigger, **own)) == "never:party"
    assert happened(case.ask(other, trigger, **own))


def test_one_is_a_party_only_to_what_concerns_oneself():
    case = preparing()
    assert happened(case.fire("members_rep", "admit_member", **{**MEMBER, "member": "council_head"}))
    assert happened(case.ask("council_head", "admit_member", **MEMBER))


# --- who proposed it does not check its papers ---


def test_c10_the_secretary_does_not_check_the_papers_of_what_he_proposed():
    case = registering(preparing(by="village_secretary"))

    assert code_of(case.ask("village_secretary", "check_papers", **PAPERS)) == "never:opener"
    assert happened(case.ask("village_secretary_2", "check_papers", **PAPERS))


# --- who recorded money neither checks nor confirms ---


def since_then(who: str, role: str) -> Actor:
    """The person who did something earlier, now with another post beside his own."""
    return replace(holding_both(Case.bench.people, who, role), person=who)


RECORDING = ("record_share", "return_share", "record_income", "record_spending", "correct_entry")


@pytest.mark.parametrize("trigger", RECORDING)
def test_who_recorded_money_is_a_handler_and_does_not_check_the_books(trigger):
    case = operating()
    assert happened(case.fire("treasurer", trigger, **TABLE.data[trigger]))
    settling(case)

    now_supervising = replace(Case.bench.people["village_supervision"], person="treasurer")
    assert "treasurer" in case.handlers
    assert code_of(case.ask(now_supervising, "check_accounts", **IN_ORDER)) == "never:handler"
    assert happened(case.ask("village_supervision", "check_accounts", **IN_ORDER))


@pytest.mark.parametrize("payer", ["treasurer_2", "village_clerk"])
def test_c20_who_paid_does_not_confirm(payer):
    case = paying()
    assert happened(case.fire(payer, "pay_dividend", **PAID))

    now_representing = replace(Case.bench.people["members_rep"], person=payer)
    assert code_of(case.ask(now_representing, "confirm_payment", **CONFIRMED)) == "never:handler"
    assert happened(case.ask("members_rep", "confirm_payment", **CONFIRMED))


def test_in_liquidation_too_a_handler_does_not_check_the_books():
    case = WAYS["liquidating"]()
    assert happened(case.fire("treasurer", "record_income", **TABLE.data["record_income"]))

    now_supervising = replace(Case.bench.people["village_supervision"], person="treasurer")
    assert code_of(case.ask(now_supervising, "check_accounts", **IN_ORDER)) == "never:handler"


@pytest.mark.parametrize(("trigger", "state"), [
    ("admit_member", "operating"), ("call_founding", "preparing"), ("check_papers", "registering"),
    ("close_year", "operating"), ("check_accounts", "settling"), ("call_meeting", "operating"), ("note", "operating"),
])  # fmt: skip
def test_no_other_act_makes_a_handler(trigger, state):
    line = next(line for line in TABLE.lines if line.act == (trigger, state))
    case = TABLE.before(line)
    who = TABLE.actor(line)
    assert happened(case.act(who, trigger, **TABLE.given(line)))

    assert who not in case.handlers


def test_a_treasurer_who_is_a_member_too_may_still_not_confirm():
    assert code_of(paid().ask(since_then("members_rep", "treasurer"), "confirm_payment", **CONFIRMED)) == (
        "never:treasurer"
    )


# --- the system, readers, and those from elsewhere ---


@pytest.mark.parametrize("state", sorted(GATES))
def test_the_system_carries_over_what_the_meeting_did_not_reach(state):
    case = WAYS[state]()

    assert happened(case.decide_in_meeting("system", "carry_over", quorate=False))
    assert (case.at, case.state.stay.carried, case.events[-1].actor) == (state, 1, "system")


@pytest.mark.parametrize("line", [line for line in TABLE.lines if line.trigger != "carry_over"],
                         ids=lambda line: f"{line.trigger}-{line.source}")  # fmt: skip
def test_the_system_fires_nothing_else(line):
    case = TABLE.before(line)

    assert code_of(case.ask_either("system", line.trigger, **TABLE.given(line))) == "role"


@pytest.mark.parametrize("state", sorted(WAYS.keys() - {"start", "dissolved", "abandoned"}))
def test_who_has_no_post_does_not_find_it(state):
    assert code_of(WAYS[state]().ask("villager", "note", text="在吗")) == "case_not_found"


def test_a_member_alone_does_not_act_on_it():
    case = preparing()
    assert happened(case.fire("treasurer", "record_share", **{**SHARE, "member": "villager"}))

    assert code_of(case.ask("villager", "note", text="在吗")) == "case_not_found"


@pytest.mark.parametrize("who", ["villager", "reporter"])
def test_nobody_proposes_where_no_post_of_his_reaches(who):
    assert code_of(Case().ask(who, "propose", **IDEA)) == "unit: unknown_unit"


def test_a_note_is_for_readers_by_a_post_that_acts():
    """An opener who has no post any more still reads it."""
    case = founding(preparing(by="members_rep"))
    assert code_of(case.ask(Actor(person="members_rep"), "note", text="在吗")) == "role"


# --- the meeting ---


def test_who_sits_in_the_meeting_and_who_chairs_it(rules):
    (meeting,) = rules.workflow.meetings.values()

    assert (set(meeting.members), set(meeting.chair)) == ({"members_rep", "council_head"}, {"council_head"})
    assert (meeting.level, meeting.quorum) == ("wuchang", 67)
    assert (meeting.carry_over.trigger, meeting.carry_over.at_most) == ("carry_over", None)


def test_each_gate_has_its_meeting(rules):
    assert {code: state.gate[0] for code, state in rules.workflow.states.items() if state.gate} == GATES
