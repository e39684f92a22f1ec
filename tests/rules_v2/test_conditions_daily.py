"""The conditions of handing on, extending, supervising, petitions and corrections."""

from __future__ import annotations

import pytest

from tests.rules.case import Answer, happened, mark, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import ROLES, Case
from tests.rules_v2.ways import (
    HANDED,
    LEFT,
    OPEN_STATES,
    WAYS,
    petition,
    reported,
    township_handling,
    village_handling,
    wuchang_handling,
)

# --- T35: by who holds it or a superior, and signed for ---


@pytest.mark.parametrize(
    ("way", "may", "may_not"),
    [
        (wuchang_handling, ["party_group_leader", "village_secretary", "township_leader"], []),
        (village_handling, ["village_secretary", "township_leader"], ["party_group_leader"]),
        (township_handling, ["township_leader", "township_station"], ["party_group_leader", "village_secretary"]),
    ],
)
def test_t35_a_case_is_handed_on_by_the_level_that_holds_it_or_a_higher_one(way, may, may_not):
    for who in may:
        assert happened(way().ask(who, "transfer", **HANDED))
    for who in may_not:
        assert refused(way().ask(who, "transfer", **HANDED), "actor")


@pytest.mark.parametrize("way", [wuchang_handling, village_handling, township_handling])
def test_t35_until_it_is_signed_for_the_former_stays_responsible(way):
    former, case = way().responsible, way()
    assert happened(case.fire("township_leader", "transfer", **HANDED))
    assert (case.responsible, case.successor) == (former, ("council_member",))

    signed = {"signed_by": "council_member"} if way is township_handling else {}
    assert happened(case.fire("council_member", "sign_for", **signed))
    assert (case.responsible, case.successor) == (("council_member",), ())


# --- T36: once a level ---


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("wuchang_handling", "village_secretary"),
        ("village_handling", "township_leader"),
        ("township_handling", "township_secretary"),
        ("county_tracking", "township_secretary"),
    ],
)
def test_t36_a_case_is_extended_once_at_a_level(state, who):
    case = WAYS[state]()
    data = DATA.get(("extend", state)) or DATA["extend"]
    assert happened(case.fire(who, "extend", **data))

    assert refused(case.fire(who, "extend", **data), "counter:extended")


def test_t36_what_was_extended_in_the_cluster_does_not_count_in_the_village():
    case = wuchang_handling()
    assert happened(case.fire("village_secretary", "extend", **DATA["extend"]))
    assert happened(case.fire("system", "raise_to_village"))
    assert happened(case.act("village_secretary", "assign_in_village", **DATA["assign_in_village"]))

    assert happened(case.ask("township_leader", "extend", **DATA["extend"]))


# --- T37: cards go up or are lifted ---

CARDS = ("none", "normal", "yellow", "red")
WHO = ("township_party_office", "township_leader", "township_secretary")


def carded(state: str, card: str) -> Case:
    case = WAYS[state]()
    if card != "none":
        assert happened(case.fire("township_leader_2", "supervise", card=card, requirement="抓紧"))
    return case


@pytest.mark.parametrize("present", CARDS)
@pytest.mark.parametrize("state", OPEN_STATES)
def test_t37_a_card_goes_up_or_is_lifted_and_the_system_may_repeat_the_red_one(state, present):
    case = carded(state, present)

    for card in CARDS:
        rises, lifts = CARDS.index(card) > CARDS.index(present), card == "none"
        for who in ("township_leader", "system"):
            answer = case.ask(who, "supervise", card=card, requirement="抓紧", reason="有了新情况")
            if rises or lifts or (who, card) == ("system", "red"):
                assert happened(answer)
            else:
                assert refused(answer, "field:card")


@pytest.mark.parametrize("who", WHO)
def test_t37_a_card_says_what_it_requires_and_lifting_says_why(who):
    case = reported()
    assert refused(case.ask(who, "supervise", card="yellow"), "field:requirement")
    assert refused(case.ask(who, "supervise", card="yellow", reason="拖了三天"), "field:requirement")
    assert happened(case.ask(who, "supervise", card="yellow", requirement="三天内拿出办法"))
    assert happened(case.fire("system", "supervise", card="yellow"))

    assert refused(case.ask(who, "supervise", card="none"), "field:requirement")
    assert happened(case.ask(who, "supervise", card="none", reason="已经办好"))


