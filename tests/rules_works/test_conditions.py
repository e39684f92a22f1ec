"""The conditions of each row, each in both directions, with the refusal's code."""

from __future__ import annotations

import pytest

from tests.rules.case import Case, code_of, happened, refused
from tests.rules_works.project import (
    GOOD_WORK,
    IN_ORDER,
    INCOME,
    PLAN,
    START,
    SUBSIDY,
    VOTE,
    accepting,
    building,
    checked,
    on_notice,
    raising,
    reviewing,
    voting,
    with_money,
)

# --- W03: the vote ---


def test_w03_without_two_thirds_the_idea_goes_back():
    case = voting()
    assert happened(case.decide_in_meeting("council_head", "record_vote", **{**VOTE, "passed": False}))
    assert case.at == "proposed"

    assert happened(case.fire("council_head", "put_to_vote", **PLAN))
    assert happened(case.decide_in_meeting("council_head", "record_vote", **VOTE))
    assert (case.at, case.level) == ("reviewing", "village")


# --- W06: returned at most twice ---


def test_w06_the_village_returns_a_proposal_twice_and_not_a_third_time():
    case = reviewing()
    for _ in range(2):
        assert happened(case.decide_in_meeting("village_secretary", "return_proposal", reason="估算不清楚"))
        case = reviewing_again(case)

    third = case.decide_in_meeting("village_secretary", "return_proposal", reason="估算不清楚")
    assert refused(third, "counter:returned")


def reviewing_again(case: Case) -> Case:
    assert happened(case.fire("council_head", "put_to_vote", **PLAN, purpose="只清淤"))
    assert happened(case.decide_in_meeting("council_head", "record_vote", **VOTE))
    return case


# --- W07: of their own will ---


@pytest.mark.parametrize("kind", ["self_raised", "donated", "labour", "material"])
def test_w07_what_households_give_is_voluntary_each_time(kind):
    case = raising()
    assert happened(case.fire("treasurer", "record_income", **{**INCOME, "income": kind}))

    forced = {**INCOME, "income": kind, "voluntary": False}
    assert refused(case.ask("treasurer", "record_income", **forced), "field:voluntary")
    unsaid = {name: value for name, value in forced.items() if name != "voluntary"}
    assert code_of(case.ask("treasurer", "record_income", **unsaid)) == "voluntary: missing"


# --- W12, W13: money first, and a builder who neither names, pays nor checks ---


def test_w12_nothing_is_built_before_some_money_or_labour_is_there():
    assert refused(raising().ask("council_head", "start_building", **START), "counter:money_in")
    assert happened(with_money().ask("council_head", "start_building", **START))

    subsidised = raising()
    assert happened(subsidised.fire("treasurer", "record_subsidy", **SUBSIDY))
    assert happened(subsidised.ask("council_head", "start_building", **START))


def test_w12_what_was_spent_or_given_back_is_no_money_in():
    case = raising()
    case.fire("treasurer", "record_refund", amount="5.00", payee="reporter", entered_for="2026-03-02", voucher="退1")

    assert refused(case.ask("council_head", "start_building", **START), "counter:money_in")


@pytest.mark.parametrize("who", ["council_head", "council_head_2", "treasurer", "village_supervision_2"])
def test_the_builder_is_nobody_who_names_pays_or_checks(who):
    start = with_money().ask("council_head", "start_building", **{**START, "builder": who})
    replaced = building().ask("council_head", "replace_builder", builder=who, reason="换人")

    assert refused(start, "person:builder")
    assert refused(replaced, "person:builder")


@pytest.mark.parametrize("who", ["villager", "household_rep", "council_member"])
def test_the_builder_is_anybody_else(who):
    assert happened(with_money().ask("council_head", "start_building", **{**START, "builder": who}))
    assert happened(building().ask("council_head", "replace_builder", builder=who, reason="换人"))


# --- W17: the books first ---


