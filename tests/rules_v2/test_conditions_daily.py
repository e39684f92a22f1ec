"""The conditions of recusal, handing on, extending, supervising, petitions and corrections."""

from __future__ import annotations

import pytest

from tests.rules.case import Answer, happened, refused
from tests.rules_v2.table import DATA
from tests.rules_v2.township import Case
from tests.rules_v2.ways import (
    HANDED,
    LEFT,
    OPEN_STATES,
    RECUSAL,
    WAYS,
    petition,
    reported,
    township_handling,
    village_handling,
    wuchang_handling,
)

# --- T33, T35: the new responsible is not concerned ---

LOW = ("reported", "wuchang_handling", "village_queued", "village_handling")
HIGH = ("township_queued", "township_handling", "verifying")
HANDED_ON = ("wuchang_handling", "village_handling", "township_handling")
NAMING = [*(("recuse", state) for state in (*LOW, *HIGH)), *(("transfer", state) for state in HANDED_ON)]


@pytest.mark.parametrize(("trigger", "state"), NAMING)
def test_t33_t35_the_new_responsible_is_neither_a_party_nor_a_relative_nor_recused(trigger, state):
    case = OPEN_STATES[state](reported(reporter="zuzhang"))
    case.relate("pianzhang", "zuzhang")
    assert happened(case.fire("township_party_office", "correct", reason="有利害关系", about="council_member"))

    for concerned in ("zuzhang", "pianzhang", "council_member"):
        answer = case.ask("township_leader", trigger, **{**DATA[trigger], "responsible": concerned})
        assert refused(answer, "person:responsible")
    assert happened(case.ask("township_leader", trigger, **{**DATA[trigger], "responsible": "linzhang"}))


@pytest.mark.parametrize("state", LOW)
def test_t33_about_the_village_secretary_the_case_leaves_the_village(state):
    about = {**RECUSAL, "about": "village_secretary"}
    secretary, another = WAYS[state](), WAYS[state]()
    assert happened(secretary.fire("township_leader", "recuse", **about))
    assert happened(another.fire("township_leader", "recuse", **{**RECUSAL, "about": "village_clerk"}))

    assert (secretary.at, secretary.level) == ("township_queued", "township")
    assert another.at == state


@pytest.mark.parametrize("state", HIGH)
def test_t33_above_the_village_it_stays_whoever_it_is_about(state):
    case = WAYS[state]()
    assert happened(case.fire("township_leader", "recuse", **{**RECUSAL, "about": "village_secretary"}))

    assert case.at == state


@pytest.mark.parametrize("state", [*LOW, *HIGH])
def test_t33_the_new_one_is_responsible_at_once_and_the_one_concerned_reads_no_further(state):
    case = WAYS[state]()
    assert happened(case.fire("township_party_office", "recuse", **{**RECUSAL, "about": "zuzhang"}))

    assert (case.responsible, case.successor) == (("council_member_2",), ())
    assert not case.is_read_whole_by("zuzhang")
    assert case.is_read_whole_by("zuzhang_2")


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


def test_t45_what_is_no_petition_has_no_number():
    answer = reported().ask("village_clerk", "correct", reason="补登", petition_no="香信2026-3")

    assert refused(answer, "field:is_petition")