def test_t37_what_an_earlier_act_required_or_gave_as_reason_is_not_said_again_by_itself():
    case = reported()
    assert happened(case.fire("township_leader", "supervise", card="normal", requirement="三天内拿出办法"))
    assert happened(case.fire("village_clerk", "correct", reason="写错了", place="塘坝下"))

    assert refused(case.ask("township_leader", "supervise", card="yellow"), "field:requirement")
    assert refused(case.ask("township_leader", "supervise", card="none"), "field:requirement")


# --- T42: only a petition leaves the procedure ---


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t42_only_a_petition_leaves_the_petition_procedure_and_only_once(state):
    case = OPEN_STATES[state](petition())
    assert refused(WAYS[state]().ask("petition_clerk", "leave_petition", **LEFT), "field:is_petition")

    assert happened(case.fire("petition_clerk", "leave_petition", **LEFT))
    assert case.value("is_petition") is False
    assert refused(case.ask("petition_clerk", "leave_petition", **LEFT), "field:is_petition")


# --- T45: only a higher level lowers the urgency; a numbered petition stays one ---


def lowering(case: Case, who: str, urgency: str = "normal") -> Answer:
    return case.ask(who, "correct", reason="没有那么急", urgency=urgency)


@pytest.mark.parametrize("who", ["linzhang", "zuzhang", "pianzhang", "party_group_leader", "council_member"])
def test_t45_the_cluster_may_raise_the_urgency_but_not_lower_it(who):
    case = reported(urgency="urgent")

    assert refused(lowering(case, who), "field:urgency")
    assert happened(lowering(case, who, "critical"))
    assert happened(lowering(case, who, "urgent"))
    assert happened(lowering(case, "village_clerk"))


def test_t45_in_the_village_the_township_lowers_it_not_the_village():
    case = village_handling(reported(urgency="urgent"))

    for who in ("village_clerk", "village_cadre", "village_secretary"):
        assert refused(lowering(case, who), "field:urgency")
    assert happened(lowering(case, "township_party_office"))


def test_t45_who_handles_it_does_not_say_that_the_danger_is_less():
    case = village_handling(reported(danger="uncontrolled"))

    for who in ("village_clerk", "village_secretary"):
        for danger in ("controlled", "none"):
            assert refused(case.ask(who, "correct", reason="险情已除", danger=danger), "field:danger")
    assert happened(case.ask("village_clerk", "correct", reason="又漏了", danger="uncontrolled"))
    assert happened(case.ask("township_party_office", "correct", reason="险情已除", danger="none"))


def test_t45_in_the_township_only_its_secretary_lowers_it():
    case = township_handling(reported(urgency="critical"))

    for who in ("village_clerk", "township_party_office", "township_leader", "township_station", "petition_clerk"):
        assert refused(lowering(case, who, "urgent"), "field:urgency")
    assert happened(lowering(case, "township_secretary", "urgent"))


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t45_a_petition_with_a_number_is_not_corrected_into_none(state):
    case = OPEN_STATES[state](petition())
    numberless = OPEN_STATES[state](reported(is_petition=True))

    assert refused(case.ask("village_clerk", "correct", reason="登记错了", is_petition=False), "field:is_petition")
    assert happened(case.ask("village_clerk", "correct", reason="登记错了", place="塘坝下"))
    assert happened(numberless.ask("village_clerk", "correct", reason="登记错了", is_petition=False))


def test_t45_who_has_left_the_petition_procedure_is_corrected_as_before():
    case = reported(is_petition=True, petition_no="香信2026-3")
    assert happened(case.fire("petition_clerk", "leave_petition", **LEFT))

    assert happened(case.ask("village_clerk", "correct", reason="登记错了", place="塘坝下"))


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t45_what_is_none_becomes_a_petition_with_its_number(state):
    case = WAYS[state]()
    assert happened(case.fire("village_clerk", "correct", reason="补登", is_petition=True, petition_no="香信2026-3"))

    assert case.value("is_petition") is True
    assert case.events[-1].payload["data"]["petition_no"] == "香信2026-3"


# --- T47: instructions are the leaders' ---


@pytest.mark.parametrize("state", OPEN_STATES)
def test_t47_only_leaders_instruct(state):
    case = WAYS[state]()

    for who in ROLES:
        answer = case.ask(who, "note", text="请三天内办好", instruction=True)
        if who in ("village_secretary", "township_leader", "township_secretary"):
            assert happened(answer)
        elif mark(case.ask(who, "note", text="我去看看")) == "+":
            assert refused(answer, "field:instruction")
    assert happened(case.fire("village_secretary", "note", text="请三天内办好", instruction=True))
    assert happened(case.ask("linzhang", "note", text="看过了", instruction=False))  # a box left unticked
    assert happened(case.ask("zuzhang", "note", text="我去看看"))