def test_w17_nothing_is_accepted_before_the_books_are_in_order():
    case = accepting()
    assert refused(case.ask("household_rep", "accept_works", **GOOD_WORK), "counter:checked")

    assert happened(case.fire("village_supervision", "check_books", books="not_in_order", findings="缺两张票"))
    assert refused(case.ask("household_rep", "accept_works", **GOOD_WORK), "counter:checked")

    assert happened(case.fire("village_supervision", "check_books", **IN_ORDER))
    assert happened(case.ask("household_rep", "accept_works", **GOOD_WORK))


def test_w17_the_last_check_counts():
    case = checked()
    assert happened(case.fire("village_supervision", "check_books", books="not_in_order", findings="又缺一张票"))

    assert refused(case.ask("household_rep", "accept_works", **GOOD_WORK), "field:books")


def test_w17_after_mending_the_books_are_checked_anew():
    case = checked()
    assert happened(case.fire("household_rep", "have_mended", findings="护坡有裂缝"))
    assert happened(case.fire("villager", "finish_building", progress="裂缝已补"))

    assert refused(case.ask("household_rep", "accept_works", **GOOD_WORK), "counter:checked")


# --- W19, W20: the notice ---


def test_w19_three_objections_are_heard_and_no_fourth():
    case = on_notice()
    for _ in range(3):
        assert happened(case.fire("household_rep", "object", objection="护坡有裂缝"))
        assert case.at == "accepting"
        assert happened(case.fire("village_supervision", "check_books", **IN_ORDER))
        assert happened(case.fire("household_rep", "accept_works", **GOOD_WORK))

    assert refused(case.ask("household_rep", "object", objection="护坡有裂缝"), "counter:objections")


@pytest.mark.parametrize("who", ["village_clerk", "system"])
def test_w20_the_notice_stands_for_seven_whole_days(who):
    case = on_notice()  # Monday, nine o'clock
    case.wait(days=7, hours=14, minutes=59)
    assert refused(case.ask(who, "complete"), "since:entered")

    case.wait(minutes=1)
    assert happened(case.fire(who, "complete"))
    assert case.at == "completed"


def test_w20_after_an_objection_the_notice_begins_anew():
    case = on_notice()
    case.wait(days=6)
    assert happened(case.fire("household_rep", "object", objection="护坡有裂缝"))
    assert happened(case.fire("village_supervision", "check_books", **IN_ORDER))
    assert happened(case.fire("household_rep", "accept_works", **GOOD_WORK))
    case.wait(days=3)

    assert refused(case.ask("system", "complete"), "since:entered")


# --- W22: dropped only when the money is settled ---


@pytest.mark.parametrize("way", [raising, with_money, building])
def test_w22_a_project_with_money_is_dropped_only_when_it_is_settled(way):
    case = way()

    assert refused(case.ask("village_secretary", "drop", reason="请不到人", settled=False), "field:settled")
    assert happened(case.ask("village_secretary", "drop", reason="请不到人", settled=True))


# --- what each refusal says in the file's own words ---


@pytest.mark.parametrize(("case", "who", "trigger", "data", "zh"), [
    (raising, "treasurer", "record_income", {**INCOME, "voluntary": False}, "自筹、捐款、捐物和投工须为自愿"),
    (with_money, "council_head", "start_building", {**START, "builder": "treasurer"},
     "定人、管账、监督的人不能当施工负责人"),
    (accepting, "household_rep", "accept_works", GOOD_WORK, "须先由村务监督委员会查账且账目清楚"),
    (on_notice, "system", "complete", {}, "公示须满七天"),
    (raising, "village_secretary", "drop", {"reason": "请不到人", "settled": False}, "所收款项须先结清或退回"),
])  # fmt: skip
def test_a_refusal_says_what_to_do(case, who, trigger, data, zh):
    answer = case().ask(who, trigger, **data)

    assert answer.condition.refuse.zh == zh
    assert answer.condition.refuse.en
